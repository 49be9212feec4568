//===- EmitTable.cpp - Embeddings, stored blocks, constants ---------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "runtime/Cpu/KernelAbi.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tern::code {

/// The id at `index`, checked.
static Val idAt(const Request &r, graph::EmbeddingOp op, ArrayRef<Val> index) {
  return r.e.onceValue(op, 0, index, [&] {
    Val id = r.e.element(op.getIds(), index);
    Val rows = r.e.size(cast<graph::SymbolicTensorType>(op.getTable().getType()), 0);
    Val inside = (id >= 0) & (id < rows);
    r.e.frame.report(r.b().bitNot(inside), TERN_KERNEL_INDEX_OUTSIDE);
    return r.b().select(inside, id, r.e.number(0));
  });
}

/// The format of a packed table, whose columns are known.
static std::optional<PackedFormat> tableFormat(const Request &r, graph::EmbeddingOp op, const TensorPlace &table) {
  std::optional<PackedFormat> format = packedFormatOf(table.type.getStorageFormat());
  if (format && table.type.getStaticDim(-1))
    return format;
  r.e.fail(op, "a table in tiles must hold floats or stored blocks in a fixed number of columns");
  return std::nullopt;
}

/// An element of a packed table. Where there are vectors a row is decoded to scratch once, to be read by vectors.
static Val packedEntry(const Request &r, graph::EmbeddingOp op, const TensorPlace &table) {
  CodeBuilder &b = r.b();
  std::optional<PackedFormat> format = tableFormat(r, op, table);
  if (!format)
    return r.splat(0.0);
  int64_t columns = *table.type.getStaticDim(-1);
  if (r.e.vectorLanes == 1)
    return r.e.loadPacked(*format, table.pointer, columns, idAt(r, op, r.row()), r.last());
  Val decoded = r.e.onceValue(op, 1, r.row(), [&] {
    Val id = idAt(r, op, r.row()), row = r.e.scratch(columns * 4);
    b.forLoop(0, columns, 1,
              [&](Val column) { b.store(r.e.loadPacked(*format, table.pointer, columns, id, column), row, column); });
    return row;
  });
  return b.load(r.lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, r.lanes), decoded, r.last());
}

static Val emitEmbedding(const Request &r, graph::EmbeddingOp op) {
  std::optional<TensorPlace> table = r.e.placeOf(op.getTable());
  if (!table)
    return r.e.element(op.getTable(), {idAt(r, op, r.row()), r.last()}, r.lanes);
  if (table->layout == kernel::Layout::Tiles16)
    return packedEntry(r, op, *table);
  return r.e.load(*table, {idAt(r, op, r.row()), r.last()}, r.lanes);
}

/// Rows are those of all leading dimensions, as they are packed.
static Val emitDequantize(const Request &r, graph::DequantizeOp op) {
  std::optional<TensorPlace> blocks = r.e.placeOf(op.getInput());
  auto type = cast<graph::SymbolicTensorType>(op.getInput().getType());
  std::optional<PackedFormat> format = packedFormatOf(type.getStorageFormat());
  if (!blocks || blocks->layout != kernel::Layout::Tiles16 || !format) {
    r.e.fail(op, "blocks that are decoded must be a weight in tiles");
    return r.splat(0.0);
  }
  Val row = r.e.number(0);
  for (auto [axis, place] : llvm::enumerate(r.row()))
    row = axis == 0 ? place : row * r.e.size(type, axis) + place;
  return r.e.loadPacked(*format, blocks->pointer, *type.getStaticDim(-1), row, r.last());
}

/// An element of `value` in the type that is computed with, i64 or f32.
static int64_t integerOf(graph::SymbolicTensorType type, const APInt &number) {
  bool isUnsigned = type.getElementType().isUnsignedInteger() || number.getBitWidth() == 1;
  return isUnsigned ? static_cast<int64_t>(number.getZExtValue()) : number.getSExtValue();
}

static double floatOf(APFloat number) {
  bool loses;
  number.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &loses);
  return number.convertToFloat();
}

/// Elements lie in the code's data, in row-major order; a splat needs none.
static Val emitConstant(const Request &r, graph::ConstantOp op) {
  CodeBuilder &b = r.b();
  DenseElementsAttr value = op.getValue();
  bool isInteger = r.type().isInteger();
  Type element = isInteger ? b.i64 : b.f32, asked = r.lanes == 1 ? element : CodeBuilder::vec(element, r.lanes);
  if (value.isSplat())
    return isInteger ? b.constantInt(asked, integerOf(r.type(), value.getSplatValue<APInt>()))
                     : b.constant(asked, floatOf(value.getSplatValue<APFloat>()));
  Val table = r.e.onceValue(op, 0, {}, [&] {
    SmallVector<Attribute> numbers;
    if (isInteger)
      for (const APInt &number : value.getValues<APInt>())
        numbers.push_back(b.builder.getI64IntegerAttr(integerOf(r.type(), number)));
    else
      for (const APFloat &number : value.getValues<APFloat>())
        numbers.push_back(b.builder.getF32FloatAttr(floatOf(number)));
    return r.e.constantTable(element, numbers);
  });
  return b.load(asked, table, r.e.offsetOf(TensorPlace{table, r.type()}, r.index));
}

Val emitTable(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::EmbeddingOp op) { return emitEmbedding(r, op); })
      .Case([&](graph::ConstantOp op) { return emitConstant(r, op); })
      .Case([&](graph::DequantizeOp op) { return emitDequantize(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
