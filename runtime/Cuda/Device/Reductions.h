//===- Reductions.h - One number from all threads of a block -----*- C++ -*-===//
//
// blockSum<THREADS>(x) and its like: all THREADS threads of a block call them together, and each gets the result. Lanes
// are combined in pairs whose numbers differ in one bit, then the warps one after another, so the result is the same
// bits each time. Maximum and minimum are NaN if any number is.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_REDUCTIONS_H
#define TERN_RUNTIME_CUDA_DEVICE_REDUCTIONS_H

#include "runtime/Cuda/Device/Primitives.h"

namespace tern {

/// Threads that do something together: all of a block, or those of a warp, wherever others are.
template <int THREADS> struct Block {
  static constexpr int warps = THREADS / 32;
  static __device__ __forceinline__ int warp() { return threadIndex() / 32; }
  /// What any of them wrote to memory before, all see after.
  static __device__ __forceinline__ void meet() { barrier(); }
};
struct Warp {
  static constexpr int warps = 1;
  static __device__ __forceinline__ int warp() { return 0; }
  static __device__ __forceinline__ void meet() { warpBarrier(); }
};

/// Of the 32 lanes of a warp, in every lane.
template <typename T, typename Combine> __device__ __forceinline__ T warpReduce(T value, Combine combine) {
  TERN_UNROLL
  for (int mask = 16; mask > 0; mask >>= 1)
    value = combine(value, shuffleXor(value, mask));
  return value;
}

template <int THREADS, typename T, typename Combine>
__device__ __forceinline__ T blockReduce(T value, Combine combine) {
  constexpr int warps = THREADS / 32;
  static_assert(THREADS % 32 == 0, "a block is whole warps");
  __shared__ T partial[warps];
  value = warpReduce(value, combine);
  if (warps == 1)
    return value;
  barrier(); // what the previous call left here has been read
  if (threadIndex() % 32 == 0)
    partial[threadIndex() / 32] = value;
  barrier();
  value = partial[0];
  TERN_UNROLL
  for (int warp = 1; warp < warps; ++warp)
    value = combine(value, partial[warp]);
  return value;
}

template <int THREADS> __device__ __forceinline__ float blockSum(float value) {
  return blockReduce<THREADS>(value, [](float a, float b) { return add(a, b); });
}
template <int THREADS> __device__ __forceinline__ float blockProduct(float value) {
  return blockReduce<THREADS>(value, [](float a, float b) { return multiply(a, b); });
}
template <int THREADS> __device__ __forceinline__ float blockMax(float value) {
  return blockReduce<THREADS>(value, [](float a, float b) { return maximum(a, b); });
}
template <int THREADS> __device__ __forceinline__ float blockMin(float value) {
  return blockReduce<THREADS>(value, [](float a, float b) { return minimum(a, b); });
}
template <int THREADS> __device__ __forceinline__ long long blockSumInt(long long value) {
  return blockReduce<THREADS>(value, [](long long a, long long b) { return a + b; });
}
template <int THREADS> __device__ __forceinline__ long long blockMaxInt(long long value) {
  return blockReduce<THREADS>(value, [](long long a, long long b) { return a < b ? b : a; });
}
template <int THREADS> __device__ __forceinline__ long long blockMinInt(long long value) {
  return blockReduce<THREADS>(value, [](long long a, long long b) { return b < a ? b : a; });
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_REDUCTIONS_H
