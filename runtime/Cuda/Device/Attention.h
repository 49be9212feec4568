//===- Attention.h - Attention of rows that share keys -----------*- C++ -*-===//
//
// attention<THREADS, HEADSIZE, VALUESIZE, MAXROWS>(rows, keyBegin, keyEnd, keyStep, query, seenBegin, seenEnd, adjust,
// key, value, finish): query rows that share the keys and values of one head, in one pass over them. All threads of a
// block call it, at most 256.
//
//   keyBegin, keyEnd, keyStep  the keys of this task, all or a part of them (KeyBlocks)
//   query(row, d)              a number of a query, scaled
//   seenBegin, seenEnd(row)    the keys that a row sees, within [keyBegin, keyEnd)
//   adjust(row, key, score)    the score that counts: soft cap, bias, slopes
//   key(key, d), value(key, d) a number, or a Cache (Cache.h), which is read 16 bytes at a time
//   finish(row, d, sum, largest, total)   once for each row and d, by one thread: the largest score of the row, the sum
//                              over keys of exp(score - largest), and that of exp(score - largest) * value
//
// A row that sees no key gets largest = -infinity, total = 0 and sums of 0. Scores that are not numbers make all of a
// row not numbers.
//
// Tiles of 32 keys, counted from the first key, go to the warps in turn. A warp keeps for each row the largest score so
// far, the sum of weights relative to it, and sums of values, spread over its lanes; when a larger score comes, what is
// there is scaled down (online softmax, https://arxiv.org/abs/1805.02867). At the end warps are put together in order.
// So a row's result depends on its keys and the template arguments alone.
//
// AttentionOfCaches.h has the same for caches in the layouts that streaming needs.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ATTENTION_H
#define TERN_RUNTIME_CUDA_DEVICE_ATTENTION_H

#include "runtime/Cuda/Device/AttentionScores.h"
#include "runtime/Cuda/Device/Reductions.h"

namespace tern {

/// The keys of a task: blocks of 64, the first at `begin`, a multiple of 64, and one each `step` keys, as far as `end`.
/// All keys have a step of 64; of S parts each has a step of 64 * S, so that a context of any length is split evenly.
/// A block is `64 / TILE` tiles of TILE keys, which are counted through all blocks.
struct KeyBlocks {
  static constexpr int size = 64;
  int begin, end, step;

  __device__ __forceinline__ KeyBlocks(long long begin, long long end, long long step)
      : begin(static_cast<int>(begin)), end(static_cast<int>(end)), step(static_cast<int>(step)) {}

  /// The first key of a tile.
  template <int TILE> __device__ __forceinline__ int keyOf(int tile) const {
    constexpr int tiles = size / TILE;
    return begin + tile / tiles * step + tile % tiles * TILE;
  }
  /// The first tile of the first block that holds `key` or keys after it.
  template <int TILE> __device__ __forceinline__ int tileFrom(int key) const {
    int after = key - begin - size;
    return after < 0 ? 0 : (after / step + 1) * (size / TILE);
  }
};

__device__ __forceinline__ float negativeInfinity() { return bitsToFloat(0xff800000u); }

/// What is subtracted from scores: the largest, or 0 as long as there is none.
__device__ __forceinline__ float shiftOf(float largest) { return largest == negativeInfinity() ? 0.0f : largest; }

/// How the numbers of an attention are spread: rows at once, and columns of values over lanes.
template <int THREADS, int HEADSIZE, int VALUESIZE, int MAXROWS> struct AttentionShape {
  static_assert(THREADS % 32 == 0 && THREADS <= 256, "whole warps, at most eight");
  static constexpr int warps = THREADS / 32;
  /// Rows that share a pass over the keys: as many as fit in registers.
  static constexpr int most = VALUESIZE <= 128 && HEADSIZE <= 128 ? 8 : VALUESIZE <= 256 && HEADSIZE <= 256 ? 2 : 1;
  static constexpr int rows = MAXROWS < most ? MAXROWS : most;
  /// Neighbouring columns of a lane, and how many such runs it has.
  static constexpr int width = VALUESIZE % 128 == 0 ? 4 : VALUESIZE % 64 == 0 ? 2 : 1;
  static constexpr int runs = (VALUESIZE + 32 * width - 1) / (32 * width);

  /// Shared by the block. Weights are used while keys are gone through, sums after.
  struct Shared {
    alignas(16) float queries[rows][HEADSIZE];
    int begin[rows], end[rows];                      ///< The keys that a row sees.
    float largest[warps][rows], totals[warps][rows]; ///< Of each warp.
    float factors[warps][rows];                      ///< What a warp's sums are multiplied with in the end,
    float wholeLargest[rows], wholeTotals[rows];     ///< and what all have together.
    union {
      float weights[warps][32][rows];
      float sums[warps][rows][VALUESIZE];
    };
  };
};

/// What one warp knows of its rows.
template <typename SHAPE> struct AttentionState {
  float largest[SHAPE::rows];
  float totals[SHAPE::rows]; ///< Of this lane's keys.
  float sums[SHAPE::rows][SHAPE::runs][SHAPE::width];

  __device__ __forceinline__ void clear() {
    TERN_UNROLL
    for (int row = 0; row < SHAPE::rows; ++row) {
      largest[row] = negativeInfinity();
      totals[row] = 0.0f;
      TERN_UNROLL
      for (int run = 0; run < SHAPE::runs; ++run) {
        TERN_UNROLL
        for (int i = 0; i < SHAPE::width; ++i)
          sums[row][run][i] = 0.0f;
      }
    }
  }

  /// Takes a score of each lane for a row; returns this lane's weight.
  __device__ __forceinline__ float addScore(int row, float score) {
    float tile = warpReduce(score, [](float a, float b) { return maximum(a, b); });
    float now = maximum(largest[row], tile), shift = shiftOf(now);
    float factor = exponential(largest[row] - shift), weight = exponential(score - shift);
    largest[row] = now;
    totals[row] = multiplyAdd(totals[row], factor, weight);
    TERN_UNROLL
    for (int run = 0; run < SHAPE::runs; ++run) {
      TERN_UNROLL
      for (int i = 0; i < SHAPE::width; ++i)
        sums[row][run][i] = multiply(sums[row][run][i], factor);
    }
    return weight;
  }
};

/// The keys and values of one call.
template <int HEADSIZE, int VALUESIZE, typename SHAPE, typename Adjust, typename Key, typename Value>
struct AttentionPass {
  using Shared = typename SHAPE::Shared;
  Shared &shared;
  AttentionState<SHAPE> state;
  int lane = threadIndex() % 32, warp = threadIndex() / 32;

