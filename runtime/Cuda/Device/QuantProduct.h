//===- QuantProduct.h - Tiles of quants times a few tokens -------*- C++ -*-===//
//
// linearQuants<X, THREADS, MAXTOKENS, SHARED, FORMATS...>(ring, x, maxRows, columns, tokenBegin, tokenEnd, tileBegin,
// tileEnd, finish, w...): what linear (Linear.h) does, for tiles [tileBegin, tileEnd) of weights of quants and
// quantised activations. All threads of a block call it. Before waitForPreviousLaunch they call
//
//   startQuants<THREADS, MAXTOKENS, SHARED, FORMATS...>(ring, columns, tileBegin, tileEnd, w...)
//
// with the same tiles, as weights do not depend on the launches before. `ring` is SHARED bytes of shared memory,
// aligned to 128, that nothing else uses between the two: quantSumBytes, and at least a stretch (QuantStretch.h) of
// each weight for each warp. If a call has no tokens, the second still comes.
//
// Weights stream through the ring (WarpRing.h). Each warp has a run of the columns, the same of every tile, and takes
// it in stretches of four pieces of 32 columns. Products are exact, on tensor cores; the eight columns of matrix b are
// the two planes of I15, or the one of I8 and zeros, of
//
//   one token       the four pieces of a stretch: their four products with zeros elsewhere make one result, in which
//                   lane 4 g + q has rows 2 g and 2 g + 1 of piece q
//   more tokens     four tokens: after each piece lane 4 g + q has the same rows of token q
//
// and what comes after is in f32:  sum += (scale of w * scale of x) * dot(u - zero, q);  sum += minimum of w * fsum
//
// Pieces 0, 1, 2 and 3 of stretches have sums of their own, which are added as (0 + 1) + (2 + 3), then warps from the
// first to the last. So what a token gets depends on the token and THREADS alone, not on who else is in the batch.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_QUANTPRODUCT_H
#define TERN_RUNTIME_CUDA_DEVICE_QUANTPRODUCT_H

#include "runtime/Cuda/Device/QuantStretch.h"
#include "runtime/Cuda/Device/WarpRing.h"

