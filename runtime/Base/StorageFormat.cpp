//===- StorageFormat.cpp - How numbers lie in model files -----------------===//

#include "runtime/Base/StorageFormat.h"

#include "runtime/Base/Half.h"
#include "runtime/Base/StorageDecode.h"

#include <cassert>
#include <cmath>
#include <limits>

using namespace tern;

namespace {

struct Row {
  StorageFormatInfo info;
  storage::DecodeFunction decode; ///< Null for the formats of activations.
};

/// In the order of the enumeration; storageFormatInfo checks that.
constexpr Row table[] = {
    {{StorageFormat::F64, "f64", 1, 8, false}, storage::decodeF64},
    {{StorageFormat::F32, "f32", 1, 4, false}, storage::decodeF32},
    {{StorageFormat::F16, "f16", 1, 2, false}, storage::decodeF16},
    {{StorageFormat::BF16, "bf16", 1, 2, false}, storage::decodeBF16},
    {{StorageFormat::F8E4M3, "f8e4m3", 1, 1, false}, storage::decodeF8E4M3},
    {{StorageFormat::F8E5M2, "f8e5m2", 1, 1, false}, storage::decodeF8E5M2},
    {{StorageFormat::I64, "i64", 1, 8, true}, storage::decodeI64},
    {{StorageFormat::I32, "i32", 1, 4, true}, storage::decodeI32},
    {{StorageFormat::I16, "i16", 1, 2, true}, storage::decodeI16},
    {{StorageFormat::I8, "i8", 1, 1, true}, storage::decodeI8},
    {{StorageFormat::U8, "u8", 1, 1, true}, storage::decodeU8},
    {{StorageFormat::Bool, "bool", 1, 1, true}, storage::decodeBool},
    {{StorageFormat::Q8_0, "q8_0", 32, 34, false}, storage::decodeQ8_0},
    {{StorageFormat::Q4_0, "q4_0", 32, 18, false}, storage::decodeQ4_0},
    {{StorageFormat::Q4_1, "q4_1", 32, 20, false}, storage::decodeQ4_1},
    {{StorageFormat::Q5_0, "q5_0", 32, 22, false}, storage::decodeQ5_0},
    {{StorageFormat::Q5_1, "q5_1", 32, 24, false}, storage::decodeQ5_1},
    {{StorageFormat::Q2_K, "q2_k", 256, 84, false}, storage::decodeQ2_K},
    {{StorageFormat::Q3_K, "q3_k", 256, 110, false}, storage::decodeQ3_K},
    {{StorageFormat::Q4_K, "q4_k", 256, 144, false}, storage::decodeQ4_K},
    {{StorageFormat::Q5_K, "q5_k", 256, 176, false}, storage::decodeQ5_K},
    {{StorageFormat::Q6_K, "q6_k", 256, 210, false}, storage::decodeQ6_K},
    {{StorageFormat::IQ4_NL, "iq4_nl", 32, 18, false}, storage::decodeIQ4_NL},
    {{StorageFormat::IQ4_XS, "iq4_xs", 256, 136, false}, storage::decodeIQ4_XS},
    {{StorageFormat::MXFP4, "mxfp4", 32, 17, false}, storage::decodeMXFP4},
    // 32 quants of one byte or two, scale and scaled sum (f32), sums of 16 quants (two i32).
    {{StorageFormat::I8_32, "i8_32", 32, 32 + 4 + 4 + 8, false, true}, nullptr},
    {{StorageFormat::I15_32, "i15_32", 32, 64 + 4 + 4 + 8, false, true}, nullptr},
};

constexpr bool tableIsInOrder() {
  for (int i = 0; i < numStorageFormats; ++i)
    if (static_cast<int>(table[i].info.format) != i)
      return false;
  return sizeof table / sizeof table[0] == numStorageFormats;
}
static_assert(tableIsInOrder(), "one row for each format, in the order of the enumeration");

/// What roundTo must know of a narrow binary float.
struct NarrowFloat {
  int droppedBits;    ///< Mantissa bits of f32 that the type has no room for.
  float minNormal;    ///< Smallest normal value.
  float subnormalSum; ///< 2^23 times the step of the subnormals: a sum with it is rounded to that step.
  float largest;      ///< Largest finite value.
  float overflow;     ///< What larger values become.
};

/// Rounds the magnitude to nearest, ties to even.
float roundMagnitude(float magnitude, const NarrowFloat &type) {
  if (magnitude < type.minNormal)
    return (magnitude + type.subnormalSum) - type.subnormalSum;
  std::uint32_t bits = floatToBits(magnitude), unit = 1u << type.droppedBits;
  bits += (unit >> 1) - 1 + ((bits >> type.droppedBits) & 1u);
  float rounded = bitsToFloat(bits & ~(unit - 1));
  return rounded > type.largest ? type.overflow : rounded;
}

float roundToNarrow(float value, const NarrowFloat &type) {
  return std::isnan(value) ? value : std::copysign(roundMagnitude(std::fabs(value), type), value);
}

} // namespace

const StorageFormatInfo &tern::storageFormatInfo(StorageFormat format) {
  assert(static_cast<int>(format) < numStorageFormats && "not a storage format");
  return table[static_cast<int>(format)].info;
}

std::optional<StorageFormat> tern::storageFormatByName(std::string_view name) {
  for (const Row &row : table)
    if (row.info.name == name)
      return row.info.format;
  return std::nullopt;
}

std::optional<std::uint64_t> tern::storageBytes(StorageFormat format, std::uint64_t rows, std::uint64_t length) {
  const StorageFormatInfo &info = storageFormatInfo(format);
  if (length % info.blockLength != 0)
    return std::nullopt;
  std::uint64_t blocks, bytes;
  if (__builtin_mul_overflow(rows, length / info.blockLength, &blocks) ||
      __builtin_mul_overflow(blocks, std::uint64_t{info.blockBytes}, &bytes) ||
      bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return bytes;
}

void tern::decodeToFloat(StorageFormat format, const std::uint8_t *source, float *target, std::uint64_t length) {
  const Row &row = table[static_cast<int>(format)];
  assert(row.decode && "a format that files hold");
  assert(length % row.info.blockLength == 0 && "a row is a whole number of blocks");
  row.decode(source, target, length / row.info.blockLength);
}

float tern::roundTo(StorageFormat format, float value) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  switch (format) {
  case StorageFormat::F16:
    return halfToFloat(floatToHalf(value));
  case StorageFormat::BF16:
    return bfloat16ToFloat(floatToBfloat16(value));
  case StorageFormat::F8E4M3:
    return roundToNarrow(value, {20, 0x1p-6f, 0x1p14f, 448.0f, nan});
  case StorageFormat::F8E5M2:
    return roundToNarrow(value, {21, 0x1p-14f, 0x1p7f, 57344.0f, infinity});
  default:
    assert((format == StorageFormat::F32 || format == StorageFormat::F64) && "only floating-point scalars round");
    return value;
  }
}
