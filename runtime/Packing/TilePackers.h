//===- TilePackers.h - One packing function a format -------------*- C++ -*-===//
//
// Private to runtime/Packing: everyone else calls packTiles. Each function packs one tile: `rows` are 16 rows of a
// file, of any alignment, and `target` the tile's `blocks` blocks (of the file's format; for scalars: `blocks`
// columns).
//
// Nearly everything moves as 32-bit words, which is what the layout was made for: four quants of a row are neighbours
// before and after. Two plain moves a word keep up with memory, so there are no vector instructions here.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_PACKING_TILEPACKERS_H
#define TERN_RUNTIME_PACKING_TILEPACKERS_H

#include "runtime/Packing/PackedFormat.h"

#include <cstring>

namespace tern::packing {

using TileRows = const std::uint8_t *const *;
using PackTile = void (*)(TileRows rows, std::uint64_t blocks, std::uint8_t *target);

// Scalars (PackScalars.cpp).
void packF64(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packF32(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packF16(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packBF16(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packF8E4M3(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packF8E5M2(TileRows rows, std::uint64_t blocks, std::uint8_t *target);

// Blocks of 32 (PackBlocks.cpp).
void packQ8_0(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ4_0(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ4_1(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ5_0(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ5_1(TileRows rows, std::uint64_t blocks, std::uint8_t *target);

// Blocks of 256 (PackK.cpp).
void packQ4_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ5_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ6_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target);

// Everything else (PackWide8.cpp).
void packQ2_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packQ3_K(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packIQ4_NL(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packIQ4_XS(TileRows rows, std::uint64_t blocks, std::uint8_t *target);
void packMXFP4(TileRows rows, std::uint64_t blocks, std::uint8_t *target);

/// Asks for the `bytes` bytes at the same place of the next tile, whose rows follow 16 rows of `rowBytes` further on.
/// 16 short rows at once are more streams than the hardware follows: on a busy machine, one thread, Q4_K with
/// 2048 columns packed at 1.9 to 2.8 GB/s with this and at 1.6 without. Asking for what lies behind the matrix does
/// nothing.
inline void prefetchNextTile(const std::uint8_t *source, std::uint64_t rowBytes, std::uint32_t bytes) {
  auto address = reinterpret_cast<std::uintptr_t>(source) + tileRows * rowBytes;
  for (std::uint32_t offset = 0; offset < bytes; offset += 64)
    __builtin_prefetch(reinterpret_cast<const void *>(address + offset));
}

/// Reads the T at index `index` of an array that may lie at any address.
template <typename T> T load(const std::uint8_t *source, std::uint64_t index = 0) {
  T value;
  std::memcpy(&value, source + index * sizeof value, sizeof value);
  return value;
}

/// Writes `value` at index `index` of an array that may lie at any address.
template <typename T> void store(std::uint8_t *target, std::uint64_t index, T value) {
  std::memcpy(target + index * sizeof value, &value, sizeof value);
}

} // namespace tern::packing

#endif // TERN_RUNTIME_PACKING_TILEPACKERS_H
