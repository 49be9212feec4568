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

/// Quantises the block at `place`, of whose columns 8 neighbouring lanes have four each: q = x * (top / m) to nearest,
/// ties to even, with m = max |x|; where m is no number to divide by, or below 2^-100, every q is 0. All lanes of a
/// warp come here, also those without a block.
template <typename FORMAT>
__device__ __forceinline__ void quantizeBlock(const QuantizedRows<FORMAT> &target, long long place, bool isThere,
                                              const float (&x)[4]) {
  constexpr float top = FORMAT::top;
  int part = threadIndex() & 7;
  // Without their sign floats compare like their bits; infinity is above all numbers, NaN above infinity.
  auto larger = [](unsigned a, unsigned b) { return a < b ? b : a; };
  unsigned magnitude = 0;
  TERN_UNROLL
  for (int i = 0; i < 4; ++i)
    magnitude = larger(magnitude, floatToBits(x[i]) & 0x7fffffffu);
  TERN_UNROLL
  for (int mask = 4; mask > 0; mask >>= 1)
    magnitude = larger(magnitude, shuffleXor(magnitude, mask));
  float largest = bitsToFloat(magnitude), scale = divide(largest, top), inverse = divide(top, largest);
  bool isUsable = magnitude >= 0x0d800000u /* 2^-100 */ && magnitude < 0x7f800000u;
  unsigned highs = 0, lows = 0;
  int half = 0;
  TERN_UNROLL
  for (int i = 0; i < 4; ++i) {
    int quant = isUsable ? static_cast<int>(roundToEven(multiply(x[i], inverse))) : 0;
    int high = FORMAT::hasLow ? (quant + 64) >> 7 : quant;
    half += quant;
    highs |= static_cast<unsigned>(high & 255) << (8 * i);
    lows |= static_cast<unsigned>((quant - 128 * high) & 255) << (8 * i);
  }
  half += shuffleXor(half, 1);
  half += shuffleXor(half, 2);
  int sum = half + shuffleXor(half, 4);
  if (!isThere)
    return;
  *reinterpret_cast<unsigned *>(target.hi() + place * 32 + 4 * part) = highs;
  if (FORMAT::hasLow)
    *reinterpret_cast<unsigned *>(target.lo() + place * 32 + 4 * part) = lows;
  if (part % 4 == 0)
    target.isum16()[place * 2 + part / 4] = half;
  if (part == 0) {
    target.scale()[place] = scale;
    target.fsum()[place] = multiply(scale, static_cast<float>(sum));
  }
}

/// Quantises blocks [firstBlock, endBlock) of row `row`, a warp four of them abreast; then the threads of GROUP
/// (Block<THREADS> or Warp), which all call it, meet. `element(column)` is asked for columns below `columns` only; those
/// beyond are zeros. What a thread needs of several blocks is on its way at once: the row comes from the launch before,
/// and everybody waits for it.
template <typename FORMAT, typename GROUP, typename Element>
__device__ __forceinline__ void quantizeRow(void *rows, long long maxRows, long long columns, long long row,
                                            long long firstBlock, long long endBlock, Element element) {
  const QuantizedRows<FORMAT> target(rows, maxRows, columns);
  constexpr int together = 4, abreast = 4 * GROUP::warps;
  const int part = threadIndex() & 7, mine = 4 * GROUP::warp() + threadIndex() % 32 / 8;
  TERN_UNROLL_BY(1)
  for (long long base = firstBlock; base < endBlock; base += together * abreast) {
    float x[together][4];
    TERN_UNROLL
    for (int i = 0; i < together * 4; ++i) {
      long long block = base + i / 4 * abreast + mine, column = block * 32 + part * 4 + i % 4;
      x[i / 4][i % 4] = block < endBlock && column < columns ? element(column) : 0.0f;
    }
    TERN_UNROLL
    for (int i = 0; i < together; ++i) {
      long long block = base + i * abreast + mine;
      if (base + i * abreast < endBlock)
        quantizeBlock<FORMAT>(target, row * target.blocks + block, block < endBlock, x[i]);
    }
  }
  GROUP::meet();
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_QUANTIZEDROWS_H
