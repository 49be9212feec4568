//===- PackWide8.cpp - Tiles of all other block formats -------------------===//
//
// Formats of less than five bits that are rare, or whose quants are numbers of a table: each quant becomes a byte, and
// each 16 columns get a scale and a minimum in f32. Decoding multiplies out the same scales in the same order
// (StorageDecodeK.cpp, StorageDecodeBlocks.cpp). Formats without minima get -0, which leaves every sum as it is, -0
// included.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/StorageTables.h"
#include "runtime/Packing/TilePackers.h"

using namespace tern;
using namespace tern::packing;

namespace {

/// 16 columns of one row: value = scale * quant + minimum.
struct Part {
  std::int32_t quants[16];
  float scale;
  float minimum = -0.0f;
};

float loadHalf(const std::uint8_t *source) { return halfToFloat(load<std::uint16_t>(source)); }

/// Writes part `index` (of 16 columns) of lane `lane` to the tile's blocks of 32 columns at `target`.
void storePart(const Part &part, std::uint32_t index, std::uint32_t lane, std::uint8_t *target) {
  constexpr PackedFormatInfo info = packedFormatInfo(PackedFormat::Wide8);
  std::uint8_t *block = target + index / 2 * info.bytes;
  std::uint32_t half = index % 2;
  for (std::uint32_t l = 0; l < 16; ++l)
    block[(half * 4 + l / 4) * groupBytes + lane * 4 + l % 4] = static_cast<std::uint8_t>(part.quants[l] + 128);
  store(block + info.scales, half * tileRows + lane, part.scale);
  store(block + info.minima, half * tileRows + lane, part.minimum);
}

/// Packs blocks of `sourceBytes` bytes and `parts` parts; `read(block, index)` gives a part.
template <typename Read>
void packParts(TileRows rows, std::uint64_t blocks, std::uint32_t sourceBytes, std::uint32_t parts,
               std::uint8_t *target, Read read) {
  for (std::uint64_t block = 0; block < blocks;
       ++block, target += parts / 2 * packedFormatInfo(PackedFormat::Wide8).bytes)
    for (std::uint32_t lane = 0; lane < tileRows; ++lane)
      for (std::uint32_t index = 0; index < parts; ++index)
        storePart(read(rows[lane] + block * sourceBytes, index), index, lane, target);
}

/// 16 numbers of a table, one for each low (index even) or high half of 16 bytes.
Part levelsOf(const std::int8_t *levels, const std::uint8_t *source, std::uint32_t index, float scale) {
  Part part;
  part.scale = scale;
  for (int l = 0; l < 16; ++l)
    part.quants[l] = levels[source[l] >> (index % 2 * 4) & 0x0f];
  return part;
}

/// scales[16] quants[64] d m: 32 bytes hold 128 quants, two bits of each byte for every 32.
Part partOfQ2(const std::uint8_t *source, std::uint32_t index) {
  Part part;
  part.scale = loadHalf(source + 80) * static_cast<float>(source[index] & 0x0f);
  part.minimum = -(loadHalf(source + 82) * static_cast<float>(source[index] >> 4));
  const std::uint8_t *quants = source + 16 + index / 8 * 32 + index % 2 * 16;
  for (int l = 0; l < 16; ++l)
    part.quants[l] = quants[l] >> (index % 8 / 2 * 2) & 3;
  return part;
}

/// high[32] quants[64] scales[12] d: a high bit that is clear takes four away; scales have four bits in a half of bytes
/// 0..7 and two in bytes 8..11.
Part partOfQ3(const std::uint8_t *source, std::uint32_t index) {
  Part part;
  const std::uint8_t *scales = source + 96;
  int low = scales[index % 8] >> (index / 8 * 4) & 0x0f;
  int high = scales[8 + index % 4] >> (index / 4 * 2) & 3;
  part.scale = loadHalf(source + 108) * static_cast<float>((low | high << 4) - 32);
  const std::uint8_t *quants = source + 32 + index / 8 * 32 + index % 2 * 16, *above = source + index % 2 * 16;
  for (int l = 0; l < 16; ++l)
    part.quants[l] = (quants[l] >> (index % 8 / 2 * 2) & 3) - (above[l] >> (index / 2) & 1 ? 0 : 4);
  return part;
}

/// d scalesHigh[2] scalesLow[4] quants[128]
Part partOfIQ4_XS(const std::uint8_t *source, std::uint32_t index) {
  std::uint32_t group = index / 2;
  int low = source[4 + group / 2] >> (group % 2 * 4) & 0x0f;
  int high = load<std::uint16_t>(source, 1) >> (group * 2) & 3;
  float scale = loadHalf(source) * static_cast<float>((low | high << 4) - 32);
  return levelsOf(storage::iq4Levels, source + 8 + group * 16, index, scale);
}

} // namespace

void packing::packQ2_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packParts(rows, blocks, 84, 16, target, partOfQ2);
}

void packing::packQ3_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packParts(rows, blocks, 110, 16, target, partOfQ3);
}

void packing::packIQ4_NL(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packParts(rows, blocks, 18, 2, target, [](const std::uint8_t *source, std::uint32_t index) {
    return levelsOf(storage::iq4Levels, source + 2, index, loadHalf(source));
  });
}

void packing::packIQ4_XS(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packParts(rows, blocks, 136, 16, target, partOfIQ4_XS);
}

void packing::packMXFP4(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packParts(rows, blocks, 17, 2, target, [](const std::uint8_t *source, std::uint32_t index) {
    return levelsOf(storage::e2m1Levels, source + 1, index, storage::halfE8M0(source[0]));
  });
}
