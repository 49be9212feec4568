//===- Linear.h - Linear layers ----------------------------------*- C++ -*-===//
//
// linear<X, THREADS, MAXTOKENS, FORMATS...>(x, maxRows, columns, tokenBegin, tokenEnd, tile, finish, w...): one tile of
// 16 rows of each of up to four weights, times tokens of x. All threads of a block call it.
//
//   X          F32, F16, BF16: rows of `columns` numbers; I15, I8: a buffer of QuantizedRows.h made for `maxRows` rows
//   FORMATS    of the weights, in order; formats of numbers come with X of numbers
//   finish     finish(token, row, sum, ...) is called once for each token and row of the tile, also for rows beyond the
//              matrix, with a sum of each weight; by any thread
//
//   tern::linear<tern::I15, 256, 1, tern::Q4_K, tern::Q4_K>(
//       x, 1, 2048, 0, 1, tern::blockIndex(),
//       [&](long long token, long long row, float gate, float up) { y[row] = silu(gate) * up; }, gates, ups);
//
// Up to four tokens share a pass over the tile on ordinary cores (TileProduct.h); where more are left, and weights and
// activations are quants, eight share a pass on tensor cores (MatrixProduct.h). A token's sums are the same bits either
// way, whatever other tokens come with it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_LINEAR_H
#define TERN_RUNTIME_CUDA_DEVICE_LINEAR_H

#include "runtime/Cuda/Device/MatrixProduct.h"

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

/// What multiplies a tile by TOKENS tokens: eight meet on tensor cores, if both are quants.
template <typename X, typename FORMAT, int THREADS, int TOKENS> struct ProductOf {
  using type = TileProduct<X, FORMAT, THREADS, TOKENS>;
};
template <typename FORMAT, int THREADS> struct ProductOf<I15, FORMAT, THREADS, 8> {
  using type = MatrixProduct<I15, FORMAT, THREADS>;
};
template <typename FORMAT, int THREADS> struct ProductOf<I8, FORMAT, THREADS, 8> {
  using type = MatrixProduct<I8, FORMAT, THREADS>;
};

/// The sums of tokens [first, first + count) and one weight, to partial[warp][token][row].
template <typename X, typename FORMAT, int THREADS, int TOKENS>
__device__ __forceinline__ void multiplyTile(const typename Activations<X>::type &x, const void *weight, long long tile,
                                             long long columns, long long first, int count,
                                             float (&partial)[THREADS / 32][TOKENS][16]) {
  typename ProductOf<X, FORMAT, THREADS, TOKENS>::type product;
  product.multiply(x, static_cast<const unsigned char *>(weight) + tile * tileBytes<FORMAT>(columns), columns, first,
                   count);
  product.reduce(partial);
}

/// Tokens [first, first + count) of linear(), count at most TOKENS.
template <typename X, int THREADS, int TOKENS, typename Finish, typename... FORMATS>
__device__ __forceinline__ void linearTokens(const typename Activations<X>::type &x, long long columns, long long first,
                                             int count, long long tile, Finish &finish,
                                             const WeightPointers<sizeof...(FORMATS)> &weights) {
  constexpr int numWeights = sizeof...(FORMATS), warps = THREADS / 32;
  __shared__ float partial[numWeights][warps][TOKENS][16];
  int index = 0;
  ((multiplyTile<X, FORMATS, THREADS, TOKENS>(x, weights.at[index], tile, columns, first, count, partial[index]),
    ++index),
   ...);
  barrier();
  for (int i = threadIndex(); i < 16 * count; i += THREADS) {
    int token = i / 16, row = i % 16;
    float sums[numWeights];
    TERN_UNROLL
    for (int w = 0; w < numWeights; ++w) {
      sums[w] = partial[w][0][token][row];
      TERN_UNROLL
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
  if constexpr (MAXTOKENS > 1) {
    long long first = tokenBegin;
    // More than four at once are worth the tensor cores.
    if constexpr (Activations<X>::isQuantized && MAXTOKENS > 4) {
      TERN_UNROLL_BY(1)
      for (; tokenEnd - first > 4; first += 8) {
        int count = tokenEnd - first < 8 ? static_cast<int>(tokenEnd - first) : 8;
        linearTokens<X, THREADS, 8, Finish, FORMATS...>(rows, columns, first, count, tile, finish, weights);
      }
    }
    TERN_UNROLL_BY(1)
    for (; first < tokenEnd; first += group) {
      int count = tokenEnd - first < group ? static_cast<int>(tokenEnd - first) : group;
      linearTokens<X, THREADS, group, Finish, FORMATS...>(rows, columns, first, count, tile, finish, weights);
    }
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_LINEAR_H
