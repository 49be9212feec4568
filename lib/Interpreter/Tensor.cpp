//===- Tensor.cpp - Values of the reference interpreter -------------------===//

#include "tern/Interpreter/Tensor.h"

#include <cassert>
#include <limits>

using namespace tern;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

int64_t tern::numElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

std::string tern::shapeText(llvm::ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

std::string tern::indexText(llvm::ArrayRef<int64_t> shape, int64_t flat) {
  Shape index(shape.size());
  for (std::size_t i = shape.size(); i-- > 0; flat /= shape[i])
    index[i] = flat % shape[i];
  return shapeText(index);
}

//===----------------------------------------------------------------------===//
// Integers of a width
//===----------------------------------------------------------------------===//

int64_t tern::wrapInteger(StorageFormat format, int64_t value) {
  switch (format) {
  case StorageFormat::I32:
    return static_cast<int32_t>(value);
  case StorageFormat::I16:
    return static_cast<int16_t>(value);
  case StorageFormat::I8:
    return static_cast<int8_t>(value);
  case StorageFormat::U8:
    return static_cast<uint8_t>(value);
  case StorageFormat::Bool:
    return value & 1;
  default:
    assert(format == StorageFormat::I64 && "an integer format");
    return value;
  }
}

template <typename T> static std::pair<int64_t, int64_t> rangeOf() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

std::pair<int64_t, int64_t> tern::integerRange(StorageFormat format) {
  switch (format) {
  case StorageFormat::I32:
    return rangeOf<int32_t>();
  case StorageFormat::I16:
    return rangeOf<int16_t>();
  case StorageFormat::I8:
    return rangeOf<int8_t>();
  case StorageFormat::U8:
    return rangeOf<uint8_t>();
  case StorageFormat::Bool:
    return {0, 1};
  default:
    assert(format == StorageFormat::I64 && "an integer format");
    return rangeOf<int64_t>();
  }
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

Tensor::Tensor() : floatData(std::make_shared<std::vector<float>>(1)) {}

Tensor Tensor::fromFloats(llvm::ArrayRef<int64_t> shape, std::vector<float> values, StorageFormat format) {
  assert(static_cast<int64_t>(values.size()) == numElements(shape) && "as many values as the shape says");
  if (format != StorageFormat::F32 && format != StorageFormat::F64)
    for (float &value : values)
      value = roundTo(format, value);
  Tensor tensor;
  tensor.dims.assign(shape.begin(), shape.end());
  tensor.element = format;
  tensor.floatData = std::make_shared<std::vector<float>>(std::move(values));
  return tensor;
}

Tensor Tensor::fromInts(llvm::ArrayRef<int64_t> shape, std::vector<int64_t> values, StorageFormat format) {
  assert(static_cast<int64_t>(values.size()) == numElements(shape) && "as many values as the shape says");
  for (int64_t &value : values)
    value = wrapInteger(format, value);
  Tensor tensor;
  tensor.dims.assign(shape.begin(), shape.end());
  tensor.element = format;
  tensor.floatData = nullptr;
  tensor.intData = std::make_shared<std::vector<int64_t>>(std::move(values));
  return tensor;
}

Tensor Tensor::zeros(llvm::ArrayRef<int64_t> shape, StorageFormat format) {
  if (storageFormatInfo(format).isInteger)
    return fromInts(shape, std::vector<int64_t>(numElements(shape)), format);
  return fromFloats(shape, std::vector<float>(numElements(shape)), format);
}

Tensor Tensor::lazy(llvm::ArrayRef<int64_t> shape, StorageFormat format, std::shared_ptr<const RowSource> rows) {
  assert(!shape.empty() && rows && "rows of a tensor of at least rank 1");
  Tensor tensor;
  tensor.dims.assign(shape.begin(), shape.end());
  tensor.element = format;
  tensor.floatData = nullptr;
  tensor.rows = std::move(rows);
  return tensor;
}

Tensor Tensor::withFormat(StorageFormat format) const {
  assert(floatData && storageFormatInfo(format).isActivation && "floats in a format of activations");
  Tensor result = *this;
  result.element = format;
  return result;
}

llvm::ArrayRef<float> Tensor::floats() const {
  assert(floatData && "floats that have been read");
  return llvm::ArrayRef<float>(*floatData).take_front(size());
}

llvm::ArrayRef<int64_t> Tensor::ints() const {
  assert(intData && "a tensor of integers");
  return llvm::ArrayRef<int64_t>(*intData).take_front(size());
}

llvm::MutableArrayRef<float> Tensor::mutableFloats() {
  if (floatData.use_count() > 1)
    floatData = std::make_shared<std::vector<float>>(floats().vec());
  return llvm::MutableArrayRef<float>(*floatData).take_front(size());
}

llvm::MutableArrayRef<int64_t> Tensor::mutableInts() {
  if (intData.use_count() > 1)
    intData = std::make_shared<std::vector<int64_t>>(ints().vec());
  return llvm::MutableArrayRef<int64_t>(*intData).take_front(size());
}

Tensor Tensor::reshaped(llvm::ArrayRef<int64_t> shape) const {
  assert(!isLazy() && numElements(shape) == size() && "the same number of elements");
  Tensor result = *this;
  result.dims.assign(shape.begin(), shape.end());
  return result;
}

Tensor Tensor::materialized() const {
  if (!isLazy())
    return *this;
  int64_t length = dim(-1), count = length == 0 ? 0 : size() / length;
  std::vector<float> values(size());
  for (int64_t i = 0; i < count; ++i)
    rows->read(i, values.data() + i * length);
  bool isScalar = storageFormatInfo(element).blockLength == 1;
  return fromFloats(dims, std::move(values), isScalar ? element : StorageFormat::F32);
}

/// The entries of `source`, [outer, oldCount, inner], with `newCount` on the middle dimension.
template <typename T>
static std::vector<T> resizeMiddle(llvm::ArrayRef<T> source, int64_t outer, int64_t oldCount, int64_t newCount,
                                   int64_t inner) {
  std::vector<T> target(outer * newCount * inner);
  int64_t kept = std::min(oldCount, newCount) * inner;
  for (int64_t i = 0; i < outer; ++i)
    std::copy_n(source.begin() + i * oldCount * inner, kept, target.begin() + i * newCount * inner);
  return target;
}

Tensor Tensor::withAxis1(int64_t count) && {
  Tensor result = std::move(*this);
  int64_t old = result.dims[1], inner = numElements(result.shape().drop_front(2));
  Shape shape = result.dims;
  shape[1] = count;
  if (old == count)
    return result;
  if (shape[0] == 1 && count > old && result.floatData && result.floatData.use_count() == 1) {
    result.floatData->resize(old * inner); // what lies beyond the shape is stale
    result.floatData->resize(count * inner);
    result.dims = shape;
    return result;
  }
  if (result.floatData)
    result.floatData = std::make_shared<std::vector<float>>(resizeMiddle(result.floats(), shape[0], old, count, inner));
  else
    result.intData = std::make_shared<std::vector<int64_t>>(resizeMiddle(result.ints(), shape[0], old, count, inner));
  result.dims = shape;
  return result;
}

llvm::ArrayRef<float> Tensor::row(int64_t index, std::vector<float> &scratch) const {
  int64_t length = dim(-1);
  if (!isLazy())
    return floats().slice(index * length, length);
  scratch.resize(length);
  rows->read(index, scratch.data());
  return scratch;
}
