//===- EmitElementwise.cpp - One element at a time ------------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "runtime/Cpu/KernelAbi.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

static Val relu(CodeBuilder &b, Val x) { return b.select(x <= 0.0, literal(x, 0.0), x); }
static Val silu(CodeBuilder &b, Val x) { return x / (b.exp(-x) + 1.0); }
static Val gelu(CodeBuilder &b, Val x) { return x * 0.5 * (b.erf(x * 0.70710678118654752440) + 1.0); }
static Val geluTanh(CodeBuilder &b, Val x) {
  constexpr double sqrt2OverPi = 0.79788456080286535588;
  return x * 0.5 * (b.tanh((x + x * x * x * 0.044715) * sqrt2OverPi) + 1.0);
}

/// max(x, 0) + log(1 + y) with y = exp(-|x|). What rounding 1 + y loses is put back by the factor y / (1 + y - 1).
static Val softplus(CodeBuilder &b, Val x) {
  FastMathScope exact(b, arith::FastMathFlags::none);
  Val y = b.exp(-b.abs(x)), sum = y + 1.0, lost = sum - 1.0;
  Val logarithm = b.select(lost == 0.0, y, b.log(sum) * (y / lost));
  return b.select(x <= 0.0, literal(x, 0.0), x) + logarithm;
}

Val emitActivation(CodeBuilder &b, graph::Activation activation, Val x) {
  switch (activation) {
  case graph::Activation::Silu:
    return silu(b, x);
  case graph::Activation::Gelu:
    return gelu(b, x);
  case graph::Activation::GeluTanh:
    return geluTanh(b, x);
  case graph::Activation::Relu:
    return relu(b, x);
  case graph::Activation::ReluSquared:
    return relu(b, x) * relu(b, x);
  case graph::Activation::Sigmoid:
    return b.sigmoid(x);
  }
  llvm_unreachable("an activation of the enumeration");
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

static Val emitUnary(const Request &r) {
  CodeBuilder &b = r.b();
  Operation *op = r.result.getOwner();
  auto x = [&] { return r.same(op->getOperand(0)); };
  return llvm::TypeSwitch<Operation *, Val>(op)
      .Case([&](graph::SiluOp) { return silu(b, x()); })
      .Case([&](graph::GeluOp) { return gelu(b, x()); })
      .Case([&](graph::GeluTanhOp) { return geluTanh(b, x()); })
      .Case([&](graph::ReluOp) { return relu(b, x()); })
      .Case([&](graph::ReluSquaredOp) { return relu(b, x()) * relu(b, x()); })
      .Case([&](graph::SigmoidOp) { return b.sigmoid(x()); })
      .Case([&](graph::TanhOp) { return b.tanh(x()); })
      .Case([&](graph::SoftplusOp) { return softplus(b, x()); })
      .Case([&](graph::ExpOp) { return b.exp(x()); })
      .Case([&](graph::LogOp) { return b.log(x()); })
      .Case([&](graph::SqrtOp) { return b.sqrt(x()); })
      .Case([&](graph::RsqrtOp) { return b.rsqrt(x()); })
      .Case([&](graph::NegOp) { return -x(); })
      .Case([&](graph::AbsOp) { return b.abs(x()); })
      .Case([&](graph::SoftCapOp cap) {
        double limit = cap.getCap().convertToDouble();
        return b.tanh(x() / limit) * limit;
      })
      .Default([](Operation *) { return Val(); });
}

/// Toward zero, clamped to the range of `integer`, NaN to 0.
static Val floatToInteger(CodeBuilder &b, IntegerType integer, Val x) {
  Type wide = CodeBuilder::sameShape(x.getType(), b.i64);
  if (integer.getWidth() == 1)
    return b.zeroExtend(b.i64, x != 0.0);
  bool isUnsigned = integer.isUnsigned();
  int64_t bits = integer.getWidth() - (isUnsigned ? 0 : 1);
  double above = std::ldexp(1.0, bits), below = isUnsigned ? 0.0 : -above;
  int64_t largest = bits == 63 ? INT64_MAX : (int64_t{1} << bits) - 1, smallest = isUnsigned ? 0 : -largest - 1;
  Val fits = (x > below) & (x < above);
  Val converted = b.toInt(b.i64, b.select(fits, x, literal(x, 0.0)));
  Val low = b.select(x <= below, b.constantInt(wide, smallest), converted);
  return b.select(x >= above, b.constantInt(wide, largest), low);
}

static Val emitCast(const Request &r, graph::CastOp op) {
  CodeBuilder &b = r.b();
  Val x = r.same(op.getInput());
  auto to = dyn_cast<IntegerType>(r.type().getElementType());
  if (!to)
    return x.isFloat() ? x : b.toFloat(b.f32, x);
  if (x.isFloat())
    return floatToInteger(b, to, x);
  return to.getWidth() == 1 ? b.zeroExtend(b.i64, x != 0) : x;
}

//===----------------------------------------------------------------------===//
// Two operands and more
//===----------------------------------------------------------------------===//

/// Toward zero. A divisor of 0 is reported, and the smallest integer over -1 wraps.
static Val divideIntegers(const Request &r, Val x, Val y) {
  CodeBuilder &b = r.b();
  Val isZero = y == 0;
  Val any = r.lanes == 1 ? isZero : b.reduceMax(b.zeroExtend(b.i8, isZero)) != 0;
  r.e.frame.report(any, TERN_KERNEL_DIVISION_BY_ZERO);
  Val special = isZero | (y == -1);
  Val quotient = x / b.select(special, literal(y, int64_t{1}), y);
  return b.select(y == -1, -x, quotient);
}

static Val compare(CodeBuilder &b, graph::Comparison order, Val x, Val y) {
  switch (order) {
  case graph::Comparison::Equal:
    return x == y;
  case graph::Comparison::NotEqual:
    return x != y;
  case graph::Comparison::Less:
    return x < y;
  case graph::Comparison::LessEqual:
    return x <= y;
  case graph::Comparison::Greater:
    return x > y;
  case graph::Comparison::GreaterEqual:
    return x >= y;
  }
  llvm_unreachable("a comparison of the enumeration");
}

Val emitElementwise(const Request &r) {
  CodeBuilder &b = r.b();
  Operation *op = r.result.getOwner();
  auto x = [&] { return r.broadcast(op->getOperand(0)); };
  auto y = [&] { return r.broadcast(op->getOperand(1)); };
  return llvm::TypeSwitch<Operation *, Val>(op)
      .Case([&](graph::CastOp cast) { return emitCast(r, cast); })
      .Case([&](graph::GatedOp gated) {
        return emitActivation(b, gated.getActivation(), r.same(gated.getGate())) * r.same(gated.getInput());
      })
      .Case([&](graph::AddOp) { return x() + y(); })
      .Case([&](graph::SubOp) { return x() - y(); })
      .Case([&](graph::MulOp) { return x() * y(); })
      .Case([&](graph::DivOp) { return r.type().isInteger() ? divideIntegers(r, x(), y()) : x() / y(); })
      .Case([&](graph::MaximumOp) { return b.maximum(x(), y()); })
      .Case([&](graph::MinimumOp) { return b.minimum(x(), y()); })
      .Case([&](graph::CompareOp order) { return b.zeroExtend(b.i64, compare(b, order.getOrder(), x(), y())); })
      .Case([&](graph::SelectOp select) {
        return b.select(r.same(select.getCondition()) != 0, r.same(select.getLhs()), r.same(select.getRhs()));
      })
      .Default([&](Operation *) { return emitUnary(r); });
}

} // namespace tern::code
