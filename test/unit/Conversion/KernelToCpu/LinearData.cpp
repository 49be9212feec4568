//===- LinearData.cpp - Random weights and tokens for linear kernels ------===//

#include "test/unit/Conversion/KernelToCpu/LinearData.h"

#include "runtime/Base/Half.h"
#include "runtime/Packing/Pack.h"
#include "runtime/Packing/QuantizedActivations.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tern;
using namespace tern::cpu;

std::uint8_t *AlignedBytes::allocate(size_t size) {
  // Large pages for large buffers, so that benchmarks measure the kernels and not the page tables.
  size_t alignment = size >= (size_t{1} << 21) ? size_t{1} << 21 : 64;
  return static_cast<std::uint8_t *>(std::aligned_alloc(alignment, (size + alignment) / alignment * alignment));
}

namespace {

struct Random {
  std::uint64_t state;
  std::uint32_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state >> 32);
  }
  /// In [-1, 1), of 16 bits.
  float number() { return static_cast<float>(static_cast<int>(next() >> 16) - 32768) / 32768.0f; }
};

template <typename T> void put(std::uint8_t *target, std::uint64_t index, T value) {
  std::memcpy(target + index * sizeof(T), &value, sizeof(T));
}

std::uint16_t bf16Of(float number) { return static_cast<std::uint16_t>(floatToBits(number) >> 16); }

} // namespace

static void fillScales(PackedFormat format, std::uint8_t *block, std::uint32_t offset, std::uint32_t count,
                       Random &random) {
  if (offset == noPart)
    return;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (format == PackedFormat::Wide8)
      put(block + offset, i, random.number() / 128);
    else
      put(block + offset, i, static_cast<std::uint16_t>(0x1400u + (random.next() >> 16 & 0x8bffu)));
  }
}

AlignedBytes tern::cpu::randomWeights(PackedFormat format, std::uint64_t rows, std::uint64_t columns,
                                      std::uint64_t seed) {
  const PackedFormatInfo &info = packedFormatInfo(format);
  AlignedBytes weights(*packedBytes(format, rows, columns));
  Random random{seed};
  for (size_t i = 0; i + 4 <= weights.size(); i += 4) {
    if (format == PackedFormat::F32)
      put(weights.data(), i / 4, random.number());
    else if (format == PackedFormat::F16 || format == PackedFormat::BF16)
      for (int half = 0; half < 2; ++half)
        put(weights.data(), i / 2 + half,
            format == PackedFormat::BF16 ? bf16Of(random.number())
                                         : static_cast<std::uint16_t>(0x3000u + (random.next() >> 16 & 0x8bffu)));
    else
      put(weights.data(), i / 4, random.next());
  }
  std::uint32_t scales = format == PackedFormat::Wide8 ? 32 : 16;
  if (info.scales != noPart) {
    for (size_t block = 0; block < weights.size(); block += info.bytes) {
      fillScales(format, weights.data() + block, info.scales, scales, random);
      fillScales(format, weights.data() + block, info.minima, scales, random);
    }
  }
  return weights;
}

static size_t bytesOf(StorageFormat format, std::uint64_t capacity, std::uint64_t columns) {
  if (storageFormatInfo(format).isActivation)
    return quantizedLayout(format, capacity, columns)->bytes;
  return capacity * columns * storageFormatInfo(format).blockBytes;
}

/// Fills `tokens`, and puts the numbers that its quants stand for in place of the given ones.
static void quantize(StorageFormat format, std::uint64_t rows, std::uint64_t capacity, std::uint64_t columns,
                     RandomTokens &tokens) {
  QuantizedLayout layout = *quantizedLayout(format, capacity, columns);
  quantizeRows(layout, tokens.numbers.data(), rows, columns, tokens.bytes.data());
  std::vector<float> padded(rows * layout.columns);
  dequantizeRows(layout, tokens.bytes.data(), rows, padded.data());
  for (std::uint64_t row = 0; row < rows; ++row)
    std::copy_n(padded.data() + row * layout.columns, columns, tokens.numbers.data() + row * columns);
}

RandomTokens::RandomTokens(StorageFormat format, std::uint64_t rows, std::uint64_t capacity, std::uint64_t columns)
    : bytes(bytesOf(format, capacity, columns)), numbers(rows * columns) {
  bool isQuantized = storageFormatInfo(format).isActivation;
  Random random{rows * 7919 + columns};
  for (float &number : numbers)
    number = roundTo(isQuantized ? StorageFormat::F32 : format, random.number());
  std::memset(bytes.data(), 0xff, bytes.size());
  if (isQuantized) {
    quantize(format, rows, capacity, columns, *this);
    return;
  }
  for (std::uint64_t i = 0; i < numbers.size(); ++i) {
    if (format == StorageFormat::F32)
      put(bytes.data(), i, numbers[i]);
    else
      put(bytes.data(), i, format == StorageFormat::BF16 ? bf16Of(numbers[i]) : floatToHalf(numbers[i]));
  }
}

double tern::cpu::relativeError(PackedFormat format, const AlignedBytes &weights, std::uint64_t rows,
                                std::uint64_t columns, const RandomTokens &tokens, const std::vector<float> &result) {
  std::vector<float> numbers(rows * columns);
  unpackTiles(format, weights.data(), rows, columns, numbers.data());
  double worst = 0;
  for (std::uint64_t token = 0; token < tokens.numbers.size() / columns; ++token) {
    for (std::uint64_t row = 0; row < rows; ++row) {
      double sum = 0, magnitude = 0;
      for (std::uint64_t i = 0; i < columns; ++i) {
        double product = double(numbers[row * columns + i]) * tokens.numbers[token * columns + i];
        sum += product;
        magnitude += std::fabs(product);
      }
      double error = std::fabs(sum - result[token * rows + row]) / magnitude;
      worst = std::isfinite(error) ? std::max(worst, error) : INFINITY;
    }
  }
  return worst;
}
