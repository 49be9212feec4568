//===- Formats.h - Names of formats, and what a block holds ------*- C++ -*-===//
//
// Types that stand for the formats of numbers, to be named as template arguments: linear<I15, 256, 1, Q4_K>(...).
//
//   weights in tiles of 16 rows    Q8_0 .. Q6_K, Wide8 (blocks of quants), BF16, F16, F32
//   activations                    F32, F16, BF16 (rows of numbers), I15, I8 (QuantizedRows.h)
//
// The layout of a tile is drawn in runtime/Packing/PackedFormat.h; offsets are bytes from the beginning of a block of a
// tile, whose quants are at 0.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_FORMATS_H
#define TERN_RUNTIME_CUDA_DEVICE_FORMATS_H

namespace tern {

/// A format whose blocks hold quants: COLUMNS columns of 16 rows in BYTES bytes.
///
///   value = scale * (u - ZERO) + minimum
///
/// with an unsigned quant u of BITS bits. A SPAN is the columns that share a scale.
template <int COLUMNS, int BYTES, int BITS, int ZERO, int SPAN, bool MINIMUM, int HIGH, int SUBSCALES, int SCALES,
          int MINIMA>
struct QuantFormat {
  static constexpr bool isQuants = true, hasMinimum = MINIMUM, isK = COLUMNS == 256;
  static constexpr int blockColumns = COLUMNS, blockBytes = BYTES, bits = BITS, zero = ZERO, span = SPAN;
  static constexpr int high = HIGH;           ///< Bits of the quants above the fourth.
  static constexpr int subScales = SUBSCALES; ///< Integer scales of parts of a block of 256.
  static constexpr int scales = SCALES;       ///< Scales and minima: binary16, of Wide8 f32.
  static constexpr int minima = MINIMA;
};

struct Q8_0 : QuantFormat<32, 544, 8, 128, 32, false, 0, 0, 512, 0> {};
struct Q4_0 : QuantFormat<32, 288, 4, 8, 32, false, 0, 0, 256, 0> {};
struct Q4_1 : QuantFormat<32, 320, 4, 0, 32, true, 0, 0, 256, 288> {};
struct Q5_0 : QuantFormat<32, 352, 5, 16, 32, false, 256, 0, 320, 0> {};
struct Q5_1 : QuantFormat<32, 384, 5, 0, 32, true, 256, 0, 320, 352> {};
struct Q4_K : QuantFormat<256, 2304, 4, 0, 32, true, 0, 2048, 2240, 2272> {};
struct Q5_K : QuantFormat<256, 2816, 5, 0, 32, true, 2048, 2560, 2752, 2784> {};
struct Q6_K : QuantFormat<256, 3360, 6, 32, 16, false, 2048, 3072, 3328, 0> {};
struct Wide8 : QuantFormat<32, 768, 8, 128, 16, true, 0, 0, 512, 640> {};

/// A format of numbers; a "block" is what a lane reads at once as columns, BYTES bytes of 16 rows.
template <int COLUMNS, int BYTES> struct NumberFormat {
  static constexpr bool isQuants = false;
  static constexpr int blockColumns = COLUMNS, blockBytes = BYTES;
};

struct BF16 : NumberFormat<2, 64> {};
struct F16 : NumberFormat<1, 32> {};
struct F32 : NumberFormat<1, 64> {};

/// Quantised activations: TOP is the magnitude of the largest quant.
struct I15 {
  static constexpr int top = 16256;
  static constexpr bool hasLow = true;
};
struct I8 {
  static constexpr int top = 127;
  static constexpr bool hasLow = false;
};

/// Bytes of a tile of rows of `columns` columns.
template <typename FORMAT> __device__ __forceinline__ long long tileBytes(long long columns) {
  return (columns + FORMAT::blockColumns - 1) / FORMAT::blockColumns * FORMAT::blockBytes;
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_FORMATS_H
