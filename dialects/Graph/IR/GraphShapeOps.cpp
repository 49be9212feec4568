//===- GraphShapeOps.cpp - Elements moved, not computed -------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

/// The product of the numbers in a shape, nothing if it passes 2^63 - 1, and how often each symbol appears.
static std::pair<std::optional<int64_t>, llvm::StringMap<int>> factorsOf(SymbolicTensorType type) {
  SmallVector<Attribute> numbers;
  llvm::StringMap<int> symbols;
  for (Attribute dim : type.getDims())
    if (auto symbol = dyn_cast<StringAttr>(dim))
      ++symbols[symbol.getValue()];
    else
      numbers.push_back(dim);
  return {type.withDims(numbers).getNumElements(), symbols};
}

LogicalResult ReshapeOp::verify() {
  SymbolicTensorType input = tensorOf(getInput()), result = tensorOf(getResult());
  if (input.getElementType() != result.getElementType()) // (C1)
    return emitOpError() << "element types must be equal, got " << input.getElementType() << " and "
                         << result.getElementType();
  auto [before, symbolsBefore] = factorsOf(input);
  auto [after, symbolsAfter] = factorsOf(result);
  if (symbolsBefore != symbolsAfter) // (C2)
    return emitOpError() << "shapes must have the same symbols, got " << shapeName(input.getDims()) << " and "
                         << shapeName(result.getDims());
  if (!before || before != after) // (C3)
    return emitOpError() << "shapes must have the same number of elements, below 2^63, got "
                         << shapeName(input.getDims()) << " and " << shapeName(result.getDims());
  return success();
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *, MaybeLocation location, TransposeOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  ArrayRef<int64_t> permutation = adaptor.getPermutation();
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank()))) // (C1)
    return emitOptionalError(location, "'permutation' must name each dimension of ", shapeName(input.getDims()),
                             " once");
  results.push_back(
      input.withDims(llvm::map_to_vector(permutation, [&](int64_t axis) { return input.getDim(axis); })));
  return success();
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

/// The number of elements on dimension `axis`, or an error if that is no dimension or a symbol.
static FailureOr<int64_t> staticAxis(MaybeLocation location, SymbolicTensorType type, int64_t axis) {
  if (axis >= 0 && axis < type.getRank())
    if (std::optional<int64_t> size = type.getStaticDim(axis))
      return *size;
  return emitOptionalError(location, "'axis' must be a dimension with a number of ", shapeName(type.getDims()),
                           ", got ", axis);
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, SliceOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput());
  FailureOr<int64_t> size = staticAxis(location, input, adaptor.getAxis()); // (C1)
  if (failed(size))
    return failure();
  int64_t begin = adaptor.getBegin(), end = adaptor.getEnd(), step = adaptor.getStep();
  if (begin < 0 || begin > end || end > *size || step < 1) // (C2)
    return emitOptionalError(location, "range must lie inside 0 to ", *size, " with a positive step, got ", begin,
                             " to ", end, " step ", step);
  SmallVector<Attribute> dims(input.getDims());
  dims[adaptor.getAxis()] = staticDim(context, llvm::divideCeil(end - begin, step));
  results.push_back(input.withDims(dims));
  return success();
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, ConcatOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  if (adaptor.getInputs().empty()) // (C1)
    return emitOptionalError(location, "needs at least one input");
  SymbolicTensorType first = tensorOf(adaptor.getInputs().front());
  int64_t axis = adaptor.getAxis(), total = 0;
  for (Value value : adaptor.getInputs()) {
    SymbolicTensorType type = tensorOf(value);
    if (type.getElementType() != first.getElementType() || type.getRank() != first.getRank()) // (C2)
      return emitOptionalError(location, "inputs must have one element type and rank, got ", first, " and ", type);
    FailureOr<int64_t> size = staticAxis(location, type, axis); // (C2)
    if (failed(size))
      return failure();
    if (llvm::AddOverflow(total, *size, total)) // (C2)
      return emitOptionalError(location, "dimension ", axis, " of the result passes 2^63 - 1");
    for (int64_t i = 0; i < type.getRank(); ++i)
      if (i != axis && failed(checkSameDim(location, "dimensions of one input", first.getDim(i),
                                           "those of another", type.getDim(i)))) // (C3)
        return failure();
  }
  SmallVector<Attribute> dims(first.getDims());
  dims[axis] = staticDim(context, total);
  results.push_back(first.withDims(dims));
  return success();
}

//===----------------------------------------------------------------------===//
// GatherOp
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, MaybeLocation location, GatherOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType input = tensorOf(adaptor.getInput()), indices = tensorOf(adaptor.getIndices());
  int64_t batchDims = adaptor.getBatchDims();
  if (batchDims < 0 || batchDims >= input.getRank() || batchDims > indices.getRank()) // (C1)
    return emitOptionalError(location, "'batch_dims' must be less than the rank of the input and at most that of the ",
                             "indices, got ", batchDims, " for ", shapeName(input.getDims()), " and ",
                             shapeName(indices.getDims()));
  if (input.getDims().take_front(batchDims) != indices.getDims().take_front(batchDims)) // (C2)
    return emitOptionalError(location, "'input' and 'indices' must agree in the first ", batchDims,
                             " dimensions, got ", shapeName(input.getDims()), " and ", shapeName(indices.getDims()));
  SmallVector<Attribute> dims(indices.getDims());
  llvm::append_range(dims, input.getDims().drop_front(batchDims + 1));
  results.push_back(input.withDims(dims));
  return success();
}

//===----------------------------------------------------------------------===//
// CastOp
//===----------------------------------------------------------------------===//

LogicalResult CastOp::verify() { // (C1)
  return checkShape(getLoc(), "result", tensorOf(getResult()), tensorOf(getInput()).getDims());
}
