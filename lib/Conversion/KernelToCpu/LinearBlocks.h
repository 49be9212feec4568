//===- LinearBlocks.h - Packed weights in registers --------------*- C++ -*-===//
//
// Whatever its format (runtime/Packing/PackedFormat.h), a packed matrix of quants is read 32 columns at a time, and all
// formats look alike from then on: eight groups of four columns as bytes u below 2^bits, and for each row
//
//   weight = scale * (u - zeroPoint) + minimum
//
// with one scale (and minimum) for 32 columns, or two for 16 each. The code that multiplies knows nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARBLOCKS_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARBLOCKS_H

#include "lib/Conversion/KernelToCpu/LinearDot.h"

#include "runtime/Packing/PackedFormat.h"

namespace tern::cpu {

/// What the blocks of a format have in common.
struct BlockTraits {
  int64_t bits;      ///< Of the quants.
  int64_t zeroPoint; ///< Of the unsigned quants: 0 or a power of two.
  int64_t scales;    ///< Scales for 32 columns: 1, or 2 for 16 columns each.
  bool hasMinimum;
};

/// Whether `format` holds quants; the others hold floats.
bool isBlockFormat(PackedFormat format);

/// Only for block formats.
BlockTraits blockTraits(PackedFormat format);

/// 32 columns of the 16 rows of a tile.
struct WeightBlock {
  llvm::SmallVector<Val, 8> groups; ///< vector<64xi8> each, unsigned.
  Vals scales;                      ///< vector<16xf32>, one for each of BlockTraits::scales.
  Vals minima;                      ///< Likewise; empty without minima.
};

/// The place of the 32 columns from 32 * `index` on of the tile at `tile`: the file format's block that holds them, and
/// which part of it they are.
struct BlockPlace {
  Val block;
  Val part; ///< i64, below PackedFormatInfo::columns / 32; none if a block is 32 columns.
};
BlockPlace blockPlace(CodeBuilder &b, PackedFormat format, Val tile, Val index);

/// Reads the columns at `place`.
WeightBlock loadBlock(CodeBuilder &b, PackedFormat format, const BlockPlace &place);

/// Asks for bytes `distance` after those that loadBlock reads. A block of 256 columns is read in four streams, of which
/// the first part needs all four, so there the distance is at least a block.
void prefetchBlock(CodeBuilder &b, PackedFormat format, const BlockPlace &place, int64_t distance);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARBLOCKS_H
