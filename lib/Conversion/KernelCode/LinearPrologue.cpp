//===- LinearPrologue.cpp - The input of linear kernels -------------------===//

#include "lib/Conversion/KernelCode/LinearKernel.h"

#include "runtime/Packing/QuantizedActivations.h"

using namespace mlir;

namespace tern::code {

namespace {

/// Computes the rows of a tensor into a buffer.
class RowWriter {
public:
  RowWriter(TensorEmitter &e, Value input, Val buffer, int64_t capacity)
      : e(e), input(input), type(cast<graph::SymbolicTensorType>(input.getType())), buffer(buffer), capacity(capacity) {
  }

  void emit() {
    Index index;
    nest(index, e.number(0));
  }

private:
  /// Loops over the next dimension; `row` counts the rows before.
  void nest(Index &index, Val row) {
    int64_t axis = index.size();
    if (axis == type.getRank() - 1)
      return write(index, row);
    Val size = e.size(type, axis);
    e.b.forLoop(e.number(0), size, e.number(1), [&](Val i) {
      index.push_back(i);
      nest(index, axis == 0 ? i : row * size + i);
      index.pop_back();
    });
  }

  void write(const Index &index, Val row) {
    if (auto quantize = input.getDefiningOp<graph::QuantizeOp>()) {
      int64_t blocks = (*type.getStaticDim(-1) + activationBlock - 1) / activationBlock;
      return e.quantizeRow(quantize, index, buffer, capacity, row, e.number(0), e.number(blocks));
    }
    TensorPlace place{buffer, type};
    int64_t lanes = e.chooseLanes({input}, type.getDim(-1));
    e.fillRow(e.number(0), e.size(type, -1), lanes, [&](Val column, int64_t count) {
      Index element(index);
      element.push_back(column);
      e.store(e.element(input, element, count), place, element);
    });
  }

  TensorEmitter &e;
  Value input;
  graph::SymbolicTensorType type;
  Val buffer;
  int64_t capacity;
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

std::optional<LinearInput> prepareLinearInput(TensorEmitter &e, Value value) {
  auto type = cast<graph::SymbolicTensorType>(value.getType());
  LinearInput input{type.getStorageFormat(), Val(), type.getStaticDim(-1).value_or(0), 1};
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
  if (std::optional<TensorPlace> place = placeOfRows(e, value)) {
    if (place->isState || place->layout != kernel::Layout::Rows) {
      e.fail(e.function, "the input of a linear kernel must lie in rows");
      return std::nullopt;
    }
    input.base = place->pointer;
    if (!e.stagesInput(*bytes))
      return input;
  }
  input.base = e.scratch(*bytes);
  RowWriter writer(e, value, input.base, input.capacity);
  if (e.frame.first)
    e.b.ifThen(e.frame.first, [&] { writer.emit(); });
  else
    writer.emit();
  return input;
}

} // namespace tern::code
