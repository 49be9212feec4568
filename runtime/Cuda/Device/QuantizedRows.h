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

/// Quantises blocks [firstBlock, endBlock) of row `row`, a warp a block, a lane a column; then all threads meet.
/// `element(column)` is asked for columns below `columns` only; those beyond are zeros. q = x * (top / m) to nearest,
/// ties to even, with m = max |x|; where m is no number to divide by, or below 2^-100, every q is 0.
template <typename FORMAT, int THREADS, typename Element>
__device__ __forceinline__ void quantizeRow(void *rows, long long maxRows, long long columns, long long row,
                                            long long firstBlock, long long endBlock, Element element) {
  const QuantizedRows<FORMAT> target(rows, maxRows, columns);
  constexpr float top = FORMAT::top;
  int lane = threadIndex() % 32, warp = threadIndex() / 32;
  for (long long block = firstBlock + warp; block < endBlock; block += THREADS / 32) {
    long long column = block * 32 + lane;
    float x = column < columns ? element(column) : 0.0f;
    // Without their sign floats compare like their bits; infinity is above all numbers, NaN above infinity.
    unsigned magnitude = warpReduce(floatToBits(x) & 0x7fffffffu, [](unsigned a, unsigned b) { return a < b ? b : a; });
    float largest = bitsToFloat(magnitude), scale = divide(largest, top);
    bool isUsable = magnitude >= 0x0d800000u /* 2^-100 */ && magnitude < 0x7f800000u;
    int quant = isUsable ? static_cast<int>(roundToEven(multiply(x, divide(top, largest)))) : 0;
    int half = quant;
    TERN_UNROLL
    for (int mask = 8; mask > 0; mask >>= 1)
      half += shuffleXor(half, mask);
    int sum = half + shuffleXor(half, 16);
    long long place = row * target.blocks + block;
    int high = FORMAT::hasLow ? (quant + 64) >> 7 : quant;
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
  barrier();
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_QUANTIZEDROWS_H
