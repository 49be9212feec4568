//===- Difference.h - How far two tensors are apart --------------*- C++ -*-===//

#ifndef TERN_LIB_INTERPRETER_DIFFERENCE_H
#define TERN_LIB_INTERPRETER_DIFFERENCE_H

#include "tern/Interpreter/Tensor.h"

#include <optional>

namespace tern {

/// How far an element may be off: `absolute + relative * |expected|`.
struct Tolerance {
  double absolute = 0, relative = 0;
};

/// The worst of the elements that are further off than a tolerance.
struct Difference {
  int64_t place;     ///< In row-major order.
  int64_t count = 1; ///< Elements that are off.
  double error;      ///< |actual - expected|; infinity if only one of them is NaN or infinite.

  /// "12 of 100 elements differ; worst at [0, 3]: got 1.5, expected 2, error 0.5".
  std::string str(const Tensor &actual, const Tensor &expected) const;
};

/// |actual - expected|: 0 if both are NaN or the same infinity, infinity if one alone is.
double errorBetween(double actual, double expected);

/// Compares tensors of the same shape and kind. Integers must be equal.
std::optional<Difference> compareClose(const Tensor &actual, const Tensor &expected, Tolerance tolerance);

/// Compares for equal elements: NaN equals NaN, and the zeros of either sign differ.
std::optional<Difference> compareExact(const Tensor &actual, const Tensor &expected);

/// The largest error over all elements; 0 for empty tensors.
double largestError(const Tensor &actual, const Tensor &expected);

} // namespace tern

#endif // TERN_LIB_INTERPRETER_DIFFERENCE_H
