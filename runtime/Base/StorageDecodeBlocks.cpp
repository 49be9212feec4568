//===- StorageDecodeBlocks.cpp - Blocks of 32 quants to f32 ---------------===//
//
// These blocks are scales followed by quants. Where a quant has four bits, byte l of the quants holds element l in its
// low half and element l + 16 in its high half; a fifth bit lies in a 32-bit word, bit l for element l.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Half.h"
#include "runtime/Base/StorageDecode.h"
#include "runtime/Base/StorageTables.h"

using namespace tern;
using namespace tern::storage;

namespace {

constexpr int blockLength = 32;

float loadHalf(const std::uint8_t *source) { return halfToFloat(load<std::uint16_t>(source)); }

/// Fills `quants` with the 32 four-bit quants at `source`.
void unpackNibbles(const std::uint8_t *source, std::int32_t *quants) {
  for (int l = 0; l < 16; ++l) {
    quants[l] = source[l] & 0x0f;
    quants[l + 16] = source[l] >> 4;
  }
}

/// Fills `quants` with 32 five-bit quants: low four bits at `nibbles`, fifth bits in the word at `fifth`.
void unpackFive(const std::uint8_t *nibbles, const std::uint8_t *fifth, std::int32_t *quants) {
  unpackNibbles(nibbles, quants);
  std::uint32_t bits = load<std::uint32_t>(fifth);
  for (int l = 0; l < blockLength; ++l)
    quants[l] |= static_cast<std::int32_t>((bits >> l) & 1u) << 4;
}

} // namespace

void storage::decodeQ8_0(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 34, target += blockLength) {
    float scale = loadHalf(source);
    for (int l = 0; l < blockLength; ++l)
      target[l] = scale * static_cast<float>(static_cast<std::int8_t>(source[2 + l]));
  }
}

void storage::decodeQ4_0(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 18, target += blockLength) {
    float scale = loadHalf(source);
    std::int32_t quants[blockLength];
    unpackNibbles(source + 2, quants);
    for (int l = 0; l < blockLength; ++l)
      target[l] = scale * static_cast<float>(quants[l] - 8);
  }
}

void storage::decodeQ4_1(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 20, target += blockLength) {
    float scale = loadHalf(source), minimum = loadHalf(source + 2);
    std::int32_t quants[blockLength];
    unpackNibbles(source + 4, quants);
    for (int l = 0; l < blockLength; ++l)
      target[l] = scale * static_cast<float>(quants[l]) + minimum;
  }
}

void storage::decodeQ5_0(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 22, target += blockLength) {
    float scale = loadHalf(source);
    std::int32_t quants[blockLength];
    unpackFive(source + 6, source + 2, quants);
    for (int l = 0; l < blockLength; ++l)
      target[l] = scale * static_cast<float>(quants[l] - 16);
  }
}

void storage::decodeQ5_1(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 24, target += blockLength) {
    float scale = loadHalf(source), minimum = loadHalf(source + 2);
    std::int32_t quants[blockLength];
    unpackFive(source + 8, source + 4, quants);
    for (int l = 0; l < blockLength; ++l)
      target[l] = scale * static_cast<float>(quants[l]) + minimum;
  }
}

void storage::decodeIQ4_NL(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 18, target += blockLength) {
    float scale = loadHalf(source);
    for (int l = 0; l < 16; ++l) {
      target[l] = scale * iq4Levels[source[2 + l] & 0x0f];
      target[l + 16] = scale * iq4Levels[source[2 + l] >> 4];
    }
  }
}

void storage::decodeMXFP4(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 17, target += blockLength) {
    float scale = halfE8M0(source[0]);
    for (int l = 0; l < 16; ++l) {
      target[l] = scale * e2m1Levels[source[1 + l] & 0x0f];
      target[l + 16] = scale * e2m1Levels[source[1 + l] >> 4];
    }
  }
}
