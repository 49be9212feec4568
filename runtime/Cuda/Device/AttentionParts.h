//===- AttentionParts.h - Attention from its parts ---------------*- C++ -*-===//
//
// combineParts<PARTS, WIDTH>(parts, column, sink): a column of what kernel.attend_part has left of one row,
//
//   [part][sums of WIDTH columns, largest score, total]
//
// put together and divided: sum of weight * sums / (sum of weight * total + exp(sink - most)), with weight =
// exp(largest - most), and most the largest score of all and of the sink, which is -infinity if there is none. 0 if no
// part saw a key. Each thread computes its columns by itself; all that it reads of up to 32 parts is on its way at
// once.
//
// Where the launch that computes parts combines them as well, the block that comes last does:
//
//   partsWithKeys<PARTS>, placeOfPart<PARTS>     which parts have something to do: the others' blocks end at once
//   isLastToArrive                               counts blocks that are done; who is last sees what all have written
//   combineRows<THREADS, PARTS, WIDTH>           all rows of these parts, by a block
//
// Parts are put together in the order of their keys, so results do not depend on which block that is.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ATTENTIONPARTS_H
#define TERN_RUNTIME_CUDA_DEVICE_ATTENTIONPARTS_H

#include "runtime/Cuda/Device/Attention.h"

namespace tern {

/// What parts make together so far.
struct CombinedParts {
  float largest, total, sum;

  /// COUNT more parts.
  template <int COUNT, int WIDTH> __device__ __forceinline__ void add(const float *parts, long long column) {
    float scores[COUNT], totals[COUNT], sums[COUNT], now = largest;
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i) {
      const float *part = parts + i * (WIDTH + 2);
      scores[i] = part[WIDTH];
      totals[i] = part[WIDTH + 1];
      sums[i] = part[column];
    }
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i)
      now = maximum(now, scores[i]);
    float shift = shiftOf(now), factor = exponential(largest - shift);
    largest = now;
    total = multiply(total, factor);
    sum = multiply(sum, factor);
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i) {
      float weight = exponential(scores[i] - shift);
      total = multiplyAdd(weight, totals[i], total);
      sum = multiplyAdd(weight, sums[i], sum);
    }
  }
};

template <int PARTS, int WIDTH>
__device__ __forceinline__ float combineParts(const float *parts, long long column, float sink) {
  constexpr int once = 32, rest = PARTS % once;
  CombinedParts all{sink, sink == negativeInfinity() ? 0.0f : 1.0f, 0.0f};
  TERN_UNROLL_BY(1)
  for (int part = 0; part + once <= PARTS; part += once)
    all.add<once, WIDTH>(parts + part * (WIDTH + 2), column);
  if constexpr (rest > 0)
    all.add<rest, WIDTH>(parts + (PARTS - rest) * (WIDTH + 2), column);
  return all.total == 0.0f ? 0.0f : divide(all.sum, all.total);
}

//===----------------------------------------------------------------------===//
// In one launch
//===----------------------------------------------------------------------===//

/// How many of PARTS parts have one of the keys [begin, end), of which blocks go to the parts in turn (KeyBlocks); 1 if
/// there are none, as somebody has to say so.
template <int PARTS> __device__ __forceinline__ long long partsWithKeys(long long begin, long long end) {
  constexpr int size = KeyBlocks::size;
  long long blocks = end > begin ? (end + size - 1) / size - begin / size : 1;
  return blocks < PARTS ? blocks : PARTS;
}

/// The place of `part` among PARTS when that of key `begin` comes first. Those with keys are the first partsWithKeys.
template <int PARTS> __device__ __forceinline__ long long placeOfPart(long long part, long long begin) {
  return (part + PARTS - begin / KeyBlocks::size % PARTS) % PARTS;
}

/// Whether this block is the last of `count` that come here for `counter`, which is 0 before and after. The last one
/// sees, by loadOfOthers, what the others wrote before they came. All threads of the block call it.
__device__ __forceinline__ bool isLastToArrive(int *counter, long long count) {
  __shared__ bool isLast;
  barrier(); // all of this block have written
  if (threadIndex() == 0) {
    unsigned last = static_cast<unsigned>(count - 1);
    isLast = atomicCount(reinterpret_cast<unsigned *>(counter), last) == last;
  }
  barrier();
  return isLast;
}

