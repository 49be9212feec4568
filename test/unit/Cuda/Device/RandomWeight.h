//===- RandomWeight.h - Packed weights and activations of tests --*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CUDA_DEVICE_RANDOMWEIGHT_H
#define TERN_TEST_UNIT_CUDA_DEVICE_RANDOMWEIGHT_H

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/Formats.h"
#include "runtime/Packing/Pack.h"
#include "runtime/Packing/QuantizedActivations.h"

namespace tern::test {

/// The format of files that a packed format of device code is made from.
template <typename FORMAT> inline constexpr StorageFormat storedAs = StorageFormat::F32;
template <> inline constexpr StorageFormat storedAs<Q8_0> = StorageFormat::Q8_0;
template <> inline constexpr StorageFormat storedAs<Q4_0> = StorageFormat::Q4_0;
template <> inline constexpr StorageFormat storedAs<Q4_1> = StorageFormat::Q4_1;
template <> inline constexpr StorageFormat storedAs<Q5_0> = StorageFormat::Q5_0;
template <> inline constexpr StorageFormat storedAs<Q5_1> = StorageFormat::Q5_1;
template <> inline constexpr StorageFormat storedAs<Q4_K> = StorageFormat::Q4_K;
template <> inline constexpr StorageFormat storedAs<Q5_K> = StorageFormat::Q5_K;
template <> inline constexpr StorageFormat storedAs<Q6_K> = StorageFormat::Q6_K;
template <> inline constexpr StorageFormat storedAs<Wide8> = StorageFormat::Q2_K;
template <> inline constexpr StorageFormat storedAs<BF16> = StorageFormat::BF16;
template <> inline constexpr StorageFormat storedAs<F16> = StorageFormat::F16;
template <> inline constexpr StorageFormat storedAs<I15> = StorageFormat::I15_32;
template <> inline constexpr StorageFormat storedAs<I8> = StorageFormat::I8_32;

/// Where the halves of a block of a file are: its scale, and its minimum or -1.
struct HalvesOfBlock {
  int scale, minimum;
};
inline HalvesOfBlock halvesOf(StorageFormat format) {
  switch (format) {
  case StorageFormat::Q4_1:
  case StorageFormat::Q5_1:
  case StorageFormat::Q4_K:
  case StorageFormat::Q5_K:
    return {0, 2};
  case StorageFormat::Q2_K:
    return {80, 82};
  case StorageFormat::Q6_K:
    return {208, -1};
  default:
    return {0, -1};
  }
}

/// A packed matrix of random quants with scales of ordinary size, or of random numbers; and its values.
template <typename FORMAT> struct RandomWeight {
  static constexpr StorageFormat stored = storedAs<FORMAT>;

  RandomWeight(std::uint64_t rows, std::uint64_t columns, unsigned seed)
      : packed(*packedBytes(*packedFormatOf(stored), rows, columns)), values(rows * columns) {
    std::vector<std::uint8_t> file(*storageBytes(stored, rows, columns));
    std::vector<float> numbers = randomNumbers(values.size(), seed, 0.1f);
    if (!FORMAT::isQuants)
      encodeFromFloat(stored, numbers.data(), file.data(), numbers.size());
    else
      fillBlocks(file, seed, numbers);
    packTiles(stored, file.data(), rows, columns, 0, numTiles(rows), packed.data());
    unpackTiles(*packedFormatOf(stored), packed.data(), rows, columns, values.data());
  }

  Buffer packed;
  std::vector<float> values;

private:
  static void fillBlocks(std::vector<std::uint8_t> &file, unsigned seed, const std::vector<float> &numbers) {
    std::mt19937 random(seed);
    std::size_t bytes = storageFormatInfo(stored).blockBytes;
    HalvesOfBlock halves = halvesOf(stored);
    for (std::size_t block = 0; block * bytes < file.size(); ++block) {
      for (std::size_t i = 0; i < bytes; ++i)
        file[block * bytes + i] = static_cast<std::uint8_t>(random());
      for (int at : {halves.scale, halves.minimum}) {
        std::uint16_t half = floatToHalf(numbers[block * 2 + (at == halves.minimum)]);
        if (at >= 0)
          std::memcpy(&file[block * bytes + static_cast<std::size_t>(at)], &half, sizeof half);
      }
    }
  }
};

/// Rows of activations as a kernel gets them, and their values; room for one row more.
template <typename X> struct RandomRows {
  RandomRows(std::uint64_t rows, std::uint64_t columns, unsigned seed)
      : maxRows(rows + 1), values(randomNumbers(rows * columns, seed)), buffer(bytesFor(rows + 1, columns)) {
    if constexpr (isQuantized) {
      QuantizedLayout layout = *quantizedLayout(storedAs<X>, maxRows, columns);
      quantizeRows(layout, values.data(), rows, columns, buffer.data());
      dequantizeRows(layout, buffer.data(), rows, values.data());
    } else {
      encodeFromFloat(storedAs<X>, values.data(), buffer.data(), values.size());
      decodeToFloat(storedAs<X>, buffer.data(), values.data(), values.size());
    }
  }

  static constexpr bool isQuantized = storedAs<X> == StorageFormat::I15_32 || storedAs<X> == StorageFormat::I8_32;
  static std::size_t bytesFor(std::uint64_t rows, std::uint64_t columns) {
    return isQuantized ? quantizedLayout(storedAs<X>, rows, columns)->bytes : *storageBytes(storedAs<X>, rows, columns);
  }

  std::uint64_t maxRows;
  std::vector<float> values;
  Buffer buffer;
};

} // namespace tern::test

#endif // TERN_TEST_UNIT_CUDA_DEVICE_RANDOMWEIGHT_H
