//===- EmitIntegers.cpp - Arithmetic of integers --------------------------===//
//
// Integers are signed in C++ as printed, and their sums, differences and products must not overflow. Where an operation
// takes its operands for unsigned numbers, they are cast there and back.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/CodeToCuda/SourceEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::cuda;

static bool isLiteral(Value value) { return matchPattern(value, m_Constant()); }

static bool isBool(Operation *op) { return op->getOperand(0).getType().isInteger(1); }

/// A mask reads better in hex.
static std::optional<APInt> maskOf(BinaryOperator kind, Value value) {
  APInt bits;
  bool isMask = kind == BinaryOperator::BitAnd || kind == BinaryOperator::BitOr || kind == BinaryOperator::BitXor;
  if (isMask && matchPattern(value, m_ConstantInt(&bits)) && bits.sgt(9))
    return bits;
  return std::nullopt;
}

/// `lhs kind rhs` in the type of the result. A constant beside a wider number is an `int`, but not one that is shifted:
/// a shift has the type of its left operand alone.
Value SourceEmitter::emitInfix(Operation *op, BinaryOperator kind) {
  Location loc = op->getLoc();
  Value left = op->getOperand(0), right = op->getOperand(1);
  APInt number;
  bool isNegative = matchPattern(right, m_ConstantInt(&number)) && number.isNegative() && !number.isMinSignedValue();
  if (kind == BinaryOperator::Add && isNegative && !isLiteral(left) && left.getType().getIntOrFloatBitWidth() >= 32) {
    Value lhs = expression(left);
    bool isInt = number.isSignedIntN(32);
    Value rhs = integer(loc, isInt ? Type(b.getI32Type()) : left.getType(), -number.getSExtValue());
    return binary(loc, BinaryOperator::Sub, lhs, rhs);
  }
  bool isShift = kind == BinaryOperator::ShiftLeft || kind == BinaryOperator::ShiftRight;
  Value lhs = isShift || isLiteral(right) ? expression(left) : looseExpression(left);
  std::optional<APInt> mask = maskOf(kind, right);
  Value rhs;
  if (mask && mask->getBitWidth() >= 32)
    rhs = literal(loc,
                  IntegerAttr::get(mask->isSignedIntN(32) ? b.getI32Type() : right.getType(),
                                   mask->isSignedIntN(32) ? mask->trunc(32) : *mask),
                  /*hex=*/true);
  else
    rhs = isLiteral(left) ? expression(right) : looseExpression(right);
  return castTo(loc, op->getResult(0).getType(), binary(loc, kind, lhs, rhs));
}

Value SourceEmitter::unsignedOf(Value value) {
  unsigned width = value.getType().getIntOrFloatBitWidth();
  Type type = IntegerType::get(b.getContext(), width, IntegerType::Unsigned);
  APInt number;
  if (width >= 32 && matchPattern(value, m_ConstantInt(&number)))
    return literal(value.getLoc(), IntegerAttr::get(type, number));
  return castTo(value.getLoc(), type, expression(value));
}

Value SourceEmitter::emitUnsigned(Operation *op, BinaryOperator kind) {
  Value lhs = unsignedOf(op->getOperand(0));
  bool isShift = kind == BinaryOperator::ShiftRight;
  Value rhs = isShift ? looseExpression(op->getOperand(1)) : unsignedOf(op->getOperand(1));
  Value result = binary(op->getLoc(), kind, lhs, rhs);
  return castTo(op->getLoc(), op->getResult(0).getType(), result);
}

Value SourceEmitter::emitCompareIntegers(arith::CmpIOp op) {
  using Order = arith::CmpIPredicate;
  auto kindOf = [](Order order) {
    switch (order) {
    case Order::eq:
      return BinaryOperator::Equal;
    case Order::ne:
      return BinaryOperator::NotEqual;
    case Order::slt:
    case Order::ult:
      return BinaryOperator::Less;
    case Order::sle:
    case Order::ule:
      return BinaryOperator::LessEqual;
    case Order::sgt:
    case Order::ugt:
      return BinaryOperator::Greater;
    default:
      return BinaryOperator::GreaterEqual;
    }
  };
  Order order = op.getPredicate();
  bool isEquality = order == Order::eq || order == Order::ne;
  if (isa<LLVM::LLVMPointerType>(op.getLhs().getType()))
    return fail(op, "it compares pointers");
  if (!isScalar(op.getLhs().getType()))
    return fail(op, "there is no type for its operands");
  if (isBool(op) && !isEquality)
    return fail(op, "it orders truth values");
  bool isUnsigned = order == Order::ult || order == Order::ule || order == Order::ugt || order == Order::uge;
  return isUnsigned ? emitUnsigned(op, kindOf(order)) : emitInfix(op, kindOf(order));
}

