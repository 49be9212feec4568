//===- LinearBlock.h - Linear layers of many tokens --------------*- C++ -*-===//
//
// linearBlock<X, THREADS, TILES, TOKENS, SHARED, FORMATS...>(shared, x, maxRows, columns, tokenBegin, tokenEnd,
//                                                            tileBegin, tileEnd, finish, w...)
//
// TILES tiles of 16 rows of each of up to four weights times TOKENS tokens of x, on tensor cores. All threads of a
// block call it. What linear() of Linear.h does for few tokens and one tile; here weights and activations are read once
// for a whole block of sums:
//
//                          TOKENS tokens
//                        ┌───────────────┐        a stage: `stageColumns` columns of both, copied to shared memory
//                        │ x │ x │ x │ x │ ...    while earlier stages are multiplied; SHARED bytes hold as many stages
//            ┌───┬───┬─  ├───────────────┤        as fit
//   TILES    │ w │ w │   │               │
//   tiles    │ w │ w │   │     sums      │        a warp: up to 4 tiles times 32 tokens, of every alongColumns-th step
//   of each  │ w │ w │   │               │        of 16 columns; the sums of warps that share them are added at last
//            └───┴───┴─  └───────────────┘
//
//   X          F32, F16, BF16: rows of `columns` numbers; I15, I8: a buffer of QuantizedRows.h made for `maxRows` rows
//   FORMATS    BF16 with X of numbers; blocks of quants, which may differ, with X of quants (QuantsBlock.h)
//   shared     SHARED bytes, aligned to 128
//   finish     finish(token, row, sum, ...) is called once for each token in [tokenBegin, tokenEnd) and each row of
//   tiles
//              [tileBegin, tileEnd), also for rows beyond the matrix, with a sum of each weight; by any thread. There
//              are at most TOKENS and TILES of them; tiles and tokens beyond are not read
//
// Tensor cores multiply bfloat16 and sum in f32. Activations of more bits are two of these, x = hi + lo with
// |x - hi - lo| <= 2^-17 |x|, and each weight meets both: sums are about as good as those in f32. An infinity among the
// activations makes NaN, as infinity less infinity is in lo.
//
// A token's sums depend on it and on the template arguments alone, not on who else is in the batch. Those of quants are
// the same bits as linear() gives with 256 threads.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_LINEARBLOCK_H
#define TERN_RUNTIME_CUDA_DEVICE_LINEARBLOCK_H

#include "runtime/Cuda/Device/Linear.h"
#include "runtime/Cuda/Device/QuantsBlock.h"