namespace tern {

/// Tokens that share a pass over WEIGHTS weights: as many as have their sums in registers.
template <int WEIGHTS> inline constexpr int mostQuantTokens = WEIGHTS == 1 ? 16 : WEIGHTS == 2 ? 8 : 4;
template <int MAXTOKENS, int WEIGHTS>
inline constexpr int quantTokens = MAXTOKENS == 1                         ? 1
                                   : MAXTOKENS < mostQuantTokens<WEIGHTS> ? (MAXTOKENS + 3) / 4 * 4
                                                                          : mostQuantTokens<WEIGHTS>;

/// Shared memory for the sums of the warps: of two tiles, as warps are done with one before others are.
template <int THREADS, int MAXTOKENS, int WEIGHTS>
inline constexpr int quantSumBytes = 2 * (THREADS / 32) * quantTokens<MAXTOKENS, WEIGHTS> * WEIGHTS * 64;

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Stretches of each weight.
template <typename... FORMATS> struct StretchSources {
  template <typename... Tiles> __device__ __forceinline__ explicit StretchSources(Tiles...) {}
  __device__ __forceinline__ void copy(unsigned char *, int, int) const {}
  __device__ __forceinline__ void advance(long long) {}
};
template <typename FORMAT, typename... OTHERS> struct StretchSources<FORMAT, OTHERS...> {
  StretchSource<FORMAT> first;
  StretchSources<OTHERS...> others;

  template <typename... Tiles>
  __device__ __forceinline__ explicit StretchSources(const unsigned char *tile, Tiles... tiles)
      : first(tile), others(tiles...) {}

  __device__ __forceinline__ void copy(unsigned char *target, int piece, int count) const {
    first.copy(target, piece, count);
    others.copy(target + StretchLayout<FORMAT>::bytes, piece, count);
  }
  /// To the next tile.
  __device__ __forceinline__ void advance(long long columns) {
    first.tile += tileBytes<FORMAT>(columns);
    others.advance(columns);
  }
};

/// The stretches of a warp on their way: those of all weights share a place.
template <int THREADS, int MAXTOKENS, int SHARED, typename... FORMATS> struct QuantStream {
  static constexpr int count = sizeof...(FORMATS), warps = THREADS / 32;
  static constexpr int sumBytes = quantSumBytes<THREADS, MAXTOKENS, count>;
  static constexpr int placeBytes = (StretchLayout<FORMATS>::bytes + ...);
  static constexpr int fitting = (SHARED - sumBytes) / warps / placeBytes, places = fitting < 8 ? fitting : 8;
  static constexpr int grain = (StretchLayout<FORMATS>::grain | ...) > 1 ? 4 : 1; ///< Of all weights the same.
  static_assert(SHARED > sumBytes && places >= 1, "a stretch of each weight must fit in SHARED bytes");

  WarpRing<places, placeBytes> ring;
  StretchSources<FORMATS...> sources;
  long long columns;
  int numTiles, begin, end; ///< Tiles of each weight; this warp's pieces.
  TileWalk next;            ///< To copy.

  template <typename... Tiles>
  __device__ __forceinline__ QuantStream(void *shared, long long columns, int numTiles, Tiles... tiles)
      : ring(static_cast<unsigned char *>(shared) + sumBytes), sources(tiles...), columns(columns), numTiles(numTiles) {
    int warp = threadIndex() >> 5, grains = static_cast<int>((columns + 31) / 32) / grain;
    begin = warp * grains / warps * grain;
    end = (warp + 1) * grains / warps * grain;
  }

  __device__ __forceinline__ int stretches() const { return (end - begin + 3) / 4; }
  __device__ __forceinline__ int firstOf(int stretch) const { return begin + stretch * 4; }
  __device__ __forceinline__ int piecesOf(int stretch) const {
    return end - firstOf(stretch) < 4 ? end - firstOf(stretch) : 4;
  }

  /// Begins to copy the next stretch of each weight, if there is one.
  __device__ __forceinline__ void copyNext() {
    if (next.tile < numTiles && begin < end)
      sources.copy(ring.toFill(), firstOf(next.group), piecesOf(next.group));
    ring.filled();
    advance();
  }
  /// As if it had been copied.
  __device__ __forceinline__ void advance() {
    if (next.advance(stretches()))
      sources.advance(columns);
  }
  __device__ __forceinline__ void fillRing() {
    TERN_UNROLL_BY(1)
    for (int i = 0; i < places; ++i)
      copyNext();
  }
};

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// Numbers of a block of 32 columns of a token.
struct BlockNumbers {
  float scale, fsum;
  int sums[2];
};

/// What a lane reads of four tokens for each piece; or of one, for the four pieces of a stretch.
template <typename X> struct QuantTokens {
  const signed char *column; ///< Of this lane's column of b.
  const float *scale, *fsum; ///< Of this lane's sums.
  const int *sums;

  /// Tokens [first, first + count); those beyond the last are the last.
  __device__ __forceinline__ QuantTokens(const QuantizedRows<X> &rows, long long first, int count) {
    int plane = laneG() & 1, ofColumn = laneG() >> 1, q = laneQ();
    column = (plane == 0 || !X::hasLow ? rows.hi() : rows.lo()) +
             (first + (ofColumn < count ? ofColumn : count - 1)) * rows.blocks * 32 + 4 * q;
    long long mine = (first + (q < count ? q : count - 1)) * rows.blocks;
    scale = rows.scale() + mine;
    fsum = rows.fsum() + mine;
    sums = rows.isum16() + 2 * mine;
  }

  /// This lane's column of b for block `block`: even columns are of the high plane, odd ones of the low plane.
  __device__ __forceinline__ void readColumn(int block, unsigned (&b)[2]) const {
    bool isThere = X::hasLow || (laneG() & 1) == 0;
    b[0] = isThere ? load<unsigned>(column + block * 32) : 0;
    b[1] = isThere ? load<unsigned>(column + block * 32 + 16) : 0;
  }

  __device__ __forceinline__ BlockNumbers numbers(int block) const {
    Words2 both = load<Words2>(sums + 2 * block);
    return {scale[block], fsum[block], {static_cast<int>(both.x), static_cast<int>(both.y)}};
  }
};

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Exact products of rows 2 g and 2 g + 1, whole or of halves of a piece.
template <typename X, typename FORMAT> struct QuantDots {
  static constexpr int parts = 32 / FORMAT::span;
  int planes[parts][4];

  __device__ __forceinline__ QuantDots() {
    TERN_UNROLL
    for (int i = 0; i < parts * 4; ++i)
      planes[i / 4][i % 4] = 0;
  }

  __device__ __forceinline__ void add(const unsigned (&a)[4], const unsigned (&b)[2]) {
    if constexpr (parts == 1) {
      multiplyTilesU8(planes[0], a, b);
    } else {
      const unsigned first[4] = {a[0], a[1], 0, 0}, second[4] = {0, 0, a[2], a[3]};
      multiplyTilesU8(planes[0], first, b);
      multiplyTilesU8(planes[1], second, b);
    }
  }

  /// With the quants less their zero, of columns that add up to `sum`.
  __device__ __forceinline__ int of(int row, int part, int sum) const {
    const int (&both)[4] = planes[part];
    int dot = X::hasLow ? both[2 * row] * 128 + both[2 * row + 1] : both[2 * row];
    return FORMAT::zero ? dot - FORMAT::zero * sum : dot;
  }

  /// Adds the products of a piece to the sums of the two rows.
  __device__ __forceinline__ void addTo(float (&sums)[2], const RowPairScales<FORMAT> &w, const BlockNumbers &x) const {
    TERN_UNROLL
    for (int row = 0; row < 2; ++row) {
      if constexpr (parts == 1)
        sums[row] = addWhole<FORMAT>(sums[row], w.scale[row][0], w.minimum[row][0], of(row, 0, x.sums[0] + x.sums[1]),
                                     x.scale, x.fsum);
      else
        sums[row] = addHalves<FORMAT>(sums[row], w.scale[row][0], w.scale[row][1], w.minimum[row][0], w.minimum[row][1],
                                      of(row, 0, x.sums[0]), of(row, 1, x.sums[1]), x.scale, x.sums[0], x.sums[1]);
    }
  }
};

/// The sums of one tile of each weight for TOKENS tokens: one, or a multiple of four.
template <typename X, int TOKENS, int COUNT> struct QuantProduct {
  static constexpr bool isOne = TOKENS == 1;
  static constexpr int groups = isOne ? 1 : TOKENS / 4, chains = isOne ? 1 : 4;
  static_assert(isOne || TOKENS % 4 == 0, "tokens go in fours");

  const QuantizedRows<X> &rows;
  long long first;
  int count;                 ///< Tokens [first, first + count).
  const QuantTokens<X> four; ///< The first four.
  float sums[COUNT][groups][chains][2];

  __device__ __forceinline__ QuantProduct(const QuantizedRows<X> &rows, long long first, int count)
      : rows(rows), first(first), count(count), four(rows, first, count) {}

  __device__ __forceinline__ void clear() {
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w) {
      TERN_UNROLL
      for (int i = 0; i < groups * chains * 2; ++i)
        sums[w][i / (chains * 2)][i / 2 % chains][i % 2] = 0.0f;
    }
  }