/// and, or, xor of truth values; `!` and `~` for xor with all bits; null for others.
Value SourceEmitter::emitBits(Operation *op) {
  if (!isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
    return {};
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  APInt bits;
  bool isComplement =
      isa<arith::XOrIOp>(op) && matchPattern(op->getOperand(1), m_ConstantInt(&bits)) && bits.isAllOnes();
  if (isComplement && (bits.getBitWidth() == 1 || bits.getBitWidth() >= 32))
    return UnaryOp::create(b, loc, type, type.isInteger(1) ? UnaryOperator::Not : UnaryOperator::Complement,
                           expression(op->getOperand(0)));
  bool isLogic = type.isInteger(1);
  if (isa<arith::AndIOp>(op))
    return emitInfix(op, isLogic ? BinaryOperator::LogicalAnd : BinaryOperator::BitAnd);
  if (isa<arith::OrIOp>(op))
    return emitInfix(op, isLogic ? BinaryOperator::LogicalOr : BinaryOperator::BitOr);
  return emitInfix(op, isLogic ? BinaryOperator::NotEqual : BinaryOperator::BitXor);
}

/// `max` and `min` of CUDA have overloads for int and long long, signed or not.
Value SourceEmitter::emitExtreme(Operation *op) {
  bool isUnsigned = isa<arith::MaxUIOp, arith::MinUIOp>(op), isMaximum = isa<arith::MaxUIOp, arith::MaxSIOp>(op);
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(isUnsigned ? unsignedOf(operand) : castTo(loc, promotedType(type), expression(operand)));
  return castTo(loc, type, call(loc, promotedType(operands[0].getType()), isMaximum ? "max" : "min", operands));
}

Value SourceEmitter::emitInteger(Operation *op) {
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  if (Value bits = emitBits(op))
    return bits;
  bool isArithmetic = isa<arith::ArithDialect>(op->getDialect()) &&
                      !isa<CastOpInterface, arith::SelectOp, arith::CmpIOp, arith::CmpFOp>(op);
  if (type.isInteger(1) && isArithmetic)
    return fail(op, "it computes with truth values");
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](arith::AddIOp) { return emitInfix(op, BinaryOperator::Add); })
      .Case([&](arith::SubIOp) { return emitInfix(op, BinaryOperator::Sub); })
      .Case([&](arith::MulIOp) { return emitInfix(op, BinaryOperator::Mul); })
      .Case([&](arith::DivSIOp) { return emitInfix(op, BinaryOperator::Div); })
      .Case([&](arith::RemSIOp) { return emitInfix(op, BinaryOperator::Rem); })
      .Case([&](arith::ShLIOp) { return emitInfix(op, BinaryOperator::ShiftLeft); })
      .Case([&](arith::ShRSIOp) { return emitInfix(op, BinaryOperator::ShiftRight); })
      .Case([&](arith::DivUIOp) { return emitUnsigned(op, BinaryOperator::Div); })
      .Case([&](arith::RemUIOp) { return emitUnsigned(op, BinaryOperator::Rem); })
      .Case([&](arith::ShRUIOp) { return emitUnsigned(op, BinaryOperator::ShiftRight); })
      .Case([&](arith::CmpIOp compare) { return emitCompareIntegers(compare); })
      .Case<arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp>(
          [&](Operation *) { return emitExtreme(op); })
      .Case([&](math::AbsIOp) {
        Type wide = promotedType(type);
        return castTo(
            loc, type,
            call(loc, wide, wide.isInteger(64) ? "llabs" : "abs", castTo(loc, wide, expression(op->getOperand(0)))));
      })
      .Default([](Operation *) { return Value(); });
}
