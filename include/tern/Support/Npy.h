//===- Npy.h - Arrays that NumPy reads ---------------------------*- C++ -*-===//
//
// Tables of f32 in NumPy's .npy format, version 1.0
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): little-endian, row-major.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_SUPPORT_NPY_H
#define TERN_SUPPORT_NPY_H

#include "runtime/Base/Result.h"

#include <cstdint>

namespace tern {

/// A table of f32, row-major.
struct FloatTable {
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values; ///< rows * columns

  const float *row(std::int64_t index) const { return values.data() + index * columns; }
};

/// Writes `table` beside `path` and renames it.
Status writeNpy(const std::string &path, const FloatTable &table);

/// Reads a two-dimensional f32 array. Problems: not .npy, another type, order or rank, truncated.
Result<FloatTable> readNpy(const std::string &path);

} // namespace tern

#endif // TERN_SUPPORT_NPY_H
