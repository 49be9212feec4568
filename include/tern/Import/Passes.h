//===- Passes.h - Passes over imported programs ------------------*- C++ -*-===//

#ifndef TERN_IMPORT_PASSES_H
#define TERN_IMPORT_PASSES_H

#include "dialects/Graph/IR/Graph.h"

#include "mlir/Pass/Pass.h"

namespace tern {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "include/tern/Import/Passes.h.inc"

} // namespace tern

#endif // TERN_IMPORT_PASSES_H
