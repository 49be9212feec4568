//===- KernelToCuda.h - Kernels to code for a GPU ----------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCUDA_H
#define TERN_CONVERSION_KERNELTOCUDA_H

#include "tern/Target/CudaTarget.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern {

/// Writes the code of each `kernel.func` of `module` for `target`: a module of `cuda.kernel`, `tern_<name>` for each, in
/// ops of arith, math, scf and llvm besides those of cuda (`convert-code-to-cuda` makes CUDA C++ of them). The module
/// itself stays as it is. Null, with a diagnostic at the op it concerns, if something cannot be written.
mlir::OwningOpRef<mlir::ModuleOp> convertKernelsToCuda(mlir::ModuleOp module, const CudaTarget &target);

} // namespace tern

#endif // TERN_CONVERSION_KERNELTOCUDA_H
