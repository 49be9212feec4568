//===- FusionRules.h - What can run together, and what it is worth -*- C++ -*-===//
//
// The classes of ops that graph-form-groups works with, and its cost model. Costs are bytes: what a fusion keeps out of
// memory, against what it reads again. A launch with its barrier counts as the bytes that could be moved meanwhile.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_TRANSFORMS_FUSIONRULES_H
#define TERN_DIALECTS_GRAPH_TRANSFORMS_FUSIONRULES_H

#include "dialects/Graph/IR/Graph.h"

namespace tern::graph {

/// How a kernel can compute an op.
enum class OpClass {
  Free,      ///< Weights and constants: known before anything runs.
  Linear,    ///< A product with a weight of known shape, read tile by tile.
  Attention, ///< Streams keys and values.
  Rows,      ///< Each row of the result from some rows of the operands.
  Serial     ///< Anything else, on its own.
};

OpClass classify(mlir::Operation *op);

/// Whether `op` gives each element from the elements at the same place (after broadcasting), so that it can follow a
/// product while the tile is in registers.
bool isElementwise(mlir::Operation *op);

/// Bytes of one step of one token: symbols count as 1, but the context as 1024.
int64_t bytesOf(mlir::Value value);

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_TRANSFORMS_FUSIONRULES_H