  /// Adds `pieces` pieces from `block` on.
  template <typename FORMAT>
  __device__ __forceinline__ void multiply(const unsigned char *stretch, int w, int block, int pieces) {
    RowPairScales<FORMAT> scales; // of piece q
    scales.read(stretch, laneQ());
    if constexpr (isOne)
      multiplyOne<FORMAT>(stretch, scales, block, pieces, sums[w][0][0]);
    else
      multiplySeveral<FORMAT>(stretch, scales, block, pieces, sums[w]);
  }

  /// Leaves the sums of this warp in partial[weight][warp][token][row].
  template <int WARPS> __device__ __forceinline__ void store(float (&partial)[COUNT][WARPS][TOKENS][16]) const {
    int g = laneG(), q = laneQ(), warp = threadIndex() / 32;
    TERN_UNROLL
    for (int i = 0; i < COUNT * groups * 2; ++i) {
      int w = i / (groups * 2), group = i / 2 % groups, row = i % 2;
      const float (&of)[chains][2] = sums[w][group];
      if constexpr (isOne) {
        float sum = add(of[0][row], shuffleXor(of[0][row], 1));
        sum = add(sum, shuffleXor(sum, 2));
        if (q == 0)
          partial[w][warp][0][2 * g + row] = sum;
      } else {
        partial[w][warp][group * 4 + q][2 * g + row] = add(add(of[0][row], of[1][row]), add(of[2][row], of[3][row]));
      }
    }
  }

private:
  template <typename FORMAT>
  __device__ __forceinline__ void multiplyOne(const unsigned char *stretch, const RowPairScales<FORMAT> &scales,
                                              int block, int pieces, float (&of)[2]) const {
    int mine = laneG() >> 1, q = laneQ(); // the piece of this lane's column, and of its sums
    unsigned column[2] = {0, 0};
    if (mine < pieces)
      four.readColumn(block + mine, column);
    QuantDots<X, FORMAT> dots;
    auto add = [&](int i) {
      unsigned a[4], b[2] = {i == mine ? column[0] : 0, i == mine ? column[1] : 0};
      readQuants<FORMAT>(stretch, i, a);
      dots.add(a, b);
    };
    add(0);
    if (pieces > 1) { // what lies there of pieces that are none meets zeros
      TERN_UNROLL
      for (int i = 1; i < 4; ++i)
        add(i);
    }
    if (q < pieces)
      dots.addTo(of, scales, four.numbers(block + q));
  }

