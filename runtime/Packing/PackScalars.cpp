//===- PackScalars.cpp - Tiles of floats ----------------------------------===//

#include "runtime/Base/Half.h"
#include "runtime/Packing/TilePackers.h"

#include <algorithm>

using namespace tern;
using namespace tern::packing;

namespace {

/// Transposes 16 rows of `units` units: unit u of lane r goes to [u][r]. `read(row, u)` gives a unit. A cache line of
/// each row at a time: the rows of large matrices often lie a power of two apart, where they would drive each other out
/// of the first-level cache.
template <typename Unit, typename Read>
void transposeTile(TileRows rows, std::uint64_t units, std::uint8_t *target, Read read) {
  constexpr std::uint64_t step = 64 / sizeof(Unit);
  for (std::uint64_t begin = 0; begin < units; begin += step) {
    std::uint64_t end = std::min(begin + step, units);
    for (std::uint64_t lane = 0; lane < tileRows; ++lane)
      for (std::uint64_t u = begin; u < end; ++u)
        store<Unit>(target, u * tileRows + lane, read(rows[lane], u));
  }
}

/// Packs `columns` numbers a row as BF16; `read(row, c)` gives the number in column c.
template <typename Read> void packPairs(TileRows rows, std::uint64_t columns, std::uint8_t *target, Read read) {
  transposeTile<std::uint32_t>(rows, columns / 2, target, [read](const std::uint8_t *row, std::uint64_t pair) {
    return read(row, 2 * pair) | static_cast<std::uint32_t>(read(row, 2 * pair + 1)) << 16;
  });
  if (columns % 2 == 0)
    return;
  for (std::uint64_t lane = 0; lane < tileRows; ++lane)
    store<std::uint32_t>(target, columns / 2 * tileRows + lane, read(rows[lane], columns - 1));
}

/// The BF16 numbers that the 256 codes of an 8-bit float stand for; exact.
struct WideCodes {
  std::uint16_t codes[256];

  explicit WideCodes(StorageFormat format) {
    for (int i = 0; i < 256; ++i) {
      std::uint8_t code = static_cast<std::uint8_t>(i);
      float value;
      decodeToFloat(format, &code, &value, 1);
      codes[i] = static_cast<std::uint16_t>(floatToBits(value) >> 16);
    }
  }
};

void packF8(const WideCodes &wide, TileRows rows, std::uint64_t columns, std::uint8_t *target) {
  packPairs(rows, columns, target,
            [codes = wide.codes](const std::uint8_t *row, std::uint64_t column) { return codes[row[column]]; });
}

} // namespace

void packing::packF64(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  transposeTile<float>(rows, blocks, target, [](const std::uint8_t *row, std::uint64_t column) {
    return static_cast<float>(load<double>(row, column));
  });
}

void packing::packF32(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  transposeTile<std::uint32_t>(rows, blocks, target, load<std::uint32_t>);
}

void packing::packF16(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  transposeTile<std::uint16_t>(rows, blocks, target, load<std::uint16_t>);
}

void packing::packBF16(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  packPairs(rows, blocks, target, load<std::uint16_t>);
}

void packing::packF8E4M3(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  static const WideCodes wide(StorageFormat::F8E4M3);
  packF8(wide, rows, blocks, target);
}

void packing::packF8E5M2(TileRows rows, std::uint64_t blocks, std::uint8_t *target) {
  static const WideCodes wide(StorageFormat::F8E5M2);
  packF8(wide, rows, blocks, target);
}
