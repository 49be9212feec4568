//===- CodeBuilder.cpp - Types, constants and arithmetic ------------------===//

#include "lib/Conversion/KernelCode/CodeBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cassert>

using namespace mlir;

namespace tern::code {

int64_t Val::getLanes() const {
  auto vector = dyn_cast<VectorType>(getType());
  return vector ? vector.getNumElements() : 1;
}

//===----------------------------------------------------------------------===//
// Types and constants
//===----------------------------------------------------------------------===//

CodeBuilder::CodeBuilder(OpBuilder &builder, Location loc)
    : builder(builder), loc(loc), i1(builder.getI1Type()), i8(builder.getI8Type()), i16(builder.getI16Type()),
      i32(builder.getI32Type()), i64(builder.getI64Type()), f16(builder.getF16Type()), bf16(builder.getBF16Type()),
      f32(builder.getF32Type()), f64(builder.getF64Type()), ptr(LLVM::LLVMPointerType::get(builder.getContext())) {}

Type CodeBuilder::vec(Type element, int64_t lanes) { return VectorType::get({lanes}, element); }

Type CodeBuilder::sameShape(Type like, Type element) {
  auto vector = dyn_cast<VectorType>(like);
  return vector ? Type(vector.clone(element)) : element;
}

Type CodeBuilder::memoryType(Type type) { return getElementTypeOrSelf(type) == i1 ? sameShape(type, i8) : type; }

static TypedAttr splat(Type type, TypedAttr element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, Attribute(element));
  return element;
}

Val CodeBuilder::constant(Type type, double number) {
  Type element = getElementTypeOrSelf(type);
  if (!isa<FloatType>(element))
    return constantInt(type, static_cast<int64_t>(number));
  return wrap(arith::ConstantOp::create(builder, loc, splat(type, builder.getFloatAttr(element, number))));
}

Val CodeBuilder::constantInt(Type type, int64_t number) {
  auto element = dyn_cast<IntegerType>(getElementTypeOrSelf(type));
  if (!element)
    return constant(type, static_cast<double>(number));
  APInt bits(64, static_cast<uint64_t>(number));
  TypedAttr attr = builder.getIntegerAttr(element, bits.trunc(element.getWidth()));
  return wrap(arith::ConstantOp::create(builder, loc, splat(type, attr)));
}

Val CodeBuilder::index(int64_t number) { return constantInt(i64, number); }

Val CodeBuilder::constantLanes(Type element, ArrayRef<int64_t> lanes) {
  SmallVector<Attribute> values;
  for (int64_t lane : lanes)
    values.push_back(isa<FloatType>(element) ? Attribute(builder.getFloatAttr(element, static_cast<double>(lane)))
                                             : Attribute(builder.getIntegerAttr(element, lane)));
  auto type = VectorType::get({static_cast<int64_t>(lanes.size())}, element);
  return wrap(arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, values)));
}

Val CodeBuilder::undefined(Type type) { return wrap(LLVM::PoisonOp::create(builder, loc, type)); }

Val literal(Val like, double number) { return like.getBuilder().constant(like.getType(), number); }
Val literal(Val like, int64_t number) { return like.getBuilder().constantInt(like.getType(), number); }

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// The operation for floats or the one for integers, as the operands ask.
template <typename FloatOp, typename IntOp> static Val arithmetic(Val a, Val b) {
  CodeBuilder &builder = a.getBuilder();
  assert(a.getType() == b.getType() && "operands of one type");
  if (a.isFloat())
    return builder.wrap(builder.builder.createOrFold<FloatOp>(builder.loc, a.get(), b.get(), builder.fastMath));
  return builder.wrap(builder.builder.createOrFold<IntOp>(builder.loc, a.get(), b.get()));
}

template <typename IntOp> static Val integral(Val a, Val b) {
  assert(a.getType() == b.getType() && !a.isFloat() && "integers of one type");
  CodeBuilder &builder = a.getBuilder();
  return builder.wrap(builder.builder.createOrFold<IntOp>(builder.loc, a.get(), b.get()));
}

