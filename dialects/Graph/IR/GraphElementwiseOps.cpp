//===- GraphElementwiseOps.cpp - One element at a time --------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// Shape inference
//===----------------------------------------------------------------------===//

#define TERN_UNARY(OP)                                                                                                 \
  LogicalResult OP::inferReturnTypes(MLIRContext *, MaybeLocation, OP::Adaptor adaptor,                                \
                                     SmallVectorImpl<Type> &results) {                                                 \
    results.push_back(adaptor.getInput().getType()); /* (C1) */                                                        \
    return success();                                                                                                  \
  }
TERN_UNARY(SiluOp)
TERN_UNARY(GeluOp)
TERN_UNARY(GeluTanhOp)
TERN_UNARY(ReluOp)
TERN_UNARY(ReluSquaredOp)
TERN_UNARY(SigmoidOp)
TERN_UNARY(TanhOp)
TERN_UNARY(SoftplusOp)
TERN_UNARY(ExpOp)
TERN_UNARY(LogOp)
TERN_UNARY(SqrtOp)
TERN_UNARY(RsqrtOp)
TERN_UNARY(NegOp)
TERN_UNARY(AbsOp)
TERN_UNARY(SoftCapOp)
#undef TERN_UNARY

LogicalResult GatedOp::inferReturnTypes(MLIRContext *, MaybeLocation location, GatedOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  if (adaptor.getGate().getType() != adaptor.getInput().getType()) // (C1)
    return emitOptionalError(location, "'gate' and 'input' must have the same type, got ", adaptor.getGate().getType(),
                             " and ", adaptor.getInput().getType());
  results.push_back(adaptor.getInput().getType());
  return success();
}

/// The type of `lhs op rhs` after broadcasting, or nothing and an error: constraints (C1) and (C2) of binary ops.
static SymbolicTensorType broadcast(MaybeLocation location, Value left, Value right) {
  SymbolicTensorType lhs = tensorOf(left), rhs = tensorOf(right);
  if (lhs.getElementType() != rhs.getElementType()) { // (C1)
    (void)emitOptionalError(location, "operands must have the same element type, got ", lhs.getElementType(), " and ",
                            rhs.getElementType());
    return {};
  }
  const SymbolicTensorType &longer = lhs.getRank() >= rhs.getRank() ? lhs : rhs;
  const SymbolicTensorType &shorter = lhs.getRank() >= rhs.getRank() ? rhs : lhs;
  SmallVector<Attribute> dims(longer.getDims());
  for (int64_t i = 1; i <= shorter.getRank(); ++i) {
    Attribute one = staticDim(lhs.getContext(), 1);
    Attribute &dim = dims[dims.size() - i];
    Attribute other = shorter.getDim(-i);
    if (dim == one) {
      dim = other;
    } else if (other != one && other != dim) { // (C2)
      (void)emitOptionalError(location, "shapes must be equal or broadcast, got ", shapeName(lhs.getDims()), " and ",
                              shapeName(rhs.getDims()));
      return {};
    }
  }
  return longer.withDims(dims);
}

#define TERN_BINARY(OP)                                                                                                \
  LogicalResult OP::inferReturnTypes(MLIRContext *, MaybeLocation location, OP::Adaptor adaptor,                       \
                                     SmallVectorImpl<Type> &results) {                                                 \
    results.push_back(broadcast(location, adaptor.getLhs(), adaptor.getRhs()));                                        \
    return success(static_cast<bool>(results.back()));                                                                 \
  }
TERN_BINARY(AddOp)
TERN_BINARY(SubOp)
TERN_BINARY(MulOp)
TERN_BINARY(DivOp)
TERN_BINARY(MaximumOp)
TERN_BINARY(MinimumOp)
#undef TERN_BINARY

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context, MaybeLocation location, CompareOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  SymbolicTensorType type = broadcast(location, adaptor.getLhs(), adaptor.getRhs());
  if (!type)
    return failure();
  results.push_back(type.withElementType(IntegerType::get(context, 1)));
  return success();
}

LogicalResult SelectOp::inferReturnTypes(MLIRContext *, MaybeLocation location, SelectOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  SymbolicTensorType condition = tensorOf(adaptor.getCondition()), lhs = tensorOf(adaptor.getLhs());
  if (!condition.getElementType().isInteger(1)) // (C1)
    return emitOptionalError(location, "'condition' must hold i1, got ", condition.getElementType());
  if (lhs != adaptor.getRhs().getType()) // (C2)
    return emitOptionalError(location, "'lhs' and 'rhs' must have the same type, got ", lhs, " and ",
                             adaptor.getRhs().getType());
  results.push_back(lhs);
  return checkShape(location, "condition", condition, lhs.getDims()); // (C3)
}

//===----------------------------------------------------------------------===//
// Folds
//===----------------------------------------------------------------------===//

/// Whether `attribute` is a constant whose every element is `number`.
static bool isSplatOf(Attribute attribute, double number) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(attribute);
  if (!splat)
    return false;
  if (isa<FloatType>(splat.getElementType()))
    return splat.getSplatValue<APFloat>().isExactlyValue(number);
  return splat.getSplatValue<APInt>() == static_cast<uint64_t>(number);
}

/// `x op neutral` is `x` when broadcasting does not change its type.
template <typename Op> static OpFoldResult foldNeutral(Op op, Attribute rhs, double neutral) {
  return isSplatOf(rhs, neutral) && op.getLhs().getType() == op.getType() ? OpFoldResult(op.getLhs()) : OpFoldResult();
}

// Adding +0 would turn -0 into +0, so the neutral element of a sum is -0; of a difference, +0.
OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getRhs(), tensorOf(getLhs()).isFloat() ? -0.0 : 0.0);
}
OpFoldResult SubOp::fold(FoldAdaptor adaptor) { return foldNeutral(*this, adaptor.getRhs(), 0.0); }
OpFoldResult MulOp::fold(FoldAdaptor adaptor) { return foldNeutral(*this, adaptor.getRhs(), 1.0); }
OpFoldResult DivOp::fold(FoldAdaptor adaptor) { return foldNeutral(*this, adaptor.getRhs(), 1.0); }

/// max(x, x) and min(x, x) are x, NaN included.
template <typename Op> static OpFoldResult foldIdempotent(Op op) {
  return op.getLhs() == op.getRhs() ? OpFoldResult(op.getLhs()) : OpFoldResult();
}

OpFoldResult MaximumOp::fold(FoldAdaptor) { return foldIdempotent(*this); }
OpFoldResult MinimumOp::fold(FoldAdaptor) { return foldIdempotent(*this); }

OpFoldResult ReluOp::fold(FoldAdaptor) {
  return getInput().getDefiningOp<ReluOp>() ? OpFoldResult(getInput()) : OpFoldResult();
}

OpFoldResult AbsOp::fold(FoldAdaptor) {
  if (getInput().getDefiningOp<AbsOp>())
    return getInput();
  if (auto inner = getInput().getDefiningOp<NegOp>()) { // |-x| is |x|
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  if (getLhs() == getRhs())
    return getLhs();
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getCondition()))
    return splat.getSplatValue<bool>() ? getLhs() : getRhs();
  return {};
}

OpFoldResult NegOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<NegOp>();
  return inner ? OpFoldResult(inner.getInput()) : OpFoldResult();
}
