//===- LinearProduct.h - Tiles of weights times tokens -----------*- C++ -*-===//
//
// The innermost part of a linear kernel: tiles of 16 rows times a few tokens, all columns, sums in registers.
//
//                      K columns, 32 at a time
//   tile      16 rows  ████▒▒▒▒▒▒▒▒▒▒▒▒▒▒   unpacked once, 8 registers (LinearBlocks.h)
//   tokens  up to ~8   ████▒▒▒▒▒▒▒▒▒▒▒▒▒▒   read as words that all lanes share
//                                           sums: one register for each tile and token
//
// Weights stream through once; what a token costs beside its dot products is one multiplication and one or two
// fused multiply-adds for 32 columns of 16 rows. Several tiles (of one weight, or of weights that share their input)
// may go through the columns together.
//
// Products of quants with several tokens are a loop over the tokens for each 32 columns, their sums in the nearest
// cache. All tokens in one piece of straight code, sums in registers, took a quarter longer: LLVM starts many chains of
// dot products at once and spills, and at the end of such a piece only the last token's chains are left to run.
//
// Quantized activations meet quants in integers: exact but for the scales. Everything else is multiplied in f32, the
// quants decoded on the way, bf16 pairs by the CPU's own dot product where it has one.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARPRODUCT_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARPRODUCT_H

#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCpu/LinearBlocks.h"

namespace tern::cpu {

/// One tile of 16 rows of a packed weight with K columns.
struct WeightTile {
  PackedFormat format;
  Val pointer;
};

struct ProductBuilder {
  CodeBuilder &b;
  const CpuTarget &target;
  const LinearInput &input;
  int64_t prefetch; ///< How many bytes ahead of the weights' streams to fetch; 0 for none.

  /// Whether the products of a tile are those of quants.
  bool multipliesQuants(const WeightTile &tile) const { return input.isQuantized() && isBlockFormat(tile.format); }

  /// The sums of tokens [firstToken, firstToken + tokens) for each tile, vector<16xf32>: those of the first tile, then
  /// of the second... Products of quants: of one token.
  Vals multiply(llvm::ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const;

  /// The same of quants for one tile and any number of tokens, to `sums`, f32 [tokens][16], aligned to 64.
  void multiplyQuants(const WeightTile &tile, Val firstToken, Val tokens, Val sums) const;

private:
  Vals multiplyQuants(llvm::ArrayRef<WeightTile> tiles, Val token) const;
  Vals multiplyFloats(llvm::ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const;
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARPRODUCT_H
