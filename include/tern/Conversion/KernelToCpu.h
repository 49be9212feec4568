//===- KernelToCpu.h - Kernels to code for a CPU -----------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_H
#define TERN_CONVERSION_KERNELTOCPU_H

#include "tern/Target/CpuTarget.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern {

/// The code of a module's kernels.
struct CpuKernels {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< llvm.func alone: `tern_<name>` for each kernel, and what they call.
  int64_t scratchBytes = 0;                 ///< The most that any kernel needs of a worker's scratch.
};

/// Writes the code of each `kernel.func` of `module` for `target`, lowered to the LLVM dialect. The module itself stays
/// as it is. What cannot be written is a diagnostic at the op it concerns.
mlir::FailureOr<CpuKernels> convertKernelsToCpu(mlir::ModuleOp module, const CpuTarget &target);

/// Registers the dialects of that code.
void registerCpuKernelDialects(mlir::DialectRegistry &registry);

} // namespace tern

#endif // TERN_CONVERSION_KERNELTOCPU_H
