//===- TiledAttention.h - Attention of many rows to caches -------*- C++ -*-===//
//
// What attention is for prompts: many rows against keys (Lanes16) and values (Heads) in f16, by products of tiles on
// tensor cores, in one pass over the keys (online softmax, as in Attention.h).
//
//   scores  [16 rows x TILE keys]     = queries * keys^T             each warp has 16 rows of a pass, all warps share
//   sums    [16 rows x VALUESIZE]    += weights * values             the keys and values of a tile
//
// Keys and values of the next tile are copied to shared memory while this one is multiplied. Both are b of products as
// they lie there, read transposed (Primitives.h): of keys a row of 16 bytes is 8 keys at one d, of values 8 columns of
// one key. So that 8 rows lie in different banks, keys have the halves of every second four d's swapped, and rows of
// values are 16 bytes further apart than they are long.
//
// Precision is that of f32. Queries and weights are split into two halves, hi + lo, each of which is multiplied:
//
//   - a row of queries is multiplied with the power of two that brings its largest number to [2^10, 2^11), and its
//     scores are divided by it, so hi + lo is off by 2^-22 of a number or 2^-35 of the largest;
//   - sums are of 2^11 * exp(score - largest) until they are handed out, so hi + lo is off by 2^-22 of a weight or
//     2^-36 of the largest.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_TILEDATTENTION_H
#define TERN_RUNTIME_CUDA_DEVICE_TILEDATTENTION_H

#include "runtime/Cuda/Device/CachedAttention.h"

namespace tern {

/// How a pass of 16 rows a warp is laid out in shared memory: two stages of keys and values, and the queries.
/// CudaEmitter's tiledAttentionBytes() knows these sizes too.
template <int THREADS, int HEADSIZE, int VALUESIZE> struct TiledShape {
  static_assert(HEADSIZE % 16 == 0 && VALUESIZE % 16 == 0, "heads are whole tiles");
  static constexpr int warps = THREADS / 32, rows = 16 * warps;
  static constexpr int tile = HEADSIZE + VALUESIZE <= 128 ? 64 : HEADSIZE + VALUESIZE <= 256 ? 32 : 16;
  static constexpr int keySteps = HEADSIZE / 16, valueTiles = VALUESIZE / 8;

  static constexpr int keyBytes = tile * HEADSIZE * 2, valueStride = VALUESIZE * 2 + 16;
  static constexpr int stageBytes = keyBytes + tile * valueStride;
  static constexpr int queryBytes = rows * HEADSIZE * 4;
  static constexpr int sharedBytes = 2 * stageBytes + queryBytes;
};

/// The power of two that brings `largest` to [2^10, 2^11), as far as there is one.
__device__ __forceinline__ float scaleOf(float largest) {
  int exponent = 264 - static_cast<int>(floatToBits(largest) >> 23);
  return bitsToFloat(static_cast<unsigned>(exponent < 253 ? exponent : 253) << 23);
}
/// 1 / scale.
__device__ __forceinline__ float inverseOf(float scale) { return bitsToFloat((254u << 23) - floatToBits(scale)); }

/// Two numbers as hi + lo.
__device__ __forceinline__ void splitHalves(float a, float b, unsigned &hi, unsigned &lo) {
  hi = packHalves(a, b);
  lo = packHalves(add(a, -halfToFloat(static_cast<unsigned short>(hi & 0xffffu))),
                  add(b, -halfToFloat(static_cast<unsigned short>(hi >> 16))));
}

/// The queries of a warp as a of products, in shared memory: registers are for scores and sums.
template <typename SHAPE> class TiledQueries {
public:
  /// Asks for rows g and g + 8 from `firstRow` on; zeros from `endRow` on. `scales` is what the two were multiplied
  /// with.
  template <typename Query>
  __device__ __forceinline__ void fill(Query &query, long long firstRow, long long endRow, unsigned char *memory,
                                       float (&inverses)[2]) {
    const int lane = threadIndex() % 32;
    place = reinterpret_cast<Words4 *>(memory) + (threadIndex() / 32 * SHAPE::keySteps * 2) * 32 + lane;
    float scales[2];
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      long long row = firstRow + lane / 4 + half * 8;
      float largest = 0.0f;
      TERN_UNROLL_BY(16)
      for (int d = lane % 4; d < SHAPE::keySteps * 16; d += 4) {
        float number = row < endRow ? query(row, static_cast<long long>(d)) : 0.0f;
        largest = maximum(largest, bitsToFloat(floatToBits(number) & 0x7fffffffu));
      }
      largest = maximum(largest, shuffleXor(largest, 1));
      scales[half] = scaleOf(maximum(largest, shuffleXor(largest, 2)));
      inverses[half] = inverseOf(scales[half]);
    }
    TERN_UNROLL_BY(4)
    for (int step = 0; step < SHAPE::keySteps; ++step) {
      unsigned hi[4], lo[4];
      TERN_UNROLL
      for (int i = 0; i < 4; ++i) {
        long long row = firstRow + lane / 4 + i % 2 * 8, d = step * 16 + lane % 4 * 2 + i / 2 * 8;
        float pair[2];
        TERN_UNROLL
        for (int j = 0; j < 2; ++j)
          pair[j] = row < endRow ? multiply(query(row, d + j), scales[i % 2]) : 0.0f;
        splitHalves(pair[0], pair[1], hi[i], lo[i]);
      }
      set(step, 0, hi);
      set(step, 1, lo);
    }
  }

