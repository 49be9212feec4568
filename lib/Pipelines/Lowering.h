//===- Lowering.h - Kernels of a plan as code of one target ------*- C++ -*-===//

#ifndef TERN_LIB_PIPELINES_LOWERING_H
#define TERN_LIB_PIPELINES_LOWERING_H

#include "tern/Target/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern {

/// A program whose kernels are code of one target: functions of the LLVM dialect, or kernels of the cuda dialect.
struct LoweredTarget {
  Target target;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// The phase lower: a copy of `module`, which has been through `plan`, in which every kernel.func has become code for
/// `target` and launches name that; the plan's scratch is what the code needs. Null, with diagnostics, if that cannot be.
mlir::OwningOpRef<mlir::ModuleOp> lowerToTarget(mlir::ModuleOp module, const Target &target);

} // namespace tern

#endif // TERN_LIB_PIPELINES_LOWERING_H
