//===- GraphRecurrentOps.cpp - Layers that carry a state ------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

LogicalResult ShortConvOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, ShortConvOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput()), state = tensorOf(adaptor.getState()),
                     weight = tensorOf(adaptor.getWeight());
  if (failed(checkRank(location, "input", input, 3)) || failed(checkRank(location, "weight", weight, 2))) // (C1)
    return failure();
  std::optional<int64_t> taps = weight.getStaticDim(1);
  if (!taps || *taps < 1) // (C1)
    return emitOptionalError(location, "last dimension of 'weight' must be a positive number, got ",
                             dimName(weight.getDim(1)));
  if (failed(checkSameDim(location, "last dimension of input", input.getDim(2), "first dimension of weight",
                          weight.getDim(0))) ||
      failed(checkShape(location, "state", state,
                        {input.getDim(0), staticDim(context, *taps - 1), input.getDim(2)}))) // (C2)
    return failure();
  if (adaptor.getBias() &&
      failed(checkShape(location, "bias", tensorOf(adaptor.getBias()), input.getDim(2)))) // (C3)
    return failure();
  results.append({input, state});
  return success();
}

LogicalResult GatedDeltaRuleOp::inferReturnTypes(MLIRContext *, MaybeLocation location,
                                                 GatedDeltaRuleOp::Adaptor adaptor, SmallVectorImpl<Type> &results) {
  SymbolicTensorType query = tensorOf(adaptor.getQuery()), value = tensorOf(adaptor.getValue());
  if (failed(checkRank(location, "query", query, 4)) || failed(checkRank(location, "value", value, 4))) // (C1)
    return failure();
  ArrayRef<Attribute> perHead = query.getDims().take_front(3);
  if (failed(checkShape(location, "key", tensorOf(adaptor.getKey()), query.getDims())) ||
      failed(checkShape(location, "first three dimensions of value", value.withDims(value.getDims().take_front(3)),
                        perHead)) ||
      failed(checkShape(location, "decay", tensorOf(adaptor.getDecay()), perHead)) ||
      failed(checkShape(location, "beta", tensorOf(adaptor.getBeta()), perHead)) ||
      failed(checkShape(location, "state", tensorOf(adaptor.getState()),
                        {query.getDim(0), query.getDim(2), query.getDim(3), value.getDim(3)}))) // (C2)
    return failure();
  results.append({value, tensorOf(adaptor.getState())});
  return success();
}

LogicalResult SelectiveScanOp::inferReturnTypes(MLIRContext *, MaybeLocation location,
                                                SelectiveScanOp::Adaptor adaptor, SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput()), b = tensorOf(adaptor.getB());
  if (failed(checkRank(location, "input", input, 4)) || failed(checkRank(location, "b", b, 4))) // (C1)
    return failure();
  Attribute heads = input.getDim(2), headSize = input.getDim(3), stateSize = b.getDim(3);
  if (failed(checkShape(location, "delta", tensorOf(adaptor.getDelta()), input.getDims().take_front(3))) ||
      failed(checkShape(location, "a", tensorOf(adaptor.getA()), heads)) ||
      failed(checkShape(location, "skip", tensorOf(adaptor.getSkip()), heads)) ||
      failed(checkShape(location, "first two dimensions of b", b.withDims(b.getDims().take_front(2)),
                        input.getDims().take_front(2))) ||
      failed(checkShape(location, "c", tensorOf(adaptor.getC()), b.getDims())) ||
      failed(checkShape(location, "state", tensorOf(adaptor.getState()),
                        {input.getDim(0), heads, headSize, stateSize}))) // (C2)
    return failure();
  std::optional<int64_t> headCount = input.getStaticDim(2), groups = b.getStaticDim(2);
  if (!headCount || !groups || *groups == 0 || *headCount % *groups != 0) // (C3)
    return emitOptionalError(location, "heads of 'input' must be a multiple of the groups of 'b', got ",
                             dimName(heads), " and ", dimName(b.getDim(2)));
  results.append({input, tensorOf(adaptor.getState())});
  return success();
}
