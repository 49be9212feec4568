//===- WeightRing.h - Shared memory that weights stream through --*- C++ -*-===//
//
// Products of few tokens copy their weights to shared memory while they multiply what is there: those of bf16
// (runtime/Cuda/Device/NumberProduct.h), and those of quants with quantised activations (QuantProduct.h). Which kernels
// do, and with how many threads, is the same for all who ask: the pass that chooses tasks and the code of a kernel.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_WEIGHTRING_H
#define TERN_CONVERSION_KERNELTOCUDA_WEIGHTRING_H

#include "dialects/Kernel/IR/Kernel.h"
#include "tern/Target/CudaTarget.h"

namespace tern::cuda {

/// How the products of a kernel stream their weights through shared memory.
struct WeightRing {
  int64_t threads, bytes;
  int64_t tokens;   ///< The most of a task.
  int64_t resident; ///< Blocks that a multiprocessor shall hold at once.
  bool isOfQuants;
  int64_t places = 0;      ///< Of numbers: a warp's (NumberProduct.h).
  bool leavesRoom = false; ///< For one token: a block of the next launch fits beside this one's, and may start with it.
};

/// The ring of a kernel for few tokens whose weights are all in tiles, and all of bf16, or of quants with a quantised
/// input; other kernels have none, nor have those whose ring would not fit.
std::optional<WeightRing> weightRing(kernel::FuncOp function, const CudaTarget &target);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_WEIGHTRING_H
