//===- LinearTest.cpp ----------------------------------------------------===//
//
// Several weights at once, and none.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/LinearTesting.h"

using namespace tern;
using namespace tern::test;

namespace {

TEST(Linear, SeveralWeightsOfDifferentFormats) {
  constexpr std::uint64_t columns = 768;
  RandomWeight<Q4_K> a(rows, columns, 1);
  RandomWeight<Q6_K> b(rows, columns, 2);
  RandomWeight<Q8_0> c(rows, columns, 3);
  RandomWeight<Wide8> d(rows, columns, 4);
  RandomRows<I15> x(6, columns, 5);
  for (unsigned long long seed : seeds) {
    Sums sums[4] = {Sums(6), Sums(6), Sums(6), Sums(6)};
    auto body = [&] {
      linear<I15, 256, 16, Q4_K, Q6_K, Q8_0, Wide8>(
          x.buffer.data(), static_cast<long long>(x.maxRows), columns, 0, 6, blockIndex(),
          [&](long long token, long long row, float s0, float s1, float s2, float s3) {
            sums[0].add(token, row, s0);
            sums[1].add(token, row, s1);
            sums[2].add(token, row, s2);
            sums[3].add(token, row, s3);
          },
          a.packed.data(), b.packed.data(), c.packed.data(), d.packed.data());
    };
    EXPECT_EQ(run(body, 3, 256, seed), "");
    compare(sums[0], 0, 6, a.values, x.values, columns);
    compare(sums[1], 0, 6, b.values, x.values, columns);
    compare(sums[2], 0, 6, c.values, x.values, columns);
    compare(sums[3], 0, 6, d.values, x.values, columns);
  }
}

/// The same bits whatever the kernel was made for, but for its threads.
TEST(Linear, TheBatchOfAKernelDoesNotShow) {
  constexpr std::uint64_t columns = 1280;
  RandomWeight<Q5_K> w(rows, columns, 1);
  RandomRows<I15> x(17, columns, 2);
  Sums whole = multiply<I15, 256, 17>(w, x, columns, 0, 17, 0);
  compare(whole, 0, 17, w.values, x.values, columns);
  for (unsigned long long seed : seeds) {
    Sums alone = multiply<I15, 256, 1>(w, x, columns, 6, 7, seed);
    EXPECT_TRUE(std::equal(alone.values.begin() + 6 * 48, alone.values.end(), whole.values.begin() + 6 * 48));
    Sums part = multiply<I15, 256, 3>(w, x, columns, 5, 16, seed);
    EXPECT_TRUE(std::equal(part.values.begin() + 5 * 48, part.values.end(), whole.values.begin() + 5 * 48));
  }
}

TEST(Linear, OfNoTokensDoesNothing) {
  RandomWeight<Q8_0> w(rows, 32, 1);
  RandomRows<I15> x(1, 32, 2);
  EXPECT_TRUE((multiply<I15, 128, 1>(w, x, 32, 0, 0, 0).values.empty()));
}

} // namespace
