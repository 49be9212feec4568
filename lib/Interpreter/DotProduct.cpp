//===- DotProduct.cpp - Sums of products in f64 ---------------------------===//

#include "DotProduct.h"

#include <cstring>

using namespace tern;

// Compiled twice, for any x86-64 and for AVX2; the loader picks. See the header on why both give the same results.
#if defined(__x86_64__)
#define TERN_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define TERN_CLONES
#endif

namespace {

constexpr int numLanes = 8;
using Lanes = double __attribute__((vector_size(numLanes * sizeof(double))));
using FloatLanes = float __attribute__((vector_size(numLanes * sizeof(float))));

/// Vectors pass through memory, because their calling convention differs between the clones.
__attribute__((always_inline)) inline void widen(const float *source, Lanes &target) {
  FloatLanes narrow;
  std::memcpy(&narrow, source, sizeof narrow);
  target = __builtin_convertvector(narrow, Lanes);
}

__attribute__((always_inline)) inline void widen(const double *source, Lanes &target) {
  std::memcpy(&target, source, sizeof target);
}

__attribute__((always_inline)) inline double sumOf(const Lanes &lanes) {
  double quads[4] = {lanes[0] + lanes[4], lanes[1] + lanes[5], lanes[2] + lanes[6], lanes[3] + lanes[7]};
  return (quads[0] + quads[2]) + (quads[1] + quads[3]);
}

/// `Count` dot products with one row; several at once, so that the row is widened once for all.
template <int Count, typename T>
__attribute__((always_inline)) inline void dotTile(const float *weight, const T *inputs, int64_t length, double *sums) {
  Lanes totals[Count] = {};
  int64_t k = 0;
  for (; k + numLanes <= length; k += numLanes) {
    Lanes factor, input;
    widen(weight + k, factor);
    for (int i = 0; i < Count; ++i) {
      widen(inputs + i * length + k, input);
      totals[i] += factor * input;
    }
  }
  for (int i = 0; i < Count; ++i) {
    for (int64_t rest = k; rest < length; ++rest)
      totals[i][rest - k] += static_cast<double>(weight[rest]) * inputs[i * length + rest];
    sums[i] = sumOf(totals[i]);
  }
}

} // namespace

TERN_CLONES double tern::dot(const float *left, const float *right, int64_t length) {
  double sum;
  dotTile<1>(left, right, length, &sum);
  return sum;
}

TERN_CLONES void tern::dotMany(const float *weight, const double *inputs, int64_t count, int64_t length, double *sums) {
  int64_t i = 0;
  for (; i + 4 <= count; i += 4)
    dotTile<4>(weight, inputs + i * length, length, sums + i);
  for (; i < count; ++i)
    dotTile<1>(weight, inputs + i * length, length, sums + i);
}

TERN_CLONES void tern::addScaled(double factor, const float *row, int64_t length, double *sums) {
  for (int64_t k = 0; k < length; ++k)
    sums[k] += factor * row[k];
}
