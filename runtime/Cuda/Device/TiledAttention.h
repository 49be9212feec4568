//===- TiledAttention.h - Attention of many rows to caches -------*- C++ -*-===//
//
// What attention is for prompts: many rows against keys (Lanes16) and values (Heads) in f16, by products of tiles on
// tensor cores, in one pass over the keys (online softmax, as in Attention.h).
//
//   scores  [16 rows x TILE keys]     = queries * keys^T
//   sums    [16 rows x VALUESIZE]    += weights * values
//
// A team of up to four warps, of 16 rows each, shares the keys and values of a tile. Two teams have the same rows and
// take tiles in turn, so that one multiplies while the other weighs; in the end their sums are put together.
//
//   team 0   tiles 0, 2, 4, ...         which tiles depends on where keys stand, not on what a task sees of them: a row
//   team 1   tiles 1, 3, 5, ...         is the same bit for bit whatever stands beside it
//
// Keys and values of a team's next tile are copied to shared memory while this one is multiplied. Both are b of
// products as they lie there, read transposed (Primitives.h): of keys a row of 16 bytes is 8 keys at one d, of values 8
// columns of one key. So that 8 rows lie in different banks, keys have the halves of every second four d's swapped, and
// rows of values are 16 bytes further apart than they are long.
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

/// How a pass of 64 rows, or fewer with few threads, is laid out in shared memory: two stages of a tile for each team,
/// and the queries; in the end a team's sums. CudaEmitter's tiledAttention() knows these sizes too.
template <int THREADS, int HEADSIZE, int VALUESIZE> struct TiledShape {
  static_assert(HEADSIZE % 16 == 0 && VALUESIZE % 16 == 0, "heads are whole tiles");
  static_assert(THREADS == 32 || THREADS == 64 || THREADS == 128 || THREADS == 256, "one team or two");
  static constexpr int teams = THREADS == 256 ? 2 : 1, teamThreads = THREADS / teams, rows = teamThreads / 2;
  static constexpr int tile = HEADSIZE + VALUESIZE <= 128 ? 64 : HEADSIZE + VALUESIZE <= 256 ? 32 : 16;
  static constexpr int keySteps = HEADSIZE / 16, valueTiles = VALUESIZE / 8;

  static constexpr int keyBytes = tile * HEADSIZE * 2, valueStride = VALUESIZE * 2 + 16;
  static constexpr int tileBytes = keyBytes + tile * valueStride, stageBytes = teams * tileBytes;
  static constexpr int queryBytes = rows * HEADSIZE * 4;
  static constexpr int sharedBytes = 2 * stageBytes + queryBytes;
  static_assert(teams == 1 || teamThreads * (valueTiles * 4 + 4) * 4 <= sharedBytes, "a team's sums");
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
  /// Asks for rows g and g + 8 from `firstRow` on; zeros from `endRow` on. Scores are to be multiplied by `inverses`.
  /// Of what lies in shared memory each team writes a share: a barrier comes before get().
  template <typename Query>
  __device__ __forceinline__ void fill(Query &query, long long firstRow, long long endRow, unsigned char *memory,
                                       float (&inverses)[2]) {
    const int lane = threadIndex() % 32;
    const int thread = threadIndex() % SHAPE::teamThreads, team = threadIndex() / SHAPE::teamThreads;
    place = reinterpret_cast<Words4 *>(memory) + thread / 32 * SHAPE::keySteps * 64 + lane;
    auto numberOf = [&](long long row, int d) { return row < endRow ? query(row, static_cast<long long>(d)) : 0.0f; };
    // Asked for twice: what a lane has of two rows does not always fit in registers, and is in the cache by then.
    float largest[2] = {}, scales[2];
    TERN_UNROLL_BY(16)
    for (int i = 0; i < SHAPE::keySteps * 4; ++i) {
      TERN_UNROLL
      for (int half = 0; half < 2; ++half) {
        float number = numberOf(firstRow + lane / 4 + half * 8, i * 4 + lane % 4);
        largest[half] = maximum(largest[half], bitsToFloat(floatToBits(number) & 0x7fffffffu));
      }
    }
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      largest[half] = maximum(largest[half], shuffleXor(largest[half], 1));
      scales[half] = scaleOf(maximum(largest[half], shuffleXor(largest[half], 2)));
      inverses[half] = inverseOf(scales[half]);
    }
    TERN_UNROLL_BY(2)
    for (int i = 0; i < SHAPE::keySteps; i += SHAPE::teams) {
      const int step = i + team;
      if (SHAPE::keySteps % SHAPE::teams != 0 && step >= SHAPE::keySteps)
        break;
      unsigned hi[4], lo[4];
      TERN_UNROLL
      for (int j = 0; j < 4; ++j) {
        long long row = firstRow + lane / 4 + j % 2 * 8;
        int d = step * 16 + lane % 4 * 2 + j / 2 * 8;
        splitHalves(multiply(numberOf(row, d), scales[j % 2]), multiply(numberOf(row, d + 1), scales[j % 2]), hi[j],
                    lo[j]);
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

/// A team copies the keys and values of its tile at `first`, unless none is within [begin, end); values outside of that
/// need not be numbers and are zeros.
template <int HEADSIZE, int VALUESIZE, typename SHAPE>
__device__ __forceinline__ void copyTile(unsigned char *tile, const f16 *keys, const f16 *values, int first, int begin,
                                         int end) {
  constexpr int threads = SHAPE::teamThreads, keyChunks = SHAPE::keyBytes / 16, perValue = VALUESIZE / 8,
                valueChunks = SHAPE::tile * perValue;
  if (first >= end || first + SHAPE::tile <= begin)
    return;
  // Addresses of a thread's chunks are constants apart wherever sizes are.
  const int thread = threadIndex() % threads;
  const f16 *from = keys + static_cast<long long>(first) * HEADSIZE + thread * 8;
  unsigned char *to = tile + (thread ^ (thread >> 3 & 1)) * 16;
  TERN_UNROLL
  for (int i = 0; i < keyChunks; i += threads)
    if (keyChunks % threads == 0 || i + thread < keyChunks)
      copyAsync16(to + i * 16, from + i * 8);
  from = values + static_cast<long long>(first) * VALUESIZE + thread * 8;
  TERN_UNROLL
  for (int i = 0; i < valueChunks; i += threads) {
    bool isWhole = threads % perValue == 0;
    int key = isWhole ? thread / perValue + i / perValue : (thread + i) / perValue;
    int column = isWhole ? thread % perValue : (thread + i) % perValue;
    if (valueChunks % threads == 0 || i + thread < valueChunks)
      copyAsync16OrZeros(tile + SHAPE::keyBytes + key * SHAPE::valueStride + column * 16, from + i * 8,
                         first + key >= begin && first + key < end);
  }
}

/// What a warp knows of its 16 rows; a lane has two of them, g and g + 8.
template <int HEADSIZE, int VALUESIZE, typename SHAPE> class TiledRows {
public:
  static constexpr int keyTiles = SHAPE::tile / 8;

  /// The weight of the largest score, as a power of 2.
  static constexpr float largestWeight = 11.0f;

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
    // Tiles of d's 0-7 and 8-15 of keys 0-7, then of keys 8-15.
    const unsigned char *from = keys + (lane % 16 * 2 + (lane / 16 ^ (lane >> 2 & 1))) * 16;
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
        unsigned tiles[4];
        loadTilesTransposed(tiles, from + (i / 2 * HEADSIZE + step * 16) * 32);
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
    bool isWhole = true;
    TERN_UNROLL
    for (int half = 0; half < 2; ++half)
      isWhole &= begins[half] <= first && ends[half] >= first + SHAPE::tile;
    if (ballot(!isWhole))
      adjustSeen<false>(adjust, firstRow, first);
    else
      adjustSeen<true>(adjust, firstRow, first);
  }

  /// Scores become weights; what was summed so far shrinks to the new largest score.
  __device__ __forceinline__ void weigh() {
    float factors[2], exponents[2];
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      float now = largest[half];
      TERN_UNROLL
      for (int i = 0; i < keyTiles; ++i)
        now = maximum(now, maximum(scores[i][half * 2], scores[i][half * 2 + 1]));
      now = maximum(now, shuffleXor(now, 1));
      now = maximum(now, shuffleXor(now, 2));
      exponents[half] = exponentOf(shiftOf(now));
      factors[half] = exponential2(exponents[half] - exponentOf(largest[half]));
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
        scores[i][j] = exponential2(multiplyAdd(scores[i][j], log2e, exponents[j / 2]));
        totals[j / 2] += scores[i][j];
      }
    }
  }

  /// sums += weights * values.
  __device__ __forceinline__ void multiplyValues(const unsigned char *values) {
    // Tiles of keys 0-7 and 8-15 of columns 0-7, then of columns 8-15.
    const unsigned char *from = values + lane % 16 * SHAPE::valueStride + lane / 16 * 16;
    TERN_UNROLL
    for (int i = 0; i < keyTiles; i += 2) {
      unsigned hi[4], lo[4];
      TERN_UNROLL
      for (int j = 0; j < 4; ++j)
        splitHalves(scores[i + j / 2][j % 2 * 2], scores[i + j / 2][j % 2 * 2 + 1], hi[j], lo[j]);
      TERN_UNROLL
      for (int column = 0; column < SHAPE::valueTiles; column += 2) {
        unsigned tiles[4];
        loadTilesTransposed(tiles, from + i * 8 * SHAPE::valueStride + column * 16);
        multiplyTilesF16(sums[column], lo, {tiles[0], tiles[1]});
        multiplyTilesF16(sums[column + 1], lo, {tiles[2], tiles[3]});
        multiplyTilesF16(sums[column], hi, {tiles[0], tiles[1]});
        multiplyTilesF16(sums[column + 1], hi, {tiles[2], tiles[3]});
      }
    }
  }

  /// Leaves what a team knows in shared memory for another one with the same rows.
  __device__ __forceinline__ void publish(float *memory) const {
    float *place = memory + threadIndex() % SHAPE::teamThreads * 4;
    TERN_UNROLL
    for (int i = 0; i < SHAPE::valueTiles; ++i)
      *reinterpret_cast<Several<float, 4> *>(place + i * SHAPE::teamThreads *
                                                         4) = {{sums[i][0], sums[i][1], sums[i][2], sums[i][3]}};
    *reinterpret_cast<Several<float, 4> *>(place + SHAPE::valueTiles * SHAPE::teamThreads *
                                                       4) = {{largest[0], largest[1], totals[0], totals[1]}};
  }
  /// Adds what another team left.
  __device__ __forceinline__ void add(const float *memory) {
    const float *place = memory + threadIndex() % SHAPE::teamThreads * 4;
    auto others = load<Several<float, 4>>(place + SHAPE::valueTiles * SHAPE::teamThreads * 4);
    float mine[2], theirs[2];
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      float now = maximum(largest[half], others.at[half]), exponent = exponentOf(shiftOf(now));
      mine[half] = exponential2(exponent - exponentOf(largest[half]));
      theirs[half] = exponential2(exponent - exponentOf(others.at[half]));
      largest[half] = now;
      totals[half] = multiplyAdd(others.at[2 + half], theirs[half], multiply(totals[half], mine[half]));
    }
    TERN_UNROLL
    for (int i = 0; i < SHAPE::valueTiles; ++i) {
      auto their = load<Several<float, 4>>(place + i * SHAPE::teamThreads * 4);
      TERN_UNROLL
      for (int j = 0; j < 4; ++j)
        sums[i][j] = multiplyAdd(their.at[j], theirs[j / 2], multiply(sums[i][j], mine[j / 2]));
    }
  }

  template <typename Factor, typename Finish>
  __device__ __forceinline__ void finishRows(Factor &factor, Finish &finish, long long firstRow, long long endRow) {
    TERN_UNROLL
    for (int half = 0; half < 2; ++half) {
      float shift = shiftOf(largest[half]), unit = exponential2(-multiplyAdd(shift, log2e, exponentOf(shift)));
      float total = totals[half] + shuffleXor(totals[half], 1);
      total = multiply(total + shuffleXor(total, 2), unit);
      long long row = firstRow + lane / 4 + half * 8;
      if (row >= endRow)
        continue;
      float whole = multiply(unit, factor(row, largest[half], total));
      TERN_UNROLL
      for (int i = 0; i < SHAPE::valueTiles * 2; ++i)
        finish(row, static_cast<long long>(i / 2 * 8 + lane % 4 * 2 + i % 2),
               multiply(sums[i / 2][half * 2 + i % 2], whole), largest[half], total);
    }
  }

