//===- TileProduct.h - One tile of weights times a few tokens ----*- C++ -*-===//
//
// How the threads of a block share the columns of a tile:
//
//   chain c   of THREADS / 4 (F16: THREADS / 2) chains takes pieces c, c + chains, c + 2 chains, ... of the columns
//   lanes     of a chain, 4 (F16: 2), take 4 (8) rows each
//
// Each lane sums its rows for up to TOKENS tokens in f32, in the order of its pieces. Then lanes of a warp are added in
// pairs whose chains differ in one bit, and at last warps from the first to the last. So what a token gets depends on
// the token and THREADS alone: not on TOKENS, and not on who else is in the batch.
//
// Quants times quantised activations are exact integers for 16 or 32 columns, as in LinearQuants.cpp of KernelToCpu:
//
//   sum += (scale of w * scale of x) * dot(u - zero, q);   sum += minimum of w * (scale of x * the sum of q)
//
// Everything else is products of floats, each weight decoded to f32.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_TILEPRODUCT_H
#define TERN_RUNTIME_CUDA_DEVICE_TILEPRODUCT_H

#include "runtime/Cuda/Device/QuantizedRows.h"
#include "runtime/Cuda/Device/WeightPieces.h"

namespace tern {

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// Rows of numbers; columns beyond the row are zeros.
template <typename X> struct TokenRows {
  using Element = typename ElementOf<X>::type;
  const Element *x;
  long long columns, stride; ///< From row to row.

  __device__ __forceinline__ TokenRows(const void *x, long long /*maxRows*/, long long columns, int padding = 0)
      : x(static_cast<const Element *>(x)), columns(columns), stride(columns + padding) {}

  /// COUNT numbers from `column` on, which is a multiple of COUNT: 1, 2 or 4.
  template <int COUNT>
  __device__ __forceinline__ void read(long long token, long long column, float (&numbers)[COUNT]) const {
    const Element *from = x + token * stride + column;
    if (COUNT > 1 && columns % COUNT == 0) {
      struct alignas(COUNT * sizeof(Element)) Several {
        Element at[COUNT];
      };
      Several several = load<Several>(from);
      TERN_UNROLL
      for (int i = 0; i < COUNT; ++i)
        numbers[i] = toFloat(several.at[i]);
      return;
    }
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i)
      numbers[i] = column + i < columns ? toFloat(from[i]) : 0.0f;
  }
};

/// 32 columns of a token.
template <typename X> struct QuantizedBlock {
  Words4 hi[2], lo[2];
  float scale, fsum;
  int sums[2];

  __device__ __forceinline__ void read(const QuantizedRows<X> &rows, long long token, long long block) {
    long long place = token * rows.blocks + block;
    hi[0] = load<Words4>(rows.hi() + place * 32);
    hi[1] = load<Words4>(rows.hi() + place * 32 + 16);
    if (X::hasLow) {
      lo[0] = load<Words4>(rows.lo() + place * 32);
      lo[1] = load<Words4>(rows.lo() + place * 32 + 16);
    }
    scale = rows.scale()[place];
    fsum = rows.fsum()[place];
    Words2 both = load<Words2>(rows.isum16() + place * 2);
    sums[0] = static_cast<int>(both.x);
    sums[1] = static_cast<int>(both.y);
  }
};

template <typename X> struct Activations {
  using type = TokenRows<X>;
  static constexpr bool isQuantized = false;
};
template <> struct Activations<I15> {
  using type = QuantizedRows<I15>;
  static constexpr bool isQuantized = true;
};
template <> struct Activations<I8> {
  using type = QuantizedRows<I8>;
  static constexpr bool isQuantized = true;
};

//===----------------------------------------------------------------------===//
// Products of one piece
//===----------------------------------------------------------------------===//

