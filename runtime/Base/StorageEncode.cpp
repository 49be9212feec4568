//===- StorageEncode.cpp - f32 to scalars ---------------------------------===//

#include "runtime/Base/Half.h"
#include "runtime/Base/StorageFormat.h"

#include <cassert>
#include <cstring>

using namespace tern;

namespace {

/// The loop that all formats share; `narrow` turns a float into one T.
template <typename T, typename Narrow>
void encodeScalars(const float *source, std::uint8_t *target, std::uint64_t length, Narrow narrow) {
  for (std::uint64_t i = 0; i < length; ++i) {
    T value = narrow(source[i]);
    std::memcpy(target + i * sizeof(T), &value, sizeof(T));
  }
}

/// The code of a value that E4M3 has: bias 7, subnormals in steps of 2^-9, one NaN a sign.
std::uint8_t e4m3Code(float value) {
  float rounded = roundTo(StorageFormat::F8E4M3, value);
  std::uint32_t bits = floatToBits(rounded), magnitude = bits & 0x7fffffffu;
  std::uint32_t sign = bits >> 24 & 0x80u;
  if (magnitude > 0x7f800000u)
    return static_cast<std::uint8_t>(sign | 0x7fu);
  std::uint32_t code = magnitude < floatToBits(0x1p-6f) ? static_cast<std::uint32_t>(bitsToFloat(magnitude) * 0x1p9f)
                                                        : (magnitude >> 20) - (120u << 3);
  return static_cast<std::uint8_t>(sign | code);
}

/// E5M2 is the upper byte of a binary16; of one that is already rounded to it, or NaN, nothing is lost below.
std::uint8_t e5m2Code(float value) {
  return static_cast<std::uint8_t>(floatToHalf(roundTo(StorageFormat::F8E5M2, value)) >> 8);
}

} // namespace

void tern::encodeFromFloat(StorageFormat format, const float *source, std::uint8_t *target, std::uint64_t length) {
  switch (format) {
  case StorageFormat::F64:
    return encodeScalars<double>(source, target, length, [](float value) { return static_cast<double>(value); });
  case StorageFormat::F32:
    return encodeScalars<float>(source, target, length, [](float value) { return value; });
  case StorageFormat::F16:
    return encodeScalars<std::uint16_t>(source, target, length, floatToHalf);
  case StorageFormat::BF16:
    return encodeScalars<std::uint16_t>(source, target, length, floatToBfloat16);
  case StorageFormat::F8E4M3:
    return encodeScalars<std::uint8_t>(source, target, length, e4m3Code);
  case StorageFormat::F8E5M2:
    return encodeScalars<std::uint8_t>(source, target, length, e5m2Code);
  default:
    assert(false && "only floating-point scalars are encoded");
  }
}
