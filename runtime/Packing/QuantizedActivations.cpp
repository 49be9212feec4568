//===- QuantizedActivations.cpp - Activations in blocks of 32 -------------===//

#include "runtime/Packing/QuantizedActivations.h"

#include "runtime/Base/Half.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

using namespace tern;

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// Adds an array of rows * rowBytes bytes behind `end` and moves `end` to the next multiple of 64; false on overflow.
static bool addArray(std::uint64_t rows, std::uint64_t rowBytes, std::uint64_t &end) {
  std::uint64_t bytes;
  if (__builtin_mul_overflow(rows, rowBytes, &bytes) || __builtin_add_overflow(end, bytes, &end) ||
      __builtin_add_overflow(end, std::uint64_t{63}, &end))
    return false;
  end -= end % 64;
  return end <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

std::optional<QuantizedLayout> tern::quantizedLayout(StorageFormat format, std::uint64_t maxRows,
                                                     std::uint64_t columns) {
  if (!storageFormatInfo(format).isActivation || columns > std::numeric_limits<std::uint64_t>::max() / 2)
    return std::nullopt;
  QuantizedLayout layout{};
  layout.format = format;
  layout.maxRows = maxRows;
  layout.columns = (columns + activationBlock - 1) / activationBlock * activationBlock;
  std::uint64_t blocks = layout.columns / activationBlock, end = 0;
  auto add = [&](std::uint64_t &offset, std::uint64_t rowBytes) {
    offset = end;
    return addArray(maxRows, rowBytes, end);
  };
  if (!add(layout.hi, layout.columns) || !add(layout.lo, format == StorageFormat::I15_32 ? layout.columns : 0) ||
      !add(layout.scale, blocks * sizeof(float)) || !add(layout.fsum, blocks * sizeof(float)) ||
      !add(layout.isum16, blocks * 2 * sizeof(std::int32_t)))
    return std::nullopt;
  layout.bytes = end;
  return layout;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

namespace {

struct Block {
  float d = 0;
  std::int32_t q[activationBlock] = {};

  std::int32_t sum(std::uint32_t begin, std::uint32_t end) const {
    std::int32_t total = 0;
    for (std::uint32_t i = begin; i < end; ++i)
      total += q[i];
    return total;
  }
};

/// The largest magnitude; NaN if there is one. Without their sign, floats compare like their bits, and NaN is largest.
float largestMagnitude(const float *x, std::uint64_t count) {
  std::uint32_t largest = 0;
  for (std::uint64_t i = 0; i < count; ++i)
    largest = std::max(largest, floatToBits(x[i]) & 0x7fffffffu);
  return bitsToFloat(largest);
}

/// Quantises `count` numbers, at most 32; the rest are zeros.
Block quantizeBlock(const float *x, std::uint64_t count, float top) {
  Block block;
  float m = largestMagnitude(x, count);
  block.d = m / top;
  if (!(m >= smallestQuantized) || std::isinf(m))
    return block;
  float inverse = top / m;
  for (std::uint64_t i = 0; i < count; ++i)
    block.q[i] = static_cast<std::int32_t>(std::nearbyint(x[i] * inverse));
  return block;
}

/// One row of a buffer.
struct Row {
  std::int8_t *hi, *lo; ///< `lo` is null for I8_32.
  float *scale, *fsum;
  std::int32_t *isum16;

  Row(const QuantizedLayout &layout, std::uint8_t *buffer, std::uint64_t row) {
    std::uint64_t blocks = layout.columns / activationBlock;
    auto at = [&](std::uint64_t offset) { return static_cast<void *>(buffer + offset); };
    hi = static_cast<std::int8_t *>(at(layout.hi)) + row * layout.columns;
    lo = layout.format == StorageFormat::I15_32 ? static_cast<std::int8_t *>(at(layout.lo)) + row * layout.columns
                                                : nullptr;
    scale = static_cast<float *>(at(layout.scale)) + row * blocks;
    fsum = static_cast<float *>(at(layout.fsum)) + row * blocks;
    isum16 = static_cast<std::int32_t *>(at(layout.isum16)) + row * blocks * 2;
  }

  void store(std::uint64_t index, const Block &block) {
    for (std::uint32_t i = 0; i < activationBlock; ++i) {
      std::int32_t high = lo ? (block.q[i] + 64) >> 7 : block.q[i];
      hi[index * activationBlock + i] = static_cast<std::int8_t>(high);
      if (lo)
        lo[index * activationBlock + i] = static_cast<std::int8_t>(block.q[i] - 128 * high);
    }
    scale[index] = block.d;
    fsum[index] = block.d * static_cast<float>(block.sum(0, 32));
    isum16[2 * index] = block.sum(0, 16);
    isum16[2 * index + 1] = block.sum(16, 32);
  }

  float value(std::uint64_t column) const {
    int q = lo ? 128 * hi[column] + lo[column] : hi[column];
    return scale[column / activationBlock] * static_cast<float>(q);
  }
};

} // namespace

void tern::quantizeRows(const QuantizedLayout &layout, const float *x, std::uint64_t rows, std::uint64_t columns,
                        std::uint8_t *buffer) {
  assert(rows <= layout.maxRows && columns <= layout.columns && layout.columns - columns < activationBlock);
  float top = static_cast<float>(layout.format == StorageFormat::I15_32 ? topOfI15 : topOfI8);
  for (std::uint64_t row = 0; row < rows; ++row, x += columns) {
    Row target(layout, buffer, row);
    for (std::uint64_t begin = 0; begin < columns; begin += activationBlock)
      target.store(begin / activationBlock,
                   quantizeBlock(x + begin, std::min<std::uint64_t>(columns - begin, activationBlock), top));
  }
}

void tern::dequantizeRows(const QuantizedLayout &layout, const std::uint8_t *buffer, std::uint64_t rows,
                          float *target) {
  for (std::uint64_t row = 0; row < rows; ++row) {
    const Row source(layout, const_cast<std::uint8_t *>(buffer), row);
    for (std::uint64_t column = 0; column < layout.columns; ++column)
      *target++ = source.value(column);
  }
}
