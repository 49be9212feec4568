//===- PackedFormat.h - Weights in tiles of 16 rows --------------*- C++ -*-===//
//
// A matrix times a vector reads every weight once, so weights lie in memory as the kernels read them: 16 rows abreast,
// one for each lane of a vector of 32-bit sums. The bytes are the same for every CPU; a CPU with shorter vectors takes
// a tile in two or four parts. The layout is called tiles16.
//
//   rows of the matrix        tile 0 = rows 0..15          a block of a tile (q4_1, 32 columns, 320 bytes)
//   0  ─────────────────┐    ┌───────┬───────┬──────┐     ┌────────────────────────────────────────────────┐
//   .  16 rows, K wide  │ →  │block 0│block 1│ ...  │  →  │ quants  4 groups g of 64 bytes:                │
//   15 ─────────────────┘    ├───────┼───────┼──────┤     │         byte [g * 64 + lane * 4 + j]           │
//   16 ─────────────────┐ →  │ tile 1, right behind │     │ scales  16 halves, one for each lane           │
//   .                        └──────────────────────┘     │ minima  16 halves                              │
//                                                         └────────────────────────────────────────────────┘
//
// Tiles follow each other, and within a tile the blocks follow along the columns, without gaps. Rows are padded to a
// multiple of 16 with rows of zero weights (blocks whose source bytes are zero).
//
// In a group of 64 bytes, lane (row) r owns bytes 4r..4r+3: four neighbouring columns of one row meet four bytes of the
// activations in one step of an integer dot product, and 16 such steps side by side make one vector.
//
//   Q8_0      32 columns   quants: 8 groups; byte [g][lane][j] is column 4g+j plus 128, so that it has no sign.
//                          scales d                                            value = d * (u - 128)
//   Q4_0      32           quants: 4 groups; the low half of byte [g][lane][j] is column 4g+j, the high half column
//                          16+4g+j. scales d                                   value = d * (u - 8)
//   Q4_1      32           as Q4_0, and minima m                               value = d * u + m
//   Q5_0      32           as Q4_0; high: 64 bytes, bit k of byte [lane][j] is the fifth bit of column 4k+j
//                          scales d                                            value = d * (u - 16)
//   Q5_1      32           as Q5_0, and minima m                               value = d * u + m
//   Q4_K     256           quants: 8 sub-blocks of 32 columns, each as Q4_0. subScales: 8 x 24 bytes of 6-bit scales sc
//                          and minima mn: byte [lane] = (sc & 15) | (mn & 15) << 4, then in half lane % 2 of byte
//                          [16 + lane / 2] = (sc >> 4) | (mn >> 4) << 2. scales d, minima m
//                                                                              value = d * sc * u - m * mn
//   Q5_K     256           as Q4_K; high: 8 x 64 bytes as Q5_0                 value = d * sc * u - m * mn
//   Q6_K     256           quants: as Q4_K. high: 8 x 128 bytes of pairs: bits 2k, 2k+1 of byte [h * 64 + lane * 4 + j]
//                          are the upper two bits of column 16h+4k+j. subScales: int8 [16][lane], one for every 16
//                          columns. scales d                                   value = d * sc * (u - 32)
//   Wide8     32           every other block format, each quant widened to a byte as in Q8_0. scales s and minima m:
//                          f32 [2][lane], one for every 16 columns             value = s * (u - 128) + m
//   BF16       2           quants: 16-bit [lane][j], j = 0, 1; an odd last column is followed by a zero
//   F16        1           quants: 16-bit [lane]
//   F32        1           quants: 32-bit [lane]
//
// d and m are IEEE binary16 but for Wide8; everything is little-endian. A packed block of the eight formats that keep
// their names takes exactly the bytes of 16 blocks of the file.
//
// Packing loses nothing. In f32, every product above is exact (11 bits of a half, at most 7 of a scale, at most 6 of a
// quant), and so are the scales that Wide8 multiplies out; only the sum with a minimum rounds, once, with a fused
// multiply-add or without. (The largest E8M0 scales of MXFP4 overflow in the product with the quant, as they do when
// the file is decoded; its two smallest are subnormal.)
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_PACKING_PACKEDFORMAT_H
#define TERN_RUNTIME_PACKING_PACKEDFORMAT_H

