//===- Passes.h - Passes of the kernel dialect -------------------*- C++ -*-===//
//
// Defined in Passes.td.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_KERNEL_TRANSFORMS_PASSES_H
#define TERN_DIALECTS_KERNEL_TRANSFORMS_PASSES_H

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace tern::kernel {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Kernel/Transforms/Passes.h.inc"

} // namespace tern::kernel

#endif // TERN_DIALECTS_KERNEL_TRANSFORMS_PASSES_H
