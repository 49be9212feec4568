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
  using Layout = LAYOUT;
  const T *pointer;
  long long width;

  __device__ __forceinline__ float operator()(long long position, long long d) const {
    return toFloat(pointer[LAYOUT::offset(position, d, width)]);
  }
};
template <typename T, typename LAYOUT> using KeyCache = Cache<T, LAYOUT>;
template <typename T, typename LAYOUT> using ValueCache = Cache<T, LAYOUT>;

/// Whether two types are one.
template <typename A, typename B> struct IsSame {
  static constexpr bool value = false;
};
template <typename A> struct IsSame<A, A> {
  static constexpr bool value = true;
};

/// COUNT stored numbers that are read at once.
template <typename T, int COUNT> struct alignas(COUNT * sizeof(T)) Several {
  T at[COUNT];
};

/// Number `i` of 16 bytes of them. They stay packed in registers until they are used.
template <typename T> __device__ __forceinline__ float numberOf(const Words4 &words, int i) {
  constexpr int perWord = 4 / sizeof(T);
  int place = i / perWord;
  unsigned word = place == 0 ? words.x : place == 1 ? words.y : place == 2 ? words.z : words.w;
  if constexpr (perWord == 1)
    return bitsToFloat(word);
  else
    return toFloat(T{static_cast<unsigned short>(i % 2 ? word >> 16 : word & 0xffffu)});
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_CACHE_H
