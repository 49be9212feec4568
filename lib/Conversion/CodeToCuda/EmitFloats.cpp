//===- EmitFloats.cpp - Arithmetic of floats ------------------------------===//
//
// A compiler of CUDA may make one multiply-add of a product and a sum. Where an op does not allow that (`contract`), it
// is written as a function that rounds where it stands, `__fmul_rn` or `__fadd_rn`; but only where a product meets a
// sum, as nothing else can merge.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/CodeToCuda/SourceEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::cuda;

static bool contracts(Operation *op) {
  auto flags = dyn_cast<arith::ArithFastMathInterface>(op);
  return flags && bitEnumContainsAll(flags.getFastMathFlagsAttr().getValue(), arith::FastMathFlags::contract);
}

/// Whether a sum that takes `value` could merge with a product that makes it.
static bool mayBeProduct(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op) // a loop's variable
    return true;
  if (isa<arith::MulFOp>(op))
    return contracts(op);
  return isa<arith::NegFOp, arith::SelectOp>(op) || op->getNumRegions();
}

/// Whether a sum may take the value of `product`.
static bool mayMeetSum(Operation *product) {
  return llvm::any_of(product->getUsers(), [](Operation *user) {
    return isa<arith::AddFOp, arith::SubFOp, arith::NegFOp, arith::SelectOp, arith::ExtFOp>(user) ||
           user->hasTrait<OpTrait::IsTerminator>() || user->getNumRegions();
  });
}

Value SourceEmitter::emitSum(Operation *op, bool isDifference) {
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  Value lhs = expression(op->getOperand(0)), rhs = expression(op->getOperand(1));
  bool isExact = !contracts(op) && (mayBeProduct(op->getOperand(0)) || mayBeProduct(op->getOperand(1)));
  if (!isExact)
    return binary(loc, isDifference ? BinaryOperator::Sub : BinaryOperator::Add, lhs, rhs);
  if (isDifference)
    rhs = UnaryOp::create(b, loc, type, UnaryOperator::Minus, rhs);
  return call(loc, type, type.isF32() ? "__fadd_rn" : "__dadd_rn", {lhs, rhs});
}

Value SourceEmitter::emitProduct(arith::MulFOp op) {
  Value lhs = expression(op.getLhs()), rhs = expression(op.getRhs());
  if (contracts(op) || !mayMeetSum(op))
    return binary(op.getLoc(), BinaryOperator::Mul, lhs, rhs);
  return call(op.getLoc(), op.getType(), op.getType().isF32() ? "__fmul_rn" : "__dmul_rn", {lhs, rhs});
}

/// Comparisons that hold for NaN are the opposites of those that do not.
Value SourceEmitter::emitCompareFloats(arith::CmpFOp op) {
  using Order = arith::CmpFPredicate;
  Location loc = op.getLoc();
  auto compare = [&](BinaryOperator kind) {
    Value lhs = expression(op.getLhs());
    return binary(loc, kind, lhs, expression(op.getRhs()));
  };
  auto opposite = [&](Value holds) -> Value {
    return UnaryOp::create(b, loc, b.getI1Type(), UnaryOperator::Not, holds);
  };
  auto unordered = [&]() -> Value {
    Value lhs = call(loc, b.getI1Type(), "isnan", expression(op.getLhs()));
    if (op.getLhs() == op.getRhs())
      return lhs;
    return binary(loc, BinaryOperator::LogicalOr, lhs, call(loc, b.getI1Type(), "isnan", expression(op.getRhs())));
  };
  auto different = [&]() -> Value {
    Value less = compare(BinaryOperator::Less);
    return binary(loc, BinaryOperator::LogicalOr, less, compare(BinaryOperator::Greater));
  };
  switch (op.getPredicate()) {
  case Order::AlwaysFalse:
  case Order::AlwaysTrue:
    return literal(loc, b.getBoolAttr(op.getPredicate() == Order::AlwaysTrue));
  case Order::OEQ:
    return compare(BinaryOperator::Equal);
  case Order::OGT:
    return compare(BinaryOperator::Greater);
  case Order::OGE:
    return compare(BinaryOperator::GreaterEqual);
  case Order::OLT:
    return compare(BinaryOperator::Less);
  case Order::OLE:
    return compare(BinaryOperator::LessEqual);
  case Order::UNE:
    return compare(BinaryOperator::NotEqual);
  case Order::UGT:
    return opposite(compare(BinaryOperator::LessEqual));
  case Order::UGE:
    return opposite(compare(BinaryOperator::Less));
  case Order::ULT:
    return opposite(compare(BinaryOperator::GreaterEqual));
  case Order::ULE:
    return opposite(compare(BinaryOperator::Greater));
  case Order::ONE:
    return different();
  case Order::UEQ:
    return opposite(different());
  case Order::ORD:
    return opposite(unordered());
  case Order::UNO:
    return unordered();
  }
  llvm_unreachable("a predicate of the enumeration");
}

