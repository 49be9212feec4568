//===- Cache.h - Keys and values of a sequence -------------------*- C++ -*-===//
//
// The keys (values) of one head of one sequence, as attention reads them: Cache<f16, Lanes16>{pointer, width} begins at
// position 0 of a head and has `width` numbers for each position.
//
//   Heads      [position][d]                     a position is one run of memory
//   Lanes16    [position / 16][d][16]            16 positions side by side, for scores: one position a lane
//
// A head takes capacity * width numbers in both, and begins at a multiple of 16 bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_CACHE_H
#define TERN_RUNTIME_CUDA_DEVICE_CACHE_H

#include "runtime/Cuda/Device/Storage.h"

namespace tern {

struct Heads {
  static __device__ __forceinline__ long long offset(long long position, long long d, long long width) {
    return position * width + d;
  }
};
struct Lanes16 {
  static __device__ __forceinline__ long long offset(long long position, long long d, long long width) {
    return ((((position >> 4) * width) + d) << 4) + (position & 15);
  }
};

template <typename T, typename LAYOUT> struct Cache {
  using Element = T;
  const T *pointer;
  long long width;

  __device__ __forceinline__ float operator()(long long position, long long d) const {
    return toFloat(pointer[LAYOUT::offset(position, d, width)]);
  }
};
template <typename T, typename LAYOUT> using KeyCache = Cache<T, LAYOUT>;
template <typename T, typename LAYOUT> using ValueCache = Cache<T, LAYOUT>;

/// COUNT stored numbers that are read at once.
template <typename T, int COUNT> struct alignas(COUNT * sizeof(T)) Several {
  T at[COUNT];
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_CACHE_H
