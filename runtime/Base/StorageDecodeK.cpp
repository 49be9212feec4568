//===- StorageDecodeK.cpp - Blocks of 256 quants to f32 -------------------===//
//
// A block of 256 is cut into groups of 16 or 32 with an integer scale each; the block holds the float scale of those
// scales. In the drawings below, a byte range is named by what it holds; d and m are binary16.
//
//   Q2_K    scales[16] quants[64] d m         groups of 16, low half of a scale byte times d, high half times m
//   Q3_K    high[32] quants[64] scales[12] d  groups of 16, six-bit scales less 32
//   Q4_K    d m scales[12] quants[128]        groups of 32, six-bit scales and minima
//   Q5_K    d m scales[12] high[32] quants[128]
//   Q6_K    low[128] high[64] scales[16] d    groups of 16, signed scales
//   IQ4_XS  d scalesHigh[2] scalesLow[4] quants[128]   groups of 32, six-bit scales less 32
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Half.h"
#include "runtime/Base/StorageDecode.h"
#include "runtime/Base/StorageTables.h"

using namespace tern;
using namespace tern::storage;

namespace {

constexpr int blockLength = 256;

float loadHalf(const std::uint8_t *source) { return halfToFloat(load<std::uint16_t>(source)); }

/// The eight scales and minima of Q4_K and Q5_K, six bits each. The first four of either are the low six bits of bytes
/// 0..3 and 4..7; the last four have their low four bits in bytes 8..11 and their top two where the first left room.
void unpackScalesAndMinima(const std::uint8_t *packed, std::uint8_t *scales, std::uint8_t *minima) {
  for (int i = 0; i < 4; ++i) {
    scales[i] = packed[i] & 0x3f;
    minima[i] = packed[i + 4] & 0x3f;
    scales[i + 4] = static_cast<std::uint8_t>((packed[i + 8] & 0x0f) | ((packed[i] >> 2) & 0x30));
    minima[i + 4] = static_cast<std::uint8_t>((packed[i + 8] >> 4) | ((packed[i + 4] >> 2) & 0x30));
  }
}

/// The sixteen six-bit scales of Q3_K, less 32: low halves of bytes 0..7, then their high halves, give the low four
/// bits; bytes 8..11 give the top two, two bits at a time.
void unpackScalesQ3(const std::uint8_t *packed, float *scales) {
  for (int i = 0; i < 16; ++i) {
    int low = i < 8 ? packed[i] & 0x0f : packed[i - 8] >> 4;
    int high = (packed[8 + i % 4] >> (2 * (i / 4))) & 3;
    scales[i] = static_cast<float>((low | (high << 4)) - 32);
  }
}

} // namespace

void storage::decodeQ2_K(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 84, target += blockLength) {
    float d = loadHalf(source + 80), m = loadHalf(source + 82);
    for (int group = 0; group < 16; ++group) {
      float scale = d * static_cast<float>(source[group] & 0x0f);
      float minimum = m * static_cast<float>(source[group] >> 4);
      // 32 bytes hold 128 quants, two bits of each byte for every 32.
      const std::uint8_t *quants = source + 16 + (group / 8) * 32 + (group % 2) * 16;
      int shift = 2 * ((group % 8) / 2);
      for (int l = 0; l < 16; ++l)
        target[group * 16 + l] = scale * static_cast<float>((quants[l] >> shift) & 3) - minimum;
    }
  }
}

void storage::decodeQ3_K(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 110, target += blockLength) {
    float d = loadHalf(source + 108);
    float scales[16];
    unpackScalesQ3(source + 96, scales);
    for (int group = 0; group < 16; ++group) {
      float scale = d * scales[group];
      const std::uint8_t *high = source + (group % 2) * 16;
      const std::uint8_t *quants = source + 32 + (group / 8) * 32 + (group % 2) * 16;
      int shift = 2 * ((group % 8) / 2);
      // A high bit that is set means no offset; one that is clear takes four away.
      for (int l = 0; l < 16; ++l)
        target[group * 16 + l] =
            scale * static_cast<float>(((quants[l] >> shift) & 3) - (((high[l] >> (group / 2)) & 1) ^ 1) * 4);
    }
  }
}

void storage::decodeQ4_K(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 144, target += blockLength) {
    float d = loadHalf(source), m = loadHalf(source + 2);
    std::uint8_t scales[8], minima[8];
    unpackScalesAndMinima(source + 4, scales, minima);
    for (int group = 0; group < 8; ++group) {
      float scale = d * static_cast<float>(scales[group]);
      float minimum = m * static_cast<float>(minima[group]);
      const std::uint8_t *quants = source + 16 + (group / 2) * 32;
      int shift = 4 * (group % 2);
      for (int l = 0; l < 32; ++l)
        target[group * 32 + l] = scale * static_cast<float>((quants[l] >> shift) & 0x0f) - minimum;
    }
  }
}

void storage::decodeQ5_K(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 176, target += blockLength) {
    float d = loadHalf(source), m = loadHalf(source + 2);
    std::uint8_t scales[8], minima[8];
    unpackScalesAndMinima(source + 4, scales, minima);
    const std::uint8_t *high = source + 16;
    for (int group = 0; group < 8; ++group) {
      float scale = d * static_cast<float>(scales[group]);
      float minimum = m * static_cast<float>(minima[group]);
      const std::uint8_t *quants = source + 48 + (group / 2) * 32;
      int shift = 4 * (group % 2);
      for (int l = 0; l < 32; ++l) {
        int quant = ((quants[l] >> shift) & 0x0f) | (((high[l] >> group) & 1) << 4);
        target[group * 32 + l] = scale * static_cast<float>(quant) - minimum;
      }
    }
  }
}

void storage::decodeQ6_K(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 210, target += blockLength) {
    float d = loadHalf(source + 208);
    for (int group = 0; group < 16; ++group) {
      float scale = d * static_cast<float>(static_cast<std::int8_t>(source[192 + group]));
      // Each half of the block: 64 bytes of low bits (both halves of each byte), 32 bytes of high bits (four pairs).
      int half = group / 8, inHalf = group % 8;
      const std::uint8_t *low = source + half * 64 + (inHalf % 4) * 16;
      const std::uint8_t *high = source + 128 + half * 32 + (inHalf % 2) * 16;
      int lowShift = 4 * (inHalf / 4), highShift = 2 * (inHalf / 2);
      for (int l = 0; l < 16; ++l) {
        int quant = ((low[l] >> lowShift) & 0x0f) | (((high[l] >> highShift) & 3) << 4);
        target[group * 16 + l] = scale * static_cast<float>(quant - 32);
      }
    }
  }
}

void storage::decodeIQ4_XS(const std::uint8_t *source, float *target, std::uint64_t blocks) {
  for (; blocks > 0; --blocks, source += 136, target += blockLength) {
    float d = loadHalf(source);
    unsigned scalesHigh = load<std::uint16_t>(source + 2);
    for (int group = 0; group < 8; ++group) {
      int low = (source[4 + group / 2] >> (4 * (group % 2))) & 0x0f;
      int high = (scalesHigh >> (2 * group)) & 3;
      float scale = d * static_cast<float>((low | (high << 4)) - 32);
      const std::uint8_t *quants = source + 8 + group * 16;
      for (int l = 0; l < 16; ++l) {
        target[group * 32 + l] = scale * iq4Levels[quants[l] & 0x0f];
        target[group * 32 + l + 16] = scale * iq4Levels[quants[l] >> 4];
      }
    }
  }
}
