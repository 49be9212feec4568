//===- ConstantFolding.h - Moving and converting written tensors -*- C++ -*-===//
//
// What the folds of graph.reshape, transpose, slice and cast do to a graph.constant. Only tensors of at most
// `maxFoldedElements` elements are folded, splats always: a fold that makes the program longer to print is no gain.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_IR_CONSTANTFOLDING_H
#define TERN_DIALECTS_GRAPH_IR_CONSTANTFOLDING_H

#include "dialects/Graph/IR/Graph.h"

namespace tern::graph {

constexpr int64_t maxFoldedElements = 4096;

/// The builtin type of a constant of graph type `type`, whose shape must be static.
mlir::RankedTensorType builtinTypeOf(SymbolicTensorType type);

/// `value` as dense elements if it is a constant that may be folded into a tensor of type `type`; otherwise null.
mlir::DenseElementsAttr foldableConstant(mlir::Attribute value, SymbolicTensorType type);

/// The tensor of type `type` whose element at a row-major position is that of `value` at `source(position)`; `position`
/// has one index for each dimension of `type`.
mlir::DenseElementsAttr gatherConstant(mlir::DenseElementsAttr value, SymbolicTensorType type,
                                       llvm::function_ref<int64_t(llvm::ArrayRef<int64_t> position)> source);

/// `value` converted element by element as graph.cast defines.
mlir::DenseElementsAttr castConstant(mlir::DenseElementsAttr value, SymbolicTensorType type);

/// Whether every number of type `from` is a number of type `to`, so that a conversion changes nothing.
bool isExactCast(mlir::Type from, mlir::Type to);

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_IR_CONSTANTFOLDING_H
