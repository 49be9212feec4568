//===- CudaExpressionOps.cpp - Types of expressions -----------------------===//

#include "dialects/Cuda/IR/Cuda.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tern::cuda;

//===----------------------------------------------------------------------===//
// What C++ makes of operands
//===----------------------------------------------------------------------===//

static bool isHalf(Type type) { return isa<Float16Type, BFloat16Type>(type); }

Type tern::cuda::promotedType(Type type) {
  if (isHalf(type))
    return {};
  auto integer = dyn_cast<IntegerType>(type);
  return integer && integer.getWidth() < 32 ? IntegerType::get(type.getContext(), 32) : type;
}

Type tern::cuda::arithmeticType(Type a, Type b) {
  if (isa<PointerType>(a) || isa<PointerType>(b)) {
    Type other = isa<PointerType>(a) ? b : a;
    return isa<IntegerType>(other) ? (isa<PointerType>(a) ? a : b) : Type();
  }
  a = promotedType(a), b = promotedType(b);
  if (!a || !b || a == b)
    return a == b ? a : Type();
  bool aFloat = isa<FloatType>(a), bFloat = isa<FloatType>(b);
  if (aFloat != bFloat)
    return aFloat ? a : b;
  unsigned aBits = a.getIntOrFloatBitWidth(), bBits = b.getIntOrFloatBitWidth();
  if (aBits != bBits)
    return aBits > bBits ? a : b;
  return a.isUnsignedInteger() ? a : b;
}

bool tern::cuda::isWidening(Type from, Type to) {
  if (from == to)
    return true;
  return from.isSignlessInteger() && to.isSignlessInteger() && !from.isInteger(1) &&
         from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth();
}

Type tern::cuda::resultType(BinaryOperator operation, Type lhs, Type rhs) {
  bool integers = isa<IntegerType>(lhs) && isa<IntegerType>(rhs);
  bool pointers = isa<PointerType>(lhs) || isa<PointerType>(rhs);
  switch (operation) {
  case BinaryOperator::Add:
    return arithmeticType(lhs, rhs);
  case BinaryOperator::Sub:
    return isa<PointerType>(rhs) ? Type() : arithmeticType(lhs, rhs);
  case BinaryOperator::Mul:
  case BinaryOperator::Div:
    return pointers ? Type() : arithmeticType(lhs, rhs);
  case BinaryOperator::Rem:
  case BinaryOperator::BitAnd:
  case BinaryOperator::BitOr:
  case BinaryOperator::BitXor:
    return integers ? arithmeticType(lhs, rhs) : Type();
  case BinaryOperator::ShiftLeft:
  case BinaryOperator::ShiftRight:
    return integers ? promotedType(lhs) : Type();
  case BinaryOperator::LogicalAnd:
  case BinaryOperator::LogicalOr:
    return lhs.isInteger(1) && rhs.isInteger(1) ? lhs : Type();
  default: {
    bool comparable = pointers ? lhs == rhs : bool(arithmeticType(lhs, rhs));
    return comparable ? IntegerType::get(lhs.getContext(), 1) : Type();
  }
  }
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult LiteralOp::verify() {
  Type type = getType();
  if (!isa<IntegerAttr, FloatAttr>(getValue())) // (C1)
    return emitOpError() << "must be a number, got " << getValue();
  if (auto number = dyn_cast<FloatAttr>(getValue())) {
    if (isHalf(type)) // (C2)
      return emitOpError() << "must be of a type that has literals, got " << type;
    if (!number.getValue().isFinite()) // (C1)
      return emitOpError() << "must be a finite number, got " << getValue();
  }
  auto number = dyn_cast<IntegerAttr>(getValue());
  if (number && !type.isInteger(1) && !type.isInteger(32) && !type.isInteger(64)) // (C2)
    return emitOpError() << "must be of a type that has literals, got " << type;
  if (getHex() &&
      (!number || type.isInteger(1) || (!type.isUnsignedInteger() && number.getValue().isNegative()))) // (C3)
    return emitOpError() << "must be an integer that is not negative to print in hex, got " << getValue();
  return success();
}

LogicalResult UnaryOp::verify() {
  Type operand = getOperand().getType(), expected;
  switch (getKind()) {
  case UnaryOperator::Minus:
    expected = operand.isInteger(1) ? Type() : promotedType(operand);
    break;
  case UnaryOperator::Not:
    expected = operand.isInteger(1) ? operand : Type();
    break;
  case UnaryOperator::Complement:
    expected = isa<IntegerType>(operand) && !operand.isInteger(1) ? promotedType(operand) : Type();
    break;
  }
  if (!expected) // (C1)
    return emitOpError() << "there is no " << stringifyUnaryOperator(getKind()) << " of " << operand;
  if (getType() != expected) // (C1)
    return emitOpError() << "must give " << expected << ", got " << getType();
  return success();
}

LogicalResult BinaryOp::verify() {
  Type lhs = getLhs().getType(), rhs = getRhs().getType();
  Type expected = resultType(getKind(), lhs, rhs);
  if (!expected) // (C1)
    return emitOpError() << "there is no " << stringifyBinaryOperator(getKind()) << " of " << lhs << " and " << rhs;
  if (getType() != expected) // (C1)
    return emitOpError() << "must give " << expected << ", got " << getType();
  return success();
}

LogicalResult ConditionalOp::verify() {
  Type lhs = getLhs().getType(), rhs = getRhs().getType();
  bool pointers = isa<PointerType>(lhs) || isa<PointerType>(rhs);
  Type expected = lhs == rhs ? lhs : pointers ? Type() : arithmeticType(lhs, rhs);
  if (getType() != expected) // (C1)
    return emitOpError() << "must give the wider type of " << lhs << " and " << rhs << ", got " << getType();
  return success();
}

LogicalResult CastOp::verify() {
  if (isHalf(getOperand().getType()) || isHalf(getType())) // (C1)
    return emitOpError() << "must not be of floats of 16 bits, got " << getOperand().getType() << " to " << getType();
  return success();
}

LogicalResult ReinterpretOp::verify() {
  if (getOperand().getType().getIsConst() && !getType().getIsConst()) // (C1)
    return emitOpError() << "must keep const, got " << getOperand().getType() << " to " << getType();
  return success();
}

LogicalResult TableAddressOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto table = symbols.lookupNearestSymbolFrom<TableOp>(*this, getTableAttr());
  if (!table) // (C1)
    return emitOpError() << "must name a cuda.table of the module, got @" << getTable();
  if (getType() != PointerType::get(table.getElementType(), /*isConst=*/true)) // (C1)
    return emitOpError() << "must be a pointer to const " << table.getElementType() << ", got " << getType();
  return success();
}
