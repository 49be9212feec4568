//===- Passes.h - Passes of the graph dialect --------------------*- C++ -*-===//
//
// Rewrites of graph programs into graph programs. Passes.td says what each does, when it declines, and shows it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_TRANSFORMS_PASSES_H
#define TERN_DIALECTS_GRAPH_TRANSFORMS_PASSES_H

#include "dialects/Graph/IR/Graph.h"

#include "mlir/Pass/Pass.h"

namespace tern::graph {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Graph/Transforms/Passes.h.inc"

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_TRANSFORMS_PASSES_H
