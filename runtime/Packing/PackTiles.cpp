//===- PackTiles.cpp - Rows of a file into tiles --------------------------===//

#include "runtime/Packing/Pack.h"
#include "runtime/Packing/TilePackers.h"

#include <cassert>
#include <utility>
#include <vector>

using namespace tern;
using namespace tern::packing;

static PackTile packerOf(StorageFormat format) {
  static constexpr std::pair<StorageFormat, PackTile> packers[] = {
      {StorageFormat::F64, packF64},     {StorageFormat::F32, packF32},       {StorageFormat::F16, packF16},
      {StorageFormat::BF16, packBF16},   {StorageFormat::F8E4M3, packF8E4M3}, {StorageFormat::F8E5M2, packF8E5M2},
      {StorageFormat::Q8_0, packQ8_0},   {StorageFormat::Q4_0, packQ4_0},     {StorageFormat::Q4_1, packQ4_1},
      {StorageFormat::Q5_0, packQ5_0},   {StorageFormat::Q5_1, packQ5_1},     {StorageFormat::Q2_K, packQ2_K},
      {StorageFormat::Q3_K, packQ3_K},   {StorageFormat::Q4_K, packQ4_K},     {StorageFormat::Q5_K, packQ5_K},
      {StorageFormat::Q6_K, packQ6_K},   {StorageFormat::IQ4_NL, packIQ4_NL}, {StorageFormat::IQ4_XS, packIQ4_XS},
      {StorageFormat::MXFP4, packMXFP4},
  };
  for (const auto &[packed, packer] : packers)
    if (packed == format)
      return packer;
  return nullptr;
}

void tern::packTiles(StorageFormat format, const std::uint8_t *rowMajor, std::uint64_t rows, std::uint64_t columns,
                     std::uint64_t tileBegin, std::uint64_t tileEnd, std::uint8_t *target) {
  PackTile packTile = packerOf(format);
  assert(packTile && "a format that can be packed");
  assert(columns % storageFormatInfo(format).blockLength == 0 && "a row is a whole number of blocks");
  assert(tileEnd <= numTiles(rows) && "tiles of the matrix");
  std::uint64_t blocks = columns / storageFormatInfo(format).blockLength;
  std::uint64_t rowBytes = *storageBytes(format, 1, columns);
  std::uint64_t stride = *tileBytes(*packedFormatOf(format), columns);
  for (std::uint64_t tile = tileBegin; tile < tileEnd; ++tile, target += stride) {
    const std::uint8_t *sources[tileRows];
    std::vector<std::uint8_t> zeros; // What stands for the rows behind the last.
    for (std::uint64_t lane = 0; lane < tileRows; ++lane) {
      std::uint64_t row = tile * tileRows + lane;
      if (row >= rows && zeros.empty())
        zeros.resize(rowBytes);
      sources[lane] = row < rows ? rowMajor + row * rowBytes : zeros.data();
    }
    packTile(sources, blocks, target);
  }
}
