//===- StorageDecode.h - One decode function a format ------------*- C++ -*-===//
//
// Private to runtime/Base: everyone else calls decodeToFloat. Each function decodes `blocks` consecutive blocks (for
// scalars: elements) at `source`, of any alignment, into `target`.
//
// The operations and their order are those of `gguf.quants.dequantize` (PyPI package gguf), so that results agree bit
// for bit; the file is compiled without contraction of a * b + c for the same reason.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_STORAGEDECODE_H
#define TERN_RUNTIME_BASE_STORAGEDECODE_H

#include <cstdint>
#include <cstring>

namespace tern::storage {

using DecodeFunction = void (*)(const std::uint8_t *source, float *target, std::uint64_t blocks);

void decodeF64(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeF32(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeF16(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeBF16(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeF8E4M3(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeF8E5M2(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeI64(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeI32(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeI16(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeI8(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeU8(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeBool(const std::uint8_t *source, float *target, std::uint64_t blocks);

// Blocks of 32 (StorageDecodeBlocks.cpp).
void decodeQ8_0(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ4_0(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ4_1(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ5_0(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ5_1(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeIQ4_NL(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeMXFP4(const std::uint8_t *source, float *target, std::uint64_t blocks);

// Blocks of 256 (StorageDecodeK.cpp).
void decodeQ2_K(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ3_K(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ4_K(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ5_K(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeQ6_K(const std::uint8_t *source, float *target, std::uint64_t blocks);
void decodeIQ4_XS(const std::uint8_t *source, float *target, std::uint64_t blocks);

/// Reads a T that may lie at any address.
template <typename T> T load(const std::uint8_t *source) {
  T value;
  std::memcpy(&value, source, sizeof value);
  return value;
}

} // namespace tern::storage

#endif // TERN_RUNTIME_BASE_STORAGEDECODE_H
