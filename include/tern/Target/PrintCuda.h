//===- PrintCuda.h - Kernels as the text of CUDA C++ -------------*- C++ -*-===//
//
// The last step of a GPU kernel inside the compiler: ops of the cuda dialect, each of which is one construct of CUDA
// C++, become text. What is printed is decided (convert-code-to-cuda); this adds spaces, parentheses and line breaks.
//
//   // norm: layers 0 to 29                                        the kernel's comment
//   extern "C" __global__ void __launch_bounds__(256)
//   tern_norm(const float *__restrict__ x, float *__restrict__ y, Sizes sizes, long long *problem) {
//     const long long task = blockIdx.x;
//     ...
//   }
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TARGET_PRINTCUDA_H
#define TERN_TARGET_PRINTCUDA_H

#include "mlir/IR/BuiltinOps.h"

namespace tern {

struct PrintCudaOptions {
  /// The device functions that kernels call, printed ahead of everything; empty for none.
  llvm::StringRef deviceHeaders;
};

/// Prints `module`, which holds tables and kernels of the cuda dialect alone: `struct Sizes`, with a place for each
/// name in the module's `kernel.symbols`, or as many as kernels ask for, but one at least; then tables and kernels in
/// their order. What cannot be printed is a diagnostic at the op that stands in the way, and nothing is written.
mlir::LogicalResult printCudaSource(mlir::ModuleOp module, llvm::raw_ostream &output,
                                    const PrintCudaOptions &options = {});

/// Registers the translation `--cuda-to-source`.
void registerCudaSourceTranslation();

} // namespace tern

#endif // TERN_TARGET_PRINTCUDA_H