Val operator+(Val a, Val b) { return arithmetic<arith::AddFOp, arith::AddIOp>(a, b); }
Val operator-(Val a, Val b) { return arithmetic<arith::SubFOp, arith::SubIOp>(a, b); }
Val operator*(Val a, Val b) { return arithmetic<arith::MulFOp, arith::MulIOp>(a, b); }
Val operator/(Val a, Val b) { return arithmetic<arith::DivFOp, arith::DivSIOp>(a, b); }
Val operator%(Val a, Val b) { return integral<arith::RemSIOp>(a, b); }
Val operator&(Val a, Val b) { return integral<arith::AndIOp>(a, b); }
Val operator|(Val a, Val b) { return integral<arith::OrIOp>(a, b); }
Val operator^(Val a, Val b) { return integral<arith::XOrIOp>(a, b); }
Val operator<<(Val a, Val b) { return integral<arith::ShLIOp>(a, b); }
Val operator>>(Val a, Val b) { return integral<arith::ShRSIOp>(a, b); }

Val operator-(Val a) {
  CodeBuilder &b = a.getBuilder();
  if (!a.isFloat())
    return literal(a, int64_t{0}) - a;
  return b.wrap(b.builder.createOrFold<arith::NegFOp>(b.loc, a.get(), b.fastMath));
}

Val CodeBuilder::compare(arith::CmpFPredicate order, Val a, Val b) {
  return wrap(builder.createOrFold<arith::CmpFOp>(loc, order, a.get(), b.get()));
}

Val CodeBuilder::compare(arith::CmpIPredicate order, Val a, Val b) {
  return wrap(builder.createOrFold<arith::CmpIOp>(loc, order, a.get(), b.get()));
}

static Val ordered(Val a, Val b, arith::CmpFPredicate floats, arith::CmpIPredicate integers) {
  assert(a.getType() == b.getType() && "operands of one type");
  return a.isFloat() ? a.getBuilder().compare(floats, a, b) : a.getBuilder().compare(integers, a, b);
}

using FloatOrder = arith::CmpFPredicate;
using IntOrder = arith::CmpIPredicate;
Val operator<(Val a, Val b) { return ordered(a, b, FloatOrder::OLT, IntOrder::slt); }
Val operator<=(Val a, Val b) { return ordered(a, b, FloatOrder::OLE, IntOrder::sle); }
Val operator>(Val a, Val b) { return ordered(a, b, FloatOrder::OGT, IntOrder::sgt); }
Val operator>=(Val a, Val b) { return ordered(a, b, FloatOrder::OGE, IntOrder::sge); }
Val operator==(Val a, Val b) { return ordered(a, b, FloatOrder::OEQ, IntOrder::eq); }
Val operator!=(Val a, Val b) { return ordered(a, b, FloatOrder::UNE, IntOrder::ne); }

//===----------------------------------------------------------------------===//
// Arithmetic by name
//===----------------------------------------------------------------------===//

Val CodeBuilder::fma(Val a, Val b, Val c) {
  return wrap(builder.createOrFold<math::FmaOp>(loc, a.get(), b.get(), c.get(), fastMath));
}

Val CodeBuilder::minimum(Val a, Val b) { return arithmetic<arith::MinimumFOp, arith::MinSIOp>(a, b); }
Val CodeBuilder::maximum(Val a, Val b) { return arithmetic<arith::MaximumFOp, arith::MaxSIOp>(a, b); }
Val CodeBuilder::minnum(Val a, Val b) { return a.isFloat() ? select(a < b, a, b) : minimum(a, b); }
Val CodeBuilder::maxnum(Val a, Val b) { return a.isFloat() ? select(a > b, a, b) : maximum(a, b); }

Val CodeBuilder::select(Val condition, Val a, Val b) {
  assert(a.getType() == b.getType() && "operands of one type");
  return wrap(builder.createOrFold<arith::SelectOp>(loc, condition.get(), a.get(), b.get()));
}

Val CodeBuilder::abs(Val a) {
  return a.isFloat() ? wrap(builder.createOrFold<math::AbsFOp>(loc, a.get()))
                     : wrap(builder.createOrFold<math::AbsIOp>(loc, a.get()));
}

Val CodeBuilder::copySign(Val magnitude, Val sign) {
  return wrap(builder.createOrFold<math::CopySignOp>(loc, magnitude.get(), sign.get()));
}

Val CodeBuilder::sqrt(Val a) { return wrap(builder.createOrFold<math::SqrtOp>(loc, a.get())); }
Val CodeBuilder::rsqrt(Val a) { return literal(a, 1.0) / sqrt(a); }
Val CodeBuilder::roundEven(Val a) { return wrap(builder.createOrFold<math::RoundEvenOp>(loc, a.get())); }
Val CodeBuilder::floor(Val a) { return wrap(builder.createOrFold<math::FloorOp>(loc, a.get())); }
Val CodeBuilder::shiftRightLogical(Val a, Val count) { return integral<arith::ShRUIOp>(a, count); }
Val CodeBuilder::shiftRightLogical(Val a, int64_t count) { return shiftRightLogical(a, literal(a, count)); }
Val CodeBuilder::ceilDiv(Val a, int64_t divisor) { return (a + (divisor - 1)) / divisor; }
Val CodeBuilder::bitNot(Val a) { return a ^ literal(a, int64_t{-1}); }
Val CodeBuilder::isNan(Val a) { return compare(FloatOrder::UNO, a, a); }

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

