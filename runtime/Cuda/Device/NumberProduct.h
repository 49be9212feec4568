//===- NumberProduct.h - Tiles of bf16 times tokens --------------*- C++ -*-===//
//
// linearNumbers<X, THREADS, PLACES, MAXTOKENS>(ring, x, columns, tokenBegin, tokenEnd, tileBegin, tileEnd, finish,
// w...): what linear (Linear.h) does, for tiles [tileBegin, tileEnd) of COUNT weights of bf16 and tokens of numbers.
// All threads of a block call it. Before waitForPreviousLaunch they call
//
//   startNumbers<THREADS, PLACES>(ring, columns, tileBegin, tileEnd, w...)
//
// with the same tiles, as weights do not depend on the launches before. `ring` is shared memory, aligned to 16 bytes,
// that nothing else uses between the two: 2 KB for each of PLACES places of each warp, and what the sums of eight
// tokens take. If a call has no tokens, the second still comes.
//
// Weights stream through the ring: a warp copies 16 columns of a tile at a time, 512 bytes in a run, and has PLACES
// times 2 KB on their way, across the ends of tiles too. Eight tokens share a pass on tensor cores, 16 columns a step:
//
//   lane = 4 g + q    weights       rows 2g and 2g + 1, column pairs q and q + 4
//                     activations   token g, the same column pairs
//                     sums          rows 2g and 2g + 1, tokens 2q and 2q + 1
//
// A number x that is no bf16 is two: hi = x rounded, lo = the rest rounded, which leaves 2^-17 of x at most. Products
// with either are exact and have sums of their own, in f32.
//
// Warp i takes steps i, i + warps, ...; at the end warps are added from the first to the last. So what a token gets
// depends on the token and THREADS alone, not on who else is in the batch.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_NUMBERPRODUCT_H
#define TERN_RUNTIME_CUDA_DEVICE_NUMBERPRODUCT_H

#include "runtime/Cuda/Device/WarpRing.h"

namespace tern {

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// A warp's part of the ring. A step is 16 columns of COUNT tiles; steps are copied, waited for and used in groups.
template <int THREADS, int PLACES, int COUNT> struct NumberStream {
  static constexpr int warps = THREADS / 32, places = PLACES, stepBytes = 512;
  static constexpr int groupSteps = COUNT == 1 ? 4 : COUNT == 2 ? 2 : 1;
  static_assert(groupSteps * COUNT <= 4, "a group has a place in the ring");
  using Ring = WarpRing<places, 4 * stepBytes>;

  Ring ring;
  TilePointers<COUNT> tiles;
  long long bytes;                ///< Of a tile.
  int numTiles, pairs, own, warp; ///< Tiles of each weight; column pairs of a row; this warp's steps of a tile.
  TileWalk next;                  ///< To copy.

  __device__ __forceinline__ NumberStream(void *ring, long long columns, int numTiles, const TilePointers<COUNT> &tiles)
      : ring(ring), tiles(tiles), bytes(tileBytes<BF16>(columns)), numTiles(numTiles),
        pairs(static_cast<int>((columns + 1) / 2)), warp(threadIndex() / 32) {
    int steps = (pairs + 7) / 8;
    own = steps / warps + (warp < steps % warps ? 1 : 0);
  }

  __device__ __forceinline__ int groupsOfTile() const { return (own + groupSteps - 1) / groupSteps; }
  /// The number in its tile of this warp's step `i` of a group.
  __device__ __forceinline__ int stepOf(int group, int i) const { return (group * groupSteps + i) * warps + warp; }

  /// Begins to copy the next group, which may be none.
  __device__ __forceinline__ void copyGroup() {
    if (next.tile < numTiles) {
      TERN_UNROLL
      for (int i = 0; i < groupSteps; ++i) {
        if (next.group * groupSteps + i < own)
          copyStep(stepOf(next.group, i), ring.toFill() + i * COUNT * stepBytes);
      }
    }
    ring.filled();
    next.advance(groupsOfTile());
  }

  /// This lane's rows of column pairs q and q + 4 of step `i` of the group that lies at `group`, of weight w.
  static __device__ __forceinline__ void read(const unsigned char *group, int i, int w, unsigned (&rows)[4]) {
    int lane = threadIndex() % 32, g = lane / 4, q = lane % 4;
    const unsigned char *from = group + (i * COUNT + w) * stepBytes;
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      Words2 both = load<Words2>(from + placeOf(half * 4 + q, g * 8));
      rows[2 * half] = both.x;
      rows[2 * half + 1] = both.y;
    }
  }

private:
  /// Where byte `byte` of the 64 of a column pair lies: halves of every other two pairs are swapped, so that lanes that
  /// read together read different banks.
  static __device__ __forceinline__ int placeOf(int pair, int byte) { return pair * 64 + (byte ^ (pair & 2) * 16); }