  template <typename FORMAT>
  __device__ __forceinline__ void multiplySeveral(const unsigned char *stretch, const RowPairScales<FORMAT> &scales,
                                                  int block, int pieces, float (&of)[groups][chains][2]) const {
    TERN_UNROLL
    for (int i = 0; i < 4; ++i) {
      if (i < pieces) {
        RowPairScales<FORMAT> ofPiece = scales.of(laneG() * 4 + i);
        unsigned a[4], b[2];
        readQuants<FORMAT>(stretch, i, a);
        TERN_UNROLL
        for (int group = 0; group < groups; ++group) {
          if (group * 4 < count) {
            const QuantTokens<X> tokens =
                group == 0 ? four : QuantTokens<X>(rows, first + group * 4, count - group * 4);
            tokens.readColumn(block + i, b);
            QuantDots<X, FORMAT> dots;
            dots.add(a, b);
            dots.addTo(of[group][i], ofPiece, tokens.numbers(block + i));
          }
        }
      }
    }
  }
};

/// Tokens [first, first + count) of linearQuants, with a stream whose ring is full.
template <typename X, int TOKENS, int THREADS, int MAXTOKENS, int SHARED, typename... FORMATS, typename Finish>
__device__ __forceinline__ void linearQuantTokens(QuantStream<THREADS, MAXTOKENS, SHARED, FORMATS...> &stream,
                                                  void *shared, const QuantizedRows<X> &x, long long first, int count,
                                                  long long tileBegin, Finish &finish) {
  constexpr int numWeights = sizeof...(FORMATS);
  using Partial = float[numWeights][THREADS / 32][TOKENS][16];
  Partial *partial = static_cast<Partial *>(shared);
  QuantProduct<X, TOKENS, numWeights> product(x, first, count);
  TERN_UNROLL_BY(1)
  for (int tile = 0; tile < stream.numTiles; ++tile) {
    product.clear();
    TERN_UNROLL_BY(1)
    for (int stretch = 0; stretch < stream.stretches(); ++stretch) {
      const unsigned char *from = stream.ring.toUse();
      int w = 0;
      ((product.template multiply<FORMATS>(from, w, stream.firstOf(stretch), stream.piecesOf(stretch)),
        from += StretchLayout<FORMATS>::bytes, ++w),
       ...);
      stream.ring.used();
      stream.copyNext();
    }
    product.store(partial[tile % 2]);
    barrier(); // once a tile: who is two tiles further has met those that hand out this one
    finishTile<THREADS>(partial[tile % 2], first, count, tileBegin + tile, finish);
  }
  barrier(); // sums have been read before those of other tokens are written
}

