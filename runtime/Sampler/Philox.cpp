//===- Philox.cpp - Random numbers from a counter -------------------------===//

#include "runtime/Sampler/Philox.h"

using namespace tern;

std::array<std::uint32_t, 4> tern::philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t left = std::uint64_t(0xD2511F53) * counter[0], right = std::uint64_t(0xCD9E8D57) * counter[2];
    counter = {static_cast<std::uint32_t>(right >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(right),
               static_cast<std::uint32_t>(left >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(left)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

std::uint64_t tern::randomBits(std::uint64_t seed, std::uint64_t stream, std::uint64_t step) {
  auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  std::array<std::uint32_t, 4> words =
      philox({low(step), high(step), low(stream), high(stream)}, {low(seed), high(seed)});
  return std::uint64_t(words[1]) << 32 | words[0];
}

std::uint64_t tern::scaledTo(std::uint64_t bits, std::uint64_t range) {
  // In halves, as not every compiler has 128 bits: the carry of the low products is what the high ones lack.
  std::uint64_t bitsLow = bits & 0xFFFFFFFF, bitsHigh = bits >> 32, low = range & 0xFFFFFFFF, high = range >> 32;
  std::uint64_t middle = bitsHigh * low + ((bitsLow * low) >> 32);
  return bitsHigh * high + (middle >> 32) + ((bitsLow * high + (middle & 0xFFFFFFFF)) >> 32);
}
