//===- LinearBlocks.h - Blocks of rows and tokens of products ----*- C++ -*-===//
//
// With many tokens a block of threads computes several tiles of 16 rows times several tokens on tensor cores
// (runtime/Cuda/Device/LinearBlock.h). Which tasks are such blocks is decided by their tiles alone: the pass
// choose-linear-tasks sets them where nobody else has, and the code of a kernel follows them.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_LINEARBLOCKS_H
#define TERN_CONVERSION_KERNELTOCUDA_LINEARBLOCKS_H

#include "dialects/Kernel/IR/Kernel.h"
#include "runtime/Packing/PackedFormat.h"
#include "tern/Target/CudaTarget.h"

namespace tern::cuda {

/// Tokens at most for which a product is bound by reading its weights, so that a tile is the better task.
inline constexpr int64_t mostTokensOfTiles = 16;

/// Threads of a block, and bytes of shared memory for its stages. Two such blocks fit on a multiprocessor of an H100,
/// one on that of every other target.
inline constexpr int64_t linearBlockThreads = 256, linearBlockShared = 96 << 10;

/// Tiles of 16 rows of each weight, and tokens.
struct LinearBlock {
  int64_t tiles, tokens;
};

/// The block that holds `tiles` tiles of each of `weights` weights and up to `tokens` tokens of numbers or quants, if
/// device code has one.
std::optional<LinearBlock> linearBlock(int64_t tiles, int64_t tokens, size_t weights, bool isQuantized);

/// Gives every space of `function` tasks of `block`.
void setLinearBlock(kernel::FuncOp function, const LinearBlock &block);

/// Whether blocks can multiply weights of `format` by an input of `input`.
bool canMultiplyInBlocks(PackedFormat format, StorageFormat input);

/// Blocks of numbers with `linearBlockShared` bytes each that a multiprocessor holds at once.
int64_t residentLinearBlocks(const CudaTarget &target);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_LINEARBLOCKS_H