//===----------------------------------------------------------------------===//
// What kernels call
//===----------------------------------------------------------------------===//

template <int THREADS, int MAXTOKENS, int SHARED, typename... FORMATS, typename... Weights>
__device__ __forceinline__ QuantStream<THREADS, MAXTOKENS, SHARED, FORMATS...>
quantStream(void *ring, long long columns, long long tileBegin, long long tileEnd, Weights... w) {
  return {ring, columns, static_cast<int>(tileEnd - tileBegin),
          (reinterpret_cast<const unsigned char *>(w) + tileBegin * tileBytes<FORMATS>(columns))...};
}

template <int THREADS, int MAXTOKENS, int SHARED, typename... FORMATS, typename... Weights>
__device__ __forceinline__ void startQuants(void *ring, long long columns, long long tileBegin, long long tileEnd,
                                            Weights... w) {
  quantStream<THREADS, MAXTOKENS, SHARED, FORMATS...>(ring, columns, tileBegin, tileEnd, w...).fillRing();
}

template <typename X, int THREADS, int MAXTOKENS, int SHARED, typename... FORMATS, typename Finish, typename... Weights>
__device__ __forceinline__ void linearQuants(void *ring, const void *x, long long maxRows, long long columns,
                                             long long tokenBegin, long long tokenEnd, long long tileBegin,
                                             long long tileEnd, Finish finish, Weights... w) {
  static_assert(sizeof...(FORMATS) == sizeof...(Weights) && sizeof...(Weights) >= 1 && sizeof...(Weights) <= 4,
                "one to four weights, each with its format");
  static_assert(THREADS % 32 == 0 && (FORMATS::isQuants && ...), "whole warps, and weights of quants");
  constexpr int together = quantTokens<MAXTOKENS, sizeof...(Weights)>;
  const QuantizedRows<X> rows(x, maxRows, columns);
  auto stream = quantStream<THREADS, MAXTOKENS, SHARED, FORMATS...>(ring, columns, tileBegin, tileEnd, w...);
  TERN_UNROLL_BY(1)
  for (int i = 0; i < stream.places; ++i)
    stream.advance();
  TERN_UNROLL_BY(1)
  for (long long first = tokenBegin; first < tokenEnd; first += together) {
    if (MAXTOKENS > together && first != tokenBegin) {
      stream = quantStream<THREADS, MAXTOKENS, SHARED, FORMATS...>(ring, columns, tileBegin, tileEnd, w...);
      stream.fillRing();
    }
    int count = tokenEnd - first < together ? static_cast<int>(tokenEnd - first) : together;
    if (together == 1 || count == 1)
      linearQuantTokens<X, 1>(stream, ring, rows, first, 1, tileBegin, finish);
    else
      linearQuantTokens<X, together>(stream, ring, rows, first, count, tileBegin, finish);
  }
  waitForCopies<0>(); // where there was no token
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_QUANTPRODUCT_H
