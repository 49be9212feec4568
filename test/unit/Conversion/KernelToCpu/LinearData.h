//===- LinearData.h - Random weights and tokens for linear kernels -*- C++ -*-===//
//
// Packed weights of every format and activations of every format, with the numbers they stand for.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_LINEARDATA_H
#define TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_LINEARDATA_H

#include "runtime/Base/StorageFormat.h"
#include "runtime/Packing/PackedFormat.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace tern::cpu {

/// Bytes aligned as the runtime aligns buffers.
class AlignedBytes {
public:
  explicit AlignedBytes(size_t size) : length(size), bytes(allocate(size), std::free) {}
  std::uint8_t *data() const { return bytes.get(); }
  size_t size() const { return length; }

private:
  static std::uint8_t *allocate(size_t size);
  size_t length;
  std::unique_ptr<std::uint8_t, void (*)(void *)> bytes;
};

/// Random packed weights whose numbers lie around -1 to 1.
AlignedBytes randomWeights(PackedFormat format, std::uint64_t rows, std::uint64_t columns, std::uint64_t seed);

/// Random activations as a buffer of `capacity` rows holds them, and as numbers.
struct RandomTokens {
  RandomTokens(StorageFormat format, std::uint64_t rows, std::uint64_t capacity, std::uint64_t columns);

  AlignedBytes bytes;
  std::vector<float> numbers; ///< [rows][columns]
};

/// The largest error of `result` [tokens][rows] relative to the sum of the magnitudes of what it sums.
double relativeError(PackedFormat format, const AlignedBytes &weights, std::uint64_t rows, std::uint64_t columns,
                     const RandomTokens &tokens, const std::vector<float> &result);

} // namespace tern::cpu

#endif // TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_LINEARDATA_H
