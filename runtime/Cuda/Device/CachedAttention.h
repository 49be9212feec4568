//===- CachedAttention.h - Attention of few rows to caches -------*- C++ -*-===//
//
// What attention is for decoding: few rows, up to 8 at once, that share the keys and values of a cache, from which they
// come as fast as memory gives them. Keys lie in Lanes16, values in Heads (Cache.h).
//
// Warps take tiles of 16 keys in turn and keep no company until the end. All that a warp reads of a tile is on its way
// before the first of it is used, and what follows is asked for as soon as there are registers for it:
//
//   ask for keys and values of the first tile
//   each tile:  scores from keys - ask for the next keys - weights from scores - sums += weights * values - ask for the
//               next values
//
// A lane reads 16 bytes at a time, for f16:
//
//   keys     lane = 2 * phase + run      keys 8 * run .. + 7 at d = phase, phase + 16, ...
//   values   lane = n * slot + run       columns 8 * run .. + 7 of keys slot, slot + 32 / n, ...; n = VALUESIZE / 8
//
// For scores, each lane sums its d's for its 8 keys; then lanes exchange halves of their sums, so that each keeps half
// as many of twice the d's, until one key is left, and the two lanes that have it share its rows. Sums of values stay
// where they are: all lanes of the block that have a column are added up in the end, in order.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_CACHEDATTENTION_H
#define TERN_RUNTIME_CUDA_DEVICE_CACHEDATTENTION_H

#include "runtime/Cuda/Device/Attention.h"

