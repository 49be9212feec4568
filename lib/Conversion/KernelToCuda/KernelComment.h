//===- KernelComment.h - What stands above a kernel --------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_KERNELCOMMENT_H
#define TERN_CONVERSION_KERNELTOCUDA_KERNELCOMMENT_H

#include "dialects/Kernel/IR/Kernel.h"
#include "tern/Target/CudaTarget.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace tern::cuda {

/// Describes kernels to who reads their source: where in the model they run, what they compute, op by op with shapes,
/// what a task is and what it moves, and how
/// fast the largest launch can be.
///
///   linear_3: model.layers.0.mlp and 29 more, in decode_1
///     %0 = graph.rms_norm %arg0 ...
///   a task: [16 of 1536, 1 of T], 10240 bytes
///   a launch at T = 256: 1.53e+06 bytes, 4.53e+08 flops, 0.458 us at least on sm_90a
class KernelComments {
public:
  KernelComments(mlir::ModuleOp module, const CudaTarget &target);

  std::string of(kernel::FuncOp function) const;

private:
  struct Uses {
    llvm::SetVector<llvm::StringRef> layers, entries;
  };
  llvm::MapVector<llvm::StringRef, Uses> uses;
  const CudaTarget &target;
};

} // namespace tern::cuda

#endif // TERN_CONVERSION_KERNELTOCUDA_KERNELCOMMENT_H
