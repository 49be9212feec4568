//===- ReductionsTest.cpp -------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/Reductions.h"
#include "runtime/Cuda/Device/Storage.h"

#include <cmath>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// What every thread gets from `reduce(its number)`, in all orders the same.
template <int THREADS, typename T, typename Reduce> T reduced(const std::vector<T> &values, Reduce reduce) {
  std::vector<T> first;
  for (unsigned long long seed : seeds) {
    std::vector<T> results(THREADS);
    EXPECT_EQ(run([&] { results[threadIdx.x] = reduce(values[threadIdx.x]); }, 1, THREADS, seed), "");
    for (const T &result : results)
      EXPECT_EQ(std::memcmp(&result, &results[0], sizeof(T)), 0);
    if (first.empty())
      first = results;
    EXPECT_EQ(std::memcmp(&first[0], &results[0], sizeof(T)), 0) << "seed " << seed;
  }
  return first[0];
}

template <int THREADS> void checkAll() {
  std::vector<float> x = randomNumbers(THREADS, THREADS);
  double sum = 0, product = 1;
  for (float &value : x) {
    sum += value;
    value = 1 + value / 100;
    product *= value;
  }
  EXPECT_NEAR(reduced<THREADS>(x, blockProduct<THREADS>), product, 1e-4 * product);
  x = randomNumbers(THREADS, THREADS);
  EXPECT_NEAR(reduced<THREADS>(x, blockSum<THREADS>), sum, 1e-4);
  EXPECT_EQ(reduced<THREADS>(x, blockMax<THREADS>), *std::max_element(x.begin(), x.end()));
  EXPECT_EQ(reduced<THREADS>(x, blockMin<THREADS>), *std::min_element(x.begin(), x.end()));
  std::vector<long long> integers;
  long long total = 0;
  for (int i = 0; i < THREADS; ++i) {
    integers.push_back((i * 7919 % 101 - 50) * (1ll << 40));
    total += integers.back();
  }
  EXPECT_EQ(reduced<THREADS>(integers, blockSumInt<THREADS>), total);
  EXPECT_EQ(reduced<THREADS>(integers, blockMaxInt<THREADS>), *std::max_element(integers.begin(), integers.end()));
  EXPECT_EQ(reduced<THREADS>(integers, blockMinInt<THREADS>), *std::min_element(integers.begin(), integers.end()));
}

TEST(Reductions, OfBlocksOfAllSizes) {
  checkAll<32>();
  checkAll<128>();
  checkAll<256>();
  checkAll<1024>();
}

TEST(Reductions, MaximumAndMinimumAreNanIfAnyIs) {
  for (int place : {0, 5, 31, 32, 127}) {
    std::vector<float> x = randomNumbers(128, 3);
    x[64] = infinity;
    x[65] = -infinity;
    EXPECT_EQ(reduced<128>(x, blockMax<128>), infinity);
    EXPECT_EQ(reduced<128>(x, blockMin<128>), -infinity);
    EXPECT_TRUE(std::isnan(reduced<128>(x, blockSum<128>)));
    x[place] = nan;
    EXPECT_TRUE(std::isnan(reduced<128>(x, blockMax<128>)));
    EXPECT_TRUE(std::isnan(reduced<128>(x, blockMin<128>)));
  }
}

TEST(Reductions, OneAfterAnotherDoNotDisturbEachOther) {
  for (unsigned long long seed : seeds) {
    std::vector<float> results(128);
    auto body = [&] {
      float sum = 0;
      for (int i = 1; i < 5; ++i)
        sum += blockSum<128>(static_cast<float>(i)) + blockMax<128>(static_cast<float>(threadIdx.x * i));
      results[threadIdx.x] = sum;
    };
    EXPECT_EQ(run(body, 1, 128, seed), "");
    EXPECT_THAT(results, testing::Each(128.0f * 10 + 127 * 10));
  }
}

TEST(Storage, HalvesAreThoseOfTheRuntime) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    auto half = static_cast<unsigned short>(bits);
    float value = toFloat(f16{half}), brain = toFloat(bf16{half});
    if (!std::isnan(value)) {
      EXPECT_EQ(fromFloat<f16>(value).bits, half);
    }
    if (!std::isnan(brain)) {
      EXPECT_EQ(fromFloat<bf16>(brain).bits, half);
    }
  }
  EXPECT_EQ(fromFloat<float>(1.5f), 1.5f);
}

} // namespace
