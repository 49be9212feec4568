//===- Linear.h - Linear layers ----------------------------------*- C++ -*-===//
//
// linear<X, THREADS, MAXTOKENS, FORMATS...>(x, maxRows, columns, tokenBegin, tokenEnd, tile, finish, w...): one tile of
// 16 rows of each of up to four weights, times tokens of x. All threads of a block call it.
//
//   X          F32, F16, BF16: rows of `columns` numbers; I15, I8: a buffer of QuantizedRows.h made for `maxRows` rows
//   FORMATS    of the weights, in order; formats of numbers come with X of numbers
//   finish     finish(token, row, sum, ...) is called once for each token and row of the tile, with a sum of each
//   weight,
//              also for rows beyond the matrix; any thread may do so
//
//   tern::linear<tern::I15, 256, 1, tern::Q4_K, tern::Q4_K>(
//       x, 1, 2048, 0, 1, tern::blockIndex(),
//       [&](long long token, long long row, float gate, float up) { y[row] = silu(gate) * up; }, gates, ups);
//
// A token's sums are the same bits whatever other tokens come with it (TileProduct.h says in which order).
//
// prefetchTiles brings a tile to the second cache, to be called before waitForPreviousLaunch: weights do not depend on
// the launches before.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_LINEAR_H
#define TERN_RUNTIME_CUDA_DEVICE_LINEAR_H

#include "runtime/Cuda/Device/TileProduct.h"

namespace tern {

/// The weights of one call: pointers to their first tiles.
template <int COUNT> struct WeightPointers {
  const void *at[COUNT];
};

/// Calls finish(token, row, a sum of each weight).
template <int COUNT, typename Finish>
__device__ __forceinline__ void finishRow(Finish &finish, long long token, long long row, const float *sums) {
  if constexpr (COUNT == 1)
    finish(token, row, sums[0]);
  else if constexpr (COUNT == 2)
    finish(token, row, sums[0], sums[1]);
  else if constexpr (COUNT == 3)
    finish(token, row, sums[0], sums[1], sums[2]);
  else
    finish(token, row, sums[0], sums[1], sums[2], sums[3]);
}

/// Tokens [first, first + count) of linear(), count at most TOKENS.
template <typename X, int THREADS, int TOKENS, typename Finish, typename... FORMATS>
__device__ __forceinline__ void linearTokens(const typename Activations<X>::type &x, long long columns, long long first,
                                             int count, long long tile, Finish &finish,
                                             const WeightPointers<sizeof...(FORMATS)> &weights) {
  constexpr int numWeights = sizeof...(FORMATS), warps = THREADS / 32;
  __shared__ float partial[numWeights][warps][TOKENS][16];
  auto multiply = [&](auto product, int index, long long bytes) {
    product.multiply(x, static_cast<const unsigned char *>(weights.at[index]) + tile * bytes, columns, first, count);
    product.reduce(partial[index]);
  };
  int index = 0;
  (multiply(TileProduct<X, FORMATS, THREADS, TOKENS>(), index++, tileBytes<FORMATS>(columns)), ...);
  barrier();
  for (int i = threadIndex(); i < 16 * count; i += THREADS) {
    int token = i / 16, row = i % 16;
    float sums[numWeights];
#pragma unroll
    for (int w = 0; w < numWeights; ++w) {
      sums[w] = partial[w][0][token][row];
#pragma unroll
      for (int warp = 1; warp < warps; ++warp)
        sums[w] = add(sums[w], partial[w][warp][token][row]);
    }
    finishRow<numWeights>(finish, first + token, tile * 16 + row, sums);
  }
  barrier(); // sums have been read before the next tokens' are written
}

template <typename X, int THREADS, int MAXTOKENS, typename... FORMATS, typename Finish, typename... Weights>
__device__ __forceinline__ void linear(const void *x, long long maxRows, long long columns, long long tokenBegin,
                                       long long tokenEnd, long long tile, Finish finish, Weights... w) {
  static_assert(sizeof...(FORMATS) == sizeof...(Weights) && sizeof...(Weights) >= 1 && sizeof...(Weights) <= 4,
                "one to four weights, each with its format");
  static_assert(THREADS % 32 == 0 && (!Activations<X>::isQuantized || (FORMATS::isQuants && ...)),
                "whole warps; quantised activations meet quants only");
  constexpr int group = MAXTOKENS < 4 ? MAXTOKENS : 4;
  const typename Activations<X>::type rows(x, maxRows, columns);
  const WeightPointers<sizeof...(Weights)> weights{{w...}};
  if (tokenEnd <= tokenBegin)
    return;
  if (MAXTOKENS == 1 || tokenEnd - tokenBegin == 1)
    return linearTokens<X, THREADS, 1, Finish, FORMATS...>(rows, columns, tokenBegin, 1, tile, finish, weights);
  if constexpr (MAXTOKENS > 1)
#pragma unroll 1
    for (long long first = tokenBegin; first < tokenEnd; first += group) {
      int count = tokenEnd - first < group ? static_cast<int>(tokenEnd - first) : group;
      linearTokens<X, THREADS, group, Finish, FORMATS...>(rows, columns, first, count, tile, finish, weights);
    }
}

/// Asks for tile `tile` of each weight; the threads of a block share its lines.
template <int THREADS, typename... FORMATS, typename... Weights>
__device__ __forceinline__ void prefetchTiles(long long columns, long long tile, Weights... w) {
  auto prefetch = [&](const void *weight, long long bytes) {
    const unsigned char *begin = static_cast<const unsigned char *>(weight) + tile * bytes;
    for (long long at = threadIndex() * 128ll; at < bytes; at += THREADS * 128ll)
      prefetchLine(begin + at);
  };
  (prefetch(w, tileBytes<FORMATS>(columns)), ...);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_LINEAR_H
