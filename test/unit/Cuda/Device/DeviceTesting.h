//===- DeviceTesting.h - Device code in tests --------------------*- C++ -*-===//
//
// Includes the emulation, so it comes after headers that do not know its words (`__shared__` and others).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CUDA_DEVICE_DEVICETESTING_H
#define TERN_TEST_UNIT_CUDA_DEVICE_DEVICETESTING_H

#include <cstdint>
#include <cstring>
#include <gmock/gmock.h>
#include <random>
#include <string>
#include <vector>

#include "runtime/Cuda/Emulation/Emulation.h"

namespace tern::test {

/// The orders in which tests run threads: forward, backward, random.
constexpr unsigned long long seeds[] = {0, 1, 2, 3};

/// Runs `body()` in every thread of a grid; what went wrong, or "".
template <typename Body>
std::string run(Body body, unsigned grid, unsigned block, unsigned long long seed = 0, unsigned sharedBytes = 0) {
  const char *problem = emulation::launchBody(body, grid, block, sharedBytes, seed);
  return problem ? problem : "";
}

/// Bytes at an address that is a multiple of 64, as operands have; exactly as many as asked for.
class Buffer {
public:
  explicit Buffer(std::size_t size, unsigned char fill = 0xa5)
      : size_(size),
        bytes(static_cast<std::uint8_t *>(std::aligned_alloc(64, (size + 63) / 64 * 64 + (size == 0) * 64))) {
    std::memset(bytes, fill, size);
  }
  ~Buffer() { std::free(bytes); }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  std::uint8_t *data() const { return bytes; }
  std::size_t size() const { return size_; }
  template <typename T> T *as() const { return reinterpret_cast<T *>(bytes); }
  std::vector<std::uint8_t> contents() const { return {bytes, bytes + size_}; }

private:
  std::size_t size_;
  std::uint8_t *bytes;
};

/// Numbers of a normal distribution.
inline std::vector<float> randomNumbers(std::size_t count, unsigned seed, float deviation = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> numbers(count);
  for (float &number : numbers)
    number = normal(generator);
  return numbers;
}

/// The bits of a float, all NaNs alike.
inline std::uint32_t bitsOf(float value) { return value != value ? 0x7fc00000u : floatToBits(value); }

inline std::vector<std::uint32_t> bitsOf(const std::vector<float> &values) {
  std::vector<std::uint32_t> bits;
  for (float value : values)
    bits.push_back(bitsOf(value));
  return bits;
}

} // namespace tern::test

#endif // TERN_TEST_UNIT_CUDA_DEVICE_DEVICETESTING_H
