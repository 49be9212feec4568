//===- QuantsBlock.h - Blocks of quants times many tokens --------*- C++ -*-===//
//
// What MatrixProduct.h computes for one tile and eight tokens, for a block of tiles and tokens: a warp has one tile and
// up to 32 tokens. Weights go from memory to registers, the piece after the one that is multiplied being on its way;
// activations, which all tiles of a block share, go through shared memory in stages of a few pieces.
//
// The results are those of TileProduct.h for 256 threads bit for bit, whose 64 chains have pieces c, c + 64, c + 128
// ... of the columns. So a warp takes chain after chain, in the order in which their sums are added in pairs: chains 0,
// 4, 2, 6, 1, 5, 3, 7 of the first eight, and so on.
//
//   a piece of a token in shared memory:   hi 32 bytes │ lo 32 bytes (I15) │ scale │ fsum │ isum16 of both halves
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_QUANTSBLOCK_H
#define TERN_RUNTIME_CUDA_DEVICE_QUANTSBLOCK_H

#include "runtime/Cuda/Device/MatrixProduct.h"

namespace tern {

/// The pieces of a row in the order of a warp: `turns` turns of a chain, 8 chains, 8 groups of chains.
struct PieceOrder {
  int pieces, turns;

  __device__ __forceinline__ explicit PieceOrder(long long columns)
      : pieces(static_cast<int>((columns + 31) / 32)), turns((pieces + 63) / 64) {}

  __device__ __forceinline__ int count() const { return 64 * turns; }
  /// The piece of step `step`, or one beyond the row if the chain has fewer.
  __device__ __forceinline__ int at(int step) const {
    int chain = step / turns, bits = chain % 8;
    int reversed = (bits & 1) << 2 | (bits & 2) | bits >> 2;
    return step % turns * 64 + chain / 8 * 8 + reversed;
  }
};

/// Pieces of TOKENS tokens on their way to shared memory.
template <typename X, int THREADS, int TOKENS> struct StagedQuants {
  static constexpr int planes = X::hasLow ? 2 : 1, pieceBytes = planes * 32 + 16, bytes = TOKENS * pieceBytes;
  static_assert(TOKENS * 4 % THREADS == 0 || THREADS % (TOKENS * 4) == 0, "all threads copy the same");
  static constexpr int passes = (TOKENS * 4 + THREADS - 1) / THREADS;

  QuantizedRows<X> rows;
  long long tokenBegin;
  int tokens;

  __device__ __forceinline__ StagedQuants(const QuantizedRows<X> &rows, long long tokenBegin, long long tokenEnd)
      : rows(rows), tokenBegin(tokenBegin), tokens(static_cast<int>(tokenEnd - tokenBegin)) {}

  /// Copies piece `piece`.
  __device__ __forceinline__ void fill(unsigned char *stage, int piece) const {
    TERN_UNROLL
    for (int i = 0; i < passes; ++i) {
      int number = threadIndex() + i * THREADS, token = number / 4, part = number % 4;
      if (THREADS > TOKENS * 4 && token >= TOKENS)
        return;
      bool isThere = token < tokens;
      long long place = (tokenBegin + token) * rows.blocks + piece;
      unsigned char *target = stage + token * pieceBytes;
      if (part < 2 * planes)
        copyAsync16OrZeros(target + part * 16, (part < 2 ? rows.hi() : rows.lo()) + place * 32 + part % 2 * 16,
                           isThere);
      const void *number4 = part < 2 ? static_cast<const void *>((part == 0 ? rows.scale() : rows.fsum()) + place)
                                     : rows.isum16() + place * 2 + part % 2;
      copyAsync4OrZeros(target + planes * 32 + part * 4, number4, isThere);
    }
  }
};

/// Eight tokens of a piece as a lane needs them: of token g the operands, of tokens 2 q and 2 q + 1 the numbers.
template <typename X> struct TokensOfPiece {
  unsigned hi[2], lo[2];
  float scale[2], fsum[2];
  int sums[2][2]; ///< [token][half].

  __device__ __forceinline__ void read(const unsigned char *tokens) {
    constexpr int planes = X::hasLow ? 2 : 1, bytes = planes * 32 + 16;
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      hi[half] = load<unsigned>(tokens + g * bytes + 16 * half + 4 * q);
      if (X::hasLow)
        lo[half] = load<unsigned>(tokens + g * bytes + 32 + 16 * half + 4 * q);
    }
    TERN_UNROLL
    for (int t = 0; t < 2; ++t) {
      Words4 numbers = load<Words4>(tokens + (2 * q + t) * bytes + planes * 32);
      scale[t] = bitsToFloat(numbers.x);
      fsum[t] = bitsToFloat(numbers.y);
      sums[t][0] = static_cast<int>(numbers.z);
      sums[t][1] = static_cast<int>(numbers.w);
    }
  }
};

