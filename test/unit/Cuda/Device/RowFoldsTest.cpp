//===- RowFoldsTest.cpp ---------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/RowFolds.h"

#include <cmath>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr long long counts[] = {0, 1, 31, 32, 33, 64, 500, 511, 512, 513, 640, 1024, 2048, 2100};

/// What the header says, number by number.
template <typename FOLD, typename T> T expected(const std::vector<T> &row, T neutral) {
  std::vector<T> partials(512, neutral);
  for (std::size_t i = 0; i < row.size(); ++i)
    partials[i % 512] = FOLD::combine(partials[i % 512], row[i]);
  T result = neutral;
  for (std::size_t set = 0; set == 0 || (set < 16 && set * 32 < row.size()); ++set) {
    T lanes[32];
    std::copy_n(&partials[set * 32], 32, lanes);
    for (int mask = 16; mask > 0; mask >>= 1)
      for (int lane = 0; lane < mask; ++lane)
        lanes[lane] = FOLD::combine(lanes[lane], lanes[lane + mask]);
    result = set == 0 ? lanes[0] : FOLD::combine(result, lanes[0]);
  }
  return result;
}

/// What each of the threads of a block of `threads` gets.
template <typename GROUP, typename FOLD, typename T>
std::vector<T> folded(const std::vector<T> &row, T neutral, unsigned threads, unsigned long long seed) {
  std::vector<T> results(threads);
  auto body = [&] {
    results[threadIdx.x] = foldRow<GROUP, FOLD>(static_cast<long long>(row.size()), neutral,
                                                [&](long long i) { return row[static_cast<std::size_t>(i)]; });
  };
  EXPECT_EQ(run(body, 1, threads, seed), "");
  return results;
}

MATCHER_P(HasBitsOf, value, "") { return std::memcmp(&arg, &value, sizeof value) == 0; }

template <typename FOLD, typename T> void checkGroups(const std::vector<T> &row, T neutral, unsigned long long seed) {
  T result = expected<FOLD>(row, neutral);
  auto same = testing::Each(HasBitsOf(result));
  EXPECT_THAT((folded<Block<512>, FOLD>(row, neutral, 512, seed)), same) << row.size();
  EXPECT_THAT((folded<Block<256>, FOLD>(row, neutral, 256, seed)), same) << row.size();
  EXPECT_THAT((folded<Block<128>, FOLD>(row, neutral, 128, seed)), same) << row.size();
  EXPECT_THAT((folded<Block<32>, FOLD>(row, neutral, 32, seed)), same) << row.size();
  EXPECT_THAT((folded<Warp, FOLD>(row, neutral, 64, seed)), same) << row.size();
}

TEST(RowFolds, AreTheSameBitsInAllGroups) {
  for (long long count : counts) {
    std::vector<float> row = randomNumbers(static_cast<std::size_t>(count), 5);
    checkGroups<Sum>(row, 0.0f, 1);
    checkGroups<Max>(row, -std::numeric_limits<float>::infinity(), 2);
    checkGroups<Min>(row, std::numeric_limits<float>::infinity(), 3);
    for (float &number : row)
      number = 1 + number / 100;
    checkGroups<Product>(row, 1.0f, 0);
  }
}

TEST(RowFolds, OfIntegers) {
  std::vector<long long> row;
  for (int i = 0; i < 700; ++i)
    row.push_back((i * 7919 % 101 - 50) * (1ll << 40));
  checkGroups<Sum>(row, 0ll, 0);
  checkGroups<Max>(row, std::numeric_limits<long long>::min(), 1);
  checkGroups<Min>(row, std::numeric_limits<long long>::max(), 2);
  checkGroups<Product>(std::vector<long long>{3, -5, 7}, 1ll, 3);
}

TEST(RowFolds, MaximumIsNanIfAnElementIs) {
  for (std::size_t place : {0u, 33u, 511u, 512u, 699u}) {
    std::vector<float> row = randomNumbers(700, 7);
    row[place] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan((folded<Block<128>, Max>(row, 0.0f, 128, 1)[5])));
    EXPECT_TRUE(std::isnan((folded<Warp, Min>(row, 0.0f, 32, 1)[5])));
  }
}

/// A warp folds a row while others fold theirs, or have none.
TEST(RowFolds, WarpsDoNotWaitForEachOther) {
  std::vector<float> numbers = randomNumbers(3 * 100, 9);
  for (unsigned long long seed : seeds) {
    std::vector<float> results(3);
    auto body = [&] {
      for (unsigned row = threadIdx.x / 32; row < 3; row += 2) {
        float sum = foldRow<Warp, Sum>(100ll, 0.0f, [&](long long i) { return numbers[row * 100 + i]; });
        if (threadIdx.x % 32 == 7)
          results[row] = sum;
      }
    };
    EXPECT_EQ(run(body, 1, 64, seed), "");
    for (std::size_t row = 0; row < 3; ++row) {
      std::vector<float> alone(&numbers[row * 100], &numbers[row * 100] + 100);
      EXPECT_THAT(results[row], HasBitsOf(expected<Sum>(alone, 0.0f)));
    }
  }
}

TEST(RowFolds, OneAfterAnotherDoNotDisturbEachOther) {
  for (unsigned long long seed : seeds) {
    std::vector<float> results(128);
    auto body = [&] {
      float sum = 0;
      for (int i = 1; i < 5; ++i)
        sum += foldRow<Block<128>, Sum>(128ll, 0.0f, [&](long long) { return static_cast<float>(i); });
      results[threadIdx.x] = sum;
    };
    EXPECT_EQ(run(body, 1, 128, seed), "");
    EXPECT_THAT(results, testing::Each(1280.0f));
  }
}

} // namespace
