//===- CodeBuilderMath.cpp - Functions as polynomials ---------------------===//
//
// Code for CPUs calls no library, so functions are expanded here: an argument is reduced to a short interval, a
// polynomial does the rest. Coefficients are weighted least-squares fits at Chebyshev nodes, made minimax by Lawson's
// iteration; the remaining error of each is noted and is well below half a unit in the last place.
//
// Rounding matters to each step, so all of it is built without permission to reorder.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelCode/CodeBuilder.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <limits>

using namespace mlir;

namespace tern::code {

/// Nothing but what is written.
#define TERN_EXACT(b) FastMathScope exactScope((b), arith::FastMathFlags::none)

Val CodeBuilder::polynomial(Val x, ArrayRef<double> coefficients) {
  Val sum = literal(x, coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = fma(sum, x, literal(x, coefficient));
  return sum;
}

/// 2^n for f32, n from -126 to 127 (i32).
static Val powerOfTwo(CodeBuilder &b, Val n) {
  return b.bitcast(CodeBuilder::sameShape(n.getType(), b.f32), (n + 127) << 23);
}

Val CodeBuilder::exp(Val a) {
  if (callsFunctions)
    return wrap(math::ExpOp::create(builder, loc, a.get()));
  TERN_EXACT(*this);
  constexpr double magic = 12582912.0; // 1.5 * 2^23: adding it leaves the rounded integer in the low bits
  Type integers = sameShape(a.getType(), i32);
  Val x = select(a > 89.0, literal(a, 89.0), a);
  x = select(x < -104.0, literal(a, -104.0), x);
  Val shifted = fma(x, literal(a, 1.4426950408889634), literal(a, magic));
  Val n = bitcast(integers, shifted) - bitcast(integers, literal(a, magic));
  Val whole = shifted - magic;
  // ln 2 in two pieces; the first has its last bits zero, so that the product is exact.
  Val r = fma(whole, literal(a, -0.693145751953125), x);
  r = fma(whole, literal(a, -1.428606820309417e-06), r);
  // exp(r) = 1 + r + r^2 q(r), |r| <= ln(2)/2, error 3.1e-9
  Val q = polynomial(
      r, {0.499999934475602, 0.166665206294391, 0.04166838809269805, 0.008368717090871558, 0.0013814596381766435});
  Val value = fma(r * r, q, r) + 1.0;
  // In two steps, as 2^n itself may overflow or lose bits.
  Val half = n >> 1;
  return value * powerOfTwo(*this, half) * powerOfTwo(*this, n - half);
}

Val CodeBuilder::log(Val a) {
  if (callsFunctions)
    return wrap(math::LogOp::create(builder, loc, a.get()));
  TERN_EXACT(*this);
  Type integers = sameShape(a.getType(), i32);
  Val tiny = a < 1.1754943508222875e-38;
  Val x = select(tiny, a * 8388608.0, a);
  Val bits = bitcast(integers, x);
  // x = 2^e (1 + f), with 1 + f from sqrt(1/2) to sqrt(2)
  Val e = (bits - 0x3f3504f3) >> 23;
  Val f = bitcast(a.getType(), bits - (e << 23)) - 1.0;
  Val exponent = toFloat(f32, e) - select(tiny, literal(a, 23.0), literal(a, 0.0));
  // log(1 + f) = f - f^2/2 + f^3 q(f), error 7.5e-10
  Val q = polynomial(f, {0.3333331260280279, -0.25000009603655193, 0.20002118732207422, -0.1666799566703633,
                         0.1421955090806854, -0.12405591418211318, 0.11888174600906265, -0.11675641297276412,
                         0.06746601313695191});
  Val square = f * f;
  Val rest = fma(exponent, literal(a, 1.428606820309417e-06), square * f * q);
  rest = fma(square, literal(a, -0.5), rest) + f;
  Val value = fma(exponent, literal(a, 0.693145751953125), rest);
  double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  value = select(a == infinity, a, value);
  value = select(a == 0.0, literal(a, -infinity), value);
  return select(compare(arith::CmpFPredicate::ULT, a, literal(a, 0.0)), literal(a, nan), value);
}

Val CodeBuilder::tanh(Val a) {
  if (callsFunctions)
    return wrap(math::TanhOp::create(builder, loc, a.get()));
  TERN_EXACT(*this);
  Val x = abs(a), square = a * a;
  // tanh(x) = x + x^3 q(x^2) for |x| < 0.625, error 4.1e-9
  Val q = polynomial(square, {-0.33333283923590806, 0.13331491248516356, -0.053743495261527344, 0.020650579004137706,
                              -0.005717036561718152});
  Val small = fma(square * a, q, a);
  Val large = literal(a, 1.0) - literal(a, 2.0) / (exp(x + x) + 1.0);
  return select(x < 0.625, small, copySign(large, a));
}

Val CodeBuilder::erf(Val a) {
  if (callsFunctions)
    return wrap(math::ErfOp::create(builder, loc, a.get()));
  TERN_EXACT(*this);
  Val x = abs(a);
  // x + x q(x^2) for |x| < 1, error 3.3e-11
  Val q = polynomial(a * a,
                     {0.1283791670580219, -0.3761263843464913, 0.11283781974079486, -0.026865400040683655,
                      0.0052209454288780315, -0.0008482828790636937, 0.00011256947532383261, -9.641515062309318e-06});
  Val small = fma(a, q, a);
  // 1 - exp(-p(x)) up to 4, where it is 1, error 2.1e-11
  Val bounded = select(x > 4.0, literal(a, 4.0), x);
  Val p = polynomial(bounded,
                     {-0.00018804022726204295, 1.1295784242589317, 0.6332198930956189, 0.10841857732817758,
                      -0.025208256735927793, 0.004204561873544986, -0.0004413363770637423, 2.1686849954135437e-05});
  Val large = literal(a, 1.0) - exp(-p);
  return select(x < 1.0, small, copySign(large, a));
}

Val CodeBuilder::sigmoid(Val a) {
  TERN_EXACT(*this);
  return literal(a, 1.0) / (exp(-a) + 1.0);
}

Val CodeBuilder::expF64(Val a) {
  if (callsFunctions)
    return wrap(math::ExpOp::create(builder, loc, a.get()));
  TERN_EXACT(*this);
  constexpr double magic = 6755399441055744.0; // 1.5 * 2^52, as in exp
  Type integers = sameShape(a.getType(), i64);
  Val shifted = fma(a, literal(a, 1.4426950408889634), literal(a, magic));
  Val n = bitcast(integers, shifted) - bitcast(integers, literal(a, magic));
  Val whole = shifted - magic;
  Val r = fma(whole, literal(a, -0.6931471805599453), a);
  r = fma(whole, literal(a, -2.3190468138462996e-17), r);
  // Taylor series on [-ln(2)/2, ln(2)/2], error 1e-17
  SmallVector<double> coefficients = {1.0};
  for (int i = 1; i < 14; ++i)
    coefficients.push_back(coefficients.back() / i);
  return polynomial(r, coefficients) * bitcast(a.getType(), (n + 1023) << 52);
}

Val CodeBuilder::logF64(Val a) {
  if (callsFunctions)
    return wrap(math::LogOp::create(builder, loc, a.get()));
  TERN_EXACT(*this);
  // From f32, by Halley's steps y + 2 (x - e^y) / (x + e^y), each of which triples the digits.
  Val y = convertFloat(f64, log(convertFloat(f32, a)));
  for (int step = 0; step < 2; ++step) {
    Val power = expF64(y);
    y = y + literal(a, 2.0) * (a - power) / (a + power);
  }
  return y;
}

std::pair<Val, Val> CodeBuilder::sinCos(Val angle) {
  if (callsFunctions)
    return {wrap(math::SinOp::create(builder, loc, angle.get())), wrap(math::CosOp::create(builder, loc, angle.get()))};
  TERN_EXACT(*this);
  constexpr double magic = 6755399441055744.0; // 1.5 * 2^52, as in exp
  Type integers = sameShape(angle.getType(), i64);
  Val shifted = fma(angle, literal(angle, 0.6366197723675814), literal(angle, magic));
  Val quadrant = bitcast(integers, shifted);
  Val n = shifted - magic;
  // pi/2 in three pieces (Cody and Waite); with fused multiply-adds each step rounds a value that is nearly exact.
  Val r = fma(n, literal(angle, -1.5707963267948966), angle);
  r = fma(n, literal(angle, -6.123233995736766e-17), r);
  r = fma(n, literal(angle, 1.4973849048591833e-33), r);
  Val square = r * r;
  // Taylor series on [-pi/4, pi/4]: errors 7e-12 and 4e-13
  Val sineRest = polynomial(square, {-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800});
  Val sine = fma(square * r, sineRest, r);
  Val cosine = polynomial(square, {1.0, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600});
  Val swap = (quadrant & 1) != 0;
  Val sineNegative = (quadrant & 2) != 0, cosineNegative = ((quadrant + 1) & 2) != 0;
  Val s = select(swap, cosine, sine), c = select(swap, sine, cosine);
  return {select(sineNegative, -s, s), select(cosineNegative, -c, c)};
}

} // namespace tern::code