Value SourceEmitter::emitFloat(Operation *op) {
  bool ofHalves =
      llvm::any_of(op->getOperandTypes(), [](Type type) { return isa<FloatType>(type) && !promotedType(type); });
  bool isArithmetic =
      isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp, arith::NegFOp, arith::RemFOp, arith::CmpFOp,
          arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp>(op) ||
      isa<math::MathDialect>(op->getDialect());
  if (ofHalves && isArithmetic)
    return fail(op, "floats of 16 bits are stored and not computed with");
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](arith::AddFOp) { return emitSum(op, false); })
      .Case([&](arith::SubFOp) { return emitSum(op, true); })
      .Case([&](arith::MulFOp product) { return emitProduct(product); })
      .Case([&](arith::DivFOp op) {
        Value lhs = expression(op.getLhs());
        return binary(op.getLoc(), BinaryOperator::Div, lhs, expression(op.getRhs()));
      })
      .Case([&](arith::NegFOp op) -> Value {
        return UnaryOp::create(b, op.getLoc(), op.getType(), UnaryOperator::Minus, expression(op.getOperand()));
      })
      .Case([&](arith::CmpFOp compare) { return emitCompareFloats(compare); })
      .Default([](Operation *) { return Value(); });
}

/// The function of CUDA for f32; that for f64 lacks the last letter. Empty if there is none.
static StringRef functionOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case([](arith::MaxNumFOp) { return "fmaxf"; })
      .Case([](arith::MinNumFOp) { return "fminf"; })
      .Case([](arith::RemFOp) { return "fmodf"; })
      .Case([](math::AbsFOp) { return "fabsf"; })
      .Case([](math::CeilOp) { return "ceilf"; })
      .Case([](math::CopySignOp) { return "copysignf"; })
      .Case([](math::CosOp) { return "cosf"; })
      .Case([](math::ErfOp) { return "erff"; })
      .Case([](math::ExpOp) { return "expf"; })
      .Case([](math::Exp2Op) { return "exp2f"; })
      .Case([](math::ExpM1Op) { return "expm1f"; })
      .Case([](math::FloorOp) { return "floorf"; })
      .Case([](math::FmaOp) { return "fmaf"; })
      .Case([](math::LogOp) { return "logf"; })
      .Case([](math::Log1pOp) { return "log1pf"; })
      .Case([](math::Log2Op) { return "log2f"; })
      .Case([](math::PowFOp) { return "powf"; })
      .Case([](math::RoundOp) { return "roundf"; })
      .Case([](math::RoundEvenOp) { return "rintf"; })
      .Case([](math::RsqrtOp) { return "rsqrtf"; })
      .Case([](math::SinOp) { return "sinf"; })
      .Case([](math::SqrtOp) { return "sqrtf"; })
      .Case([](math::TanhOp) { return "tanhf"; })
      .Case([](math::TruncOp) { return "truncf"; })
      .Default([](Operation *) { return StringRef(); });
}

Value SourceEmitter::emitMath(Operation *op) {
  Type type = op->getResult(0).getType();
  StringRef function = functionOf(op);
  if (isa<arith::MaximumFOp, arith::MinimumFOp>(op)) {
    if (!type.isF32())
      return fail(op, "it is there for f32 alone");
    function = isa<arith::MaximumFOp>(op) ? "tern::maximum" : "tern::minimum";
  }
  if (function.empty())
    return {};
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(expression(operand));
  return call(op->getLoc(), type, type.isF64() ? function.drop_back() : function, operands);
}
