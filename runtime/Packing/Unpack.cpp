//===- Unpack.cpp - Tiles back into rows ----------------------------------===//
//
// Written to be read beside the drawing in PackedFormat.h, not to be fast. One number at a time, products and sums in
// the order of decodeToFloat; compiled without contraction, so that they agree bit for bit.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Half.h"
#include "runtime/Packing/Pack.h"
#include "runtime/Packing/TilePackers.h"

#include <cassert>

using namespace tern;
using namespace tern::packing;

namespace {

/// One lane of one block of a tile.
struct LaneOfBlock {
  const PackedFormatInfo &info;
  const std::uint8_t *block;
  std::uint32_t lane;

  float half(std::uint32_t part) const { return halfToFloat(load<std::uint16_t>(block + part, lane)); }

  /// Byte c % 4 of this lane in group c / 4 of the groups at `part`.
  std::uint8_t byteOfColumn(std::uint32_t part, std::uint32_t c) const {
    return block[part + c / 4 * groupBytes + lane * 4 + c % 4];
  }

  int nibble(std::uint32_t c) const {
    std::uint32_t sub = c / 32, inSub = c % 32;
    return byteOfColumn(sub * 4 * groupBytes, inSub % 16) >> (inSub / 16 * 4) & 0x0f;
  }

  int fifthBit(std::uint32_t c) const {
    std::uint32_t sub = c / 32, inSub = c % 32;
    return byteOfColumn(info.high + sub * groupBytes, inSub % 4) >> (inSub / 4) & 1;
  }

  int pair(std::uint32_t c) const {
    std::uint32_t h = c / 16, inHalf = c % 16;
    return byteOfColumn(info.high + h * groupBytes, inHalf % 4) >> (inHalf / 4 * 2) & 3;
  }

  /// The 6-bit scale or minimum of c's sub-block: `low` and `high` pick their bits.
  int subScale(std::uint32_t c, int low, int high) const {
    const std::uint8_t *scales = block + info.subScales + c / 32 * subScaleBytesK;
    int above = scales[tileRows + lane / 2] >> (lane % 2 * 4);
    return (scales[lane] >> low & 0x0f) | (above >> high & 3) << 4;
  }

  /// scale * quant - minimum of Q4_K and Q5_K.
  float valueK(std::uint32_t c, int quant) const {
    float scale = half(info.scales) * static_cast<float>(subScale(c, 0, 0));
    float minimum = half(info.minima) * static_cast<float>(subScale(c, 4, 2));
    return scale * static_cast<float>(quant) - minimum;
  }

  float valueQ6(std::uint32_t c) const {
    int subScale = static_cast<std::int8_t>(block[info.subScales + c / 16 * tileRows + lane]);
    float scale = half(info.scales) * static_cast<float>(subScale);
    return scale * static_cast<float>((nibble(c) | pair(c) << 4) - 32);
  }

  float valueWide(std::uint32_t c) const {
    std::uint32_t index = c / 16 * tileRows + lane;
    float scale = load<float>(block + info.scales, index), minimum = load<float>(block + info.minima, index);
    return scale * static_cast<float>(byteOfColumn(0, c) - 128) + minimum;
  }

  float value(std::uint32_t c) const {
    switch (info.format) {
    case PackedFormat::Q8_0:
      return half(info.scales) * static_cast<float>(byteOfColumn(0, c) - 128);
    case PackedFormat::Q4_0:
      return half(info.scales) * static_cast<float>(nibble(c) - 8);
    case PackedFormat::Q4_1:
      return half(info.scales) * static_cast<float>(nibble(c)) + half(info.minima);
    case PackedFormat::Q5_0:
      return half(info.scales) * static_cast<float>((nibble(c) | fifthBit(c) << 4) - 16);
    case PackedFormat::Q5_1:
      return half(info.scales) * static_cast<float>(nibble(c) | fifthBit(c) << 4) + half(info.minima);
    case PackedFormat::Q4_K:
      return valueK(c, nibble(c));
    case PackedFormat::Q5_K:
      return valueK(c, nibble(c) | fifthBit(c) << 4);
    case PackedFormat::Q6_K:
      return valueQ6(c);
    case PackedFormat::Wide8:
      return valueWide(c);
    case PackedFormat::BF16:
      return bfloat16ToFloat(load<std::uint16_t>(block, lane * 2 + c));
    case PackedFormat::F16:
      return halfToFloat(load<std::uint16_t>(block, lane));
    case PackedFormat::F32:
      return load<float>(block, lane);
    }
    return 0;
  }
};

} // namespace

void tern::unpackRow(PackedFormat format, const std::uint8_t *packed, std::uint64_t row, std::uint64_t columns,
                     float *target) {
  const PackedFormatInfo &info = packedFormatInfo(format);
  std::optional<std::uint64_t> stride = tileBytes(format, columns);
  assert(stride && "a row is a whole number of blocks");
  const std::uint8_t *tile = packed + row / tileRows * *stride;
  for (std::uint64_t c = 0; c < columns; ++c) {
    const std::uint8_t *block = tile + c / info.columns * info.bytes;
    LaneOfBlock lane{info, block, static_cast<std::uint32_t>(row % tileRows)};
    target[c] = lane.value(static_cast<std::uint32_t>(c % info.columns));
  }
}

void tern::unpackTiles(PackedFormat format, const std::uint8_t *packed, std::uint64_t rows, std::uint64_t columns,
                       float *target) {
  for (std::uint64_t row = 0; row < rows; ++row)
    unpackRow(format, packed, row, columns, target + row * columns);
}