/// The quants less their zero of groups [FIRST, FIRST + COUNT) of a row times those of a token; exact.
template <int FIRST, int COUNT, typename X, typename FORMAT>
__device__ __forceinline__ int dotProduct(const WeightPiece<FORMAT> &piece, const QuantizedBlock<X> &x, int row) {
  int dot = 0, low = 0;
  TERN_UNROLL
  for (int g = FIRST; g < FIRST + COUNT; ++g) {
    unsigned weights = piece.group(g, row);
    dot = dotUnsigned(weights, static_cast<int>(wordOf(x.hi[g / 4], g % 4)), dot);
    if (X::hasLow)
      low = dotUnsigned(weights, static_cast<int>(wordOf(x.lo[g / 4], g % 4)), low);
  }
  if (X::hasLow)
    dot = dot * 128 + low;
  int sum = COUNT == 8 ? x.sums[0] + x.sums[1] : x.sums[FIRST / 4];
  return FORMAT::zero ? dot - FORMAT::zero * sum : dot;
}

/// `sum` and the product of 32 columns of a row with a token, from the exact dot products of its two halves.
template <typename FORMAT>
__device__ __forceinline__ float addHalves(float sum, float firstScale, float secondScale, float firstMinimum,
                                           float secondMinimum, int first, int second, float scale, int firstSum,
                                           int secondSum) {
  float scaled = multiply(firstScale, static_cast<float>(first));
  if (FORMAT::hasMinimum)
    scaled = multiplyAdd(firstMinimum, static_cast<float>(firstSum), scaled);
  scaled = multiplyAdd(secondScale, static_cast<float>(second), scaled);
  if (FORMAT::hasMinimum)
    scaled = multiplyAdd(secondMinimum, static_cast<float>(secondSum), scaled);
  return multiplyAdd(scaled, scale, sum);
}

/// Likewise from that of the whole.
template <typename FORMAT>
__device__ __forceinline__ float addWhole(float sum, float weightScale, float minimum, int dot, float scale,
                                          float fsum) {
  sum = multiplyAdd(multiply(weightScale, scale), static_cast<float>(dot), sum);
  return FORMAT::hasMinimum ? multiplyAdd(minimum, fsum, sum) : sum;
}

template <typename X, typename FORMAT>
__device__ __forceinline__ void addProducts(const WeightPiece<FORMAT> &piece, const QuantizedBlock<X> &x,
                                            float (&sums)[4]) {
  const PieceScales<FORMAT> &of = piece.scales;
  TERN_UNROLL
  for (int row = 0; row < 4; ++row) {
    float minimum = FORMAT::hasMinimum ? of.minimum(0, row) : 0.0f;
    if (FORMAT::span == 32)
      sums[row] =
          addWhole<FORMAT>(sums[row], of.scale(0, row), minimum, dotProduct<0, 8>(piece, x, row), x.scale, x.fsum);
    else
      sums[row] = addHalves<FORMAT>(sums[row], of.scale(0, row), of.scale(1, row), minimum, of.minimum(1, row),
                                    dotProduct<0, 4>(piece, x, row), dotProduct<4, 4>(piece, x, row), x.scale,
                                    x.sums[0], x.sums[1]);
  }
}

//===----------------------------------------------------------------------===//
// A tile
//===----------------------------------------------------------------------===//

