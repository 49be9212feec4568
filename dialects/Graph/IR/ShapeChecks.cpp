//===- ShapeChecks.cpp - What shape inference asks again and again --------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

LogicalResult tern::graph::checkRank(MaybeLocation location, StringRef name, SymbolicTensorType type, int64_t rank) {
  if (type.getRank() == rank)
    return success();
  return emitOptionalError(location, "'", name, "' must have rank ", rank, ", got ", shapeName(type.getDims()));
}

LogicalResult tern::graph::checkMinRank(MaybeLocation location, StringRef name, SymbolicTensorType type,
                                        int64_t rank) {
  if (type.getRank() >= rank)
    return success();
  return emitOptionalError(location, "'", name, "' must have at least rank ", rank, ", got ",
                           shapeName(type.getDims()));
}

LogicalResult tern::graph::checkShape(MaybeLocation location, StringRef name, SymbolicTensorType type,
                                      ArrayRef<Attribute> dims) {
  if (type.getDims() == dims)
    return success();
  return emitOptionalError(location, "'", name, "' must have shape ", shapeName(dims), ", got ",
                           shapeName(type.getDims()));
}

LogicalResult tern::graph::checkSameDim(MaybeLocation location, StringRef leftName, Attribute left, StringRef rightName,
                                        Attribute right) {
  if (left == right)
    return success();
  return emitOptionalError(location, "'", leftName, "' and '", rightName, "' must agree, got ", dimName(left), " and ",
                           dimName(right));
}