  __device__ __forceinline__ explicit AttentionPass(Shared &shared) : shared(shared) { state.clear(); }

  /// Keys [first, first + 32) that lie in [begin, end), for rows from `firstRow` on.
  __device__ __forceinline__ void addTile(long long first, long long begin, long long end, long long firstRow,
                                          Adjust &adjust, const Key &key, const Value &value) {
    float scores[SHAPE::rows];
    AttentionScores<SHAPE::rows, HEADSIZE, Key>::compute(key, shared.queries, first, begin, end, scores);
    long long mine = first + lane;
    TERN_UNROLL
    for (int row = 0; row < SHAPE::rows; ++row) {
      bool isSeen = mine >= shared.begin[row] && mine < shared.end[row];
      float score = isSeen ? adjust(firstRow + row, mine, scores[row]) : negativeInfinity();
      shared.weights[warp][lane][row] = state.addScore(row, score);
    }
    warpBarrier();
    addValues(first, begin, end, value);
    warpBarrier(); // weights have been read before the next tile's are written
  }

  __device__ __forceinline__ void addValues(long long first, long long begin, long long end, const Value &value) {
    int from = begin > first ? static_cast<int>(begin - first) : 0;
    int to = end - first < 32 ? static_cast<int>(end - first) : 32;
    TERN_UNROLL_BY(4)
    for (int i = from; i < to; ++i) {
      TERN_UNROLL
      for (int run = 0; run < SHAPE::runs; ++run) {
        int column = (run * 32 + lane) * SHAPE::width;
        float numbers[SHAPE::width];
        if (VALUESIZE % (32 * SHAPE::width) == 0 || column < VALUESIZE) {
          readValue<SHAPE::width>(value, first + i, column, numbers);
          TERN_UNROLL
          for (int row = 0; row < SHAPE::rows; ++row) {
            TERN_UNROLL
            for (int c = 0; c < SHAPE::width; ++c)
              state.sums[row][run][c] = multiplyAdd(shared.weights[warp][i][row], numbers[c], state.sums[row][run][c]);
          }
        }
      }
    }
  }