  __device__ __forceinline__ void get(int step, int part, unsigned (&words)[4]) const {
    Words4 read = load<Words4>(place + (step * 2 + part) * 32);
    words[0] = read.x, words[1] = read.y, words[2] = read.z, words[3] = read.w;
  }

private:
  __device__ __forceinline__ void set(int step, int part, const unsigned (&words)[4]) {
    place[(step * 2 + part) * 32] = {words[0], words[1], words[2], words[3]};
  }

  Words4 *place;
};

/// Copies the keys and values of the tile at `first`; values outside [begin, end) need not be numbers and are zeros.
template <int THREADS, int HEADSIZE, int VALUESIZE, typename SHAPE>
__device__ __forceinline__ void copyTile(unsigned char *stage, const f16 *keys, const f16 *values, int first, int begin,
                                         int end) {
  constexpr int keyChunks = SHAPE::keyBytes / 16, perValue = VALUESIZE / 8, valueChunks = SHAPE::tile * perValue;
  const f16 *from = keys + static_cast<long long>(first) * HEADSIZE;
  TERN_UNROLL_BY(4)
  for (int i = threadIndex(); i < keyChunks; i += THREADS)
    copyAsync16(stage + (i ^ (i >> 3 & 1)) * 16, from + i * 8);
  from = values + static_cast<long long>(first) * VALUESIZE;
  TERN_UNROLL_BY(4)
  for (int i = threadIndex(); i < valueChunks; i += THREADS) {
    int key = i / perValue;
    copyAsync16OrZeros(stage + SHAPE::keyBytes + key * SHAPE::valueStride + i % perValue * 16, from + i * 8,
                       first + key >= begin && first + key < end);
  }
}

