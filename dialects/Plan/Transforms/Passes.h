//===- Passes.h - Passes of the plan dialect ---------------------*- C++ -*-===//
//
// Defined in Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_PLAN_TRANSFORMS_PASSES_H
#define TERN_DIALECTS_PLAN_TRANSFORMS_PASSES_H

#include "dialects/Plan/IR/Plan.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace tern::plan {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Plan/Transforms/Passes.h.inc"

} // namespace tern::plan

#endif // TERN_DIALECTS_PLAN_TRANSFORMS_PASSES_H