namespace tern {

/// How numbers are spread over lanes.
template <int THREADS, int HEADSIZE, int VALUESIZE, int MAXROWS, typename K, typename V> struct CachedShape {
  static constexpr int warps = THREADS / 32, tile = 16;

  /// Keys of a lane, lanes side by side, lanes that share these keys, and how often they read.
  static constexpr int keys = 16 / sizeof(K), runs = tile / keys, phases = 32 / runs;
  static constexpr int keyReads = (HEADSIZE + phases - 1) / phases;

  /// Columns of a lane, lanes that share a value, values that are read at once, and how often.
  static constexpr int columns = 16 / sizeof(V), lanes = (VALUESIZE + columns - 1) / columns;
  static constexpr int slots = lanes > 32 ? 1 : 32 / lanes, valueReads = (tile + slots - 1) / slots;

  /// Whether a tile fits in registers: 16 reads of keys and as many of values.
  static constexpr bool fits = keyReads <= 16 && valueReads <= 16 && VALUESIZE % columns == 0 && lanes <= 32;

  /// Rows at once, also rounded up to what is read at once: as many as fit in registers beside a tile.
  static constexpr int reads = keyReads + valueReads;
  static constexpr int most = reads > 16 || (reads > 8 && MAXROWS > 8) ? 4 : 8;
  static constexpr int rows = MAXROWS < most ? MAXROWS : most;
  static constexpr bool isOnePass = MAXROWS <= rows;
  static constexpr int padded = rows <= 2 ? rows : rows <= 4 ? 4 : 8;
  /// Rows of the scores of a lane after all exchanges.
  static constexpr int halfRows = rows == 1 ? 1 : padded / 2;

  struct Shared {
    alignas(16) float queries[HEADSIZE][padded];
    alignas(16) float weights[warps][tile][padded];
    alignas(16) float factors[warps][padded]; ///< What the sums so far shrink by.
    float largest[warps][padded], totals[warps][padded];
    /// Sums of a lane, four columns apart.
    alignas(16) float sums[rows][warps][columns / 4][32][4];
  };
};

/// COUNT numbers of shared memory, read 16 bytes at a time where there are as many.
template <int COUNT> __device__ __forceinline__ void readRow(const float *from, float (&numbers)[COUNT]) {
  constexpr int width = COUNT < 4 ? COUNT : 4;
  TERN_UNROLL
  for (int i = 0; i < COUNT; i += width) {
    Several<float, width> several = load<Several<float, width>>(from + i);
    TERN_UNROLL
    for (int j = 0; j < width; ++j)
      numbers[i + j] = several.at[j];
  }
}

/// What a warp does with its tiles.
template <int HEADSIZE, int VALUESIZE, typename K, typename V, typename SHAPE> class CachedTiles {
public:
  static constexpr int rows = SHAPE::rows, padded = SHAPE::padded, halfRows = SHAPE::halfRows;

  __device__ __forceinline__ CachedTiles(typename SHAPE::Shared &shared, const K *keyCache, const V *valueCache)
      : shared(shared), keyCache(keyCache), valueCache(valueCache) {
    TERN_UNROLL
    for (int row = 0; row < halfRows; ++row) {
      largest[row] = negativeInfinity();
      totals[row] = 0.0f;
    }
    TERN_UNROLL
    for (int row = 0; row < rows; ++row) {
      TERN_UNROLL
      for (int c = 0; c < SHAPE::columns; ++c)
        sums[row][c] = 0.0f;
    }
  }

  /// Asks for the keys of the tile at `first`, a multiple of 16; all of them are memory of this head.
  __device__ __forceinline__ void askForKeys(int first) {
    const K *from = keyCache + static_cast<long long>(first) * HEADSIZE + lane / SHAPE::runs * 16 +
                    lane % SHAPE::runs * SHAPE::keys;
    TERN_UNROLL
    for (int i = 0; i < SHAPE::keyReads; ++i)
      if (HEADSIZE % SHAPE::phases == 0 || dOf(i) < HEADSIZE)
        keys[i] = load<Words4>(from + i * SHAPE::phases * 16);
  }

  /// Asks for values; those of keys outside [begin, end), which need not be numbers, are zeros.
  __device__ __forceinline__ void askForValues(int first, int begin, int end) {
    int key = first + lane / SHAPE::lanes;
    const V *from = valueCache + static_cast<long long>(key) * VALUESIZE + lane % SHAPE::lanes * SHAPE::columns;
    TERN_UNROLL
    for (int i = 0; i < SHAPE::valueReads; ++i, key += SHAPE::slots) {
      values[i] = {};
      if (slotOf(i) < SHAPE::tile && lane < SHAPE::slots * SHAPE::lanes && key >= begin && key < end)
        values[i] = load<Words4>(from + i * SHAPE::slots * VALUESIZE);
    }
  }

  /// Scores of the keys that were asked for last: in scores[r] that of keyOf() for row r + rowBegin().
  __device__ __forceinline__ void computeScores(float (&scores)[halfRows]) const {
    float products[SHAPE::keys][rows] = {};
    TERN_UNROLL
    for (int i = 0; i < SHAPE::keyReads; ++i) {
      if (HEADSIZE % SHAPE::phases == 0 || dOf(i) < HEADSIZE) {
        float query[padded];
        readRow(shared.queries[dOf(i)], query);
        TERN_UNROLL
        for (int key = 0; key < SHAPE::keys; ++key) {
          float number = numberOf<K>(keys[i], key);
          TERN_UNROLL
          for (int row = 0; row < rows; ++row)
            products[key][row] = multiplyAdd(query[row], number, products[key][row]);
        }
      }
    }
    exchangeKeys<SHAPE::keys>(products);
    TERN_UNROLL
    for (int row = 0; row < halfRows; ++row) {
      constexpr int other = rows == 1 ? 0 : halfRows;
      float low = products[0][row], high = row + other < rows ? products[0][row + other] : 0.0f;
      bool isUpper = lane >= 16;
      scores[row] = add(isUpper ? high : low, shuffleXor(isUpper ? low : high, 16));
    }
  }

  /// The key of this lane's scores, counted from the first of its tile; and their first row.
  __device__ __forceinline__ int keyOf() const {
    return lane % SHAPE::runs * SHAPE::keys + lane / SHAPE::runs % SHAPE::keys;
  }
  __device__ __forceinline__ int rowBegin() const { return rows > 1 && lane >= 16 ? halfRows : 0; }

  /// Takes the scores of a tile; leaves weights and factors in shared memory. Returns whether sums shrink.
  __device__ __forceinline__ bool addScores(const float (&scores)[halfRows]) {
    bool isLarger = false;
    TERN_UNROLL
    for (int row = 0; row < halfRows; ++row)
      isLarger |= !(scores[row] <= largest[row]);
    isLarger = ballot(isLarger) != 0;
    if (isLarger) {
      TERN_UNROLL
      for (int row = 0; row < halfRows; ++row) {
        float now = maximum(largest[row], scores[row]);
        TERN_UNROLL
        for (int mask = 8; mask > 0; mask >>= 1)
          now = maximum(now, shuffleXor(now, mask));
        float factor = exponential(largest[row] - shiftOf(now));
        largest[row] = now;
        totals[row] = multiply(totals[row], factor);
        if (lane % 16 == 0 && isWriter())
          shared.factors[warp][rowBegin() + row] = factor;
      }
    }
    TERN_UNROLL
    for (int row = 0; row < halfRows; ++row) {
      float weight = exponential(scores[row] - shiftOf(largest[row]));
      totals[row] = add(totals[row], weight);
      if (isWriter())
        shared.weights[warp][keyOf()][rowBegin() + row] = weight;
    }
    return isLarger;
  }

  /// sums += weights * values, after a barrier.
  __device__ __forceinline__ void addValues(bool doesShrink) {
    if (doesShrink) {
      float factors[padded];
      readRow(shared.factors[warp], factors);
      TERN_UNROLL
      for (int row = 0; row < rows; ++row) {
        TERN_UNROLL
        for (int c = 0; c < SHAPE::columns; ++c)
          sums[row][c] = multiply(sums[row][c], factors[row]);
      }
    }
    TERN_UNROLL
    for (int i = 0; i < SHAPE::valueReads; ++i) {
      float weights[padded];
      readRow(shared.weights[warp][slotOf(i) < SHAPE::tile ? slotOf(i) : SHAPE::tile - 1], weights);
      TERN_UNROLL
      for (int c = 0; c < SHAPE::columns; ++c) {
        float number = numberOf<V>(values[i], c);
        TERN_UNROLL
        for (int row = 0; row < rows; ++row)
          sums[row][c] = multiplyAdd(weights[row], number, sums[row][c]);
      }
    }
  }

  /// Leaves what this warp has in shared memory.
  __device__ __forceinline__ void publish() {
    TERN_UNROLL
    for (int row = 0; row < halfRows; ++row) {
      float total = totals[row];
      TERN_UNROLL
      for (int mask = 8; mask > 0; mask >>= 1)
        total = add(total, shuffleXor(total, mask));
      if (lane % 16 == 0 && isWriter()) {
        shared.largest[warp][rowBegin() + row] = largest[row];
        shared.totals[warp][rowBegin() + row] = total;
      }
    }
    TERN_UNROLL
    for (int row = 0; row < rows; ++row) {
      TERN_UNROLL
      for (int c = 0; c < SHAPE::columns; c += 4)
        *reinterpret_cast<Several<float, 4> *>(shared.sums[row][warp][c / 4][lane]) = {
            {sums[row][c], sums[row][c + 1], sums[row][c + 2], sums[row][c + 3]}};
    }
  }

private:
  /// Two lanes that have a key share its rows; a single row is the first one's.
  __device__ __forceinline__ bool isWriter() const { return rows > 1 || lane < 16; }

  /// The d of read `i` of keys, and the key of read `i` of values, counted from the first of the tile.
  __device__ __forceinline__ int dOf(int i) const { return i * SHAPE::phases + lane / SHAPE::runs; }
  __device__ __forceinline__ int slotOf(int i) const { return i * SHAPE::slots + lane / SHAPE::lanes; }

  /// Of COUNT keys, a lane whose phase has the bit COUNT / 2 keeps the upper half.
  template <int COUNT> __device__ __forceinline__ void exchangeKeys(float (&products)[SHAPE::keys][rows]) const {
    if constexpr (COUNT > 1) {
      constexpr int half = COUNT / 2;
      bool isUpper = lane / SHAPE::runs & half;
      TERN_UNROLL
      for (int i = 0; i < half; ++i) {
        TERN_UNROLL
        for (int row = 0; row < rows; ++row) {
          float kept = isUpper ? products[i + half][row] : products[i][row];
          float sent = isUpper ? products[i][row] : products[i + half][row];
          products[i][row] = add(kept, shuffleXor(sent, half * SHAPE::runs));
        }
      }
      exchangeKeys<half>(products);
    }
  }

  typename SHAPE::Shared &shared;
  const K *keyCache;
  const V *valueCache;
  const int lane = threadIndex() % 32, warp = threadIndex() / 32;
  Words4 keys[SHAPE::keyReads], values[SHAPE::valueReads];
  float largest[halfRows], totals[halfRows]; ///< Of its rows; totals of this lane's keys.
  float sums[rows][SHAPE::columns];
};

/// Hands out `count` rows from `firstRow` on: lanes that have a column, warp by warp.
template <int THREADS, int VALUESIZE, typename SHAPE, typename Finish>
__device__ __forceinline__ void finishTiles(const typename SHAPE::Shared &shared, long long firstRow, int count,
                                            Finish &finish) {
  constexpr int quarters = VALUESIZE / 4;
  for (int i = threadIndex(); i < count * quarters; i += THREADS) {
    int row = i / quarters, column = i % quarters * 4;
    float largest = shared.largest[0][row], total = 0.0f;
    TERN_UNROLL
    for (int warp = 1; warp < SHAPE::warps; ++warp)
      largest = maximum(largest, shared.largest[warp][row]);
    float shift = shiftOf(largest), sums[4] = {};
    TERN_UNROLL
    for (int warp = 0; warp < SHAPE::warps; ++warp) {
      float factor = exponential(shared.largest[warp][row] - shift);
      total = multiplyAdd(shared.totals[warp][row], factor, total);
      TERN_UNROLL
      for (int slot = 0; slot < SHAPE::slots; ++slot) {
        float numbers[4];
        readRow(shared.sums[row][warp][column % SHAPE::columns / 4][slot * SHAPE::lanes + column / SHAPE::columns],
                numbers);
        TERN_UNROLL
        for (int c = 0; c < 4; ++c)
          sums[c] = multiplyAdd(numbers[c], factor, sums[c]);
      }
    }
    TERN_UNROLL
    for (int c = 0; c < 4; ++c)
      finish(firstRow + row, static_cast<long long>(column + c), sums[c], largest, total);
  }
}

/// The keys that rows see: what they see together, and each of them.
template <int ROWS> struct SeenKeys {
  int begin = 0x7fffffff, end = 0;
  int begins[ROWS], ends[ROWS];

  template <typename SeenBegin, typename SeenEnd>
  __device__ __forceinline__ SeenKeys(long long firstRow, int count, SeenBegin &seenBegin, SeenEnd &seenEnd) {
    TERN_UNROLL
    for (int row = 0; row < ROWS; ++row) {
      begins[row] = row < count ? static_cast<int>(seenBegin(firstRow + row)) : 0;
      ends[row] = row < count ? static_cast<int>(seenEnd(firstRow + row)) : 0;
      if (begins[row] < ends[row]) {
        begin = begins[row] < begin ? begins[row] : begin;
        end = ends[row] > end ? ends[row] : end;
      }
    }
    begin = begin < end ? begin : end;
  }
};

/// Queries of `count` rows from `firstRow` on, all asked for at once; zeros after them.
template <int THREADS, int HEADSIZE, typename SHAPE, typename Query>
__device__ __forceinline__ void fillQueries(typename SHAPE::Shared &shared, long long firstRow, int count,
                                            Query &query) {
  constexpr int all = SHAPE::padded * HEADSIZE, times = (all + THREADS - 1) / THREADS;
  float numbers[times];
  TERN_UNROLL
  for (int i = 0; i < times; ++i) {
    int place = i * THREADS + threadIndex(), row = place / HEADSIZE;
    numbers[i] = row < count ? query(firstRow + row, static_cast<long long>(place % HEADSIZE)) : 0.0f;
  }
  TERN_UNROLL
  for (int i = 0; i < times; ++i) {
    int place = i * THREADS + threadIndex();
    if (all % THREADS == 0 || place < all)
      shared.queries[place % HEADSIZE][place / HEADSIZE] = numbers[i];
  }
}

/// Scores as they count: adjusted, or -infinity where a row does not see `key`.
template <typename SHAPE, typename Adjust>
__device__ __forceinline__ void adjustScores(const SeenKeys<SHAPE::rows> &seen, long long firstRow, int rowBegin,
                                             int key, Adjust &adjust, float (&scores)[SHAPE::halfRows]) {
  constexpr int upper = SHAPE::rows == 1 ? 0 : SHAPE::halfRows, last = SHAPE::rows - 1;
  bool isUpper = rowBegin > 0;
  TERN_UNROLL
  for (int row = 0; row < SHAPE::halfRows; ++row) {
    int high = row + upper < last ? row + upper : last;
    int begin = isUpper ? seen.begins[high] : seen.begins[row], end = isUpper ? seen.ends[high] : seen.ends[row];
    bool isSeen = key >= begin && key < end && (!isUpper || row + upper <= last);
    scores[row] =
        isSeen ? adjust(firstRow + row + rowBegin, static_cast<long long>(key), scores[row]) : negativeInfinity();
  }
}

/// Attention of `count` rows from `firstRow` on.
template <int THREADS, int HEADSIZE, int VALUESIZE, typename SHAPE, typename K, typename V, typename Query,
          typename SeenBegin, typename SeenEnd, typename Adjust, typename Finish>
__device__ __forceinline__ void
attendRows(typename SHAPE::Shared &shared, long long firstRow, int count, const KeyBlocks &blocks, Query &query,
           SeenBegin &seenBegin, SeenEnd &seenEnd, Adjust &adjust, const K *keys, const V *values, Finish &finish) {
  SeenKeys<SHAPE::rows> seen(firstRow, count, seenBegin, seenEnd);
  int tile = blocks.tileFrom<SHAPE::tile>(seen.begin);
  // Parts of a context that is short, or out of sight, are many: they are done with that.
  if (blocks.keyOf<SHAPE::tile>(tile) >= seen.end) {
    for (int i = threadIndex(); i < count * VALUESIZE; i += THREADS)
      finish(firstRow + i / VALUESIZE, static_cast<long long>(i % VALUESIZE), 0.0f, negativeInfinity(), 0.0f);
    return;
  }
  CachedTiles<HEADSIZE, VALUESIZE, K, V, SHAPE> tiles(shared, keys, values);
  tile = tile / SHAPE::warps * SHAPE::warps + threadIndex() / 32;
  int first = blocks.keyOf<SHAPE::tile>(tile);
  if (first < seen.end) {
    tiles.askForKeys(first);
    tiles.askForValues(first, seen.begin, seen.end);
  }
  fillQueries<THREADS, HEADSIZE, SHAPE>(shared, firstRow, count, query);
  barrier();
  TERN_UNROLL_BY(1)
  for (int next; first < seen.end; first = next) {
    float scores[SHAPE::halfRows];
    tiles.computeScores(scores);
    next = blocks.keyOf<SHAPE::tile>(tile += SHAPE::warps);
    if (next < seen.end)
      tiles.askForKeys(next);
    adjustScores<SHAPE>(seen, firstRow, tiles.rowBegin(), first + tiles.keyOf(), adjust, scores);
    bool doesShrink = tiles.addScores(scores);
    warpBarrier();
    tiles.addValues(doesShrink);
    if (next < seen.end)
      tiles.askForValues(next, seen.begin, seen.end);
    warpBarrier(); // weights have been read before the next tile's are written
  }
  tiles.publish();
  barrier();
  finishTiles<THREADS, VALUESIZE, SHAPE>(shared, firstRow, count, finish);
}

/// attention() for keys in Lanes16 and values in Heads.
template <int THREADS, int HEADSIZE, int VALUESIZE, typename SHAPE, typename K, typename V, typename Query,
          typename SeenBegin, typename SeenEnd, typename Adjust, typename Finish>
__device__ __forceinline__ void attentionOfFewRows(long long rows, const KeyBlocks &blocks, Query &query,
                                                   SeenBegin &seenBegin, SeenEnd &seenEnd, Adjust &adjust,
                                                   const K *keys, const V *values, Finish &finish) {
  __shared__ typename SHAPE::Shared shared;
  auto attend = [&](long long firstRow, int count) {
    attendRows<THREADS, HEADSIZE, VALUESIZE, SHAPE>(shared, firstRow, count, blocks, query, seenBegin, seenEnd, adjust,
                                                    keys, values, finish);
  };
  if constexpr (SHAPE::isOnePass) {
    attend(0, static_cast<int>(rows));
  } else {
    TERN_UNROLL_BY(1)
    for (long long firstRow = 0; firstRow < rows; firstRow += SHAPE::rows) {
      attend(firstRow, rows - firstRow < SHAPE::rows ? static_cast<int>(rows - firstRow) : SHAPE::rows);
      barrier(); // what is shared has been read before the next rows' is written
    }
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_CACHEDATTENTION_H
