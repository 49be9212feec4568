//===- LowerToLlvm.h - From loops and vectors to LLVM ------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LOWERTOLLVM_H
#define TERN_CONVERSION_KERNELTOCPU_LOWERTOLLVM_H

#include "mlir/IR/BuiltinOps.h"

namespace tern::cpu {

/// Registers the dialects that CodeBuilder writes.
void registerCodeDialects(mlir::DialectRegistry &registry);

/// Turns the bodies of all llvm.func of `module`, as CodeBuilder writes them, into the LLVM dialect. Functions are
/// converted in parallel. A failure has been reported.
mlir::LogicalResult lowerToLlvm(mlir::ModuleOp module);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LOWERTOLLVM_H