/// What a warp makes of the parts of one row: `live` of them from `first` on, around the end. A lane weighs one of each
/// 32; then it sums columns.
template <int PARTS, int WIDTH> class PartsOfRow {
public:
  static constexpr int columns = (WIDTH + 31) / 32;

  __device__ __forceinline__ PartsOfRow(const float *record, int first, int live)
      : record(record), first(first), live(live) {}

  /// Weights of all parts, and what their sums are divided by; `sink` is -infinity if there is none.
  __device__ __forceinline__ void weigh(float sink) {
    float totals[each], most = sink, all = 0.0f;
    TERN_UNROLL
    for (int i = 0; i < each; ++i) {
      const float *part = partAt(32 * i + lane);
      weights[i] = loadOfOthers(part + WIDTH);
      totals[i] = loadOfOthers(part + WIDTH + 1);
    }
    TERN_UNROLL
    for (int i = 0; i < each; ++i) {
      weights[i] = 32 * i + lane < live ? weights[i] : negativeInfinity();
      most = maximum(most, weights[i]);
    }
    float shift = shiftOf(warpReduce(most, [](float a, float b) { return maximum(a, b); }));
    TERN_UNROLL
    for (int i = 0; i < each; ++i) {
      weights[i] = exponential(weights[i] - shift);
      all = multiplyAdd(weights[i], totals[i], all);
    }
    total = add(warpReduce(all, [](float a, float b) { return add(a, b); }), exponential(sink - shift));
  }

  /// sums[c] is that of column 32 * c + lane, divided.
  __device__ __forceinline__ void sum(float (&sums)[columns]) const {
    TERN_UNROLL
    for (int c = 0; c < columns; ++c)
      sums[c] = 0.0f;
    TERN_UNROLL
    for (int i = 0; i < each; ++i) {
      TERN_UNROLL_BY(1)
      for (int place = 32 * i; place < 32 * i + 32 && place < live; place += once)
        addParts(place, weights[i], sums);
    }
    TERN_UNROLL
    for (int c = 0; c < columns; ++c)
      sums[c] = total == 0.0f ? 0.0f : divide(sums[c], total);
  }

  /// Whether this lane's column `c` is one.
  __device__ __forceinline__ bool hasColumn(int c) const { return WIDTH % 32 == 0 || 32 * c + lane < WIDTH; }

private:
  /// Parts of a lane, and parts that are on their way at once.
  static constexpr int each = (PARTS + 31) / 32, once = columns <= 2 ? 16 : columns <= 4 ? 8 : 4;

  /// The part at `place`; beyond the last that one, which then has no weight.
  __device__ __forceinline__ const float *partAt(int place) const {
    int part = first + (place < live ? place : live - 1);
    return record + (part < PARTS ? part : part - PARTS) * (WIDTH + 2);
  }

  /// Adds the parts from `place` on; lane i has the weight of that at i modulo 32.
  __device__ __forceinline__ void addParts(int place, float weights, float (&sums)[columns]) const {
    float numbers[once][columns];
    TERN_UNROLL
    for (int k = 0; k < once; ++k) {
      const float *part = partAt(place + k);
      TERN_UNROLL
      for (int c = 0; c < columns; ++c)
        numbers[k][c] = hasColumn(c) ? loadOfOthers(part + 32 * c + lane) : 0.0f;
    }
    TERN_UNROLL
    for (int k = 0; k < once; ++k) {
      float weight = shuffle(weights, place % 32 + k);
      TERN_UNROLL
      for (int c = 0; c < columns; ++c)
        sums[c] = multiplyAdd(weight, numbers[k][c], sums[c]);
    }
  }

  const float *record;
  const int first, live, lane = threadIndex() % 32;
  float weights[each], total;
};

/// finish(row, column, value) for `rows` rows of WIDTH columns of `parts`, [row][part][WIDTH + 2] as above, of which
/// the `count` parts from that of key `begin` on have keys. sink(row) is -infinity if there is none. All threads of the
/// block call it; a warp takes a row.
template <int THREADS, int PARTS, int WIDTH, typename Sink, typename Finish>
__device__ __forceinline__ void combineRows(long long rows, const float *parts, long long begin, long long count,
                                            Sink sink, Finish finish) {
  using Parts = PartsOfRow<PARTS, WIDTH>;
  int first = static_cast<int>(begin / KeyBlocks::size % PARTS), lane = threadIndex() % 32;
  TERN_UNROLL_BY(1)
  for (long long row = threadIndex() / 32; row < rows; row += THREADS / 32) {
    Parts all(parts + row * PARTS * (WIDTH + 2), first, static_cast<int>(count));
    float sums[Parts::columns];
    all.weigh(sink(row));
    all.sum(sums);
    TERN_UNROLL
    for (int c = 0; c < Parts::columns; ++c)
      if (all.hasColumn(c))
        finish(row, static_cast<long long>(32 * c + lane), sums[c]);
  }
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ATTENTIONPARTS_H
