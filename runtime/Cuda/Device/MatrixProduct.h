//===- MatrixProduct.h - One tile of quants times eight tokens ---*- C++ -*-===//
//
// What TileProduct.h computes, on tensor cores, for quants and quantised activations of up to eight tokens: a piece of
// 32 columns of 16 rows is one matrix, 32 columns of eight tokens another, and their product is exact.
//
//   lane = 4 g + q    weights       rows g and g + 8, columns 4q .. 4q + 3 and 16 + 4q .. 16 + 4q + 3
//                     activations   token g, the same columns
//                     sums          rows g and g + 8, tokens 2q and 2q + 1
//
// The results are those of TileProduct.h bit for bit: a warp has the same eight pieces at a time, one of each of its
// chains, keeps a sum for each chain, and adds chains in the same pairs.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_MATRIXPRODUCT_H
#define TERN_RUNTIME_CUDA_DEVICE_MATRIXPRODUCT_H

#include "runtime/Cuda/Device/RowScales.h"
#include "runtime/Cuda/Device/TileProduct.h"

namespace tern {

/// Of one row of a piece: the quants of groups q and 4 + q, and its scales.
template <typename FORMAT> struct RowOfPiece {
  unsigned quants[2]; ///< Of 8 bits one word for each group, else one for both.
  unsigned high[2];
  RowScales<FORMAT> scales;

  __device__ __forceinline__ void load(const unsigned char *tile, int index, int row, int q) {
    const unsigned char *block = tile + (FORMAT::isK ? index >> 3 : index) * FORMAT::blockBytes;
    int part = FORMAT::isK ? index & 7 : 0;
    quants[0] = loadStreamed<unsigned>(block + part * 256 + q * 64 + row * 4);
    if (FORMAT::bits == 8)
      quants[1] = loadStreamed<unsigned>(block + 256 + q * 64 + row * 4);
    if (FORMAT::bits == 5)
      high[0] = loadStreamed<unsigned>(block + FORMAT::high + part * 64 + row * 4);
    if (FORMAT::bits == 6) {
      high[0] = loadStreamed<unsigned>(block + FORMAT::high + part * 128 + row * 4);
      high[1] = loadStreamed<unsigned>(block + FORMAT::high + part * 128 + 64 + row * 4);
    }
    scales.load(block, part, row);
  }

  /// The unsigned quants of group q (half 0) or 4 + q (half 1).
  __device__ __forceinline__ unsigned word(int half, int q) const {
    if (FORMAT::bits == 8)
      return quants[half];
    unsigned low = quants[0] >> (4 * half) & 0x0f0f0f0fu;
    if (FORMAT::bits == 5)
      low |= (high[0] >> (q + 4 * half) & 0x01010101u) << 4;
    if (FORMAT::bits == 6)
      low |= (high[half] >> (2 * q) & 0x03030303u) << 4;
    return low;
  }
};

template <typename X, typename FORMAT, int THREADS> struct MatrixProduct {
  static constexpr int tokens = 8, warps = THREADS / 32, pieces = 8, ahead = 2;
  using Row = RowOfPiece<FORMAT>;

  float sums[pieces][4]; ///< [chain of this warp][rows g and g + 8][tokens 2q and 2q + 1].

  /// Tokens [first, first + count), count at most 8.
  __device__ __forceinline__ void multiply(const QuantizedRows<X> &x, const unsigned char *tile, long long columns,
                                           long long first, int count) {
    TERN_UNROLL
    for (int p = 0; p < pieces; ++p) {
      TERN_UNROLL
      for (int i = 0; i < 4; ++i)
        sums[p][i] = 0.0f;
    }
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    int end = static_cast<int>(columns / 32);
    TERN_UNROLL_BY(1)
    for (int base = threadIndex() / 32 * pieces; base < end; base += warps * pieces) {
      TERN_UNROLL
      for (int from = 0; from < pieces; from += ahead) {
        Row rows[ahead][2];
        TERN_UNROLL
        for (int p = 0; p < ahead; ++p) {
          if (base + from + p < end) {
            rows[p][0].load(tile, base + from + p, g, q);
            rows[p][1].load(tile, base + from + p, g + 8, q);
          }
        }
        TERN_UNROLL
        for (int p = 0; p < ahead; ++p) {
          if (base + from + p < end)
            addPiece(x, rows[p], base + from + p, first, count, sums[from + p]);
        }
      }
    }
  }

  /// Adds up the chains and leaves one sum of each token and row in partial[warp][token][row].
  __device__ __forceinline__ void reduce(float (&partial)[warps][tokens][16]) {
    int lane = threadIndex() % 32, warp = threadIndex() / 32;
    TERN_UNROLL
    for (int i = 0; i < 4; ++i) {
      TERN_UNROLL
      for (int half = pieces / 2; half > 0; half /= 2) {
        TERN_UNROLL
        for (int p = 0; p < half; ++p)
          sums[p][i] = add(sums[p][i], sums[p + half][i]);
      }
      partial[warp][lane % 4 * 2 + i % 2][lane / 4 + i / 2 * 8] = sums[0][i];
    }
  }

private:
  /// The exact products of rows g and g + 8 with tokens 2q and 2q + 1 over the columns of `a`, for both planes of x.
  static __device__ __forceinline__ void multiplyPlanes(const unsigned (&a)[4], const unsigned (&hi)[2],
                                                        const unsigned (&lo)[2], int (&dots)[4]) {
    TERN_UNROLL
    for (int i = 0; i < 4; ++i)
      dots[i] = 0;
    multiplyTilesU8(dots, a, hi);
    if (X::hasLow) {
      int lows[4] = {0, 0, 0, 0};
      multiplyTilesU8(lows, a, lo);
      TERN_UNROLL
      for (int i = 0; i < 4; ++i)
        dots[i] = dots[i] * 128 + lows[i];
    }
  }

  static __device__ __forceinline__ void addPiece(const QuantizedRows<X> &x, const Row (&rows)[2], int index,
                                                  long long first, int count, float (&sums)[4]) {
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    long long place = tokenAt(first, count, g) * x.blocks + index;
    unsigned hi[2], lo[2] = {0, 0};
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      hi[half] = load<unsigned>(x.hi() + place * 32 + 16 * half + 4 * q);
      if (X::hasLow)
        lo[half] = load<unsigned>(x.lo() + place * 32 + 16 * half + 4 * q);
    }
    int dots[2][4];
    unsigned first16[4] = {rows[0].word(0, q), rows[1].word(0, q), 0, 0};
    unsigned second16[4] = {0, 0, rows[0].word(1, q), rows[1].word(1, q)};
    if (FORMAT::span == 32) {
      first16[2] = second16[2];
      first16[3] = second16[3];
    }
    multiplyPlanes(first16, hi, lo, dots[0]);
    if (FORMAT::span == 16)
      multiplyPlanes(second16, hi, lo, dots[1]);
    TERN_UNROLL
    for (int t = 0; t < 2; ++t) {
      long long mine = tokenAt(first, count, 2 * q + t) * x.blocks + index;
      Words2 both = load<Words2>(x.isum16() + mine * 2);
      int sum[2] = {static_cast<int>(both.x), static_cast<int>(both.y)};
      float scale = x.scale()[mine], fsum = x.fsum()[mine];
      TERN_UNROLL
      for (int r = 0; r < 2; ++r) {
        const RowScales<FORMAT> &of = rows[r].scales;
        float &target = sums[2 * r + t];
        if (FORMAT::span == 32)
          target = addWhole<FORMAT>(target, of.scale(0), of.minimum(0),
                                    dots[0][2 * r + t] - FORMAT::zero * (sum[0] + sum[1]), scale, fsum);
        else
          target = addHalves<FORMAT>(target, of.scale(0), of.scale(1), of.minimum(0), of.minimum(1),
                                     dots[0][2 * r + t] - FORMAT::zero * sum[0],
                                     dots[1][2 * r + t] - FORMAT::zero * sum[1], scale, sum[0], sum[1]);
      }
    }
  }

  static __device__ __forceinline__ long long tokenAt(long long first, int count, int t) {
    return first + (t < count ? t : count - 1);
  }
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_MATRIXPRODUCT_H