private:
  template <bool ALL, typename Adjust>
  __device__ __forceinline__ void adjustSeen(Adjust &adjust, long long firstRow, int first) {
    TERN_UNROLL
    for (int i = 0; i < keyTiles; ++i) {
      TERN_UNROLL
      for (int j = 0; j < 4; ++j) {
        int key = first + i * 8 + lane % 4 * 2 + j % 2;
        bool isSeen = ALL || (key >= begins[j / 2] && key < ends[j / 2]);
        scores[i][j] = isSeen ? adjust(firstRow + lane / 4 + j / 2 * 8, static_cast<long long>(key), scores[i][j])
                              : negativeInfinity();
      }
    }
  }

  static constexpr float log2e = 1.44269504f;

  /// A score weighs 2 to the power of score * log2e + this. It is rounded, and large scores would be off by that; so
  /// sums for one largest score become those for another by the difference of two of these, and in the end what they
  /// are too large by is known exactly.
  static __device__ __forceinline__ float exponentOf(float largest) {
    return multiplyAdd(largest, -log2e, largestWeight);
  }

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

/// attention() for keys in Lanes16 and values in Heads, both in f16. `shared` has SHAREDBYTES, aligned to 16. The sums
/// of a row are multiplied by factor(row, largest, total) before they are handed out: a quotient for each row is
/// enough.
template <int THREADS, int HEADSIZE, int VALUESIZE, int SHAREDBYTES, typename Query, typename SeenBegin,
          typename SeenEnd, typename Adjust, typename Factor, typename Finish>
