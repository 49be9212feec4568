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

  /// The sums of tokens [firstToken, firstToken + tokens) for each tile, vector<16xf32>: those of the first tile, then
  /// of the second...
  Vals multiply(llvm::ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const;

private:
  Vals multiplyQuants(llvm::ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const;
  Vals multiplyFloats(llvm::ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const;
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARPRODUCT_H
