//===- QuantProductTest.cpp ----------------------------------------------===//
//
// Tiles of quants that stream through shared memory.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/LinearTesting.h"

#include "runtime/Cuda/Device/QuantProduct.h"

using namespace tern;
using namespace tern::test;

namespace {

/// Room for two stretches of a warp, or one.
template <int THREADS, int MAXTOKENS, typename... FORMATS>
constexpr int sharedFor = (2 - (sizeof...(FORMATS) > 1)) * (StretchLayout<FORMATS>::bytes + ...) * (THREADS / 32) +
                          quantSumBytes<THREADS, MAXTOKENS, sizeof...(FORMATS)>;

/// Blocks of `perBlock` tiles of the three that `rows` rows have.
template <typename X, int THREADS, int MAXTOKENS, typename FORMAT>
Sums stream(const RandomWeight<FORMAT> &w, const RandomRows<X> &x, std::uint64_t columns, long long begin,
            long long end, long long perBlock, unsigned long long seed) {
  constexpr int shared = sharedFor<THREADS, MAXTOKENS, FORMAT>;
  Sums sums(static_cast<std::uint64_t>(end));
  auto width = static_cast<long long>(columns);
  auto body = [&] {
    long long first = blockIndex() * perBlock, last = first + perBlock < 3 ? first + perBlock : 3;
    startQuants<THREADS, MAXTOKENS, shared, FORMAT>(sharedMemory(), width, first, last, w.packed.data());
    linearQuants<X, THREADS, MAXTOKENS, shared, FORMAT>(
        sharedMemory(), x.buffer.data(), static_cast<long long>(x.maxRows), width, begin, end, first, last,
        [&](long long token, long long row, float sum) { sums.add(token, row, sum); }, w.packed.data());
  };
  EXPECT_EQ(run(body, static_cast<unsigned>((3 + perBlock - 1) / perBlock), THREADS, seed, shared), "");
  return sums;
}

template <typename X, typename FORMAT> void checkStream(std::uint64_t columns) {
  SCOPED_TRACE("columns " + std::to_string(columns));
  RandomWeight<FORMAT> w(rows, columns, static_cast<unsigned>(columns));
  RandomRows<X> x(17, columns, static_cast<unsigned>(columns) + 1);
  std::vector<float> whole;
  for (std::uint64_t count : {1, 2, 4, 7, 16, 17}) {
    Sums sums = stream<X, 128, 17>(w, x, columns, 0, static_cast<long long>(count), 2, count % 4);
    compare(sums, 0, count, w.values, x.values, columns);
    whole = sums.values;
  }
  // The same bits alone, in any part of the batch, in any order of threads, and for any tiles of a block.
  for (unsigned long long seed : seeds) {
    Sums alone = stream<X, 128, 1>(w, x, columns, 6, 7, 1, seed);
    EXPECT_TRUE(std::equal(alone.values.begin() + 6 * 48, alone.values.end(), whole.begin() + 6 * 48));
    Sums part = stream<X, 128, 11>(w, x, columns, 5, 16, 3, seed);
    EXPECT_TRUE(std::equal(part.values.begin() + 5 * 48, part.values.end(), whole.begin() + 5 * 48));
  }
}

template <typename FORMAT> class QuantProducts : public testing::Test {};
using QuantFormats = testing::Types<Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K, Wide8>;
TYPED_TEST_SUITE(QuantProducts, QuantFormats);

TYPED_TEST(QuantProducts, TimesFifteenBits) {
  checkStream<I15, TypeParam>(256);
  checkStream<I15, TypeParam>(2816);
}
TYPED_TEST(QuantProducts, TimesEightBits) { checkStream<I8, TypeParam>(1280); }

TEST(QuantProduct, BlocksOf32TakeAnyMultiple) {
  for (std::uint64_t columns : {32, 96, 576, 1056})
    checkStream<I15, Q4_1>(columns);
  checkStream<I15, Q8_0>(608);
  checkStream<I8, Q5_0>(160);
}

TEST(QuantProduct, ThreadsBeyondThePiecesHaveNothing) {
  RandomWeight<Q4_0> w(rows, 64, 1);
  RandomRows<I15> x(1, 64, 2);
  compare(stream<I15, 512, 1>(w, x, 64, 0, 1, 3, 3), 0, 1, w.values, x.values, 64);
}

TEST(QuantProduct, OfSeveralWeights) {
  constexpr std::uint64_t columns = 768;
  constexpr int shared = sharedFor<128, 8, Q4_K, Q6_K, Q8_0, Wide8>;
  RandomWeight<Q4_K> a(rows, columns, 1);
  RandomWeight<Q6_K> b(rows, columns, 2);
  RandomWeight<Q8_0> c(rows, columns, 3);
  RandomWeight<Wide8> d(rows, columns, 4);
  RandomRows<I15> x(6, columns, 5);
  for (unsigned long long seed : seeds) {
    Sums sums[4] = {Sums(6), Sums(6), Sums(6), Sums(6)};
    auto body = [&] {
      startQuants<128, 8, shared, Q4_K, Q6_K, Q8_0, Wide8>(sharedMemory(), columns, 0, 3, a.packed.data(),
                                                           b.packed.data(), c.packed.data(), d.packed.data());
      linearQuants<I15, 128, 8, shared, Q4_K, Q6_K, Q8_0, Wide8>(
          sharedMemory(), x.buffer.data(), static_cast<long long>(x.maxRows), columns, 0, 6, 0, 3,
          [&](long long token, long long row, float s0, float s1, float s2, float s3) {
            sums[0].add(token, row, s0);
            sums[1].add(token, row, s1);
            sums[2].add(token, row, s2);
            sums[3].add(token, row, s3);
          },
          a.packed.data(), b.packed.data(), c.packed.data(), d.packed.data());
    };
    EXPECT_EQ(run(body, 1, 128, seed, shared), "");
    const std::vector<float> *weights[] = {&a.values, &b.values, &c.values, &d.values};
    for (int i = 0; i < 4; ++i)
      compare(sums[i], 0, 6, *weights[i], x.values, columns);
  }
}

/// A block with an infinity or a NaN makes NaN of all rows that it meets, and of no other token.
TEST(QuantProduct, WhatIsNoNumberStaysWithItsToken) {
  constexpr std::uint64_t columns = 512;
  RandomWeight<Q4_K> w(rows, columns, 1);
  RandomRows<I15> x(5, columns, 2);
  std::vector<float> numbers = randomNumbers(5 * columns, 3);
  numbers[2 * columns + 40] = INFINITY;
  numbers[3 * columns + 500] = NAN;
  quantizeRows(*quantizedLayout(StorageFormat::I15_32, x.maxRows, columns), numbers.data(), 5, columns,
               x.buffer.data());
  Sums sums = stream<I15, 128, 5>(w, x, columns, 0, 5, 3, 2);
  for (std::uint64_t token = 0; token < 5; ++token)
    for (std::uint64_t row = 0; row < rows; ++row)
      EXPECT_EQ(std::isnan(sums.values[token * 48 + row]), token == 2 || token == 3) << token << " " << row;
}

TEST(QuantProduct, OfNoTokensDoesNothing) {
  RandomWeight<Q8_0> w(rows, 32, 1);
  RandomRows<I15> x(1, 32, 2);
  EXPECT_TRUE((stream<I15, 128, 1>(w, x, 32, 0, 0, 3, 0).values.empty()));
}

} // namespace
