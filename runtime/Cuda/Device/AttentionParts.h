//===- AttentionParts.h - Attention from its parts ---------------*- C++ -*-===//
//
// combineParts<PARTS, WIDTH>(parts, column, sink): a column of what kernel.attend_part has left of one row,
//
//   [part][sums of WIDTH columns, largest score, total]
//
// put together and divided: sum of weight * sums / (sum of weight * total + exp(sink - most)), with weight =
// exp(largest - most), and most the largest score of all and of the sink, which is -infinity if there is none. 0 if no
// part saw a key. Each thread computes its columns by itself; all that it reads of up to 32 parts is on its way at
// once.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ATTENTIONPARTS_H
#define TERN_RUNTIME_CUDA_DEVICE_ATTENTIONPARTS_H

#include "runtime/Cuda/Device/Attention.h"

namespace tern {

/// What parts make together so far.
struct CombinedParts {
  float largest, total, sum;

  /// COUNT more parts.
  template <int COUNT, int WIDTH> __device__ __forceinline__ void add(const float *parts, long long column) {
    float scores[COUNT], totals[COUNT], sums[COUNT], now = largest;
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i) {
      const float *part = parts + i * (WIDTH + 2);
      scores[i] = part[WIDTH];
      totals[i] = part[WIDTH + 1];
      sums[i] = part[column];
    }
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i)
      now = maximum(now, scores[i]);
    float shift = shiftOf(now), factor = exponential(largest - shift);
    largest = now;
    total = multiply(total, factor);
    sum = multiply(sum, factor);
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i) {
      float weight = exponential(scores[i] - shift);
      total = multiplyAdd(weight, totals[i], total);
      sum = multiplyAdd(weight, sums[i], sum);
    }
  }
};

template <int PARTS, int WIDTH>
__device__ __forceinline__ float combineParts(const float *parts, long long column, float sink) {
  constexpr int once = 32, rest = PARTS % once;
  CombinedParts all{sink, sink == negativeInfinity() ? 0.0f : 1.0f, 0.0f};
  TERN_UNROLL_BY(1)
  for (int part = 0; part + once <= PARTS; part += once)
    all.add<once, WIDTH>(parts + part * (WIDTH + 2), column);
  if constexpr (rest > 0)
    all.add<rest, WIDTH>(parts + (PARTS - rest) * (WIDTH + 2), column);
  return all.total == 0.0f ? 0.0f : divide(all.sum, all.total);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ATTENTIONPARTS_H
