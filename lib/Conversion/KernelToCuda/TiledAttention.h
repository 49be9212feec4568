//===- TiledAttention.h - Attention by products of tiles ---------*- C++ -*-===//
//
// Attention of many tokens to caches of f16 is computed on tensor cores (runtime/Cuda/Device/TiledAttention.h). Which
// kernels are, and with how many threads and how much shared memory, is said here.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_TILEDATTENTION_H
#define TERN_CONVERSION_KERNELTOCUDA_TILEDATTENTION_H

#include "lib/Conversion/KernelCode/AttentionKernel.h"
#include "tern/Target/CudaTarget.h"

namespace tern::cuda {

/// Whether rows of `operands` are multiplied by tiles: more than one warp has of them at most, and what tensor cores
/// take: keys in lanes16 and values in heads, both f16, and heads of whole tiles.
bool isTiledAttention(const code::AttentionOperands &operands, int64_t maxRows);

/// Shared memory of a block: TiledShape::sharedBytes.
int64_t tiledAttentionBytes(const code::AttentionOperands &operands, int64_t threads);

/// Threads of a block of a kernel of kind `attention`: two teams for products of tiles if their tiles fit in shared
/// memory. Else few, as each block holds the sums of its rows in registers.
int64_t attentionThreads(kernel::FuncOp function, const CudaTarget &target);

/// Remarks on whether attention of more than 16 rows a task is tiled, and why not.
void remarkTiledAttention(kernel::FuncOp function, const code::AttentionOperands &operands, int64_t maxRows);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_TILEDATTENTION_H
