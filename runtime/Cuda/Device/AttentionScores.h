//===- AttentionScores.h - Queries times keys, values times weights -*- C++ -*-===//
//
// What attention does with 32 keys, a warp together, for up to ROWS rows: scores, of which lane i gets those of key
// `first + i`; and columns of values. Keys and values come from any function of (key, d), or from a Cache, which is
// read 16 bytes at a time.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_ATTENTIONSCORES_H
#define TERN_RUNTIME_CUDA_DEVICE_ATTENTIONSCORES_H

#include "runtime/Cuda/Device/Cache.h"

namespace tern {

/// scores[row] of key `first + lane`: the sum over d of queries[row][d] * key(key, d); any number for keys outside
/// [begin, end), which are not read.
template <int ROWS, int HEADSIZE, typename Key> struct AttentionScores {
  static __device__ __forceinline__ void compute(const Key &key, const float (&queries)[ROWS][HEADSIZE],
                                                 long long first, long long begin, long long end,
                                                 float (&scores)[ROWS]) {
    long long mine = first + threadIndex() % 32;
    bool isThere = mine >= begin && mine < end;
    TERN_UNROLL
    for (int row = 0; row < ROWS; ++row)
      scores[row] = 0.0f;
    TERN_UNROLL_BY(8)
    for (int d = 0; d < HEADSIZE; ++d) {
      float number = isThere ? key(mine, d) : 0.0f;
      TERN_UNROLL
      for (int row = 0; row < ROWS; ++row)
        scores[row] = multiplyAdd(queries[row][d], number, scores[row]);
    }
  }
};

/// A lane reads 16 bytes of its key at a time.
template <int ROWS, int HEADSIZE, typename T> struct AttentionScores<ROWS, HEADSIZE, Cache<T, Heads>> {
  static __device__ __forceinline__ void compute(const Cache<T, Heads> &key, const float (&queries)[ROWS][HEADSIZE],
                                                 long long first, long long begin, long long end,
                                                 float (&scores)[ROWS]) {
    constexpr int count = 16 / sizeof(T), whole = HEADSIZE % count == 0 ? HEADSIZE : 0;
    long long mine = first + threadIndex() % 32;
    // A key that is not there is read from one that is; its score does not matter.
    mine = mine < begin ? begin : mine >= end ? end - 1 : mine;
    const T *from = key.pointer + mine * key.width;
    TERN_UNROLL
    for (int row = 0; row < ROWS; ++row)
      scores[row] = 0.0f;
    TERN_UNROLL_BY(4)
    for (int d = 0; d < whole; d += count) {
      Several<T, count> several = load<Several<T, count>>(from + d);
      TERN_UNROLL
      for (int i = 0; i < count; ++i) {
        TERN_UNROLL
        for (int row = 0; row < ROWS; ++row)
          scores[row] = multiplyAdd(queries[row][d + i], toFloat(several.at[i]), scores[row]);
      }
    }
    for (int d = whole; d < HEADSIZE; ++d)
      for (int row = 0; row < ROWS; ++row)
        scores[row] = multiplyAdd(queries[row][d], toFloat(from[d]), scores[row]);
  }
};

/// 16 bytes are KEYS keys at one d. So 32 / KEYS lanes share a d, and KEYS lanes, `phase` 0 to KEYS - 1, share the d's
/// of the same keys:
///
///   f16   lane = 4 * phase + run    keys first + 8 * run .. + 7    d = phase, phase + 8, ...
///
/// Each lane sums its d's for its KEYS keys. Then lanes exchange halves of their sums, so that each keeps half as many
/// of twice the d's, until a lane has one key.
template <int ROWS, int HEADSIZE, typename T> struct AttentionScores<ROWS, HEADSIZE, Cache<T, Lanes16>> {
  static constexpr int keys = 16 / sizeof(T), runs = 32 / keys, phases = keys;

  static __device__ __forceinline__ void compute(const Cache<T, Lanes16> &key, const float (&queries)[ROWS][HEADSIZE],
                                                 long long first, long long begin, long long end,
                                                 float (&scores)[ROWS]) {
    int lane = threadIndex() % 32, run = lane % runs, phase = lane / runs;
    long long mine = first + run * keys;
    float sums[keys][ROWS];
    TERN_UNROLL
    for (int i = 0; i < keys; ++i) {
      TERN_UNROLL
      for (int row = 0; row < ROWS; ++row)
        sums[i][row] = 0.0f;
    }
    // Keys of a tile of 16 outside [begin, end) are memory of this head, if not numbers.
    if ((mine | 15) >= begin && (mine & ~15ll) < end) {
      const T *from = key.pointer + Lanes16::offset(mine, phase, key.width);
      TERN_UNROLL_BY(4)
      for (int d = phase; d < HEADSIZE; d += phases, from += phases * 16) {
        Several<T, keys> several = load<Several<T, keys>>(from);
        TERN_UNROLL
        for (int row = 0; row < ROWS; ++row) {
          float query = queries[row][d];
          TERN_UNROLL
          for (int i = 0; i < keys; ++i)
            sums[i][row] = multiplyAdd(query, toFloat(several.at[i]), sums[i][row]);
        }
      }
    }
    exchange<keys>(sums, lane);
    // This lane holds key run * keys + (the bits of its phase from the highest); the scores go where keys are in order.
    int from = lane % keys * runs + lane / keys;
    TERN_UNROLL
    for (int row = 0; row < ROWS; ++row)
      scores[row] = shuffle(sums[0][row], from);
  }

private:
  /// Of COUNT keys, a lane whose phase has the bit COUNT / 2 keeps the upper half.
  template <int COUNT> static __device__ __forceinline__ void exchange(float (&sums)[keys][ROWS], int lane) {
    if constexpr (COUNT > 1) {
      constexpr int half = COUNT / 2;
      bool isUpper = lane / runs & half;
      TERN_UNROLL
      for (int i = 0; i < half; ++i) {
        TERN_UNROLL
        for (int row = 0; row < ROWS; ++row) {
          float kept = isUpper ? sums[i + half][row] : sums[i][row];
          float sent = isUpper ? sums[i][row] : sums[i + half][row];
          sums[i][row] = add(kept, shuffleXor(sent, half * runs));
        }
      }
      exchange<half>(sums, lane);
    }
  }
};

/// COUNT columns of a value from `column` on, a multiple of COUNT.
template <int COUNT, typename Value>
__device__ __forceinline__ void readValue(const Value &value, long long key, int column, float (&numbers)[COUNT]) {
  TERN_UNROLL
  for (int i = 0; i < COUNT; ++i)
    numbers[i] = value(key, column + i);
}
template <int COUNT, typename T>
__device__ __forceinline__ void readValue(const Cache<T, Heads> &value, long long key, int column,
                                          float (&numbers)[COUNT]) {
  Several<T, COUNT> several = load<Several<T, COUNT>>(value.pointer + key * value.width + column);
  TERN_UNROLL
  for (int i = 0; i < COUNT; ++i)
    numbers[i] = toFloat(several.at[i]);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_ATTENTIONSCORES_H
