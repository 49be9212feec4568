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

/// Elements [begin, begin + length) before they are rounded to a format. Two roundings, product and sum, as the
/// definition has them: this file is compiled without contraction.
__attribute__((always_inline)) static inline void generateF32(const RandomWeights &weights, double center, double scale,
                                                              std::uint64_t begin, float *target,
                                                              std::uint64_t length) {
  for (std::uint64_t i = 0; i < length; ++i)
    target[i] = static_cast<float>(center + scale * weights.uniform(begin + i));
}

#if defined(__x86_64__)
/// The same operations, eight elements at a time: multiplications of 64-bit lanes take it from 2.6 ns an element to 1.1
/// (Zen 5).
__attribute__((target("avx512f,avx512dq,avx512vl"))) static void generateF32Avx512(const RandomWeights &weights,
                                                                                   double center, double scale,
                                                                                   std::uint64_t begin, float *target,
                                                                                   std::uint64_t length) {
  generateF32(weights, center, scale, begin, target, length);
}
#endif

void RandomWeights::generate(double center, double scale, StorageFormat format, std::uint64_t begin, float *target,
                             std::uint64_t length) const {
#if defined(__x86_64__)
  static const bool hasVectors = __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (hasVectors)
    generateF32Avx512(*this, center, scale, begin, target, length);
  else
#endif
    generateF32(*this, center, scale, begin, target, length);
  if (format == StorageFormat::F32 || format == StorageFormat::F64)
    return;
  for (std::uint64_t i = 0; i < length; ++i)
    target[i] = roundTo(format, target[i]);
}
