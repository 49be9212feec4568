//===- EvalShape.cpp - Elements moved, not computed -----------------------===//

#include "Evaluation.h"

#include <cmath>

using namespace mlir;
using namespace tern;

/// A tensor of `shape` in the format of `like`, whose element i is element `source[i]` of `like`.
static Tensor pick(const Tensor &like, ArrayRef<int64_t> shape, ArrayRef<int64_t> source) {
  Tensor result = Tensor::zeros(shape, like.format());
  if (like.isInteger()) {
    MutableArrayRef<int64_t> target = result.mutableInts();
    for (auto [i, place] : llvm::enumerate(source))
      target[i] = like.ints()[place];
    return result;
  }
  MutableArrayRef<float> target = result.mutableFloats();
  ArrayRef<float> values = like.floats();
  for (auto [i, place] : llvm::enumerate(source))
    target[i] = values[place];
  return result;
}

EvalResult tern::eval(graph::ReshapeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  FailureOr<Shape> shape = frame.resolve(op, cast<graph::SymbolicTensorType>(op.getResult().getType()));
  if (failed(shape))
    return failure();
  if (numElements(*shape) != input.size())
    return op.emitError() << "shapes must have the same number of elements, got " << shapeText(input.shape()) << " and "
                          << shapeText(*shape);
  return Values{input.reshaped(*shape)};
}

EvalResult tern::eval(graph::TransposeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  ArrayRef<int64_t> permutation = op.getPermutation();
  Shape inputStrides(input.rank(), 1), shape, strides;
  for (int64_t axis = input.rank() - 2; axis >= 0; --axis)
    inputStrides[axis] = inputStrides[axis + 1] * input.dim(axis + 1);
  for (int64_t axis : permutation) {
    shape.push_back(input.dim(axis));
    strides.push_back(inputStrides[axis]);
  }
  std::vector<int64_t> source(input.size());
  for (int64_t i = 0; i < input.size(); ++i) {
    int64_t place = 0, rest = i;
    for (int64_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
      place += rest % shape[axis] * strides[axis];
    source[i] = place;
  }
  return Values{pick(input, shape, source)};
}

EvalResult tern::eval(graph::SliceOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  int64_t axis = op.getAxis(), begin = op.getBegin(), step = op.getStep();
  int64_t inner = numElements(input.shape().drop_front(axis + 1)), outer = numElements(input.shape().take_front(axis));
  Shape shape(input.shape());
  shape[axis] = llvm::divideCeil(op.getEnd() - begin, step);
  std::vector<int64_t> source;
  source.reserve(numElements(shape));
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < shape[axis]; ++i)
      for (int64_t k = 0; k < inner; ++k)
        source.push_back((o * input.dim(axis) + begin + i * step) * inner + k);
  return Values{pick(input, shape, source)};
}

/// Writes `input`, [outer, size, inner], to entries [begin, begin + size) of `target`, [outer, total, inner].
template <typename T>
static void place(ArrayRef<T> input, int64_t outer, int64_t sizeTimesInner, int64_t beginTimesInner,
                  int64_t totalTimesInner, MutableArrayRef<T> target) {
  for (int64_t o = 0; o < outer; ++o)
    llvm::copy(input.slice(o * sizeTimesInner, sizeTimesInner), target.begin() + o * totalTimesInner + beginTimesInner);
}

EvalResult tern::eval(graph::ConcatOp op, Frame &frame) {
  int64_t axis = op.getAxis();
  Shape shape(frame.get(op.getInputs().front()).shape());
  shape[axis] = 0;
  for (Value value : op.getInputs())
    shape[axis] += frame.get(value).dim(axis);
  Tensor result = Tensor::zeros(shape, formatOf(op.getResult()));
  int64_t outer = numElements(ArrayRef(shape).take_front(axis)),
          inner = numElements(ArrayRef(shape).drop_front(axis + 1));
  int64_t begin = 0;
  for (Value value : op.getInputs()) {
    const Tensor &input = frame.get(value);
    int64_t size = input.dim(axis);
    if (input.isInteger())
      place(input.ints(), outer, size * inner, begin * inner, shape[axis] * inner, result.mutableInts());
    else
      place(input.floats(), outer, size * inner, begin * inner, shape[axis] * inner, result.mutableFloats());
    begin += size;
  }
  return Values{result};
}

EvalResult tern::eval(graph::GatherOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &indices = frame.get(op.getIndices());
  int64_t batchDims = op.getBatchDims(), choices = input.dim(batchDims);
  ArrayRef<int64_t> slice = input.shape().drop_front(batchDims + 1);
  int64_t inner = numElements(slice), perBatch = numElements(indices.shape().drop_front(batchDims));
  Shape shape(indices.shape());
  shape.append(slice.begin(), slice.end());
  std::vector<int64_t> source;
  source.reserve(numElements(shape));
  for (auto [at, index] : llvm::enumerate(indices.ints())) {
    if (index < 0 || index >= choices)
      return op.emitError() << "indices must be at least 0 and less than " << choices << ", got " << index << " at "
                            << indexText(indices.shape(), at);
    for (int64_t k = 0; k < inner; ++k)
      source.push_back((static_cast<int64_t>(at) / perBatch * choices + index) * inner + k);
  }
  return Values{pick(input, shape, source)};
}

//===----------------------------------------------------------------------===//
// graph.cast
//===----------------------------------------------------------------------===//

/// Toward zero, clamped to the range of `format`, NaN to 0; to bool, whether it is not 0.
static int64_t floatToInteger(StorageFormat format, float value) {
  if (format == StorageFormat::Bool)
    return value != 0;
  auto [smallest, largest] = integerRange(format);
  if (std::isnan(value))
    return 0;
  if (value <= static_cast<double>(smallest))
    return smallest;
  return value >= static_cast<double>(largest) ? largest : static_cast<int64_t>(value);
}

EvalResult tern::eval(graph::CastOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  StorageFormat format = formatOf(op.getResult());
  bool toInteger = storageFormatInfo(format).isInteger;
  if (!toInteger && !input.isInteger())
    return floatResult(op.getResult(), input.shape(), input.floats().vec());
  if (!toInteger)
    return floatResult(op.getResult(), input.shape(), std::vector<float>(input.ints().begin(), input.ints().end()));
  std::vector<int64_t> result;
  result.reserve(input.size());
  if (input.isInteger())
    for (int64_t value : input.ints())
      result.push_back(format == StorageFormat::Bool ? value != 0 : value); // intResult wraps to the width
  else
    for (float value : input.floats())
      result.push_back(floatToInteger(format, value));
  return intResult(op.getResult(), input.shape(), std::move(result));
}
