//===- NumberRing.h - Shared memory that weights stream through --*- C++ -*-===//
//
// Products of few tokens by weights of bf16 copy their weights to shared memory while they multiply what is there
// (runtime/Cuda/Device/NumberProduct.h). Which kernels do, and with how many threads, is the same for all who ask: the
// pass that chooses tasks and the code of a kernel.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_NUMBERRING_H
#define TERN_CONVERSION_KERNELTOCUDA_NUMBERRING_H

#include "dialects/Kernel/IR/Kernel.h"
#include "tern/Target/CudaTarget.h"

namespace tern::cuda {

/// How the products of a kernel stream their weights through shared memory (NumberProduct.h).
struct NumberRing {
  int64_t threads, bytes;
};

/// The ring of a kernel whose weights are all of bf16 in tiles, for few tokens; other kernels have none.
std::optional<NumberRing> numberRing(kernel::FuncOp function, const CudaTarget &target);

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_NUMBERRING_H
