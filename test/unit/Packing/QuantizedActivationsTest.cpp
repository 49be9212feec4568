//===- QuantizedActivationsTest.cpp ---------------------------------------===//

#include "runtime/Packing/QuantizedActivations.h"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>
#include <vector>

using namespace tern;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A buffer and views of its arrays.
struct Quantized {
  Quantized(StorageFormat format, const std::vector<float> &x, std::uint64_t rows, std::uint64_t columns)
      : layout(*quantizedLayout(format, rows + 1, columns)), rows(rows), buffer(layout.bytes / 64) {
    quantizeRows(layout, x.data(), rows, columns, data());
  }

  struct alignas(64) Line {
    std::uint8_t bytes[64] = {};
  };

  std::uint8_t *data() { return buffer.data()->bytes; }
  template <typename T> const T *at(std::uint64_t offset) {
    return static_cast<const T *>(static_cast<const void *>(data() + offset));
  }
  std::vector<float> values() {
    std::vector<float> result(rows * layout.columns);
    dequantizeRows(layout, data(), rows, result.data());
    return result;
  }

  QuantizedLayout layout;
  std::uint64_t rows;
  std::vector<Line> buffer;
};

std::vector<float> waves(std::uint64_t count) {
  std::vector<float> x(count);
  for (std::uint64_t i = 0; i < count; ++i)
    x[i] = std::sin(static_cast<float>(i) * 1.7f) * std::exp(std::cos(static_cast<float>(i) * 0.01f) * 5);
  return x;
}

TEST(QuantizedLayout, ArraysFollowEachOtherOnLines) {
  QuantizedLayout layout = *quantizedLayout(StorageFormat::I15_32, 3, 100);
  EXPECT_EQ(layout.columns, 128u);
  EXPECT_EQ(layout.hi, 0u);
  EXPECT_EQ(layout.lo, 384u);
  EXPECT_EQ(layout.scale, 768u);
  EXPECT_EQ(layout.fsum, 832u) << "48 bytes of scales, up to the next line";
  EXPECT_EQ(layout.isum16, 896u);
  EXPECT_EQ(layout.bytes, 1024u);
}

TEST(QuantizedLayout, TakesTheBytesOfTheFormatWhereLinesAreFull) {
  for (StorageFormat format : {StorageFormat::I8_32, StorageFormat::I15_32})
    EXPECT_EQ(quantizedLayout(format, 16, 576)->bytes, *storageBytes(format, 16, 576));
  QuantizedLayout narrow = *quantizedLayout(StorageFormat::I8_32, 16, 576);
  EXPECT_EQ(narrow.lo, narrow.scale) << "no second plane";
}

TEST(QuantizedLayout, NothingForOtherFormatsOrTooMuch) {
  EXPECT_EQ(quantizedLayout(StorageFormat::Q8_0, 1, 32), std::nullopt);
  EXPECT_EQ(quantizedLayout(StorageFormat::I8_32, std::uint64_t{1} << 40, std::uint64_t{1} << 40), std::nullopt);
  EXPECT_EQ(quantizedLayout(StorageFormat::I8_32, 1, ~std::uint64_t{0}), std::nullopt);
  EXPECT_EQ(quantizedLayout(StorageFormat::I15_32, std::uint64_t{1} << 57, 32), std::nullopt) << "the first plane fits";
  EXPECT_EQ(quantizedLayout(StorageFormat::I15_32, 0, 64)->bytes, 0u);
}

TEST(QuantizeRows, ErrorsAreAtMostHalfAStep) {
  std::vector<float> x = waves(5 * 96);
  for (auto [format, top] : {std::pair(StorageFormat::I8_32, topOfI8), std::pair(StorageFormat::I15_32, topOfI15)}) {
    std::vector<float> values = Quantized(format, x, 5, 96).values();
    for (std::size_t block = 0; block < x.size(); block += 32) {
      float m = 0;
      for (std::size_t i = block; i < block + 32; ++i)
        m = std::max(m, std::fabs(x[i]));
      for (std::size_t i = block; i < block + 32; ++i)
        EXPECT_NEAR(values[i], x[i], m / static_cast<float>(top) * 0.5001f) << i;
    }
  }
}

