//===- SplitRows.h - Activations for products of warpgroups ------*- C++ -*-===//
//
// On sm_90a products of many tokens are made by warpgroups, which want activations split into bfloat16 and in an order
// of their own (runtime/Cuda/Device/SplitRows.h). The pass choose-split-rows finds the values that only such products
// read and says so at the kernels that write and read them:
//
//   kernel.split_rows = array<i64: 2, 512, 2048>   operand 2 (results follow arguments) holds 512 rows of 2048 columns
//                                                  so; other operands follow, three numbers each
//   kernel.group_blocks = 2                        the products of the kernel are made so, by blocks of which a
//                                                  multiprocessor holds two at once
//
// A value takes as many bytes either way: two bfloat16 for an f32, one for a bf16.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_SPLITROWS_H
#define TERN_CONVERSION_KERNELTOCUDA_SPLITROWS_H

#include "dialects/Kernel/IR/Kernel.h"
#include "tern/Target/CudaTarget.h"

namespace tern::cuda {

inline constexpr llvm::StringLiteral splitRowsAttrName = "kernel.split_rows",
                                     groupBlocksAttrName = "kernel.group_blocks";

struct SplitRows {
  int64_t rows, columns;
};

/// How `operand` of `function`, an argument or after those a result, is split; nothing if it lies in rows.
std::optional<SplitRows> splitRows(kernel::FuncOp function, unsigned operand);

/// Blocks that a multiprocessor holds at once, of a kernel whose products warpgroups make; nothing for other kernels.
std::optional<int64_t> groupBlocks(kernel::FuncOp function);

/// Shared memory of such a block, of which a multiprocessor holds `resident`.
int64_t groupBlockShared(int64_t resident, const CudaTarget &target);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_SPLITROWS_H