/// The sums of the rows of one lane for TOKENS tokens.
template <typename X, typename FORMAT, int THREADS, int TOKENS> struct TileProduct {
  using Piece = WeightPiece<FORMAT>;
  using Rows = typename Activations<X>::type;
  static constexpr int rows = Piece::rows, lanesOfChain = 16 / rows, chains = THREADS / lanesOfChain;
  static constexpr int warps = THREADS / 32;

  float sums[TOKENS][rows];

  /// Tokens [first, first + count), count at most TOKENS.
  __device__ __forceinline__ void multiply(const Rows &x, const unsigned char *tile, long long columns, long long first,
                                           int count) {
    TERN_UNROLL
    for (int t = 0; t < TOKENS; ++t) {
      TERN_UNROLL
      for (int row = 0; row < rows; ++row)
        sums[t][row] = 0.0f;
    }
    int chain = threadIndex() / lanesOfChain, part = threadIndex() % lanesOfChain;
    int pieces = static_cast<int>((columns + Piece::columns - 1) / Piece::columns);
    if constexpr (FORMAT::isQuants)
      multiplyBlocks(x, tile, pieces, chain, part, first, count);
    else
      multiplyNumbers(x, tile, pieces, chain, part, first, count);
  }

  /// Adds up the lanes and leaves one sum of each token and row in partial[warp][token][row].
  __device__ __forceinline__ void reduce(float (&partial)[warps][TOKENS][16]) {
    int lane = threadIndex() % 32, warp = threadIndex() / 32;
    TERN_UNROLL
    for (int t = 0; t < TOKENS; ++t) {
      TERN_UNROLL
      for (int row = 0; row < rows; ++row) {
        TERN_UNROLL
        for (int mask = 16; mask >= lanesOfChain; mask >>= 1)
          sums[t][row] = add(sums[t][row], shuffleXor(sums[t][row], mask));
        if (lane < lanesOfChain)
          partial[warp][t][lane * rows + row] = sums[t][row];
      }
    }
  }

private:
  /// Tokens beyond the last are the last: they cost nothing that matters and need no branch.
  static __device__ __forceinline__ long long tokenAt(long long first, int count, int t) {
    return first + (t < count ? t : count - 1);
  }

  /// The next piece is on its way while one is used.
  __device__ __forceinline__ void multiplyBlocks(const Rows &x, const unsigned char *tile, int pieces, int index,
                                                 int part, long long first, int count) {
    Piece piece;
    if (index < pieces)
      piece.load(tile, index, part);
    TERN_UNROLL_BY(1)
    while (index < pieces) {
      int next = index + chains;
      Piece ahead;
      if (next < pieces)
        ahead.load(tile, next, part);
      addBlock(x, piece, index, first, count);
      piece = ahead;
      index = next;
    }
  }

  __device__ __forceinline__ void addBlock(const Rows &x, const Piece &piece, int index, long long first, int count) {
    if constexpr (Activations<X>::isQuantized) {
      TERN_UNROLL
      for (int t = 0; t < TOKENS; ++t) {
        QuantizedBlock<X> block;
        block.read(x, tokenAt(first, count, t), index);
        addProducts(piece, block, sums[t]);
      }
    } else {
      TERN_UNROLL
      for (int g = 0; g < 8; ++g)
        addGroup(x, piece, g, index * 32 + g * 4, first, count);
    }
  }

  /// Four columns, decoded.
  __device__ __forceinline__ void addGroup(const Rows &x, const Piece &piece, int g, long long column, long long first,
                                           int count) {
    float weights[4][rows];
    TERN_UNROLL
    for (int j = 0; j < 4; ++j) {
      TERN_UNROLL
      for (int row = 0; row < rows; ++row)
        weights[j][row] = piece.value(g, j, row);
    }
    TERN_UNROLL
    for (int t = 0; t < TOKENS; ++t) {
      float numbers[4];
      x.template read<4>(tokenAt(first, count, t), column, numbers);
      TERN_UNROLL
      for (int j = 0; j < 4; ++j) {
        TERN_UNROLL
        for (int row = 0; row < rows; ++row)
          sums[t][row] = multiplyAdd(weights[j][row], numbers[j], sums[t][row]);
      }
    }
  }

  /// Eight pieces of 16 bytes are on their way at once.
  __device__ __forceinline__ void multiplyNumbers(const Rows &x, const unsigned char *tile, int pieces, int index,
                                                  int part, long long first, int count) {
    constexpr int ahead = 8;
    TERN_UNROLL_BY(1)
    for (; index < pieces; index += ahead * chains) {
      Piece loaded[ahead];
      TERN_UNROLL
      for (int i = 0; i < ahead; ++i) {
        if (index + i * chains < pieces)
          loaded[i].load(tile, index + i * chains, part);
      }
      TERN_UNROLL
      for (int i = 0; i < ahead; ++i) {
        if (index + i * chains < pieces)
          addNumbers(x, loaded[i], index + i * chains, first, count);
      }
    }
  }

  __device__ __forceinline__ void addNumbers(const Rows &x, const Piece &piece, int index, long long first, int count) {
    TERN_UNROLL
    for (int t = 0; t < TOKENS; ++t) {
      float numbers[Piece::columns];
      x.template read<Piece::columns>(tokenAt(first, count, t), index * Piece::columns, numbers);
      TERN_UNROLL
      for (int column = 0; column < Piece::columns; ++column) {
        TERN_UNROLL
        for (int row = 0; row < rows; ++row)
          sums[t][row] = multiplyAdd(piece.value(column, row), numbers[column], sums[t][row]);
      }
    }
  }
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_TILEPRODUCT_H
