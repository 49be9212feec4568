//===- LinearPrologue.cpp - The input of linear kernels -------------------===//

#include "lib/Conversion/KernelCode/LinearKernel.h"

#include "runtime/Packing/QuantizedActivations.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tern::code {

namespace {

/// What a norm takes that is all of `value`, if it reads it from memory: it is read for the norm and once more.
Value normedRows(TensorEmitter &e, Value value) {
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<graph::RmsNormOp, graph::LayerNormOp>(op) || !e.placeOf(op->getOperand(0)))
    return {};
  return op->getOperand(0);
}

/// Rows of `type`, as many as there are in this call.
Val numberOfRows(TensorEmitter &e, graph::SymbolicTensorType type) {
  Val rows = e.number(1);
  for (int64_t axis = 0; axis + 1 < type.getRank(); ++axis)
    rows = axis == 0 ? e.size(type, axis) : rows * e.size(type, axis);
  return rows;
}

/// Of `rows` rows of `value`, how many may be computed at once: one where that takes scratch of its own besides.
int64_t rowsAtOnce(Value value, int64_t rows) {
  llvm::SetVector<Operation *> reached;
  if (Operation *op = value.getDefiningOp())
    reached.insert(op);
  for (size_t i = 0; i < reached.size(); ++i) {
    if (isa<graph::ShortConvOp, graph::GatedDeltaRuleOp, graph::SelectiveScanOp, graph::TopKOp,
            kernel::AttendCombineOp>(reached[i]))
      return 1;
    for (Value operand : reached[i]->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        reached.insert(producer);
  }
  return rows;
}

/// The type of `type`'s rows with `padding` more numbers each, for the places of theirs.
graph::SymbolicTensorType paddedType(graph::SymbolicTensorType type, int64_t padding) {
  std::optional<int64_t> columns = type.getStaticDim(-1);
  if (padding == 0 || !columns)
    return type;
  SmallVector<Attribute> dims(type.getDims());
  dims.back() = graph::staticDim(type.getContext(), *columns + padding);
  return type.withDims(dims);
}

/// Computes the rows of a tensor into a buffer, `padding` numbers apart.
class RowWriter {
public:
  RowWriter(TensorEmitter &e, Value input, const LinearInput &target)
      : e(e), input(input), type(cast<graph::SymbolicTensorType>(input.getType())), buffer(target.base),
        capacity(target.capacity), padding(target.padding) {}

  void emit() {
    int64_t atOnce = rowsAtOnce(input, capacity);
    Value rows = type.getElementType().isF32() && e.copiesRows(atOnce) ? normedRows(e, input) : Value();
    e.fillRows(numberOfRows(e, type), atOnce, [&](Val row) {
      Index index = indexOfRow(e, type, row);
      // What is computed once for a row has to stay in the loop, though the index of the only one is known before.
      if (!index.empty() && capacity == 1)
        index.front() = row;
      if (rows)
        writeFromCopy(rows, index, row);
      else
        write(index, row);
    });
  }

private:
  /// Copies the row of `rows` to where the result's will be, and goes on from there: an element is replaced by the
  /// thread that has read it.
  void writeFromCopy(Value rows, const Index &index, Val row) {
    auto ofRows = cast<graph::SymbolicTensorType>(rows.getType());
    TensorPlace copy{buffer,
                     paddedType(graph::SymbolicTensorType::get(type.getElementType(), ofRows.getDims()), padding)};
    e.once(rows.getAsOpaquePointer(), 0, index, [&] {
      fill(rows, index, copy);
      return Vals{};
    });
    e.withCopy(rows, copy, [&] { write(index, row); });
  }

  void write(const Index &index, Val row) {
    if (auto quantize = input.getDefiningOp<graph::QuantizeOp>()) {
      int64_t blocks = (*type.getStaticDim(-1) + activationBlock - 1) / activationBlock;
      return e.quantizeRow(quantize, index, buffer, capacity, row, e.number(0), e.number(blocks));
    }
    fill(input, index, {buffer, paddedType(type, padding)});
  }

  void fill(Value value, const Index &index, const TensorPlace &place) {
    int64_t lanes = e.chooseLanes({value}, type.getDim(-1));
    e.fillRow(e.number(0), e.size(type, -1), lanes, [&](Val column, int64_t count) {
      Index element(index);
      element.push_back(column);
      e.store(e.element(value, element, count), place, element);
    });
  }

  TensorEmitter &e;
  Value input;
  graph::SymbolicTensorType type;
  Val buffer;
  int64_t capacity, padding;
};

} // namespace

