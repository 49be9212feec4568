//===- LinearLoops.h - Linear layers tile by tile ---------------*- C++ -*-===//
//
// The loops of a linear kernel around the products of LinearProduct.h, and what becomes of the sums.
//
// With few tokens (decode) a tile is read once, streaming from memory:
//
//   for tile in the task's tiles:              rows tiles at once
//     sums = tiles x all tokens
//     finish(sums)
//
// With many (prefill) tokens are taken in blocks, and a block meets several tiles while it lies in the nearest cache;
// the tiles stay in the next one. Quants take a last block of any length. With floats it is moved back over tokens that
// are done already, so there is one piece of code for all blocks, and another for prompts shorter than one:
//
//   for group in the task's tiles, some at a time:
//     for tokens in blocks:
//       for tile in group:
//         sums = tile x block
//         finish(sums)
//
// Finishing (bias, activation, gating, residual) runs once for each token of a block, 16 rows in the lanes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARLOOPS_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARLOOPS_H

#include "lib/Conversion/KernelToCpu/LinearProduct.h"

namespace tern::cpu {

/// How the loops are cut; 0 leaves a number to the generator.
struct LinearSchedule {
  int64_t tiles = 0;      ///< Tiles that go through the columns together when there are few tokens.
  int64_t tokens = 0;     ///< Tokens that share a pass over the weights.
  int64_t groupTiles = 0; ///< Tiles that a block of tokens meets before the next block.
  int64_t prefetch = 0;   ///< How many bytes ahead of the weights to fetch while they stream; 0 for none.
};

/// What finishes one token of one tile.
struct LinearResult {
  Val token;    ///< Row of the input.
  Val firstRow; ///< Of the tile: its number times 16.
  Val rows;     ///< How many of its rows exist, 1..16; none if always all.
  Vals sums;    ///< vector<16xf32>, one for each weight.
};
using FinishLinear = llvm::function_ref<void(const LinearResult &)>;

/// The product of tokens and tiles of `weights`, which have `rows` rows each and share their input.
void emitLinear(CodeBuilder &b, const CpuTarget &target, const LinearInput &input, llvm::ArrayRef<LinearWeight> weights,
                int64_t rows, const LinearSchedule &schedule, const LinearRange &range, FinishLinear finish);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARLOOPS_H