  __device__ __forceinline__ void copyStep(int step, unsigned char *place) {
    int lane = threadIndex() % 32, pair = lane / 4, byte = lane % 4 * 16;
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w) {
      unsigned char *target = place + w * stepBytes + placeOf(pair, byte);
      if (pairs % 8 == 0 || step * 8 + pair < pairs)
        copyAsync16(target, tiles.at[w] + next.tile * bytes + step * stepBytes + pair * 64 + byte);
      else
        *reinterpret_cast<Words4 *>(target) = Words4{0, 0, 0, 0};
    }
  }
};

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// Of 16 columns of tokens, this lane's part: as it is stored,
struct TokenNumbers {
  float numbers[2][2];

  template <typename X> __device__ __forceinline__ void load(const TokenRows<X> &x, long long token, int step) {
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      int column = step * 16 + half * 8 + threadIndex() % 4 * 2;
      numbers[half][0] = numbers[half][1] = 0.0f;
      if (x.columns % 16 == 0 || column < x.columns)
        x.template read<2>(token, column, numbers[half]);
    }
  }
};

/// Whether such numbers are more than a bf16 each.
template <typename X> struct NeedsLow {
  static constexpr bool value = true;
};
template <> struct NeedsLow<BF16> {
  static constexpr bool value = false;
};

/// and as it is multiplied.
template <typename X> struct TokenFragment {
  static constexpr bool hasLow = NeedsLow<X>::value;
  unsigned hi[2], lo[2];

  __device__ __forceinline__ explicit TokenFragment(const TokenNumbers &from) {
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      const float (&numbers)[2] = from.numbers[half];
      hi[half] = pairOfBfloat16(numbers[0], numbers[1]);
      if (hasLow)
        lo[half] = pairOfBfloat16(add(numbers[0], -bitsToFloat(hi[half] << 16)),
                                  add(numbers[1], -bitsToFloat(hi[half] & 0xffff0000u)));
    }
  }
};

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The sums of one tile of each weight for up to TOKENS tokens, at most eight.
template <typename X, int THREADS, int PLACES, int TOKENS, int COUNT> struct NumberProduct {
  using Stream = NumberStream<THREADS, PLACES, COUNT>;
  static constexpr int groupSteps = Stream::groupSteps;
  static_assert(TOKENS <= 8, "a matrix has eight columns");

  TokenNumbers next[groupSteps]; ///< Of the group that is used next.
  float hi[COUNT][4], lo[COUNT][4];

  /// The columns of `group`, for `token` in this lane.
  __device__ __forceinline__ void loadTokens(const Stream &stream, const TokenRows<X> &x, long long token, int group) {
    TERN_UNROLL
    for (int i = 0; i < groupSteps; ++i) {
      if (group * groupSteps + i < stream.own)
        next[i].load(x, token, stream.stepOf(group, i));
    }
  }

  /// The next tile of the stream.
  __device__ __forceinline__ void multiply(Stream &stream, const TokenRows<X> &x, long long token) {
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w) {
      TERN_UNROLL
      for (int i = 0; i < 4; ++i)
        hi[w][i] = lo[w][i] = 0.0f;
    }
    int end = stream.groupsOfTile();
    TERN_UNROLL_BY(1)
    for (int group = 0; group < end; ++group) {
      TokenNumbers now[groupSteps];
      TERN_UNROLL
      for (int i = 0; i < groupSteps; ++i)
        now[i] = next[i];
      loadTokens(stream, x, token, group + 1 < end ? group + 1 : 0);
      const unsigned char *from = stream.ring.toUse();
      TERN_UNROLL
      for (int i = 0; i < groupSteps; ++i) {
        if (group * groupSteps + i < stream.own)
          addStep(from, i, TokenFragment<X>(now[i]));
      }
      stream.ring.used();
      stream.copyGroup();
    }
  }

  /// Leaves the sums of weight w in partial[w][warp][token][row].
  __device__ __forceinline__ void store(float (&partial)[COUNT][THREADS / 32][TOKENS][16]) const {
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4, warp = threadIndex() / 32;
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w) {
      TERN_UNROLL
      for (int i = 0; i < 4; ++i) {
        int token = 2 * q + i % 2;
        if (token < TOKENS)
          partial[w][warp][token][2 * g + i / 2] = add(hi[w][i], lo[w][i]);
      }
    }
  }

