//===- EmitConversions.cpp - Numbers in other types -----------------------===//

#include "lib/Conversion/CodeToCuda/SourceEmitter.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::cuda;

static bool isHalf(Type type) { return isa<Float16Type, BFloat16Type>(type); }

/// The stored numbers of 16 bits by their types in C++.
static StringRef halfName(Type type) { return type.isF16() ? "tern::f16" : "tern::bf16"; }

/// The same bits as an integer or as a float.
Value SourceEmitter::emitBitcast(Operation *op) {
  Location loc = op->getLoc();
  Value operand = op->getOperand(0);
  Type from = operand.getType(), to = op->getResult(0).getType();
  if (from == to)
    return expression(operand);
  if (isHalf(from) && to.isInteger(16))
    return call(loc, to, "tern::bitsOf", expression(operand));
  if (from.isInteger(16) && isHalf(to))
    return call(loc, to, "tern::fromBits", expression(operand), {halfName(to)});
  StringRef function;
  if (from.isF32() && to.isInteger(32))
    function = "__float_as_int";
  else if (from.isInteger(32) && to.isF32())
    function = "__int_as_float";
  else if (from.isF64() && to.isInteger(64))
    function = "__double_as_longlong";
  else if (from.isInteger(64) && to.isF64())
    function = "__longlong_as_double";
  else
    return fail(op, "there is no function for these bits");
  return call(loc, to, function, expression(operand));
}

Value SourceEmitter::emitSelect(arith::SelectOp op) {
  Location loc = op.getLoc();
  Value condition = expression(op.getCondition());
  bool isPointer = isa<LLVM::LLVMPointerType>(op.getType());
  auto choice = [&](Value value, Value other) {
    if (isPointer)
      return pointerTo(pointerTypeOf(op.getResult()).getElement(), value);
    return matchPattern(other, m_Constant()) ? expression(value) : looseExpression(value);
  };
  Value lhs = choice(op.getTrueValue(), op.getFalseValue());
  Value rhs = choice(op.getFalseValue(), op.getTrueValue());
  Type type =
      lhs.getType() == rhs.getType() || isPointer ? lhs.getType() : arithmeticType(lhs.getType(), rhs.getType());
  return ConditionalOp::create(b, loc, type, condition, lhs, rhs);
}

/// Through f32, which holds every number of 16 bits.
static bool isExactThroughF32(Type from, Type to) { return isHalf(from) ? !isHalf(to) : from.isF32() && isHalf(to); }

Value SourceEmitter::emitConversion(Operation *op) {
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  auto to = [&](Type type, Value value) { return castTo(loc, type, value); };
  auto halves = [&](Operation *op) -> Value {
    Type from = op->getOperand(0).getType();
    if (!isHalf(from) && !isHalf(type))
      return to(type, expression(op->getOperand(0)));
    if (!isExactThroughF32(from, type))
      return fail(op, "it would round twice");
    if (isHalf(type))
      return call(loc, type, "tern::fromFloat", expression(op->getOperand(0)), {halfName(type)});
    return to(type, call(loc, b.getF32Type(), "tern::toFloat", expression(op->getOperand(0))));
  };
  auto fromInteger = [&](Operation *op, bool isUnsigned) -> Value {
    Value operand = op->getOperand(0);
    if (!isUnsigned && operand.getType().isInteger(1))
      return fail(op, "there is no cast between these types");
    Value number = isUnsigned && !operand.getType().isInteger(1) ? unsignedOf(operand) : expression(operand);
    if (isHalf(type)) // a folded conversion through f32
      return call(loc, type, "tern::fromFloat", to(b.getF32Type(), number), {halfName(type)});
    return to(type, number);
  };
  auto toInteger = [&](Operation *op, bool isUnsigned) -> Value {
    Value operand = op->getOperand(0);
    if (isHalf(operand.getType()) || type.isInteger(1))
      return fail(op, "there is no cast between these types");
    Type through =
        isUnsigned ? Type(IntegerType::get(b.getContext(), type.getIntOrFloatBitWidth(), IntegerType::Unsigned)) : type;
    return to(type, to(through, expression(operand)));
  };
  auto truncated = [&](arith::TruncIOp op) -> Value {
    Value operand = expression(op.getIn());
    if (!type.isInteger(1))
      return to(type, operand);
    Value bit = binary(loc, BinaryOperator::BitAnd, operand, integer(loc, b.getI32Type(), 1));
    return binary(loc, BinaryOperator::NotEqual, bit, integer(loc, b.getI32Type(), 0));
  };
  auto extended = [&](arith::ExtSIOp op) -> Value {
    Value operand = expression(op.getIn());
    if (!operand.getType().isInteger(1))
      return to(type, operand);
    Type wide = promotedType(type);
    return to(type, UnaryOp::create(b, loc, wide, UnaryOperator::Minus, to(wide, operand)));
  };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<arith::ExtFOp, arith::TruncFOp>(halves)
      .Case([&](arith::SIToFPOp) { return fromInteger(op, false); })
      .Case([&](arith::UIToFPOp) { return fromInteger(op, true); })
      .Case([&](arith::FPToSIOp) { return toInteger(op, false); })
      .Case([&](arith::FPToUIOp) { return toInteger(op, true); })
      .Case([&](arith::ExtSIOp op) { return extended(op); })
      .Case([&](arith::ExtUIOp op) {
        bool isPositive = op.getIn().getType().isInteger(1) || op.getIn().getDefiningOp<ThreadIndexOp>() ||
                          op.getIn().getDefiningOp<BlockIndexOp>();
        return to(type, isPositive ? expression(op.getIn()) : unsignedOf(op.getIn()));
      })
      .Case([&](arith::TruncIOp op) { return truncated(op); })
      .Case<arith::BitcastOp, LLVM::BitcastOp>([&](Operation *) { return emitBitcast(op); })
      .Case([&](arith::SelectOp op) { return emitSelect(op); })
      .Default([](Operation *) { return Value(); });
}