template <typename Op> static Val convert(CodeBuilder &b, Type type, Val value) {
  Type result = CodeBuilder::sameShape(value.getType(), getElementTypeOrSelf(type));
  if (result == value.getType())
    return value;
  return b.wrap(b.builder.createOrFold<Op>(b.loc, result, value.get()));
}

Val CodeBuilder::toFloat(Type type, Val integer) { return convert<arith::SIToFPOp>(*this, type, integer); }
Val CodeBuilder::toFloatUnsigned(Type type, Val integer) { return convert<arith::UIToFPOp>(*this, type, integer); }
Val CodeBuilder::toInt(Type type, Val number) { return convert<arith::FPToSIOp>(*this, type, number); }
Val CodeBuilder::signExtend(Type type, Val integer) { return convert<arith::ExtSIOp>(*this, type, integer); }
Val CodeBuilder::zeroExtend(Type type, Val integer) { return convert<arith::ExtUIOp>(*this, type, integer); }
Val CodeBuilder::truncate(Type type, Val integer) { return convert<arith::TruncIOp>(*this, type, integer); }

/// bf16 is the upper half of f32. Done by hand because LLVM calls a library where the machine has no instruction.
static Val bf16ToF32(CodeBuilder &b, Val number) {
  Val bits = b.bitcast(CodeBuilder::sameShape(number.getType(), b.i16), number);
  return b.bitcast(CodeBuilder::sameShape(number.getType(), b.f32), b.zeroExtend(b.i32, bits) << 16);
}

static Val f32ToBf16(CodeBuilder &b, Val number) {
  Val bits = b.bitcast(CodeBuilder::sameShape(number.getType(), b.i32), number);
  Val rounded = bits + (b.shiftRightLogical(bits, 16) & 1) + 0x7fff;
  Val upper = b.shiftRightLogical(b.select(b.isNan(number), bits | 0x400000, rounded), 16);
  return b.bitcast(CodeBuilder::sameShape(number.getType(), b.bf16), b.truncate(b.i16, upper));
}

/// f64 to f32 so that rounding once more, to a shorter type, rounds as if once: an inexact result is made odd.
static Val f64ToOddF32(CodeBuilder &b, Val number) {
  Val nearest = convert<arith::TruncFOp>(b, b.f32, number);
  Val back = convert<arith::ExtFOp>(b, b.f64, nearest);
  Val bits = b.bitcast(CodeBuilder::sameShape(number.getType(), b.i32), nearest);
  Val one = literal(bits, int64_t{1});
  Val odd = b.select(b.abs(number) > b.abs(back), bits + one, bits - one);
  Val even = (bits & 1) == 0;
  Val adjust = b.select(b.compare(FloatOrder::ONE, back, number), even, even ^ even);
  return b.bitcast(nearest.getType(), b.select(adjust, odd, bits));
}

Val CodeBuilder::here(Val integer) {
  return wrap(arith::AddIOp::create(builder, loc, integer.get(), constantInt(integer.getType(), 0).get()));
}

Val CodeBuilder::convertFloat(Type type, Val number) {
  Type from = number.getElementType(), to = getElementTypeOrSelf(type);
  if (from == to)
    return number;
  if (from == bf16 && !(callsFunctions && to == f32))
    return convertFloat(to, callsFunctions ? convertFloat(f32, number) : bf16ToF32(*this, number));
  bool toShort = to == f16 || to == bf16;
  if (from == f64 && toShort)
    return convertFloat(to, f64ToOddF32(*this, number));
  if (to == bf16 && !(callsFunctions && from == f32))
    return callsFunctions ? convertFloat(bf16, convertFloat(f32, number))
                          : f32ToBf16(*this, from == f32 ? number : convertFloat(f32, number));
  if (from == f16 && to == f64)
    return convertFloat(f64, convertFloat(f32, number));
  bool widens = from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth();
  return widens ? convert<arith::ExtFOp>(*this, to, number) : convert<arith::TruncFOp>(*this, to, number);
}

} // namespace tern::code