private:
  __device__ __forceinline__ void addStep(const unsigned char *group, int i, const TokenFragment<X> &tokens) {
    TERN_UNROLL
    for (int w = 0; w < COUNT; ++w) {
      unsigned rows[4];
      Stream::read(group, i, w, rows);
      multiplyTilesBf16(hi[w], rows, tokens.hi);
      if (TokenFragment<X>::hasLow)
        multiplyTilesBf16(lo[w], rows, tokens.lo);
    }
  }
};

/// Tokens [first, first + count) of linearNumbers, with a stream that has begun.
template <typename X, int THREADS, int PLACES, int TOKENS, int COUNT, typename Finish>
__device__ __forceinline__ void linearNumberTokens(NumberStream<THREADS, PLACES, COUNT> &stream, void *sums,
                                                   const TokenRows<X> &x, long long first, int count,
                                                   long long tileBegin, Finish &finish) {
  using Partial = float[COUNT][THREADS / 32][TOKENS][16];
  Partial &partial = *static_cast<Partial *>(sums);
  int g = threadIndex() % 32 / 4;
  // Tokens beyond the last are the last: they cost nothing that matters and need no branch.
  long long token = first + (g < count ? g : count - 1);
  NumberProduct<X, THREADS, PLACES, TOKENS, COUNT> product;
  product.loadTokens(stream, x, token, 0);
  TERN_UNROLL_BY(1)
  for (int tile = 0; tile < stream.numTiles; ++tile) {
    product.multiply(stream, x, token);
    product.store(partial);
    barrier();
    finishTile<THREADS>(partial, first, count, tileBegin + tile, finish);
    barrier(); // sums have been read before the next tile's are written
  }
}

//===----------------------------------------------------------------------===//
// What kernels call
//===----------------------------------------------------------------------===//

template <int THREADS, int PLACES, typename... Weights>
__device__ __forceinline__ NumberStream<THREADS, PLACES, sizeof...(Weights)>
numberStream(void *ring, long long columns, long long tileBegin, long long tileEnd, Weights... w) {
  long long offset = tileBegin * tileBytes<BF16>(columns);
  return {
      ring, columns, static_cast<int>(tileEnd - tileBegin), {{reinterpret_cast<const unsigned char *>(w) + offset...}}};
}

template <int THREADS, int PLACES, typename... Weights>
__device__ __forceinline__ void startNumbers(void *ring, long long columns, long long tileBegin, long long tileEnd,
                                             Weights... w) {
  auto stream = numberStream<THREADS, PLACES>(ring, columns, tileBegin, tileEnd, w...);
  TERN_UNROLL
  for (int i = 0; i < stream.places; ++i)
    stream.copyGroup();
}

template <typename X, int THREADS, int PLACES, int MAXTOKENS, typename Finish, typename... Weights>
__device__ __forceinline__ void linearNumbers(void *ring, const void *x, long long columns, long long tokenBegin,
                                              long long tokenEnd, long long tileBegin, long long tileEnd, Finish finish,
                                              Weights... w) {
  static_assert(sizeof...(Weights) >= 1 && sizeof...(Weights) <= 4 && THREADS % 32 == 0, "one to four, whole warps");
  constexpr int group = MAXTOKENS < 8 ? MAXTOKENS : 8;
  const TokenRows<X> rows(x, 0, columns);
  void *sums = static_cast<unsigned char *>(ring) + NumberStream<THREADS, PLACES, 1>::Ring::bytes * (THREADS / 32);
  auto stream = numberStream<THREADS, PLACES>(ring, columns, tileBegin, tileEnd, w...);
  TERN_UNROLL
  for (int i = 0; i < stream.places; ++i)
    stream.next.advance(stream.groupsOfTile());
  TERN_UNROLL_BY(1)
  for (long long first = tokenBegin; first < tokenEnd; first += group) {
    if (MAXTOKENS > group && first != tokenBegin) {
      stream = numberStream<THREADS, PLACES>(ring, columns, tileBegin, tileEnd, w...);
      for (int i = 0; i < stream.places; ++i)
        stream.copyGroup();
    }
    int count = tokenEnd - first < group ? static_cast<int>(tokenEnd - first) : group;
    linearNumberTokens<X, THREADS, PLACES, group>(stream, sums, rows, first, count, tileBegin, finish);
  }
  waitForCopies<0>(); // where there was no token
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_NUMBERPRODUCT_H
