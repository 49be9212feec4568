//===- Lowering.h - Kernels of a plan as code of one target ------*- C++ -*-===//

#ifndef TERN_LIB_PIPELINES_LOWERING_H
#define TERN_LIB_PIPELINES_LOWERING_H

#include "tern/Target/CpuTarget.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern {

/// A program whose kernels are functions of the LLVM dialect for one target.
struct LoweredTarget {
  CpuTarget target;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// The phase lower: a copy of `module`, which has been through `plan`, in which every kernel.func has become code for
/// `target` and launches name that; the plan's scratch is what the code needs. Null, with diagnostics, if that cannot be.
mlir::OwningOpRef<mlir::ModuleOp> lowerToTarget(mlir::ModuleOp module, const CpuTarget &target);

} // namespace tern

#endif // TERN_LIB_PIPELINES_LOWERING_H
