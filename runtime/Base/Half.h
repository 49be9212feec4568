//===- Half.h - 16-bit floats in integer registers ---------------*- C++ -*-===//
//
// IEEE binary16 and bfloat16 travel as std::uint16_t. All conversions are exact or round to nearest, ties to even; they
// need no hardware support, contain no branch that depends on data when widening (so loops over them vectorise), and
// never touch a subnormal operand, so they are right under flush-to-zero too.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_HALF_H
#define TERN_RUNTIME_BASE_HALF_H

#include <cstdint>
#include <cstring>

namespace tern {

inline float bitsToFloat(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline std::uint32_t floatToBits(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Widens binary16; exact. NaN stays NaN with its payload.
inline float halfToFloat(std::uint16_t half) {
  std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fffu) << 13;
  // Exponent bias 15 becomes 127; exponent 31 (infinity, NaN) must become 255.
  std::uint32_t normal = magnitude + (112u << 23) + (magnitude >= (31u << 23) ? 112u << 23 : 0u);
  // A subnormal is its mantissa in units of 2^-24: put it behind the leading one of 2^-14 and take that one away.
  float subnormal = bitsToFloat(magnitude + (113u << 23)) - 0x1p-14f;
  return bitsToFloat(sign | (magnitude < (1u << 23) ? floatToBits(subnormal) : normal));
}

/// Rounds to binary16. Overflow gives infinity; NaN stays NaN, quiet, with the top of its payload.
inline std::uint16_t floatToHalf(float value) {
  std::uint32_t bits = floatToBits(value);
  std::uint32_t sign = (bits >> 16) & 0x8000u;
  std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u)
    return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x1ffu));
  if (magnitude >= 0x477ff000u) // 65520, halfway between the largest half and the next power of two
    return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) { // below 2^-14: let the adder round to units of 2^-24
    std::uint32_t units = floatToBits(bitsToFloat(magnitude) + 0.5f) - 0x3f000000u;
    return static_cast<std::uint16_t>(sign | units);
  }
  magnitude += 0xfffu + ((magnitude >> 13) & 1u);
  return static_cast<std::uint16_t>(sign | ((magnitude - (112u << 23)) >> 13));
}

/// Widens bfloat16; exact.
inline float bfloat16ToFloat(std::uint16_t value) { return bitsToFloat(static_cast<std::uint32_t>(value) << 16); }

/// Rounds to bfloat16. Overflow gives infinity; NaN stays NaN, quiet.
inline std::uint16_t floatToBfloat16(float value) {
  std::uint32_t bits = floatToBits(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u)
    return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

} // namespace tern

#endif // TERN_RUNTIME_BASE_HALF_H
