//===- CheckOps.cpp - Verifiers of numeric assertions ---------------------===//

#include "dialects/Check/IR/Check.h"
#include "dialects/Graph/IR/GraphSyntax.h"

using namespace mlir;
using namespace tern::graph; // the assembly formats use the short spellings of graph types
using namespace tern::check;

static SymbolicTensorType tensorOf(Value value) { return cast<SymbolicTensorType>(value.getType()); }

/// Both tensors may have the same shape at run time: constraint (C1).
static LogicalResult checkShapes(Operation *op, SymbolicTensorType actual, SymbolicTensorType expected) {
  bool agree = actual.getRank() == expected.getRank();
  for (int64_t i = 0; agree && i < actual.getRank(); ++i) {
    std::optional<int64_t> left = actual.getStaticDim(i), right = expected.getStaticDim(i);
    agree = !left || !right || *left == *right;
  }
  if (agree)
    return success();
  return op->emitOpError() << "'actual' and 'expected' must have the same shape, got " << shapeName(actual.getDims())
                           << " and " << shapeName(expected.getDims());
}

/// Tolerances are not negative: constraint (C2).
static LogicalResult checkTolerances(Operation *op, double absolute, double relative) {
  if (absolute >= 0 && relative >= 0)
    return success();
  return op->emitOpError() << "'absolute' and 'relative' must not be negative, got " << absolute << " and " << relative;
}

LogicalResult ExpectCloseOp::verify() {
  if (failed(checkShapes(*this, tensorOf(getActual()), tensorOf(getExpected())))) // (C1)
    return failure();
  return checkTolerances(*this, getAbsolute().convertToDouble(), getRelative().convertToDouble()); // (C2)
}

LogicalResult ExpectEqOp::verify() {
  SymbolicTensorType actual = tensorOf(getActual()), expected = tensorOf(getExpected());
  if (failed(checkShapes(*this, actual, expected))) // (C1)
    return failure();
  if (actual.getElementType() != expected.getElementType()) // (C2)
    return emitOpError() << "'actual' and 'expected' must have the same element type, got " << actual.getElementType()
                         << " and " << expected.getElementType();
  return success();
}

LogicalResult ExpectConstantOp::verify() {
  SymbolicTensorType actual = tensorOf(getActual());
  ShapedType expected = getExpected().getShapedType();
  bool agree = actual.getElementType() == expected.getElementType() && actual.getRank() == expected.getRank();
  for (int64_t i = 0; agree && i < actual.getRank(); ++i)
    agree = actual.getStaticDim(i).value_or(expected.getDimSize(i)) == expected.getDimSize(i);
  if (!agree) // (C1)
    return emitOpError() << "'actual' must have the shape and element type of the values, " << expected << ", got "
                         << actual;
  double absolute = getAbsolute().convertToDouble(), relative = getRelative().convertToDouble();
  if (actual.isInteger() && (absolute != 0 || relative != 0)) // (C2)
    return emitOpError() << "integers must be equal, without a tolerance, got " << absolute << " and " << relative;
  return checkTolerances(*this, absolute, relative); // (C2)
}

LogicalResult RandomOp::verify() {
  SymbolicTensorType type = tensorOf(getResult());
  if (!type.hasStaticShape()) // (C1)
    return emitOpError() << "shape must be static, got " << shapeName(type.getDims());
  return success();
}

#define GET_OP_CLASSES
#include "dialects/Check/IR/CheckOps.cpp.inc"
