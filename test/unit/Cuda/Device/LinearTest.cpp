//===- LinearTest.cpp -----------------------------------------------------===//
//
// Every format of weights with every format of activations, against sums in f64 of the very values that both hold.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/RandomWeight.h"

#include "runtime/Cuda/Device/Linear.h"

#include <cmath>

using namespace tern;
using namespace tern::test;

namespace {

constexpr std::uint64_t rows = 40; // of which the last tile has 8

/// What finish got, [token][row of all tiles], and how often.
struct Sums {
  explicit Sums(std::uint64_t tokens) : values(tokens * 48, NAN), calls(tokens * 48) {}
  void add(long long token, long long row, float sum) {
    values.at(static_cast<std::size_t>(token * 48 + row)) = sum;
    ++calls.at(static_cast<std::size_t>(token * 48 + row));
  }
  std::vector<float> values;
  std::vector<int> calls;
};

/// Compares rows of the matrix with sums in f64; the bound is of rounding in f32 over the longest chain of sums.
void compare(const Sums &sums, std::uint64_t firstToken, std::uint64_t endToken, const std::vector<float> &w,
             const std::vector<float> &x, std::uint64_t columns) {
  for (std::uint64_t token = firstToken; token < endToken; ++token) {
    for (std::uint64_t row = 0; row < 48; ++row)
      EXPECT_EQ(sums.calls[token * 48 + row], 1) << "token " << token << ", row " << row;
    for (std::uint64_t row = 0; row < rows; ++row) {
      double expected = 0, magnitude = 0;
      for (std::uint64_t c = 0; c < columns; ++c) {
        double product = static_cast<double>(w[row * columns + c]) * x[token * columns + c];
        expected += product;
        magnitude += std::abs(product);
      }
      ASSERT_NEAR(sums.values[token * 48 + row], expected, 2e-6 * magnitude) << "token " << token << ", row " << row;
    }
  }
}

template <typename X, int THREADS, int MAXTOKENS, typename FORMAT>
Sums multiply(const RandomWeight<FORMAT> &w, const RandomRows<X> &x, std::uint64_t columns, long long begin,
              long long end, unsigned long long seed) {
  Sums sums(static_cast<std::uint64_t>(end));
  auto body = [&] {
    linear<X, THREADS, MAXTOKENS, FORMAT>(
        x.buffer.data(), static_cast<long long>(x.maxRows), static_cast<long long>(columns), begin, end, blockIndex(),
        [&](long long token, long long row, float sum) { sums.add(token, row, sum); }, w.packed.data());
  };
  EXPECT_EQ(run(body, 3, THREADS, seed), "");
  return sums;
}

template <typename X, typename FORMAT> void check(std::uint64_t columns) {
  SCOPED_TRACE("columns " + std::to_string(columns));
  constexpr std::uint64_t tokens = 17;
  RandomWeight<FORMAT> w(rows, columns, static_cast<unsigned>(columns));
  RandomRows<X> x(tokens, columns, static_cast<unsigned>(columns) + 1);
  std::vector<float> whole;
  for (std::uint64_t count = 1; count <= tokens; ++count) {
    Sums sums = multiply<X, 128, 17>(w, x, columns, 0, static_cast<long long>(count), count % 4);
    compare(sums, 0, count, w.values, x.values, columns);
    if (count == tokens)
      whole = sums.values;
  }
  // The same bits alone, in any part of the batch and in any order of threads.
  for (unsigned long long seed : seeds) {
    Sums alone = multiply<X, 128, 1>(w, x, columns, 6, 7, seed);
    EXPECT_TRUE(std::equal(alone.values.begin() + 6 * 48, alone.values.end(), whole.begin() + 6 * 48));
    Sums part = multiply<X, 128, 3>(w, x, columns, 5, 16, seed);
    EXPECT_TRUE(std::equal(part.values.begin() + 5 * 48, part.values.end(), whole.begin() + 5 * 48));
  }
  Sums wide = multiply<X, 256, 2>(w, x, columns, 15, 17, 3);
  compare(wide, 15, 17, w.values, x.values, columns);
}

template <typename FORMAT> class Quants : public testing::Test {};
using QuantFormats = testing::Types<Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K, Wide8>;
TYPED_TEST_SUITE(Quants, QuantFormats);

TYPED_TEST(Quants, TimesFifteenBits) {
  check<I15, TypeParam>(256);
  check<I15, TypeParam>(2304);
}
TYPED_TEST(Quants, TimesEightBits) { check<I8, TypeParam>(768); }
TYPED_TEST(Quants, TimesF32) { check<F32, TypeParam>(768); }
TYPED_TEST(Quants, TimesF16) { check<F16, TypeParam>(256); }
TYPED_TEST(Quants, TimesBF16) { check<BF16, TypeParam>(1280); }

TEST(Linear, BlocksOf32TakeAnyMultiple) {
  check<I15, Q4_1>(576);
  check<I15, Q8_0>(32);
  check<I8, Q5_0>(1056);
  check<F32, Q4_0>(96);
}

template <typename FORMAT> class Numbers : public testing::Test {};
using NumberFormats = testing::Types<BF16, F16, F32>;
TYPED_TEST_SUITE(Numbers, NumberFormats);

TYPED_TEST(Numbers, TimesF32) {
  for (std::uint64_t columns : {1, 2, 33, 130, 576, 2049})
    check<F32, TypeParam>(columns);
}
TYPED_TEST(Numbers, TimesF16) {
  for (std::uint64_t columns : {3, 64, 577})
    check<F16, TypeParam>(columns);
}
TYPED_TEST(Numbers, TimesBF16) {
  for (std::uint64_t columns : {5, 128, 1000})
    check<BF16, TypeParam>(columns);
}

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
      prefetchTiles<256, Q4_K, Q6_K, Q8_0, Wide8>(columns, blockIndex(), a.packed.data(), b.packed.data(),
                                                  c.packed.data(), d.packed.data());
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

TEST(Linear, OfNoTokensDoesNothing) {
  RandomWeight<Q8_0> w(rows, 32, 1);
  RandomRows<I15> x(1, 32, 2);
  EXPECT_TRUE((multiply<I15, 128, 1>(w, x, 32, 0, 0, 0).values.empty()));
}

} // namespace
