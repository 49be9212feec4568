//===- ShapeChecks.h - What shape inference asks again and again -*- C++ -*-===//
//
// Each check reports at the op, if there is a location, with the rule first and the evidence after it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_GRAPH_IR_SHAPECHECKS_H
#define TERN_DIALECTS_GRAPH_IR_SHAPECHECKS_H

#include "dialects/Graph/IR/Graph.h"

namespace tern::graph {

using MaybeLocation = std::optional<mlir::Location>;

/// The type of a graph value; its ODS constraint has been checked, but inference also runs on what was not verified, so
/// a null type is possible for foreign values and is reported.
inline SymbolicTensorType tensorOf(mlir::Value value) { return llvm::cast<SymbolicTensorType>(value.getType()); }

/// `name` has rank `rank`.
mlir::LogicalResult checkRank(MaybeLocation location, llvm::StringRef name, SymbolicTensorType type, int64_t rank);

/// `name` has at least rank `rank`.
mlir::LogicalResult checkMinRank(MaybeLocation location, llvm::StringRef name, SymbolicTensorType type, int64_t rank);

/// `name` has exactly the shape `dims`.
mlir::LogicalResult checkShape(MaybeLocation location, llvm::StringRef name, SymbolicTensorType type,
                               llvm::ArrayRef<mlir::Attribute> dims);

/// Dimension `left` of `leftName` is dimension `right` of `rightName`.
mlir::LogicalResult checkSameDim(MaybeLocation location, llvm::StringRef leftName, mlir::Attribute left,
                                 llvm::StringRef rightName, mlir::Attribute right);

/// (C1) to (C5) of graph.attention but for sinks; `mask` and `window` decide whether positions are needed.
struct AttentionOperands {
  mlir::Value query, key, value, positions, lengths, bias, slopes;
  bool isCausal = false, hasWindow = false;
};
mlir::LogicalResult checkAttention(MaybeLocation location, const AttentionOperands &operands);

} // namespace tern::graph

#endif // TERN_DIALECTS_GRAPH_IR_SHAPECHECKS_H
