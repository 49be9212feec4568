//===- QuantizedActivations.h - Activations in blocks of 32 ------*- C++ -*-===//
//
// What meets the packed weights of a linear layer: activations as small integers with one scale for 32 columns. i8_32
// has 8 bits. i15_32 has 15 in two planes of bytes, q = 128 * hi + lo, for about the accuracy of f32 at the price of a
// second dot product, which decoding hides behind its reads of the weights.
//
//   x      ──┬── 32 columns ──┬── 32 columns ──┬─ ...        of each row, the last block filled up with zeros
//            m = max |x|, d = m / top, q = x * (top / m) rounded to nearest, ties to even;   value = d * q
//
//            top = 127                 for i8_32
//            top = 16256 = 128 * 127   for i15_32: lo = q - 128 * hi in [-64, 63], hi = (q + 64) >> 7 in [-127, 127]
//
// A buffer is made for M rows of K columns, K a multiple of 32, and holds one array after another, each beginning at a
// multiple of 64 bytes:
//
//   hi      int8  [M][K]        the quants of i8_32
//   lo      int8  [M][K]        i15_32 only
//   scale   f32   [M][K / 32]   d
//   fsum    f32   [M][K / 32]   d * (the sum of the block's q): what a weight's minimum is multiplied with
//   isum16  i32   [M][K / 16]   sums of 16 q: what a weight's offset (u - 128, u - 32) or sub-scale is multiplied with
//
// All arithmetic is f32. Two cases have a rule of their own, since top / m is no number there:
//   - a block with an infinity or a NaN: every q is 0, and d is what m / top gives (infinity or NaN), so that the
//   values
//     and fsum are NaN, as sums of products with such numbers mostly are;
//   - a block with m < 2^-100: every q is 0.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_PACKING_QUANTIZEDACTIVATIONS_H
#define TERN_RUNTIME_PACKING_QUANTIZEDACTIVATIONS_H

#include "runtime/Base/StorageFormat.h"

#include <cstdint>
#include <optional>

namespace tern {

/// Columns of a block, and those that a sum in isum16 counts.
constexpr std::uint32_t activationBlock = 32, activationSum = 16;

/// Magnitude of the largest quant.
constexpr std::int32_t topOfI8 = 127, topOfI15 = 128 * 127;

/// Blocks whose largest magnitude is below this are zero.
constexpr float smallestQuantized = 0x1p-100f;

/// Where the arrays of a buffer begin, in bytes from its own beginning.
struct QuantizedLayout {
  StorageFormat format;                      ///< I8_32 or I15_32.
  std::uint64_t maxRows;                     ///< M.
  std::uint64_t columns;                     ///< K, a multiple of 32.
  std::uint64_t hi, lo, scale, fsum, isum16; ///< `lo` is where it would be; for I8_32 it is empty.
  std::uint64_t bytes;                       ///< Of the buffer, a multiple of 64.
};

/// The layout for `maxRows` rows of `columns` columns, which are rounded up to whole blocks; nothing if its bytes pass
/// 2^63 - 1 or `format` is no format of activations.
std::optional<QuantizedLayout> quantizedLayout(StorageFormat format, std::uint64_t maxRows, std::uint64_t columns);

/// Quantises `rows` rows of `columns` numbers at `x`, row-major, into the first rows of a buffer. `columns` is what the
/// layout was made for, or up to 31 fewer; `rows` at most its maxRows; `buffer` aligned to 64 bytes. The definition
/// that compiled kernels are tested against.
void quantizeRows(const QuantizedLayout &layout, const float *x, std::uint64_t rows, std::uint64_t columns,
                  std::uint8_t *buffer);

/// The values d * q of the first `rows` rows, each `layout.columns` long.
void dequantizeRows(const QuantizedLayout &layout, const std::uint8_t *buffer, std::uint64_t rows, float *target);

} // namespace tern

#endif // TERN_RUNTIME_PACKING_QUANTIZEDACTIVATIONS_H
