//===- Passes.h - Passes that run programs -----------------------*- C++ -*-===//
//
// Defined in Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_INTERPRETER_PASSES_H
#define TERN_INTERPRETER_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace tern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "include/tern/Interpreter/Passes.h.inc"

} // namespace tern

#endif // TERN_INTERPRETER_PASSES_H
