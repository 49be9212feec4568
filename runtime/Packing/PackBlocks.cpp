//===- PackBlocks.cpp - Tiles of blocks of 32 quants ----------------------===//
//
// In a file, byte l of the 16 bytes of four-bit quants holds columns l and l + 16, so word g of a block is already lane
// r's part of group g.
//
//===----------------------------------------------------------------------===//

#include "runtime/Packing/TilePackers.h"

using namespace tern;
using namespace tern::packing;

namespace {

/// Exchanges the bits in `mask` with those `distance` higher.
std::uint32_t exchangeBits(std::uint32_t word, int distance, std::uint32_t mask) {
  std::uint32_t difference = ((word >> distance) ^ word) & mask;
  return word ^ difference ^ (difference << distance);
}

/// Brings bit 4k + j to bit k of byte j, 8j + k: the five bits of a bit's number turn by two places, which takes four
/// exchanges of two of them.
std::uint32_t packFifthBits(std::uint32_t word) {
  word = exchangeBits(word, 16 - 2, 0x0000ccccu);
  word = exchangeBits(word, 8 - 1, 0x00aa00aau);
  word = exchangeBits(word, 4 - 2, 0x0c0c0c0cu);
  return exchangeBits(word, 2 - 1, 0x22222222u);
}

/// Blocks that are halves (scale, perhaps minimum), perhaps 32 fifth bits, and 16 bytes of four-bit quants.
template <PackedFormat format> void packNibbles(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  constexpr PackedFormatInfo info = packedFormatInfo(format);
  constexpr std::uint32_t fifth = info.minima == noPart ? 2 : 4;
  constexpr std::uint32_t quants = info.high == noPart ? fifth : fifth + 4, sourceBytes = quants + 16;
  for (std::uint64_t block = 0; block < blocks; ++block, target += info.bytes) {
    for (std::uint32_t lane = 0; lane < tileRows; ++lane) {
      const std::uint8_t *source = rows[lane] + block * sourceBytes;
      prefetchNextTile(source, blocks * sourceBytes, sourceBytes);
      for (std::uint32_t g = 0; g < 4; ++g)
        store(target, g * tileRows + lane, load<std::uint32_t>(source + quants, g));
      if constexpr (info.high != noPart)
        store(target + info.high, lane, packFifthBits(load<std::uint32_t>(source + fifth)));
      store(target + info.scales, lane, load<std::uint16_t>(source));
      if constexpr (info.minima != noPart)
        store(target + info.minima, lane, load<std::uint16_t>(source, 1));
    }
  }
}

} // namespace

void packing::packQ8_0(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  constexpr PackedFormatInfo info = packedFormatInfo(PackedFormat::Q8_0);
  constexpr std::uint32_t sourceBytes = 34;
  for (std::uint64_t block = 0; block < blocks; ++block, target += info.bytes) {
    for (std::uint32_t lane = 0; lane < tileRows; ++lane) {
      const std::uint8_t *source = rows[lane] + block * sourceBytes;
      prefetchNextTile(source, blocks * sourceBytes, sourceBytes);
      // Adding 128 to a signed byte turns its sign bit over.
      for (std::uint32_t g = 0; g < 8; ++g)
        store(target, g * tileRows + lane, load<std::uint32_t>(source + 2, g) ^ 0x80808080u);
      store(target + info.scales, lane, load<std::uint16_t>(source));
    }
  }
}

void packing::packQ4_0(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packNibbles<PackedFormat::Q4_0>(rows, blocks, target);
}

void packing::packQ4_1(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packNibbles<PackedFormat::Q4_1>(rows, blocks, target);
}

void packing::packQ5_0(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packNibbles<PackedFormat::Q5_0>(rows, blocks, target);
}

void packing::packQ5_1(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packNibbles<PackedFormat::Q5_1>(rows, blocks, target);
}
