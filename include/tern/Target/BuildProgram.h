//===- BuildProgram.h - A plan as the data that ships ------------*- C++ -*-===//

#ifndef TERN_TARGET_BUILDPROGRAM_H
#define TERN_TARGET_BUILDPROGRAM_H

#include "runtime/Artifact/Program.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace tern {

/// The program of `module`, which has been through the phase `plan` (and may have been through `lower`). Weights that no
/// launch reads are left out; the others are in the order of first use and say where they come from, a file or the
/// generator. What cannot be said in a Program is a diagnostic at its op.
mlir::FailureOr<Program> buildProgram(mlir::ModuleOp module);

} // namespace tern

#endif // TERN_TARGET_BUILDPROGRAM_H