/// What a warp knows of its 16 rows; a lane has two of them, g and g + 8.
template <int HEADSIZE, int VALUESIZE, typename SHAPE> class TiledRows {
public:
  static constexpr int keyTiles = SHAPE::tile / 8;

  /// The weight of the largest score, as a power of 2, and what sums and totals are divided by in the end.
  static constexpr float largestWeight = 11.0f, unit = 1.0f / 2048.0f;

  TiledQueries<SHAPE> queries;
  float inverses[2]; ///< What scores are multiplied with.

  __device__ __forceinline__ void clear() {
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      largest[half] = negativeInfinity();
      totals[half] = 0.0f;
    }
    TERN_UNROLL
    for (int i = 0; i < SHAPE::valueTiles; ++i) {
      TERN_UNROLL
      for (int j = 0; j < 4; ++j)
        sums[i][j] = 0.0f;
    }
  }

  template <typename SeenBegin, typename SeenEnd>
  __device__ __forceinline__ void setSeen(long long firstRow, long long endRow, SeenBegin &seenBegin,
                                          SeenEnd &seenEnd) {
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      long long row = firstRow + lane / 4 + half * 8;
      begins[half] = row < endRow ? static_cast<int>(seenBegin(row)) : 0;
      ends[half] = row < endRow ? static_cast<int>(seenEnd(row)) : 0;
    }
  }
  /// Whether a row of the warp sees a key of the tile at `first`.
  __device__ __forceinline__ bool sees(int first) const {
    bool isSeen = false;
    TERN_UNROLL
    for (int half = 0; half < 2; ++half)
      isSeen |= begins[half] < ends[half] && begins[half] < first + SHAPE::tile && ends[half] > first;
    return ballot(isSeen) != 0;
  }

  /// scores = queries * keys^T.
  __device__ __forceinline__ void multiplyKeys(const unsigned char *keys) {
    TERN_UNROLL
    for (int i = 0; i < keyTiles; ++i) {
      TERN_UNROLL
      for (int j = 0; j < 4; ++j)
        scores[i][j] = 0.0f;
    }
    TERN_UNROLL
    for (int step = 0; step < SHAPE::keySteps; ++step) {
      unsigned hi[4], lo[4];
      queries.get(step, 0, hi);
      queries.get(step, 1, lo);
      TERN_UNROLL
      for (int i = 0; i < keyTiles; i += 2) {
        // Tiles of d's 0-7 and 8-15 of keys 0-7, then of keys 8-15.
        int d = step * 16 + lane % 16, chunk = (i / 2 * HEADSIZE + d) * 2 + lane / 16;
        unsigned tiles[4];
        loadTilesTransposed(tiles, keys + (chunk ^ (d >> 2 & 1)) * 16);
        multiplyTilesF16(scores[i], lo, {tiles[0], tiles[1]});
        multiplyTilesF16(scores[i + 1], lo, {tiles[2], tiles[3]});
        multiplyTilesF16(scores[i], hi, {tiles[0], tiles[1]});
        multiplyTilesF16(scores[i + 1], hi, {tiles[2], tiles[3]});
      }
    }
    TERN_UNROLL
    for (int i = 0; i < keyTiles; ++i) {
      TERN_UNROLL
      for (int j = 0; j < 4; ++j)
        scores[i][j] = multiply(scores[i][j], inverses[j / 2]);
    }
  }

  /// Scores as they count: adjusted, or -infinity where a row does not see the key.
  template <typename Adjust>
  __device__ __forceinline__ void adjustScores(Adjust &adjust, long long firstRow, int first) {
    TERN_UNROLL
    for (int i = 0; i < keyTiles; ++i) {
      TERN_UNROLL
      for (int j = 0; j < 4; ++j) {
        int key = first + i * 8 + lane % 4 * 2 + j % 2;
        bool isSeen = key >= begins[j / 2] && key < ends[j / 2];
        scores[i][j] = isSeen ? adjust(firstRow + lane / 4 + j / 2 * 8, static_cast<long long>(key), scores[i][j])
                              : negativeInfinity();
      }
    }
  }

  /// Scores become weights; what was summed so far shrinks to the new largest score.
  __device__ __forceinline__ void weigh() {
    float factors[2], shifts[2];
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      float now = largest[half];
      TERN_UNROLL
      for (int i = 0; i < keyTiles; ++i)
        now = maximum(now, maximum(scores[i][half * 2], scores[i][half * 2 + 1]));
      now = maximum(now, shuffleXor(now, 1));
      now = maximum(now, shuffleXor(now, 2));
      shifts[half] = shiftOf(now);
      factors[half] = exponential(largest[half] - shifts[half]);
      largest[half] = now;
      totals[half] = multiply(totals[half], factors[half]);
    }
    if (ballot(!(factors[0] == 1.0f && factors[1] == 1.0f))) {
      TERN_UNROLL
      for (int i = 0; i < SHAPE::valueTiles; ++i) {
        TERN_UNROLL
        for (int j = 0; j < 4; ++j)
          sums[i][j] = multiply(sums[i][j], factors[j / 2]);
      }
    }
    TERN_UNROLL
    for (int i = 0; i < keyTiles; ++i) {
      TERN_UNROLL
      for (int j = 0; j < 4; ++j) {
        scores[i][j] = exponential2(multiplyAdd(add(scores[i][j], -shifts[j / 2]), log2e, largestWeight));
        totals[j / 2] = add(totals[j / 2], scores[i][j]);
      }
    }
  }

  /// sums += weights * values.
  __device__ __forceinline__ void multiplyValues(const unsigned char *values) {
    TERN_UNROLL
    for (int i = 0; i < keyTiles; i += 2) {
      unsigned hi[4], lo[4];
      TERN_UNROLL
      for (int j = 0; j < 4; ++j)
        splitHalves(scores[i + j / 2][j % 2 * 2], scores[i + j / 2][j % 2 * 2 + 1], hi[j], lo[j]);
      TERN_UNROLL
      for (int column = 0; column < SHAPE::valueTiles; column += 2) {
        // Tiles of keys 0-7 and 8-15 of columns 0-7, then of columns 8-15.
        unsigned tiles[4];
        loadTilesTransposed(tiles, values + (i * 8 + lane % 16) * SHAPE::valueStride + (column + lane / 16) * 16);
        multiplyTilesF16(sums[column], lo, {tiles[0], tiles[1]});
        multiplyTilesF16(sums[column + 1], lo, {tiles[2], tiles[3]});
        multiplyTilesF16(sums[column], hi, {tiles[0], tiles[1]});
        multiplyTilesF16(sums[column + 1], hi, {tiles[2], tiles[3]});
      }
    }
  }

  template <typename Finish>
  __device__ __forceinline__ void finishRows(Finish &finish, long long firstRow, long long endRow) {
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      float total = add(totals[half], shuffleXor(totals[half], 1));
      total = multiply(add(total, shuffleXor(total, 2)), unit);
      long long row = firstRow + lane / 4 + half * 8;
      if (row >= endRow)
        continue;
      TERN_UNROLL
      for (int i = 0; i < SHAPE::valueTiles * 2; ++i)
        finish(row, static_cast<long long>(i / 2 * 8 + lane % 4 * 2 + i % 2),
               multiply(sums[i / 2][half * 2 + i % 2], unit), largest[half], total);
    }
  }

