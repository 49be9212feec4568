//===- RowFolds.h - One number from all elements of a row --------*- C++ -*-===//
//
// foldRow<GROUP, FOLD>(count, neutral, element): element(0), ..., element(count - 1) combined into one number by all
// threads of a group together; each of them gets it.
//
//   Block<THREADS>   all threads of the block
//   Warp             those of a warp, wherever others are
//
// The order is that of the row, whoever computes it: element i goes to partial result i % 512, where elements are
// combined one after another; partial results of 32 neighbours are combined in pairs whose numbers differ in one bit,
// and what each 32 make from the first to the last. So a row has the same bits in blocks of any size and in a warp,
// which is how a token gets the same norm alone and in a batch.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ROWFOLDS_H
#define TERN_RUNTIME_CUDA_DEVICE_ROWFOLDS_H

#include "runtime/Cuda/Device/Reductions.h"

namespace tern {

/// How two numbers become one. Maximum and minimum are NaN if one of them is.
struct Sum {
  static __device__ __forceinline__ float combine(float a, float b) { return add(a, b); }
  static __device__ __forceinline__ long long combine(long long a, long long b) { return a + b; }
};
struct Product {
  static __device__ __forceinline__ float combine(float a, float b) { return multiply(a, b); }
  static __device__ __forceinline__ long long combine(long long a, long long b) { return a * b; }
};
struct Max {
  static __device__ __forceinline__ float combine(float a, float b) { return maximum(a, b); }
  static __device__ __forceinline__ long long combine(long long a, long long b) { return a < b ? b : a; }
};
struct Min {
  static __device__ __forceinline__ float combine(float a, float b) { return minimum(a, b); }
  static __device__ __forceinline__ long long combine(long long a, long long b) { return b < a ? b : a; }
};

/// Partial results of a row, and how many sets of 32 they are.
struct RowPartials {
  static constexpr int count = 512, sets = count / 32;
};

/// Whether a row of `count` elements reaches set `set`; the first is always there.
__device__ __forceinline__ bool reachesSet(long long count, int set) { return set == 0 || set * 32 < count; }

/// Of the partial results, number first, first + STRIDE, ...: what the elements there make.
template <typename FOLD, int STRIDE, int COUNT, typename T, typename Element>
__device__ __forceinline__ void foldPartials(long long count, int first, Element &element, T (&partials)[COUNT]) {
  const long long rounds = count / RowPartials::count;
  [[maybe_unused]] constexpr int together = COUNT > 4 ? 2 : 4; // 32 elements of a thread on their way at most
  TERN_UNROLL_BY(together)
  for (long long round = 0; round < rounds; ++round) {
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i)
      partials[i] = FOLD::combine(partials[i], element(round * RowPartials::count + first + i * STRIDE));
  }
  if (count % RowPartials::count == 0)
    return;
  TERN_UNROLL
  for (int i = 0; i < COUNT; ++i) {
    long long place = rounds * RowPartials::count + first + i * STRIDE;
    if (place < count)
      partials[i] = FOLD::combine(partials[i], element(place));
  }
}

/// What the threads of `GROUP` do.
template <typename GROUP> struct RowFolder;

template <int THREADS> struct RowFolder<Block<THREADS>> {
  static_assert(THREADS % 32 == 0 && RowPartials::count % THREADS == 0, "each thread has as many partial results");
  static constexpr int own = RowPartials::count / THREADS;

  template <typename FOLD, typename T, typename Element>
  static __device__ __forceinline__ T fold(long long count, T neutral, Element &element) {
    T partials[own];
    TERN_UNROLL
    for (int i = 0; i < own; ++i)
      partials[i] = neutral;
    foldPartials<FOLD, THREADS>(count, threadIndex(), element, partials);
    return combineSets<FOLD>(count, partials);
  }

private:
  template <typename FOLD, typename T>
  static __device__ __forceinline__ T combineSets(long long count, const T (&partials)[own]) {
    __shared__ T sets[RowPartials::sets];
    barrier(); // what the previous call left here has been read
    TERN_UNROLL
    for (int i = 0; i < own; ++i) {
      T set = warpReduce(partials[i], [](T a, T b) { return FOLD::combine(a, b); });
      if (threadIndex() % 32 == 0)
        sets[(i * THREADS + threadIndex()) / 32] = set;
    }
    barrier();
    T result = sets[0];
    TERN_UNROLL
    for (int set = 1; set < RowPartials::sets; ++set)
      if (reachesSet(count, set))
        result = FOLD::combine(result, sets[set]);
    return result;
  }
};

template <> struct RowFolder<Warp> {
  template <typename FOLD, typename T, typename Element>
  static __device__ __forceinline__ T fold(long long count, T neutral, Element &element) {
    T partials[RowPartials::sets];
    TERN_UNROLL
    for (int set = 0; set < RowPartials::sets; ++set)
      partials[set] = neutral;
    foldPartials<FOLD, 32>(count, threadIndex() % 32, element, partials);
    T result = neutral;
    TERN_UNROLL
    for (int set = 0; set < RowPartials::sets; ++set) {
      if (reachesSet(count, set)) {
        T whole = warpReduce(partials[set], [](T a, T b) { return FOLD::combine(a, b); });
        result = set == 0 ? whole : FOLD::combine(result, whole);
      }
    }
    return result;
  }
};

template <typename GROUP, typename FOLD, typename T, typename Element>
__device__ __forceinline__ T foldRow(long long count, T neutral, Element element) {
  return RowFolder<GROUP>::template fold<FOLD>(count, neutral, element);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ROWFOLDS_H
