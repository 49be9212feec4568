//===- GatedActivation.h - When a product is a gate --------------*- C++ -*-===//
//
// The pass that raises gated activations and the verifier that finds none left must agree on what one is.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_TRANSFORMS_GATEDACTIVATION_H
#define TERN_DIALECTS_GRAPH_TRANSFORMS_GATEDACTIVATION_H

#include "dialects/Graph/IR/Graph.h"

namespace tern::graph {

/// A graph.mul of an activation: `mul = activation(gate) * input`.
struct GatedActivation {
  mlir::Operation *activationOp = nullptr; ///< graph.silu and so on.
  Activation activation = Activation::Silu;
  mlir::Value gate;
  mlir::Value input;
  llvm::StringRef obstacle; ///< Why it must stay two ops; empty if it can be one.
};

/// Finds an activation among the operands of `mul`, one without obstacle first; nothing if neither operand is one.
std::optional<GatedActivation> matchGatedActivation(MulOp mul);

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_TRANSFORMS_GATEDACTIVATION_H
