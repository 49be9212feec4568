//===- RandomWeights.cpp - Weights from a counter -------------------------===//

#include "runtime/Base/RandomWeights.h"

using namespace tern;

static std::uint64_t fnv1a64(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

RandomWeights::RandomWeights(std::uint64_t seed, std::string_view name) : key(mix(seed + fnv1a64(name))) {}

void RandomWeights::generate(double center, double scale, StorageFormat format, std::uint64_t begin, float *target,
                             std::uint64_t length) const {
  for (std::uint64_t i = 0; i < length; ++i) {
    // Two roundings, product and sum, as the definition has them: this file is compiled without contraction.
    double value = center + scale * uniform(begin + i);
    target[i] = static_cast<float>(value);
  }
  if (format == StorageFormat::F32 || format == StorageFormat::F64)
    return;
  for (std::uint64_t i = 0; i < length; ++i)
    target[i] = roundTo(format, target[i]);
}