  /// Leaves what this warp has in shared memory, after a barrier that ends the use of weights.
  __device__ __forceinline__ void publish() {
    TERN_UNROLL
    for (int row = 0; row < SHAPE::rows; ++row) {
      float sum = warpReduce(state.totals[row], [](float a, float b) { return add(a, b); });
      if (lane == 0) {
        shared.largest[warp][row] = state.largest[row];
        shared.totals[warp][row] = sum;
      }
      TERN_UNROLL
      for (int run = 0; run < SHAPE::runs; ++run) {
        TERN_UNROLL
        for (int c = 0; c < SHAPE::width; ++c) {
          int column = (run * 32 + lane) * SHAPE::width + c;
          if (VALUESIZE % (32 * SHAPE::width) == 0 || column < VALUESIZE)
            shared.sums[warp][row][column] = state.sums[row][run][c];
        }
      }
    }
  }
};

/// Puts the largest scores and totals of the warps together, for one row.
template <typename SHAPE> __device__ __forceinline__ void combineWarps(typename SHAPE::Shared &shared, int row) {
  float largest = shared.largest[0][row], total = 0.0f;
  TERN_UNROLL
  for (int warp = 1; warp < SHAPE::warps; ++warp)
    largest = maximum(largest, shared.largest[warp][row]);
  float shift = shiftOf(largest);
  TERN_UNROLL
  for (int warp = 0; warp < SHAPE::warps; ++warp) {
    float factor = exponential(shared.largest[warp][row] - shift);
    shared.factors[warp][row] = factor;
    total = multiplyAdd(shared.totals[warp][row], factor, total);
  }
  shared.wholeLargest[row] = largest;
  shared.wholeTotals[row] = total;
}

/// Hands out the sums of `count` rows from `firstRow` on.
template <int THREADS, int VALUESIZE, typename SHAPE, typename Finish>
__device__ __forceinline__ void finishRows(typename SHAPE::Shared &shared, long long firstRow, int count,
                                           Finish &finish) {
  for (int row = threadIndex(); row < count; row += THREADS)
    combineWarps<SHAPE>(shared, row);
  barrier();
  for (int i = threadIndex(); i < count * VALUESIZE; i += THREADS) {
    int row = i / VALUESIZE, column = i % VALUESIZE;
    float sum = 0.0f;
    TERN_UNROLL
    for (int warp = 0; warp < SHAPE::warps; ++warp)
      sum = multiplyAdd(shared.sums[warp][row][column], shared.factors[warp][row], sum);
    finish(firstRow + row, static_cast<long long>(column), sum, shared.wholeLargest[row], shared.wholeTotals[row]);
  }
}

template <int THREADS, int HEADSIZE, int VALUESIZE, int MAXROWS, typename Query, typename SeenBegin, typename SeenEnd,
          typename Adjust, typename Key, typename Value, typename Finish>
__device__ __forceinline__ void attention(long long rows, long long keyBegin, long long keyEnd, long long keyStep,
                                          Query query, SeenBegin seenBegin, SeenEnd seenEnd, Adjust adjust, Key key,
                                          Value value, Finish finish) {
  const KeyBlocks blocks(keyBegin, keyEnd, keyStep);
  using Shape = AttentionShape<THREADS, HEADSIZE, VALUESIZE, MAXROWS>;
  __shared__ typename Shape::Shared shared;
  TERN_UNROLL_BY(1)
  for (long long firstRow = 0; firstRow < rows; firstRow += Shape::rows) {
    int count = rows - firstRow < Shape::rows ? static_cast<int>(rows - firstRow) : Shape::rows;
    for (int i = threadIndex(); i < Shape::rows * HEADSIZE; i += THREADS)
      shared.queries[i / HEADSIZE][i % HEADSIZE] =
          i / HEADSIZE < count ? query(firstRow + i / HEADSIZE, static_cast<long long>(i % HEADSIZE)) : 0.0f;
    for (int row = threadIndex(); row < Shape::rows; row += THREADS) {
      shared.begin[row] = row < count ? static_cast<int>(seenBegin(firstRow + row)) : 0;
      shared.end[row] = row < count ? static_cast<int>(seenEnd(firstRow + row)) : 0;
    }
    barrier();
    // The keys that any of these rows sees.
    int begin = 0x7fffffff, end = 0;
    for (int row = 0; row < count; ++row) {
      if (shared.begin[row] < shared.end[row]) {
        begin = shared.begin[row] < begin ? shared.begin[row] : begin;
        end = shared.end[row] > end ? shared.end[row] : end;
      }
    }
    begin = begin < blocks.begin ? blocks.begin : begin;
    end = end > blocks.end ? blocks.end : end;
    begin = begin < end ? begin : end;
    AttentionPass<HEADSIZE, VALUESIZE, Shape, Adjust, Key, Value> pass(shared);
    int tile = blocks.tileFrom<32>(begin) / Shape::warps * Shape::warps + threadIndex() / 32;
    TERN_UNROLL_BY(1)
    for (int first; (first = blocks.keyOf<32>(tile)) < end; tile += Shape::warps)
      if (first + 32 > begin)
        pass.addTile(first, begin, end, firstRow, adjust, key, value);
    barrier();
    pass.publish();
    barrier();
    finishRows<THREADS, VALUESIZE, Shape>(shared, firstRow, count, finish);
    barrier(); // what is shared has been read before the next rows' is written
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ATTENTION_H