namespace tern {

/// Sums of a token, one for each row, and a few so that lanes that write neighbouring tokens meet different banks.
template <int TILES> inline constexpr int sumStride = TILES * 16 + 4;

/// How the warps of a block share tiles of WEIGHTS weights and tokens.
template <int THREADS, int TILES, int TOKENS, int WEIGHTS> struct BlockShape {
  static constexpr int warps = THREADS / 32;
  static constexpr int wantedTiles = WEIGHTS == 1 ? 4 : WEIGHTS == 2 ? 2 : 1; ///< Of each weight; four of all.
  static constexpr int warpTiles = TILES < wantedTiles ? TILES : wantedTiles, warpTokens = 32;
  static constexpr int alongRows = TILES / warpTiles, alongTokens = TOKENS / warpTokens;
  static constexpr int alongColumns = warps / (alongRows * alongTokens);
  static_assert(THREADS % 32 == 0 && TILES % warpTiles == 0 && TOKENS % warpTokens == 0 && alongColumns >= 1 &&
                    warps == alongRows * alongTokens * alongColumns,
                "each warp has the same share");

  /// Of the sums on their way from warps to finish(): [alongColumns][WEIGHTS][TOKENS][sumStride].
  static constexpr int sumBytes = alongColumns * WEIGHTS * TOKENS * sumStride<TILES> * 4;

  static __device__ __forceinline__ int warp() { return threadIndex() / 32; }
  static __device__ __forceinline__ int placeInRows() { return warp() % alongRows; }
  static __device__ __forceinline__ int placeInTokens() { return warp() / alongRows % alongTokens; }
  static __device__ __forceinline__ int placeInColumns() { return warp() / (alongRows * alongTokens); }
};

/// The tokens and tiles of a block.
struct BlockRange {
  long long tokenBegin, tokenEnd, tileBegin, tileEnd;
};

//===----------------------------------------------------------------------===//
// Activations: numbers in shared memory, and as operands of tensor cores
//===----------------------------------------------------------------------===//
//
// A token's columns of a stage lie in pieces of 16 bytes, whose numbers are swapped by a mask of the token's so that
// the lanes that read at once meet different banks. Lane 4 g + q of a step of 16 columns has columns 4 q .. 4 q + 3 of
// token g: as the order of columns is free, these stand for rows 2 q, 2 q + 1, 2 q + 8 and 2 q + 9 of the matrix b.

template <typename X> inline constexpr bool isBfloat16 = false;
template <> inline constexpr bool isBfloat16<BF16> = true;

/// TOKENS tokens of COLUMNS columns.
template <typename X, int THREADS, int TOKENS, int COLUMNS> struct StagedNumbers {
  using Element = typename ElementOf<X>::type;
  static constexpr int size = sizeof(Element), pieceNumbers = 16 / size, rowBytes = COLUMNS * size;
  static constexpr int rowPieces = rowBytes / 16, bytes = TOKENS * rowBytes;
  static constexpr bool isExact = isBfloat16<X>;
  static_assert(rowBytes % 128 == 0 && TOKENS * rowPieces % THREADS == 0, "all threads copy the same");

  static __device__ __forceinline__ int placeOf(int token, int piece) {
    int mask = size == 4 ? token % 2 * 4 : token % 4 * 2;
    return token * rowBytes + (piece ^ mask) * 16;
  }

  const Element *from; ///< The first piece of this thread; the next are THREADS / rowPieces tokens further each.
  long long columns;
  int tokens; ///< That there are from this thread's first on.

  __device__ __forceinline__ StagedNumbers(const void *x, long long columns, const BlockRange &range)
      : columns(columns) {
    int token = threadIndex() / rowPieces, column = threadIndex() % rowPieces * pieceNumbers;
    from = static_cast<const Element *>(x) + (range.tokenBegin + token) * columns + column;
    tokens = static_cast<int>(range.tokenEnd - range.tokenBegin) - token;
  }

  /// Copies columns [first, first + COLUMNS).
  __device__ __forceinline__ void fill(unsigned char *stage, long long first) const {
    int token = threadIndex() / rowPieces, piece = threadIndex() % rowPieces;
    bool hasColumns = columns % COLUMNS == 0 || first + piece * pieceNumbers < columns;
    TERN_UNROLL
    for (int i = 0; i < TOKENS * rowPieces / THREADS; ++i) {
      constexpr int step = THREADS / rowPieces;
      const Element *source = from + first + i * step * columns;
      unsigned char *target = stage + placeOf(token + i * step, piece);
      bool isThere = hasColumns && i * step < tokens;
      if (columns % pieceNumbers == 0)
        copyAsync16OrZeros(target, source, isThere);
      else
        copyNumbers(target, source, isThere ? columns - first - piece * pieceNumbers : 0);
    }
  }

  /// Operands of the step of 16 columns for token `token`, the lane's g included: `lo` only where hi is not exact.
  static __device__ __forceinline__ void read(const unsigned char *stage, int token, int step, unsigned (&hi)[2],
                                              unsigned (&lo)[2]) {
    int q = threadIndex() % 4;
    if constexpr (size == 2) {
      Words2 words = load<Words2>(stage + placeOf(token, step * 2 + q / 2) + q % 2 * 8);
      if constexpr (isExact) {
        hi[0] = words.x;
        hi[1] = words.y;
      } else {
        split(halfToFloat(static_cast<unsigned short>(words.x)),
              halfToFloat(static_cast<unsigned short>(words.x >> 16)), hi[0], lo[0]);
        split(halfToFloat(static_cast<unsigned short>(words.y)),
              halfToFloat(static_cast<unsigned short>(words.y >> 16)), hi[1], lo[1]);
      }
    } else {
      Words4 words = load<Words4>(stage + placeOf(token, step * 4 + q));
      split(bitsToFloat(words.x), bitsToFloat(words.y), hi[0], lo[0]);
      split(bitsToFloat(words.z), bitsToFloat(words.w), hi[1], lo[1]);
    }
  }

private:
  /// Two numbers as pairs of bfloat16.
  static __device__ __forceinline__ void split(float first, float second, unsigned &hi, unsigned &lo) {
    hi = pairOfBfloat16(first, second);
    lo = pairOfBfloat16(first - bitsToFloat(hi << 16), second - bitsToFloat(hi & 0xffff0000u));
  }

  /// Rows that do not begin at multiples of 16 bytes go number by number; `count` are there.
  static __device__ __forceinline__ void copyNumbers(unsigned char *target, const Element *source, long long count) {
    TERN_UNROLL
    for (int i = 0; i < pieceNumbers; ++i)
      reinterpret_cast<Element *>(target)[i] = i < count ? source[i] : Element{};
  }
};

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//
//
// A tile's columns of a stage lie as in memory, pairs of columns of 64 bytes (PackedFormat.h); two pairs are 8 pieces
// of 16 bytes, swapped by a mask of theirs. Lane 4 g + q has rows 2 g and 2 g + 1, which stand for rows g and g + 8 of
// the matrix a, of pairs 2 q and 2 q + 1.

/// TILES tiles of COLUMNS columns of each of WEIGHTS weights of bfloat16.
template <int THREADS, int TILES, int WEIGHTS, int COLUMNS> struct StagedTiles {
  static constexpr int tileBytes = COLUMNS * 32, tilePieces = tileBytes / 16, bytes = WEIGHTS * TILES * tileBytes;
  static constexpr int pieces = TILES * tilePieces; ///< Of a weight.
  static_assert(THREADS % tilePieces == 0 || tilePieces % THREADS == 0, "threads copy the same of each tile");

  const unsigned char *from[WEIGHTS]; ///< This thread's first piece; the next are THREADS pieces of a stage further.
  long long columns;
  int tiles; ///< That there are from this thread's first on.

  __device__ __forceinline__ StagedTiles(const WeightPointers<WEIGHTS> &weights, long long columns,
                                         const BlockRange &range)
      : columns(columns) {
    int tile = threadIndex() / tilePieces, piece = threadIndex() % tilePieces;
    long long first = (range.tileBegin + tile) * tern::tileBytes<BF16>(columns) + piece * 16;
    TERN_UNROLL
    for (int w = 0; w < WEIGHTS; ++w)
      from[w] = static_cast<const unsigned char *>(weights.at[w]) + first;
    tiles = static_cast<int>(range.tileEnd - range.tileBegin) - tile;
  }

  __device__ __forceinline__ void fill(unsigned char *stage, long long first) const {
    TERN_UNROLL
    for (int i = 0; i < (pieces + THREADS - 1) / THREADS; ++i) {
      int number = threadIndex() + i * THREADS, piece = number % tilePieces, step = i * THREADS / tilePieces;
      bool isThere = step < tiles && (columns % COLUMNS == 0 || first + piece / 4 * 2 < columns);
      long long away = step * tern::tileBytes<BF16>(columns) + (i * THREADS % tilePieces + first * 2) * 16;
      unsigned char *target =
          stage + number / tilePieces * tileBytes + piece / 8 * 128 + ((piece % 8) ^ (piece / 8 % 4 * 2)) * 16;
      if (pieces % THREADS == 0 || number < pieces) {
        TERN_UNROLL
        for (int w = 0; w < WEIGHTS; ++w)
          copyAsync16OrZeros(target + w * TILES * tileBytes, from[w] + away, isThere);
      }
    }
  }

  /// The operand of the step of 16 columns for tile `tile` of the stage.
  static __device__ __forceinline__ void read(const unsigned char *stage, int tile, int step, unsigned (&a)[4]) {
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    const unsigned char *pairs = stage + tile * tileBytes + (step * 4 + q) * 128 + g % 2 * 8;
    Words2 first = load<Words2>(pairs + (g / 2 ^ (2 * q)) * 16);
    Words2 second = load<Words2>(pairs + ((4 + g / 2) ^ (2 * q)) * 16);
    a[0] = first.x;
    a[1] = first.y;
    a[2] = second.x;
    a[3] = second.y;
  }
};

//===----------------------------------------------------------------------===//
// A block
//===----------------------------------------------------------------------===//

/// The sums of a block of numbers.
template <typename X, int THREADS, int TILES, int TOKENS, int SHARED, int WEIGHTS> struct NumbersBlock {
  using Shape = BlockShape<THREADS, TILES, TOKENS, WEIGHTS>;
  static constexpr int leastColumns = 128 / static_cast<int>(sizeof(typename ElementOf<X>::type));
  static constexpr int steps = Shape::alongColumns * 16 > leastColumns ? Shape::alongColumns : leastColumns / 16;
  static constexpr int stageColumns = steps * 16;
  using Tokens = StagedNumbers<X, THREADS, TOKENS, stageColumns>;
  using Tiles = StagedTiles<THREADS, TILES, WEIGHTS, stageColumns>;
  static constexpr int stageBytes = Tiles::bytes + Tokens::bytes, fitting = SHARED / stageBytes;
  static constexpr int stages = fitting < 6 ? fitting : 6;
  static constexpr int slots = WEIGHTS * Shape::warpTiles, groups = Shape::warpTokens / 8;
  static_assert(stages >= 2 && SHARED >= Shape::sumBytes, "two stages, and at last the sums, must fit in SHARED bytes");

  /// [weight and tile][eight tokens][rows 2 g and 2 g + 1][tokens 2 q and 2 q + 1].
  float sums[slots][groups][4];

  __device__ __forceinline__ void multiply(unsigned char *shared, const void *x, long long columns,
                                           const BlockRange &range, const WeightPointers<WEIGHTS> &weights) {
    TERN_UNROLL
    for (int i = 0; i < slots * groups * 4; ++i)
      sums[i / (groups * 4)][i / 4 % groups][i % 4] = 0.0f;
    const Tokens tokens(x, columns, range);
    const Tiles tiles(weights, columns, range);
    int end = static_cast<int>((columns + stageColumns - 1) / stageColumns);
    auto fill = [&](int number, int place) {
      if (number < end) {
        tiles.fill(shared + place * stageBytes, number * stageColumns);
        tokens.fill(shared + place * stageBytes + Tiles::bytes, number * stageColumns);
      }
      commitCopies();
    };
    TERN_UNROLL
    for (int number = 0; number < stages - 1; ++number)
      fill(number, number);
    int place = 0, free = stages - 1;
    TERN_UNROLL_BY(1)
    for (int number = 0; number < end; ++number) {
      waitForCopies<stages - 2>();
      barrier(); // the stage is there for all, and all are done with the one before
      fill(number + stages - 1, free);
      multiplyStage(shared + place * stageBytes);
      place = place + 1 == stages ? 0 : place + 1;
      free = free + 1 == stages ? 0 : free + 1;
    }
    waitForCopies<0>();
    barrier();
  }

  /// Leaves the sums in shared memory.
  __device__ __forceinline__ void hand(float *target) const {
    int g = threadIndex() % 32 / 4, q = threadIndex() % 4;
    TERN_UNROLL
    for (int slot = 0; slot < slots; ++slot) {
      int row = (Shape::placeInRows() * Shape::warpTiles + slot % Shape::warpTiles) * 16 + 2 * g;
      int plane = Shape::placeInColumns() * WEIGHTS + slot / Shape::warpTiles;
      TERN_UNROLL
      for (int group = 0; group < groups; ++group) {
        int token = Shape::placeInTokens() * Shape::warpTokens + group * 8 + 2 * q;
        TERN_UNROLL
        for (int t = 0; t < 2; ++t)
          *reinterpret_cast<Words2 *>(target + (plane * TOKENS + token + t) * sumStride<TILES> + row) =
              Words2{floatToBits(sums[slot][group][t]), floatToBits(sums[slot][group][2 + t])};
      }
    }
  }

private:
  __device__ __forceinline__ void multiplyStage(const unsigned char *stage) {
    TERN_UNROLL_BY(2)
    for (int i = 0; i < steps / Shape::alongColumns; ++i) {
      int step = i * Shape::alongColumns + Shape::placeInColumns();
      unsigned a[slots][4];
      TERN_UNROLL
      for (int slot = 0; slot < slots; ++slot)
        Tiles::read(stage,
                    slot / Shape::warpTiles * TILES + Shape::placeInRows() * Shape::warpTiles + slot % Shape::warpTiles,
                    step, a[slot]);
      TERN_UNROLL
      for (int group = 0; group < groups; ++group) {
        int token = Shape::placeInTokens() * Shape::warpTokens + group * 8 + threadIndex() % 32 / 4;
        unsigned hi[2], lo[2];
        Tokens::read(stage + Tiles::bytes, token, step, hi, lo);
        if constexpr (!Tokens::isExact) {
          TERN_UNROLL
          for (int slot = 0; slot < slots; ++slot)
            multiplyTilesBf16(sums[slot][group], a[slot], lo);
        }
        TERN_UNROLL
        for (int slot = 0; slot < slots; ++slot)
          multiplyTilesBf16(sums[slot][group], a[slot], hi);
      }
    }
  }
};

/// The sums of one weight of quants, to target[token][row].
template <typename X, int THREADS, int TILES, int TOKENS, int SHARED, typename FORMAT>
__device__ __forceinline__ void multiplyQuants(unsigned char *shared, float *target, const QuantizedRows<X> &x,
                                               const void *weight, long long columns, const BlockRange &range) {
  QuantsBlock<X, FORMAT, THREADS, TILES, TOKENS, SHARED> block;
  block.multiply(shared, x, weight, columns, range.tokenBegin, range.tokenEnd, range.tileBegin, range.tileEnd);
  block.hand(target, sumStride<TILES>);
}

template <typename X, int THREADS, int TILES, int TOKENS, int SHARED, typename... FORMATS, typename Finish,
          typename... Weights>
__device__ __forceinline__ void linearBlock(unsigned char *shared, const void *x, long long maxRows, long long columns,
                                            long long tokenBegin, long long tokenEnd, long long tileBegin,
                                            long long tileEnd, Finish finish, Weights... w) {
  constexpr int numWeights = sizeof...(Weights), rows = TILES * 16, stride = sumStride<TILES>;
  static_assert(sizeof...(FORMATS) == sizeof...(Weights) && numWeights >= 1 && numWeights <= 4,
                "one to four weights, each with its format");
  static_assert(THREADS % rows == 0, "a thread finishes sums of one row");
  const BlockRange range{tokenBegin, tokenEnd, tileBegin, tileEnd};
  float *sums = reinterpret_cast<float *>(shared);
  constexpr bool isQuantized = Activations<X>::isQuantized;
  constexpr int parts = isQuantized ? 1 : BlockShape<THREADS, TILES, TOKENS, numWeights>::alongColumns;
  if constexpr (isQuantized) {
    static_assert((FORMATS::isQuants && ...), "quantised activations meet quants only");
    constexpr int sumBytes = numWeights * TOKENS * stride * 4; // weights go one after another, sums stay beside stages
    const QuantizedRows<X> quants(x, maxRows, columns);
    int index = 0;
    ((multiplyQuants<X, THREADS, TILES, TOKENS, SHARED - sumBytes, FORMATS>(
          shared + sumBytes, sums + index * TOKENS * stride, quants, w, columns, range),
      ++index),
     ...);
  } else {
    NumbersBlock<X, THREADS, TILES, TOKENS, SHARED, numWeights> block;
    block.multiply(shared, x, columns, range, {{w...}});
    block.hand(sums);
  }
  barrier();
  auto finishAt = [&](int token, int row) {
    float all[numWeights];
    TERN_UNROLL
    for (int weight = 0; weight < numWeights; ++weight) {
      all[weight] = sums[(weight * TOKENS + token) * stride + row];
      TERN_UNROLL
      for (int part = 1; part < parts; ++part)
        all[weight] = add(all[weight], sums[((part * numWeights + weight) * TOKENS + token) * stride + row]);
    }
    finishRow<numWeights>(finish, tokenBegin + token, tileBegin * 16 + row, all);
  };
  if (tokenEnd - tokenBegin >= TOKENS && tileEnd - tileBegin >= TILES) {
    TERN_UNROLL_BY(8) // what finish reads of several elements is on its way at once
    for (int i = 0; i < TOKENS * rows / THREADS; ++i)
      finishAt((i * THREADS + threadIndex()) / rows, threadIndex() % rows);
  } else {
    TERN_UNROLL_BY(1)
    for (int i = threadIndex(); i < TOKENS * rows; i += THREADS)
      if (tokenBegin + i / rows < tokenEnd && tileBegin + i % rows / 16 < tileEnd)
        finishAt(i / rows, i % rows);
  }
  barrier(); // sums have been read before shared memory is used again
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_LINEARBLOCK_H
