//===- CudaSource.h - Kernels as a file of CUDA C++ --------------*- C++ -*-===//

#ifndef TERN_TARGET_CUDASOURCE_H
#define TERN_TARGET_CUDASOURCE_H

#include "runtime/Base/Result.h"

#include "mlir/IR/BuiltinOps.h"

namespace tern {

/// One file with the kernels of `module`, which `convert-code-to-cuda` has been through: the device functions that they
/// call, the sizes of the program's symbols (the module's `kernel.symbols`), and the kernels. It needs no header.
/// Problem: the module holds something that is not CUDA C++ yet; diagnostics say what.
Result<std::string> cudaSourceOf(mlir::ModuleOp module);

/// The part of such a file that is the kernel called `name` ("tern_norm_1"), with what stands above it; empty if there
/// is none.
llvm::StringRef kernelInSource(llvm::StringRef source, llvm::StringRef name);

} // namespace tern

#endif // TERN_TARGET_CUDASOURCE_H