#include "runtime/Base/StorageFormat.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern {

enum class PackedFormat : std::uint8_t { Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K, Wide8, BF16, F16, F32 };

constexpr int numPackedFormats = static_cast<int>(PackedFormat::F32) + 1;

/// Rows of a tile.
constexpr std::uint32_t tileRows = 16;
/// Bytes of a group: four of each lane.
constexpr std::uint32_t groupBytes = 64;
/// The offset of a part that the format does not have.
constexpr std::uint32_t noPart = ~std::uint32_t{0};

/// What a block of a tile holds and where. Offsets are bytes from the block's beginning; the quants are at 0.
struct PackedFormatInfo {
  PackedFormat format;
  std::string_view name;   ///< "q4_1", "wide8".
  std::uint32_t columns;   ///< Of a block.
  std::uint32_t bytes;     ///< Of a block of a tile: of all 16 rows.
  std::uint32_t high;      ///< Bits of the quants above the fourth.
  std::uint32_t subScales; ///< Integer scales (and minima) of parts of the block.
  std::uint32_t scales;    ///< Scales: binary16, f32 for Wide8.
  std::uint32_t minima;    ///< Minima: likewise.
};

/// In the order of the enumeration.
constexpr PackedFormatInfo packedFormats[] = {
    {PackedFormat::Q8_0, "q8_0", 32, 544, noPart, noPart, 512, noPart},
    {PackedFormat::Q4_0, "q4_0", 32, 288, noPart, noPart, 256, noPart},
    {PackedFormat::Q4_1, "q4_1", 32, 320, noPart, noPart, 256, 288},
    {PackedFormat::Q5_0, "q5_0", 32, 352, 256, noPart, 320, noPart},
    {PackedFormat::Q5_1, "q5_1", 32, 384, 256, noPart, 320, 352},
    {PackedFormat::Q4_K, "q4_k", 256, 2304, noPart, 2048, 2240, 2272},
    {PackedFormat::Q5_K, "q5_k", 256, 2816, 2048, 2560, 2752, 2784},
    {PackedFormat::Q6_K, "q6_k", 256, 3360, 2048, 3072, 3328, noPart},
    {PackedFormat::Wide8, "wide8", 32, 768, noPart, noPart, 512, 640},
    {PackedFormat::BF16, "bf16", 2, 64, noPart, noPart, noPart, noPart},
    {PackedFormat::F16, "f16", 1, 32, noPart, noPart, noPart, noPart},
    {PackedFormat::F32, "f32", 1, 64, noPart, noPart, noPart, noPart},
};

constexpr const PackedFormatInfo &packedFormatInfo(PackedFormat format) {
  return packedFormats[static_cast<int>(format)];
}

/// Bytes of the scales and minima of one sub-block of 32 columns of Q4_K and Q5_K.
constexpr std::uint32_t subScaleBytesK = 24;

/// The packed format that holds the values of `format` without loss (64-bit floats rounded to f32), or nothing for
/// integers and the formats of activations, which are not packed.
std::optional<PackedFormat> packedFormatOf(StorageFormat format);

/// Tiles of `rows` rows.
constexpr std::uint64_t numTiles(std::uint64_t rows) { return rows / tileRows + (rows % tileRows != 0); }

/// Bytes of one tile; nothing if a row of `columns` is not whole blocks (BF16: a column is added) or the product passes
/// 2^63 - 1.
std::optional<std::uint64_t> tileBytes(PackedFormat format, std::uint64_t columns);

/// Bytes of `rows` rows of `columns` numbers, the padding to whole tiles included; nothing as in tileBytes.
std::optional<std::uint64_t> packedBytes(PackedFormat format, std::uint64_t rows, std::uint64_t columns);

} // namespace tern

#endif // TERN_RUNTIME_PACKING_PACKEDFORMAT_H
