//===- StorageDecode.cpp - Scalars to f32 ---------------------------------===//

#include "runtime/Base/StorageDecode.h"

#include "runtime/Base/Half.h"

using namespace tern;
using namespace tern::storage;

namespace {

/// The loop that all scalar formats share; `widen` turns one T into a float.
template <typename T, typename Widen>
void decodeScalars(const std::uint8_t *source, float *target, std::uint64_t count, Widen widen) {
  for (std::uint64_t i = 0; i < count; ++i)
    target[i] = widen(load<T>(source + i * sizeof(T)));
}

/// OCP FP8 E4M3: bias 7, no infinity, one NaN a sign (0x7f, 0xff).
float e4m3ToFloat(std::uint8_t value) {
  std::uint32_t sign = static_cast<std::uint32_t>(value & 0x80u) << 24;
  std::uint32_t magnitude = value & 0x7fu;
  std::uint32_t normal = (magnitude << 20) + (120u << 23);
  std::uint32_t subnormal = floatToBits(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-9f);
  std::uint32_t bits = magnitude < 8 ? subnormal : normal;
  return bitsToFloat(sign | (magnitude == 0x7f ? 0x7fc00000u : bits));
}

} // namespace

void storage::decodeF64(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<double>(source, target, blocks, [](double value) { return static_cast<float>(value); });
}

void storage::decodeF32(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  if (blocks > 0)
    std::memcpy(target, source, blocks * sizeof(float));
}

void storage::decodeF16(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::uint16_t>(source, target, blocks, halfToFloat);
}

void storage::decodeBF16(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::uint16_t>(source, target, blocks, bfloat16ToFloat);
}

void storage::decodeF8E4M3(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::uint8_t>(source, target, blocks, e4m3ToFloat);
}

// OCP FP8 E5M2 is the upper byte of a binary16.
void storage::decodeF8E5M2(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::uint8_t>(source, target, blocks,
                              [](std::uint8_t value) { return halfToFloat(static_cast<std::uint16_t>(value << 8)); });
}

void storage::decodeI64(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::int64_t>(source, target, blocks, [](std::int64_t value) { return static_cast<float>(value); });
}

void storage::decodeI32(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::int32_t>(source, target, blocks, [](std::int32_t value) { return static_cast<float>(value); });
}

void storage::decodeI16(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::int16_t>(source, target, blocks, [](std::int16_t value) { return static_cast<float>(value); });
}

void storage::decodeI8(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::int8_t>(source, target, blocks, [](std::int8_t value) { return static_cast<float>(value); });
}

void storage::decodeU8(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::uint8_t>(source, target, blocks, [](std::uint8_t value) { return static_cast<float>(value); });
}

void storage::decodeBool(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  decodeScalars<std::uint8_t>(source, target, blocks, [](std::uint8_t value) { return value != 0 ? 1.0f : 0.0f; });
}
