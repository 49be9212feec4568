//===- PackedFormat.cpp - Weights in tiles of 16 rows ---------------------===//

#include "runtime/Packing/PackedFormat.h"

#include <limits>

using namespace tern;

static constexpr bool tableIsSound() {
  for (int i = 0; i < numPackedFormats; ++i) {
    const PackedFormatInfo &info = packedFormats[i];
    if (static_cast<int>(info.format) != i)
      return false;
    // Parts lie in the order quants, high, subScales, scales, minima; halves are 32 bytes a part.
    std::uint32_t half = info.format == PackedFormat::Wide8 ? 128 : 32;
    if (info.minima != noPart && (info.minima != info.scales + half || info.bytes != info.minima + half))
      return false;
    if (info.minima == noPart && info.scales != noPart && info.bytes != info.scales + half)
      return false;
  }
  return sizeof packedFormats / sizeof packedFormats[0] == numPackedFormats;
}
static_assert(tableIsSound(), "one row for each format, in order, whose parts fill the block");

/// The product, if it is a number of bytes.
static std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t result;
  if (__builtin_mul_overflow(a, b, &result) ||
      result > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return result;
}

std::optional<PackedFormat> tern::packedFormatOf(StorageFormat format) {
  const StorageFormatInfo &stored = storageFormatInfo(format);
  if (stored.isInteger || stored.isActivation)
    return std::nullopt;
  for (const PackedFormatInfo &info : packedFormats)
    if (info.name == stored.name)
      return info.format;
  if (stored.blockLength > 1)
    return PackedFormat::Wide8;
  return format == StorageFormat::F64 ? PackedFormat::F32 : PackedFormat::BF16; // else the 8-bit floats
}

std::optional<std::uint64_t> tern::tileBytes(PackedFormat format, std::uint64_t columns) {
  const PackedFormatInfo &info = packedFormatInfo(format);
  bool isPadded = format == PackedFormat::BF16;
  if (columns % info.columns != 0 && !isPadded)
    return std::nullopt;
  return product(columns / info.columns + (columns % info.columns != 0), info.bytes);
}

std::optional<std::uint64_t> tern::packedBytes(PackedFormat format, std::uint64_t rows, std::uint64_t columns) {
  std::optional<std::uint64_t> tile = tileBytes(format, columns);
  return tile ? product(numTiles(rows), *tile) : std::nullopt;
}