static bool isActivationFormat(StorageFormat format) {
  return storageFormatInfo(format).isActivation || format == StorageFormat::F32 || format == StorageFormat::F16 ||
         format == StorageFormat::BF16;
}

/// Bytes of a buffer for `rows` rows of the input, if that is a number.
static std::optional<int64_t> bufferBytes(const LinearInput &input) {
  if (!input.isQuantized()) {
    std::optional<uint64_t> bytes = storageBytes(input.format, input.capacity, input.columns);
    return bytes ? std::optional<int64_t>(*bytes) : std::nullopt;
  }
  std::optional<QuantizedLayout> layout = quantizedLayout(input.format, input.capacity, input.columns);
  return layout ? std::optional<int64_t>(layout->bytes) : std::nullopt;
}

Value tensorUnderShape(Value input) {
  while (auto reshape = input.getDefiningOp<graph::ReshapeOp>())
    input = reshape.getInput();
  return input;
}

/// Where the rows of `value` lie, if that is in memory. Another shape of what does not lie in rows is computed.
static std::optional<TensorPlace> placeOfRows(TensorEmitter &e, Value value) {
  Value tensor = tensorUnderShape(value);
  std::optional<TensorPlace> place = e.placeOf(tensor);
  bool isRows = place && !place->isState && place->layout == kernel::Layout::Rows;
  return isRows || tensor == value ? place : std::nullopt;
}

/// Of one of the numbers that take `bytes` bytes together.
static int64_t bytesOfNumber(const LinearInput &input, int64_t bytes) { return bytes / input.capacity / input.columns; }

/// Numbers that rows in scratch are apart. Of several, each begins in other banks of a GPU's shared memory than the one
/// before, as neighbouring lanes read neighbouring rows.
static int64_t paddingOf(TensorEmitter &e, const LinearInput &input, int64_t bytes) {
  constexpr int64_t apart = 32, mostRows = 16;
  bool isOfSeveral = input.capacity > 1 && input.capacity <= mostRows;
  return isOfSeveral && !input.isQuantized() && e.stagesInput(bytes) ? apart / bytesOfNumber(input, bytes) : 0;
}

/// Copies all rows of numbers that lie at `from` to scratch at `to`, `padding` numbers apart.
static void copyRows(TensorEmitter &e, graph::SymbolicTensorType type, Val from, Val to, int64_t padding) {
  Val count = numberOfRows(e, type) * e.size(type, -1);
  auto copy = [&] {
    e.fillRow(e.number(0), count, 1, [&](Val i, int64_t) {
      Val place = padding == 0 ? i : i + i / e.size(type, -1) * padding;
      e.b.store(e.b.load(TensorEmitter::storedType(type.getElementType()), from, i), to, place);
    });
  };
  if (e.frame.first)
    e.b.ifThen(e.frame.first, copy);
  else
    copy();
}

std::optional<LinearInput> prepareLinearInput(TensorEmitter &e, Value value) {
  auto type = cast<graph::SymbolicTensorType>(value.getType());
  LinearInput input{type.getStorageFormat(), 0, Val(), type.getStaticDim(-1).value_or(0), 1};
  for (Attribute dim : type.getDims().drop_back()) {
    FailureOr<int64_t> most = e.maximum(dim);
    if (failed(most))
      return std::nullopt;
    if (llvm::MulOverflow(input.capacity, *most, input.capacity))
      input.capacity = INT64_MAX;
  }
  std::optional<int64_t> bytes = bufferBytes(input);
  if (!isActivationFormat(input.format) || input.columns == 0 || !bytes) {
    e.fail(e.function, "the input of a linear kernel must be f32, f16, bf16, i8_32 or i15_32 with a fixed number of "
                       "columns, and below 2^63 bytes");
    return std::nullopt;
  }
  input.padding = static_cast<int32_t>(paddingOf(e, input, *bytes));
  int64_t room = *bytes;
  if (input.padding > 0)
    room += input.padding * input.capacity * bytesOfNumber(input, *bytes);
  if (std::optional<TensorPlace> place = placeOfRows(e, value)) {
    if (place->isState || place->layout != kernel::Layout::Rows) {
      e.fail(e.function, "the input of a linear kernel must lie in rows");
      return std::nullopt;
    }
    input.base = place->pointer;
    if (!e.stagesInput(*bytes))
      return input;
    input.base = e.scratch(room);
    copyRows(e, type, place->pointer, input.base, input.padding);
    return input;
  }
  input.base = e.scratch(room);
  RowWriter writer(e, value, input);
  if (e.frame.first)
    e.b.ifThen(e.frame.first, [&] { writer.emit(); });
  else
    writer.emit();
  return input;
}

} // namespace tern::code
