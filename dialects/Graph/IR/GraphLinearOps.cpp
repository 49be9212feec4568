//===- GraphLinearOps.cpp - Embeddings and matrix products ----------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

/// Replaces operand `operand` of `op` by the blocks it was decoded from. Exact, because the op reads the very values
/// that graph.dequantize gives, as long as those were not rounded below f32.
static LogicalResult readBlocksDirectly(Operation *op, OpOperand &operand, PatternRewriter &rewriter) {
  auto dequantize = operand.get().getDefiningOp<DequantizeOp>();
  if (!dequantize)
    return rewriter.notifyMatchFailure(op, "weight is not a graph.dequantize");
  Type decoded = tensorOf(dequantize.getResult()).getElementType();
  if (!decoded.isF32() && !decoded.isF64())
    return rewriter.notifyMatchFailure(op, "graph.dequantize rounds below f32");
  rewriter.modifyOpInPlace(op, [&] { operand.set(dequantize.getInput()); });
  return success();
}

//===----------------------------------------------------------------------===//
// EmbeddingOp
//===----------------------------------------------------------------------===//

LogicalResult EmbeddingOp::verify() {
  SymbolicTensorType table = tensorOf(getTable());
  if (failed(checkRank(getLoc(), "table", table, 2))) // (C1)
    return failure();
  SmallVector<Attribute> expected(tensorOf(getIds()).getDims());
  expected.push_back(table.getDim(1));
  return checkShape(getLoc(), "result", tensorOf(getResult()), expected); // (C2)
}

LogicalResult EmbeddingOp::canonicalize(EmbeddingOp op, PatternRewriter &rewriter) {
  return readBlocksDirectly(op, op.getTableMutable(), rewriter);
}

//===----------------------------------------------------------------------===//
// QuantizeOp
//===----------------------------------------------------------------------===//

LogicalResult QuantizeOp::verify() {
  SymbolicTensorType result = tensorOf(getResult());
  if (failed(checkShape(getLoc(), "result", result, tensorOf(getInput()).getDims()))) // (C1)
    return failure();
  if (!storageFormatInfo(result.getStorageFormat()).isActivation) // (C2)
    return emitOpError() << "result must be in a block format of activations, i8_32 or i15_32, got "
                         << result.getElementType();
  return success();
}

//===----------------------------------------------------------------------===//
// LinearOp
//===----------------------------------------------------------------------===//

LogicalResult LinearOp::inferReturnTypes(MLIRContext *, MaybeLocation location, LinearOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  SymbolicTensorType weight = tensorOf(adaptor.getWeight());
  if (failed(checkRank(location, "weight", weight, 2)) || failed(checkMinRank(location, "input", input, 1))) // (C1)
    return failure();
  if (failed(checkSameDim(location, "last dimension of input", input.getDim(-1), "last dimension of weight",
                          weight.getDim(1)))) // (C2)
    return failure();
  if (adaptor.getBias() &&
      failed(checkShape(location, "bias", tensorOf(adaptor.getBias()), weight.getDim(0)))) // (C3)
    return failure();
  if (input.isBlockStorage() && !storageFormatInfo(input.getStorageFormat()).isActivation) // (C4)
    return emitOptionalError(location, "an 'input' of blocks must be in a format of activations, got ", input);
  SmallVector<Attribute> dims(input.getDims());
  dims.back() = weight.getDim(0);
  Type element = input.isBlockStorage() ? Float32Type::get(input.getContext()) : input.getElementType();
  results.push_back(input.withElementType(element).withDims(dims));
  return success();
}

bool LinearOp::isCompatibleReturnTypes(TypeRange inferred, TypeRange actual) {
  if (inferred.size() != 1 || actual.size() != 1)
    return false;
  auto expected = cast<SymbolicTensorType>(inferred.front());
  return actual.front() == expected ||
         actual.front() == expected.withElementType(Float32Type::get(expected.getContext()));
}

LogicalResult LinearOp::canonicalize(LinearOp op, PatternRewriter &rewriter) {
  return readBlocksDirectly(op, op.getWeightMutable(), rewriter);
}

//===----------------------------------------------------------------------===//
// ExpertLinearOp
//===----------------------------------------------------------------------===//

LogicalResult ExpertLinearOp::inferReturnTypes(MLIRContext *context, MaybeLocation location,
                                               ExpertLinearOp::Adaptor adaptor, SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  SymbolicTensorType weight = tensorOf(adaptor.getWeight());
  SymbolicTensorType experts = tensorOf(adaptor.getExperts());
  if (failed(checkRank(location, "input", input, 4)) || failed(checkRank(location, "weight", weight, 3)) ||
      failed(checkRank(location, "experts", experts, 3))) // (C1)
    return failure();
  if (failed(checkSameDim(location, "last dimension of input", input.getDim(-1), "last dimension of weight",
                          weight.getDim(-1))) ||
      failed(checkSameDim(location, "dimension 0 of input", input.getDim(0), "dimension 0 of experts",
                          experts.getDim(0))) ||
      failed(checkSameDim(location, "dimension 1 of input", input.getDim(1), "dimension 1 of experts",
                          experts.getDim(1)))) // (C2)
    return failure();
  if (input.getDim(2) != staticDim(context, 1) && input.getDim(2) != experts.getDim(2)) // (C3)
    return emitOptionalError(location, "dimension 2 of 'input' must be 1 or the picks of 'experts', ",
                             dimName(experts.getDim(2)), ", got ", dimName(input.getDim(2)));
  if (adaptor.getBias() &&
      failed(checkShape(location, "bias", tensorOf(adaptor.getBias()), weight.getDims().take_front(2)))) // (C4)
    return failure();
  SmallVector<Attribute> dims(experts.getDims());
  dims.push_back(weight.getDim(1));
  results.push_back(input.withDims(dims));
  return success();
}

LogicalResult ExpertLinearOp::canonicalize(ExpertLinearOp op, PatternRewriter &rewriter) {
  return readBlocksDirectly(op, op.getWeightMutable(), rewriter);
}

//===----------------------------------------------------------------------===//
// MatmulOp
//===----------------------------------------------------------------------===//

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *, MaybeLocation location, MatmulOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType lhs = tensorOf(adaptor.getLhs());
  SymbolicTensorType rhs = tensorOf(adaptor.getRhs());
  if (failed(checkMinRank(location, "lhs", lhs, 2)) || failed(checkRank(location, "rhs", rhs, lhs.getRank()))) // (C1)
    return failure();
  if (failed(checkSameDim(location, "last dimension of lhs", lhs.getDim(-1), "second last dimension of rhs",
                          rhs.getDim(-2)))) // (C2)
    return failure();
  for (int64_t i = 0; i < lhs.getRank() - 2; ++i) // (C3)
    if (failed(checkSameDim(location, "batch dimension of lhs", lhs.getDim(i), "batch dimension of rhs",
                            rhs.getDim(i))))
      return failure();
  SmallVector<Attribute> dims(lhs.getDims());
  dims.back() = rhs.getDim(-1);
  results.push_back(lhs.withDims(dims));
  return success();
}
