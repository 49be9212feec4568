//===- GraphAttentionOps.cpp - Positions and attention --------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// RopeOp
//===----------------------------------------------------------------------===//

/// The lists of factors that `rotary` asks for: (C3) and (C4) of graph.rope.
static LogicalResult checkFactors(MaybeLocation location, RopeAttr rotary, Value factors, Value longFactors) {
  Attribute pairs = staticDim(rotary.getContext(), rotary.getDims() / 2);
  for (auto [name, list] :
       {std::pair<StringRef, Value>("factors", factors), std::pair<StringRef, Value>("long_factors", longFactors)})
    if (list && failed(checkShape(location, name, tensorOf(list), pairs))) // (C3)
      return failure();
  bool isLongrope = rotary.getScaling() == RopeScaling::Longrope;
  if (isLongrope != static_cast<bool>(longFactors) || (isLongrope && !factors)) // (C4)
    return emitOptionalError(location, "longrope scaling, and no other, needs both 'factors' and 'long_factors'");
  return success();
}

LogicalResult RopeOp::inferReturnTypes(MLIRContext *, MaybeLocation location, RopeOp::Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  RopeAttr rotary = adaptor.getRotary();
  if (failed(checkRank(location, "input", input, 4)) ||
      failed(checkShape(location, "positions", tensorOf(adaptor.getPositions()),
                        input.getDims().take_front(2)))) // (C1)
    return failure();
  std::optional<int64_t> headSize = input.getStaticDim(-1);
  if (!headSize || rotary.getDims() > *headSize) // (C2)
    return emitOptionalError(location, "'dims' must be at most the head size, got ", rotary.getDims(), " and ",
                             dimName(input.getDim(-1)));
  if (failed(checkFactors(location, rotary, adaptor.getFactors(), adaptor.getLongFactors()))) // (C3), (C4)
    return failure();
  results.push_back(input);
  return success();
}

//===----------------------------------------------------------------------===//
// RopeTableOp and RotateOp
//===----------------------------------------------------------------------===//

LogicalResult RopeTableOp::verify() {
  SymbolicTensorType result = tensorOf(getResult());
  SmallVector<Attribute> expected(tensorOf(getPositions()).getDims());
  expected.push_back(staticDim(getContext(), getRotary().getDims()));
  if (failed(checkRank(getLoc(), "positions", tensorOf(getPositions()), 2)) ||
      failed(checkShape(getLoc(), "result", result, expected))) // (C1)
    return failure();
  if (!result.getElementType().isF32()) // (C1)
    return emitOpError() << "result must be in f32, got " << result;
  return checkFactors(getLoc(), getRotary(), getFactors(), getLongFactors()); // (C2)
}

LogicalResult RotateOp::inferReturnTypes(MLIRContext *, MaybeLocation location, RotateOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput()), table = tensorOf(adaptor.getTable());
  if (failed(checkRank(location, "input", input, 4)) || failed(checkRank(location, "table", table, 3)) ||
      failed(checkShape(location, "table", table, {input.getDim(0), input.getDim(1), table.getDim(2)}))) // (C1)
    return failure();
  std::optional<int64_t> turned = table.getStaticDim(-1), head = input.getStaticDim(-1);
  if (!turned || !head || *turned % 2 != 0 || *turned > *head) // (C2)
    return emitOptionalError(location, "the table must hold an even number of entries, at most the head size, got ",
                             dimName(table.getDim(-1)), " and ", dimName(input.getDim(-1)));
  results.push_back(input);
  return success();
}

//===----------------------------------------------------------------------===//
// AttentionOp
//===----------------------------------------------------------------------===//

/// (C1) and (C2): ranks, agreement and grouping of query, key and value.
static LogicalResult checkHeads(MaybeLocation location, SymbolicTensorType query, SymbolicTensorType key,
                                SymbolicTensorType value) {
  if (failed(checkRank(location, "query", query, 4)) || failed(checkRank(location, "key", key, 4)) ||
      failed(checkRank(location, "value", value, 4)) ||
      failed(checkSameDim(location, "batch of query", query.getDim(0), "batch of key", key.getDim(0))) ||
      failed(checkSameDim(location, "head size of query", query.getDim(3), "head size of key", key.getDim(3))) ||
      failed(checkShape(location, "first three dimensions of value", value.withDims(value.getDims().take_front(3)),
                        key.getDims().take_front(3))))
    return failure();
  std::optional<int64_t> heads = query.getStaticDim(2), groups = key.getStaticDim(2);
  if (!heads || !groups || *groups == 0 || *heads % *groups != 0)
    return emitOptionalError(location, "heads of 'query' must be a multiple of those of 'key', got ",
                             dimName(query.getDim(2)), " and ", dimName(key.getDim(2)));
  return success();
}

/// (C5): each dimension of the bias is 1 or that of [B, H, T, C].
static LogicalResult checkBias(MaybeLocation location, SymbolicTensorType bias, SymbolicTensorType query,
                               SymbolicTensorType key) {
  if (failed(checkRank(location, "bias", bias, 4)))
    return failure();
  Attribute full[] = {query.getDim(0), query.getDim(2), query.getDim(1), key.getDim(1)};
  for (auto [dim, expected] : llvm::zip_equal(bias.getDims(), full))
    if (dim != expected && dim != staticDim(dim.getContext(), 1))
      return emitOptionalError(location, "'bias' must broadcast to ", shapeName(full), ", got ",
                               shapeName(bias.getDims()));
  return success();
}

LogicalResult tern::graph::checkAttention(MaybeLocation location, const AttentionOperands &operands) {
  SymbolicTensorType query = tensorOf(operands.query), key = tensorOf(operands.key);
  if (failed(checkHeads(location, query, key, tensorOf(operands.value)))) // (C1), (C2)
    return failure();
  auto checkOptional = [&](StringRef name, Value operand, ArrayRef<Attribute> dims) {
    return operand ? checkShape(location, name, tensorOf(operand), dims) : success();
  };
  bool needsPositions = operands.isCausal || operands.hasWindow || operands.slopes;
  if (needsPositions && !operands.positions) // (C3)
    return emitOptionalError(location, "a causal mask, a window and slopes need 'positions'");
  if (failed(checkOptional("positions", operands.positions, query.getDims().take_front(2))) || // (C3)
      failed(checkOptional("lengths", operands.lengths, query.getDim(0))) ||                   // (C4)
      failed(checkOptional("slopes", operands.slopes, query.getDim(2))))                       // (C4)
    return failure();
  return operands.bias ? checkBias(location, tensorOf(operands.bias), query, key) : success(); // (C5)
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *, MaybeLocation location, AttentionOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  AttentionOperands operands{adaptor.getQuery(),
                             adaptor.getKey(),
                             adaptor.getValue(),
                             adaptor.getPositions(),
                             adaptor.getLengths(),
                             adaptor.getBias(),
                             adaptor.getSlopes(),
                             adaptor.getMask() == Mask::Causal,
                             adaptor.getWindow().has_value()};
  if (failed(checkAttention(location, operands)))
    return failure();
  SymbolicTensorType query = tensorOf(adaptor.getQuery());
  if (adaptor.getSinks() &&
      failed(checkShape(location, "sinks", tensorOf(adaptor.getSinks()), query.getDim(2)))) // (C4)
    return failure();
  SmallVector<Attribute> dims(query.getDims());
  dims.back() = tensorOf(adaptor.getValue()).getDim(3);
  results.push_back(query.withDims(dims));
  return success();
}