__device__ __forceinline__ void attentionOfManyRows(long long rows, long long keyBegin, long long keyEnd,
                                                    long long keyStep, Query query, SeenBegin seenBegin,
                                                    SeenEnd seenEnd, Adjust adjust, const f16 *keys, const f16 *values,
                                                    void *shared, Factor factor, Finish finish) {
  using Shape = TiledShape<THREADS, HEADSIZE, VALUESIZE>;
  static_assert(Shape::sharedBytes <= SHAREDBYTES, "two stages of keys and values, and queries");
  const KeyBlocks blocks(keyBegin, keyEnd, keyStep);
  const int team = threadIndex() / Shape::teamThreads, warp = threadIndex() % Shape::teamThreads / 32;
  auto *memory = static_cast<unsigned char *>(shared);
  auto tileAt = [&](int stage) { return memory + stage * Shape::stageBytes + team * Shape::tileBytes; };
  TERN_UNROLL_BY(1)
  for (long long passRow = 0; passRow < rows; passRow += Shape::rows) {
    PassKeys<Shape::rows> pass(passRow, rows, seenBegin, seenEnd);
    auto copy = [&](int stage, int first) {
      copyTile<HEADSIZE, VALUESIZE, Shape>(tileAt(stage), keys, values, first, pass.begin, pass.end);
      commitCopies();
    };
    int tile = blocks.tileFrom<Shape::tile>(pass.begin) / Shape::teams * Shape::teams, stage = 0;
    copy(stage, blocks.keyOf<Shape::tile>(tile + team));
    long long firstRow = passRow + warp * 16;
    TiledRows<HEADSIZE, VALUESIZE, Shape> state;
    state.clear();
    state.queries.fill(query, firstRow, rows, memory + 2 * Shape::stageBytes, state.inverses);
    state.setSeen(firstRow, rows, seenBegin, seenEnd);
    TERN_UNROLL_BY(1)
    for (; blocks.keyOf<Shape::tile>(tile) < pass.end; tile += Shape::teams, stage ^= 1) {
      waitForCopies<0>();
      barrier(); // these tiles are here, and nobody reads those before them
      copy(stage ^ 1, blocks.keyOf<Shape::tile>(tile + Shape::teams + team));
      int first = blocks.keyOf<Shape::tile>(tile + team);
      if (!state.sees(first))
        continue;
      state.multiplyKeys(tileAt(stage));
      state.adjustScores(adjust, firstRow, first);
      state.weigh();
      state.multiplyValues(tileAt(stage) + Shape::keyBytes);
    }
    waitForCopies<0>();
    barrier(); // nobody reads tiles or queries any more
    if (Shape::teams == 2) {
      if (team == 1)
        state.publish(static_cast<float *>(shared));
      barrier();
      if (team == 0)
        state.add(static_cast<const float *>(shared));
    }
    if (team == 0)
      state.finishRows(factor, finish, firstRow, rows);
    if (Shape::teams == 2)
      barrier(); // sums have been read before the next rows' tiles are written
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_TILEDATTENTION_H