private:
  static constexpr float log2e = 1.44269504f;

  const int lane = threadIndex() % 32;
  int begins[2], ends[2];      ///< The keys that the rows see.
  float scores[keyTiles][4];   ///< Of a tile, then weights.
  float largest[2], totals[2]; ///< Totals of this lane's keys.
  float sums[SHAPE::valueTiles][4];
};

/// The keys that any of ROWS rows from `firstRow` on sees; every warp finds out by itself.
template <int ROWS> struct PassKeys {
  int begin = 0x7fffffff, end = 0;

  template <typename SeenBegin, typename SeenEnd>
  __device__ __forceinline__ PassKeys(long long firstRow, long long endRow, SeenBegin &seenBegin, SeenEnd &seenEnd) {
    for (int i = threadIndex() % 32; i < ROWS && firstRow + i < endRow; i += 32) {
      int first = static_cast<int>(seenBegin(firstRow + i)), last = static_cast<int>(seenEnd(firstRow + i));
      if (first < last) {
        begin = first < begin ? first : begin;
        end = last > end ? last : end;
      }
    }
    begin = warpReduce(begin, [](int a, int b) { return a < b ? a : b; });
    end = warpReduce(end, [](int a, int b) { return a > b ? a : b; });
    begin = begin < end ? begin : end;
  }
};

/// attention() for keys in Lanes16 and values in Heads, both in f16. `shared` has SHAREDBYTES, aligned to 16.
template <int THREADS, int HEADSIZE, int VALUESIZE, int SHAREDBYTES, typename Query, typename SeenBegin,
          typename SeenEnd, typename Adjust, typename Finish>
__device__ __forceinline__ void attentionOfManyRows(long long rows, long long keyBegin, long long keyEnd,
                                                    long long keyStep, Query query, SeenBegin seenBegin,
                                                    SeenEnd seenEnd, Adjust adjust, const f16 *keys, const f16 *values,
                                                    void *shared, Finish finish) {
  using Shape = TiledShape<THREADS, HEADSIZE, VALUESIZE>;
  static_assert(Shape::sharedBytes <= SHAREDBYTES, "two stages of keys and values, and queries");
  const KeyBlocks blocks(keyBegin, keyEnd, keyStep);
  auto *memory = static_cast<unsigned char *>(shared);
  auto stageOf = [&](int number) { return memory + number % 2 * Shape::stageBytes; };
  TERN_UNROLL_BY(1)
  for (long long passRow = 0; passRow < rows; passRow += Shape::rows) {
    PassKeys<Shape::rows> pass(passRow, rows, seenBegin, seenEnd);
    long long firstRow = passRow + threadIndex() / 32 * 16;
    int tile = blocks.tileFrom<Shape::tile>(pass.begin);
    int first = blocks.keyOf<Shape::tile>(tile);
    if (first < pass.end)
      copyTile<THREADS, HEADSIZE, VALUESIZE, Shape>(stageOf(tile), keys, values, first, pass.begin, pass.end);
    commitCopies();
    TiledRows<HEADSIZE, VALUESIZE, Shape> state;
    state.clear();
    state.queries.fill(query, firstRow, rows, memory + 2 * Shape::stageBytes, state.inverses);
    state.setSeen(firstRow, rows, seenBegin, seenEnd);
    TERN_UNROLL_BY(1)
    for (int next; first < pass.end; first = next) {
      waitForCopies<0>();
      barrier(); // this tile is here, and nobody reads the one before it
      const unsigned char *stage = stageOf(tile);
      next = blocks.keyOf<Shape::tile>(++tile);
      if (next < pass.end)
        copyTile<THREADS, HEADSIZE, VALUESIZE, Shape>(stageOf(tile), keys, values, next, pass.begin, pass.end);
      commitCopies();
      if (!state.sees(first))
        continue;
      state.multiplyKeys(stage);
      state.adjustScores(adjust, firstRow, first);
      state.weigh();
      state.multiplyValues(stage + Shape::keyBytes);
    }
    state.finishRows(finish, firstRow, rows);
    waitForCopies<0>();
    barrier(); // shared memory has been read before the next rows' is written
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_TILEDATTENTION_H
