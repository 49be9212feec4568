//===- Passes.h - Conversions between dialects -------------------*- C++ -*-===//
//
// Defined in Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_PASSES_H
#define TERN_CONVERSION_PASSES_H

#include "dialects/Cuda/IR/Cuda.h"
#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Plan/IR/Plan.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace tern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "include/tern/Conversion/Passes.h.inc"

} // namespace tern

#endif // TERN_CONVERSION_PASSES_H
