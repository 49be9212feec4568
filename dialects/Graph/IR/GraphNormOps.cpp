//===- GraphNormOps.cpp - Norms and softmax -------------------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

/// An optional scale or shift of the last dimension.
static LogicalResult checkPerChannel(MaybeLocation location, StringRef name, Value value, SymbolicTensorType input) {
  return value ? checkShape(location, name, tensorOf(value), input.getDim(-1)) : success();
}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *, MaybeLocation location, RmsNormOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  if (failed(checkMinRank(location, "input", input, 1)) ||                         // (C1)
      failed(checkPerChannel(location, "weight", adaptor.getWeight(), input))) // (C2)
    return failure();
  results.push_back(input);
  return success();
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *, MaybeLocation location, LayerNormOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  if (failed(checkMinRank(location, "input", input, 1)) ||                         // (C1)
      failed(checkPerChannel(location, "weight", adaptor.getWeight(), input)) ||   // (C2)
      failed(checkPerChannel(location, "bias", adaptor.getBias(), input))) // (C2)
    return failure();
  results.push_back(input);
  return success();
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *, MaybeLocation location, SoftmaxOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  results.push_back(input);
  return checkMinRank(location, "input", input, 1); // (C1)
}