/// The sums of TILES tiles of one weight and TOKENS tokens.
template <typename X, typename FORMAT, int THREADS, int TILES, int TOKENS, int SHARED> struct QuantsBlock {
  static constexpr int warps = THREADS / 32, alongTokens = warps / TILES, warpTokens = TOKENS / alongTokens;
  static constexpr int groups = warpTokens / 8;
  using Tokens = StagedQuants<X, THREADS, TOKENS>;
  using Row = RowOfPiece<FORMAT>;
  static constexpr int stagePieces = SHARED / Tokens::bytes >= 12 ? 4 : 2, stageBytes = stagePieces * Tokens::bytes;
  static constexpr int fitting = SHARED / stageBytes, stages = fitting < 4 ? fitting : 4;
  static_assert(THREADS == 256, "the order of sums is that of linear() with 256 threads");
  static_assert(warps % TILES == 0 && warpTokens % 8 == 0 && warpTokens >= 8 && warpTokens <= 32 && stages >= 2,
                "each warp has a tile and 8 to 32 tokens, and two stages fit in SHARED bytes");

  using Sums = float[groups][4]; ///< [eight tokens][rows g and g + 8][tokens 2 q and 2 q + 1].

  Sums sums;

  __device__ __forceinline__ void multiply(unsigned char *shared, const QuantizedRows<X> &x, const void *weight,
                                           long long columns, long long tokenBegin, long long tokenEnd,
                                           long long tileBegin, long long tileEnd) {
    const PieceOrder order(columns);
    const Tokens tokens(x, tokenBegin, tokenEnd);
    long long mine = tileBegin + threadIndex() / 32 / alongTokens; // beyond the last tile it is the last again
    const unsigned char *tile =
        static_cast<const unsigned char *>(weight) + (mine < tileEnd ? mine : tileEnd - 1) * tileBytes<FORMAT>(columns);
    const int count = order.count();
    auto fill = [&](int first) {
      if (first < count) {
        TERN_UNROLL
        for (int i = 0; i < stagePieces; ++i)
          if (int piece = order.at(first + i); piece < order.pieces)
            tokens.fill(shared + (first + i) % (stages * stagePieces) * Tokens::bytes, piece);
      }
      commitCopies();
    };
    TERN_UNROLL
    for (int number = 0; number < stages - 1; ++number)
      fill(number * stagePieces);
    Row ahead[2];
    loadRows(ahead, tile, order, 0);
    TERN_UNROLL_BY(1)
    for (int group = 0; group < 8; ++group) {
      Sums held[3], all; // of one, two and four chains that wait for as many more; and the last chains
      TERN_UNROLL
      for (int chain = 0; chain < 8; ++chain) {
        clear(all);
        TERN_UNROLL_BY(1)
        for (int turn = 0; turn < order.turns; ++turn) {
          int step = (group * 8 + chain) * order.turns + turn;
          if (step % stagePieces == 0) {
            waitForCopies<stages - 2>();
            barrier(); // the stage is there for all, and all are done with the one before
            fill(step + (stages - 1) * stagePieces);
          }
          Row rows[2] = {ahead[0], ahead[1]};
          if (step + 1 < count)
            loadRows(ahead, tile, order, step + 1);
          if (order.at(step) < order.pieces)
            addTokens(rows, shared + step % (stages * stagePieces) * Tokens::bytes, all);
        }
        TERN_UNROLL
        for (int level = 0; level < 3; ++level) {
          if ((chain >> level) % 2 == 0) {
            copy(held[level], all);
            break;
          }
          addTo(all, held[level]);
        }
      }
      if (group == 0)
        copy(sums, all);
      else
        addTo(sums, all);
    }
    waitForCopies<0>();
    barrier(); // stages may be written again
  }

  /// Leaves the sums at `target`, [token][row], a token `stride` numbers.
  __device__ __forceinline__ void hand(float *target, int stride) const {
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    int row = threadIndex() / 32 / alongTokens * 16 + g, first = threadIndex() / 32 % alongTokens * warpTokens;
    TERN_UNROLL
    for (int group = 0; group < groups; ++group) {
      TERN_UNROLL
      for (int i = 0; i < 4; ++i)
        target[(first + group * 8 + 2 * q + i % 2) * stride + row + i / 2 * 8] = sums[group][i];
    }
  }

private:
  static __device__ __forceinline__ void clear(Sums &sums) {
    TERN_UNROLL
    for (int i = 0; i < groups * 4; ++i)
      sums[i / 4][i % 4] = 0.0f;
  }
  static __device__ __forceinline__ void copy(Sums &to, const Sums &from) {
    TERN_UNROLL
    for (int i = 0; i < groups * 4; ++i)
      to[i / 4][i % 4] = from[i / 4][i % 4];
  }
  static __device__ __forceinline__ void addTo(Sums &to, const Sums &others) {
    TERN_UNROLL
    for (int i = 0; i < groups * 4; ++i)
      to[i / 4][i % 4] = add(to[i / 4][i % 4], others[i / 4][i % 4]);
  }

  static __device__ __forceinline__ void loadRows(Row (&rows)[2], const unsigned char *tile, const PieceOrder &order,
                                                  int step) {
    int piece = order.at(step), g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    if (piece < order.pieces) {
      rows[0].load(tile, piece, g, q);
      rows[1].load(tile, piece, g + 8, q);
    }
  }

  /// Adds the products of a piece with this warp's tokens.
  static __device__ __forceinline__ void addTokens(const Row (&rows)[2], const unsigned char *staged, Sums &sums) {
    const unsigned char *tokens = staged + threadIndex() / 32 % alongTokens * warpTokens * Tokens::pieceBytes;
    TERN_UNROLL
    for (int group = 0; group < groups; ++group) {
      TokensOfPiece<X> x;
      x.read(tokens + group * 8 * Tokens::pieceBytes);
      addPiece(rows, x, sums[group]);
    }
  }

  /// The exact products of rows g and g + 8 with tokens 2 q and 2 q + 1 over the columns of `a`, less the zero of the
  /// quants times the sum of the tokens' columns.
  static __device__ __forceinline__ void multiplyPlanes(const unsigned (&a)[4], const TokensOfPiece<X> &x,
                                                        const int (&sums)[2], int (&dots)[4]) {
    int lows[4];
    TERN_UNROLL
    for (int i = 0; i < 4; ++i) {
      lows[i] = FORMAT::zero ? -FORMAT::zero * sums[i % 2] : 0;
      dots[i] = X::hasLow ? 0 : lows[i];
    }
    multiplyTilesU8(dots, a, x.hi);
    if (X::hasLow) {
      multiplyTilesU8(lows, a, x.lo);
      TERN_UNROLL
      for (int i = 0; i < 4; ++i)
        dots[i] = dots[i] * 128 + lows[i];
    }
  }

  static __device__ __forceinline__ void addPiece(const Row (&rows)[2], const TokensOfPiece<X> &x, float (&sums)[4]) {
    int q = threadIndex() % 4, dots[2][4];
    unsigned first16[4] = {rows[0].word(0, q), rows[1].word(0, q), 0, 0};
    unsigned second16[4] = {0, 0, rows[0].word(1, q), rows[1].word(1, q)};
    if (FORMAT::span == 32) {
      first16[2] = second16[2];
      first16[3] = second16[3];
      int both[2] = {x.sums[0][0] + x.sums[0][1], x.sums[1][0] + x.sums[1][1]};
      multiplyPlanes(first16, x, both, dots[0]);
    } else {
      int first[2] = {x.sums[0][0], x.sums[1][0]}, second[2] = {x.sums[0][1], x.sums[1][1]};
      multiplyPlanes(first16, x, first, dots[0]);
      multiplyPlanes(second16, x, second, dots[1]);
    }
    TERN_UNROLL
    for (int i = 0; i < 4; ++i) {
      const RowScales<FORMAT> &of = rows[i / 2].scales;
      int t = i % 2;
      if (FORMAT::span == 32)
        sums[i] = addWhole<FORMAT>(sums[i], of.scale(0), of.minimum(0), dots[0][i], x.scale[t], x.fsum[t]);
      else
        sums[i] = addHalves<FORMAT>(sums[i], of.scale(0), of.scale(1), of.minimum(0), of.minimum(1), dots[0][i],
                                    dots[1][i], x.scale[t], x.sums[t][0], x.sums[t][1]);
    }
  }
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_QUANTSBLOCK_H
