//===- Float8.cpp - Floats of 8 bits in code ------------------------------===//
//
// Both types are the upper bits of an f16: f8E5M2 as it stands, f8E4M3FN with one exponent bit less, so that its
// numbers are 2^8 times those of the f16 with the same mantissa and exponent.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelCode/Float8.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tern::code {

static constexpr int64_t magnitudeBits = 0x7f, signBit = 0x80;
static constexpr double exponentShift = 256, largestE4M3 = 448;

bool isFloat8(Type element) { return isa<Float8E4M3FNType, Float8E5M2Type>(element); }

static Val asHalf(CodeBuilder &b, Val bits) {
  return b.convertFloat(b.f32, b.bitcast(CodeBuilder::sameShape(bits.getType(), b.f16), b.truncate(b.i16, bits)));
}

Val float8ToF32(CodeBuilder &b, Type element, Val bits) {
  Val wide = b.zeroExtend(b.i32, bits);
  if (isa<Float8E5M2Type>(element))
    return asHalf(b, wide << 8);
  Val magnitude = wide & magnitudeBits;
  Val number = asHalf(b, (magnitude << 7) | ((wide & signBit) << 8)) * exponentShift;
  return b.select(magnitude == magnitudeBits, literal(number, std::numeric_limits<double>::quiet_NaN()), number);
}

/// `number`, not negative, rounded to `mantissa` bits after the first, or below 2^lowest to multiples of its last bit.
static Val rounded(CodeBuilder &b, Val number, int64_t mantissa, int64_t lowest) {
  int64_t dropped = 23 - mantissa, half = int64_t{1} << (dropped - 1);
  Val bits = b.bitcast(CodeBuilder::sameShape(number.getType(), b.i32), number);
  Val even = (bits >> dropped) & 1;
  Val normal = b.bitcast(number.getType(), (bits + even + (half - 1)) & ~((int64_t{1} << dropped) - 1));
  double unit = std::ldexp(1.0, static_cast<int>(lowest - mantissa));
  Val small = b.roundEven(number * (1 / unit)) * unit;
  return b.select(number < std::ldexp(1.0, static_cast<int>(lowest)), small, normal);
}

Val f32ToFloat8(CodeBuilder &b, Type element, Val number) {
  Type ints = CodeBuilder::sameShape(number.getType(), b.i32), shorts = CodeBuilder::sameShape(number.getType(), b.i16);
  Val sign = b.shiftRightLogical(b.bitcast(ints, number), 24) & signBit, magnitude = b.abs(number);
  auto halfBits = [&](Val exact) { return b.zeroExtend(b.i32, b.bitcast(shorts, b.convertFloat(b.f16, exact))); };
  if (isa<Float8E5M2Type>(element)) {
    Val nearest = b.select(b.isNan(number), magnitude, rounded(b, magnitude, 2, -14));
    return b.truncate(b.i8, (halfBits(nearest) >> 8) | sign);
  }
  Val nearest = rounded(b, magnitude, 3, -6);
  Val isNumber = nearest <= largestE4M3;
  Val bits = b.select(isNumber, halfBits(nearest * (1 / exponentShift)) >> 7, b.constantInt(ints, magnitudeBits));
  return b.truncate(b.i8, bits | sign);
}

} // namespace tern::code
