//===- Tensor.h - Values of the reference interpreter ------------*- C++ -*-===//
//
// A tensor is a shape, an element type and elements in row-major order. Elements of every float type are held as f32,
// already rounded to that type, so that evaluations read and write plain floats (f64 is held as f32 too: the oracle's
// data is f32 by definition). Elements of every integer type are held as int64_t.
//
// A *lazy* tensor is a weight that nobody has read yet: it knows how to make its rows, and `graph.linear` and its kin
// read them one at a time. That is how a model runs whose weights are larger than memory once decoded.
//
// Copies share their elements, which never change under a copy: writing first makes them this tensor's own.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_INTERPRETER_TENSOR_H
#define TERN_INTERPRETER_TENSOR_H

#include "runtime/Base/StorageFormat.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <string>
#include <vector>

namespace tern {

/// Sizes, outermost first.
using Shape = llvm::SmallVector<int64_t, 4>;

/// The product of `shape`; 1 for a scalar. Shapes of tensors have been checked not to overflow.
int64_t numElements(llvm::ArrayRef<int64_t> shape);

/// "[2, 3]".
std::string shapeText(llvm::ArrayRef<int64_t> shape);

/// The index of element `flat` of `shape` in row-major order, as "[0, 2]".
std::string indexText(llvm::ArrayRef<int64_t> shape, int64_t flat);

/// Makes rows (slices of the last dimension) of a float tensor on demand. May be read from several threads.
class RowSource {
public:
  virtual ~RowSource() = default;

  /// Writes row `row`, counted in row-major order of the leading dimensions.
  virtual void read(int64_t row, float *target) const = 0;
};

class Tensor {
public:
  /// The scalar 0 in f32.
  Tensor();

  /// Takes `values`, as many as `shape` says, and rounds them to `format`, a float scalar.
  static Tensor fromFloats(llvm::ArrayRef<int64_t> shape, std::vector<float> values,
                           StorageFormat format = StorageFormat::F32);

  /// Takes `values`, as many as `shape` says, and wraps them to the width of `format`, an integer.
  static Tensor fromInts(llvm::ArrayRef<int64_t> shape, std::vector<int64_t> values,
                         StorageFormat format = StorageFormat::I32);

  /// Zeros of any scalar format.
  static Tensor zeros(llvm::ArrayRef<int64_t> shape, StorageFormat format);

  /// A lazy tensor of at least rank 1; `format` is a float scalar or a block format.
  static Tensor lazy(llvm::ArrayRef<int64_t> shape, StorageFormat format, std::shared_ptr<const RowSource> rows);

  llvm::ArrayRef<int64_t> shape() const { return dims; }
  int64_t rank() const { return static_cast<int64_t>(dims.size()); }
  /// The size of dimension `index`; negative indices count from the last.
  int64_t dim(int64_t index) const { return dims[index < 0 ? index + rank() : index]; }
  int64_t size() const { return numElements(dims); }
  StorageFormat format() const { return element; }
  bool isInteger() const { return storageFormatInfo(element).isInteger; }
  bool isLazy() const { return rows != nullptr; }

  /// The elements of a float tensor that is not lazy.
  llvm::ArrayRef<float> floats() const;
  /// The elements of an integer tensor.
  llvm::ArrayRef<int64_t> ints() const;

  /// The elements to write; the caller rounds what it writes to the element type.
  llvm::MutableArrayRef<float> mutableFloats();
  llvm::MutableArrayRef<int64_t> mutableInts();

  /// The same elements in another shape of the same size.
  Tensor reshaped(llvm::ArrayRef<int64_t> shape) const;

  /// The same elements under the name of a block format of activations, to which they have been rounded.
  Tensor withFormat(StorageFormat format) const;

  /// All rows read. Blocks become f32, scalars keep their format. Not lazy: itself.
  Tensor materialized() const;

  /// The same tensor with `count` entries on axis 1: entries beyond the old ones are 0. If this tensor alone holds its
  /// elements and axis 0 is 1, growing entry by entry costs amortised constant time each.
  Tensor withAxis1(int64_t count) &&;

  /// Row `row` of the last dimension: a view of the elements, or the row read into `scratch` if the tensor is lazy.
  llvm::ArrayRef<float> row(int64_t row, std::vector<float> &scratch) const;

private:
  Shape dims;
  StorageFormat element = StorageFormat::F32;
  /// Exactly one is set. A buffer may be longer than the shape says.
  std::shared_ptr<std::vector<float>> floatData;
  std::shared_ptr<std::vector<int64_t>> intData;
  std::shared_ptr<const RowSource> rows;
};

/// The value of `value` in the width of `format`, an integer: modulo 2^bits, and for bool whether it is odd.
int64_t wrapInteger(StorageFormat format, int64_t value);

/// The smallest and the largest value of an integer format.
std::pair<int64_t, int64_t> integerRange(StorageFormat format);

} // namespace tern

#endif // TERN_INTERPRETER_TENSOR_H
