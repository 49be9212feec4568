//===- GraphReductionOps.cpp - Many elements to few -----------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, ReduceOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= input.getRank()) // (C1)
    return emitOptionalError(location, "'axis' must be a dimension of ", shapeName(input.getDims()), ", got ", axis);
  SmallVector<Attribute> dims(input.getDims());
  dims[axis] = staticDim(context, 1);
  results.push_back(input.withDims(dims));
  return success();
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, TopKOp::Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  if (failed(checkMinRank(location, "input", input, 1))) // (C1)
    return failure();
  std::optional<int64_t> size = input.getStaticDim(-1);
  if (!size) // (C1)
    return emitOptionalError(location, "last dimension of 'input' must be a number, got ", dimName(input.getDim(-1)));
  int64_t k = adaptor.getK();
  if (k <= 0 || k > *size) // (C2)
    return emitOptionalError(location, "'k' must be between 1 and ", *size, ", got ", k);
  SmallVector<Attribute> dims(input.getDims());
  dims.back() = staticDim(context, k);
  results.push_back(input.withDims(dims));
  results.push_back(input.withDims(dims).withElementType(IntegerType::get(context, 32)));
  return success();
}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, ArgmaxOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  if (failed(checkMinRank(location, "input", input, 1))) // (C1)
    return failure();
  if (input.getStaticDim(-1) == 0) // (C1)
    return emitOptionalError(location, "last dimension of 'input' must not be 0");
  results.push_back(
      SymbolicTensorType::get(IntegerType::get(context, 32), input.getDims().drop_back()));
  return success();
}
