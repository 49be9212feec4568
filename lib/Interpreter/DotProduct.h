//===- DotProduct.h - Sums of products in f64 --------------------*- C++ -*-===//
//
// Where the interpreter spends its time. The product of two f32 numbers is exact in f64, so it makes no difference
// whether a machine fuses it with the sum; and terms are always summed in the same order, element k in lane k mod 8 and
// the lanes in a tree. Results are therefore the same on every machine and for any number of threads.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_INTERPRETER_DOTPRODUCT_H
#define TERN_LIB_INTERPRETER_DOTPRODUCT_H

#include <cstdint>

namespace tern {

/// sum_k left[k] * right[k] over `length` elements; 0 over none.
double dot(const float *left, const float *right, int64_t length);

/// sums[i] = sum_k weight[k] * inputs[i * length + k] for `count` inputs, which hold f32 numbers in f64.
void dotMany(const float *weight, const double *inputs, int64_t count, int64_t length, double *sums);

/// sums[k] += factor * row[k] over `length` elements.
void addScaled(double factor, const float *row, int64_t length, double *sums);

} // namespace tern

#endif // TERN_LIB_INTERPRETER_DOTPRODUCT_H
