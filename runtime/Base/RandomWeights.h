//===- RandomWeights.h - Weights from a counter ------------------*- C++ -*-===//
//
// A model without weights can still be run: each element of each weight is a pure function of a seed, the tensor's name
// and the element's place, so that any program in any language makes the same numbers in any order. The definition,
// with test vectors, is docs/RandomWeights.md; in short, with arithmetic modulo 2^64:
//
//   mix(z): z ^= z >> 30;  z *= 0xBF58476D1CE4E5B9;  z ^= z >> 27;  z *= 0x94D049BB133111EB;  z ^= z >> 31
//   key   = mix(seed + fnv1a64(name))
//   h(i)  = mix(key + (i + 1) * 0x9E3779B97F4A7C15)
//   x(i)  = ((h(i) >> 40) - 2^23) * 2^-23, in [-1, 1)
//
// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, https://doi.org/10.1145/2714064.2660195), fnv1a64 the hash
// of http://www.isthe.com/chongo/tech/comp/fnv.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_RANDOMWEIGHTS_H
#define TERN_RUNTIME_BASE_RANDOMWEIGHTS_H

#include "runtime/Base/StorageFormat.h"

#include <cstdint>
#include <string_view>

namespace tern {

/// The elements of one random tensor.
class RandomWeights {
public:
  RandomWeights(std::uint64_t seed, std::string_view name);

  /// Element `index` in row-major order before scaling, in [-1, 1); exact in f32.
  double uniform(std::uint64_t index) const {
    std::uint64_t hash = mix(key + (index + 1) * 0x9E3779B97F4A7C15u);
    return (static_cast<double>(hash >> 40) - 0x1p23) * 0x1p-23;
  }

  /// Writes elements [begin, begin + length): `center + scale * x` in f64, rounded to f32 and then to `format`, a
  /// floating-point scalar.
  void generate(double center, double scale, StorageFormat format, std::uint64_t begin, float *target,
                std::uint64_t length) const;

private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  std::uint64_t key;
};

} // namespace tern

#endif // TERN_RUNTIME_BASE_RANDOMWEIGHTS_H
