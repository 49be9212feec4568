//===- QuantizedRows.h - Activations in blocks of 32 integers ----*- C++ -*-===//
//
// The buffer that runtime/Packing/QuantizedActivations.h defines, written and read by blocks of threads. For M rows of
// K columns, K rounded up to a multiple of 32, arrays follow each other at multiples of 64 bytes:
//
//   hi      int8  [M][K]        q = 128 * hi + lo of I15, the quants of I8
//   lo      int8  [M][K]        I15 only
//   scale   f32   [M][K / 32]   d; value = d * q
//   fsum    f32   [M][K / 32]   d * the sum of the block's q
//   isum16  i32   [M][K / 16]   sums of 16 q
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_QUANTIZEDROWS_H
#define TERN_RUNTIME_CUDA_DEVICE_QUANTIZEDROWS_H

#include "runtime/Cuda/Device/Formats.h"
#include "runtime/Cuda/Device/Reductions.h"

namespace tern {

/// The arrays of a buffer.
template <typename FORMAT> struct QuantizedRows {
  unsigned char *base;
  long long maxRows, blocks; ///< M and K / 32.

  __device__ __forceinline__ QuantizedRows(const void *rows, long long maxRows, long long columns)
      : base(static_cast<unsigned char *>(const_cast<void *>(rows))), maxRows(maxRows), blocks((columns + 31) / 32) {}

  static __device__ __forceinline__ long long padded(long long bytes) { return (bytes + 63) / 64 * 64; }
  __device__ __forceinline__ long long planeBytes() const { return padded(maxRows * blocks * 32); }
  __device__ __forceinline__ long long scaleBytes() const { return padded(maxRows * blocks * 4); }
  __device__ __forceinline__ long long scalesAt() const { return planeBytes() * (FORMAT::hasLow ? 2 : 1); }

  __device__ __forceinline__ signed char *hi() const { return reinterpret_cast<signed char *>(base); }
  __device__ __forceinline__ signed char *lo() const { return hi() + planeBytes(); }
  __device__ __forceinline__ float *scale() const { return reinterpret_cast<float *>(base + scalesAt()); }
  __device__ __forceinline__ float *fsum() const { return reinterpret_cast<float *>(base + scalesAt() + scaleBytes()); }
  __device__ __forceinline__ int *isum16() const {
    return reinterpret_cast<int *>(base + scalesAt() + 2 * scaleBytes());
  }
};

/// The columns of a lane in COUNT blocks at once: what reductions of one block wait for, those of others fill.
template <typename FORMAT, int COUNT> struct BlocksOfRow {
  float x[COUNT];

  /// Writes them as the blocks `place`, `place + step`, ... of all rows, as many as `count` says.
  __device__ __forceinline__ void quantize(const QuantizedRows<FORMAT> &target, long long place, long long step,
                                           long long count) const {
    constexpr float top = FORMAT::top;
    unsigned magnitudes[COUNT];
    int quants[COUNT], halves[COUNT];
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i)
      magnitudes[i] = floatToBits(x[i]) & 0x7fffffffu;
    // Without their sign floats compare like their bits; infinity is above all numbers, NaN above infinity.
    combine<16>(magnitudes, [](unsigned a, unsigned b) { return a < b ? b : a; });
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i) {
      bool isUsable = magnitudes[i] >= 0x0d800000u /* 2^-100 */ && magnitudes[i] < 0x7f800000u;
      float factor = divide(top, bitsToFloat(magnitudes[i]));
      quants[i] = isUsable ? static_cast<int>(roundToEven(multiply(x[i], factor))) : 0;
      halves[i] = quants[i];
    }
    combine<8>(halves, [](int a, int b) { return a + b; });
    TERN_UNROLL
    for (int i = 0; i < COUNT; ++i) {
      int sum = halves[i] + shuffleXor(halves[i], 16);
      if (i < count)
        store(target, place + i * step, quants[i], halves[i], sum, divide(bitsToFloat(magnitudes[i]), top));
    }
  }

private:
  /// Combines lanes whose numbers differ in the bits from MASK down.
  template <int MASK, typename T, typename Combine>
  static __device__ __forceinline__ void combine(T (&values)[COUNT], Combine combine) {
    TERN_UNROLL
    for (int mask = MASK; mask > 0; mask >>= 1) {
      TERN_UNROLL
      for (int i = 0; i < COUNT; ++i)
        values[i] = combine(values[i], shuffleXor(values[i], mask));
    }
  }

  static __device__ __forceinline__ void store(const QuantizedRows<FORMAT> &target, long long place, int quant,
                                               int half, int sum, float scale) {
    int lane = threadIndex() % 32, high = FORMAT::hasLow ? (quant + 64) >> 7 : quant;
    target.hi()[place * 32 + lane] = static_cast<signed char>(high);
    if (FORMAT::hasLow)
      target.lo()[place * 32 + lane] = static_cast<signed char>(quant - 128 * high);
    if (lane % 16 == 0)
      target.isum16()[place * 2 + lane / 16] = half;
    if (lane == 0) {
      target.scale()[place] = scale;
      target.fsum()[place] = multiply(scale, static_cast<float>(sum));
    }
  }
};

/// Quantises blocks [firstBlock, endBlock) of row `row`, a warp four at once, a lane a column of each; then the threads
/// of GROUP (Block<THREADS> or Warp), which all call it, meet. `element(column)` is asked for columns below `columns`
/// only; those beyond are zeros. q = x * (top / m) to nearest, ties to even, with m = max |x|; where m is no number to
/// divide by, or below 2^-100, every q is 0.
template <typename FORMAT, typename GROUP, typename Element>
__device__ __forceinline__ void quantizeRow(void *rows, long long maxRows, long long columns, long long row,
                                            long long firstBlock, long long endBlock, Element element) {
  constexpr int together = 4;
  const QuantizedRows<FORMAT> target(rows, maxRows, columns);
  const int lane = threadIndex() % 32;
  for (long long first = firstBlock + GROUP::warp(); first < endBlock; first += together * GROUP::warps) {
    BlocksOfRow<FORMAT, together> blocks;
    TERN_UNROLL
    for (int i = 0; i < together; ++i) {
      long long block = first + i * GROUP::warps, column = block * 32 + lane;
      blocks.x[i] = block < endBlock && column < columns ? element(column) : 0.0f;
    }
    long long count = (endBlock - first + GROUP::warps - 1) / GROUP::warps;
    blocks.quantize(target, row * target.blocks + first, GROUP::warps, count);
  }
  GROUP::meet();
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_QUANTIZEDROWS_H