TEST(QuantizeRows, SumsAreThoseOfTheQuants) {
  Quantized wide(StorageFormat::I15_32, waves(2 * 64), 2, 64);
  const QuantizedLayout &layout = wide.layout;
  for (int block = 0; block < 4; ++block) {
    std::int32_t sums[2] = {};
    for (int i = 0; i < 32; ++i) {
      int hi = wide.at<std::int8_t>(layout.hi)[block * 32 + i], lo = wide.at<std::int8_t>(layout.lo)[block * 32 + i];
      EXPECT_LE(std::abs(hi), 127);
      EXPECT_GE(lo, -64);
      EXPECT_LE(lo, 63);
      sums[i / 16] += 128 * hi + lo;
    }
    EXPECT_EQ(wide.at<std::int32_t>(layout.isum16)[block * 2], sums[0]);
    EXPECT_EQ(wide.at<std::int32_t>(layout.isum16)[block * 2 + 1], sums[1]);
    EXPECT_EQ(wide.at<float>(layout.fsum)[block],
              wide.at<float>(layout.scale)[block] * static_cast<float>(sums[0] + sums[1]));
  }
}

TEST(QuantizeRows, LargestBecomesTopAndTiesGoToEven) {
  std::vector<float> x(32, 0.0f);
  x[0] = -127;
  x[1] = 2.5f;
  x[2] = 3.5f;
  x[3] = -2.5f;
  Quantized narrow(StorageFormat::I8_32, x, 1, 32);
  const std::int8_t *q = narrow.at<std::int8_t>(narrow.layout.hi);
  EXPECT_THAT(std::vector<int>(q, q + 5), testing::ElementsAre(-127, 2, 4, -2, 0));
  EXPECT_EQ(narrow.at<float>(narrow.layout.scale)[0], 1.0f);

  x[0] = 16256;
  x[1] = -16256;
  Quantized wide(StorageFormat::I15_32, x, 1, 32);
  EXPECT_EQ(wide.at<std::int8_t>(wide.layout.hi)[0], 127);
  EXPECT_EQ(wide.at<std::int8_t>(wide.layout.hi)[1], -127);
  EXPECT_EQ(wide.at<std::int8_t>(wide.layout.lo)[0], 0);
  EXPECT_EQ(wide.values()[1], -16256.0f);
}

TEST(QuantizeRows, RowsThatAreNotWholeBlocksEndInZeros) {
  std::vector<float> x = waves(2 * 40);
  Quantized quantized(StorageFormat::I15_32, x, 2, 40);
  std::vector<float> values = quantized.values();
  ASSERT_EQ(values.size(), 128u);
  for (int row = 0; row < 2; ++row) {
    EXPECT_NEAR(values[row * 64 + 39], x[row * 40 + 39], 0.01f);
    for (int column = 40; column < 64; ++column)
      EXPECT_EQ(values[row * 64 + column], 0.0f);
  }
}

TEST(QuantizeRows, InfinityAndNaNSpoilTheirBlockAlone) {
  for (float bad : {infinity, -infinity, nan, -nan}) {
    std::vector<float> x = waves(96);
    x[40] = bad;
    Quantized quantized(StorageFormat::I15_32, x, 1, 96);
    std::vector<float> values = quantized.values();
    for (int i = 0; i < 96; ++i)
      EXPECT_EQ(std::isnan(values[i]), i / 32 == 1) << i;
    EXPECT_TRUE(std::isnan(quantized.at<float>(quantized.layout.fsum)[1]));
    EXPECT_EQ(quantized.at<std::int32_t>(quantized.layout.isum16)[2], 0);
  }
}

TEST(QuantizeRows, TinyBlocksAreZeroAndSmallOnesAreNot) {
  for (float tiny : {0.0f, 1e-45f, 1e-38f, 0x1p-101f})
    EXPECT_THAT(Quantized(StorageFormat::I15_32, std::vector<float>(32, tiny), 1, 32).values(), testing::Each(0.0f));
  EXPECT_THAT(Quantized(StorageFormat::I15_32, std::vector<float>(32, 0x1p-100f), 1, 32).values(),
              testing::Each(testing::FloatEq(0x1p-100f)));
}

} // namespace
