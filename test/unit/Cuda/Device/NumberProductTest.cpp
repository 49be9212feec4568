//===- NumberProductTest.cpp ---------------------------------------------===//
//
// Tiles of bf16 that stream through shared memory.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/LinearTesting.h"

#include "runtime/Cuda/Device/NumberProduct.h"

using namespace tern;
using namespace tern::test;

namespace {

constexpr unsigned sharedFor(unsigned threads, unsigned places, unsigned weights) {
  return threads * (64 * places + 2 * weights * 8);
}

/// What activations lose as two bf16, and rounding in f32.
constexpr double allowed = 0x1p-17 + 2e-6;

/// Blocks of `perBlock` tiles of the three that `rows` rows have.
template <typename X, int THREADS, int PLACES, int MAXTOKENS>
Sums stream(const RandomWeight<BF16> &w, const RandomRows<X> &x, std::uint64_t columns, long long begin, long long end,
            long long perBlock, unsigned long long seed) {
  Sums sums(static_cast<std::uint64_t>(end));
  auto width = static_cast<long long>(columns);
  auto body = [&] {
    long long first = blockIndex() * perBlock, last = first + perBlock < 3 ? first + perBlock : 3;
    startNumbers<THREADS, PLACES>(sharedMemory(), width, first, last, w.packed.data());
    linearNumbers<X, THREADS, PLACES, MAXTOKENS>(
        sharedMemory(), x.buffer.data(), width, begin, end, first, last,
        [&](long long token, long long row, float sum) { sums.add(token, row, sum); }, w.packed.data());
  };
  EXPECT_EQ(
      run(body, static_cast<unsigned>((3 + perBlock - 1) / perBlock), THREADS, seed, sharedFor(THREADS, PLACES, 1)),
      "");
  return sums;
}

template <typename X> void checkStream(std::uint64_t columns) {
  SCOPED_TRACE("columns " + std::to_string(columns));
  RandomWeight<BF16> w(rows, columns, static_cast<unsigned>(columns));
  RandomRows<X> x(17, columns, static_cast<unsigned>(columns) + 1);
  std::vector<float> whole;
  for (std::uint64_t count : {1, 3, 8, 9, 17}) {
    Sums sums = stream<X, 128, 4, 17>(w, x, columns, 0, static_cast<long long>(count), 2, count % 4);
    compare(sums, 0, count, w.values, x.values, columns, allowed);
    whole = sums.values;
  }
  // The same bits alone, in any part of the batch, in any order of threads, and for any tiles of a block and any ring.
  for (unsigned long long seed : seeds) {
    Sums alone = stream<X, 128, 1, 1>(w, x, columns, 6, 7, 1, seed);
    EXPECT_TRUE(std::equal(alone.values.begin() + 6 * 48, alone.values.end(), whole.begin() + 6 * 48));
    Sums part = stream<X, 128, 2, 11>(w, x, columns, 5, 16, 3, seed);
    EXPECT_TRUE(std::equal(part.values.begin() + 5 * 48, part.values.end(), whole.begin() + 5 * 48));
  }
}

TEST(NumberProduct, OfF32) {
  for (std::uint64_t columns : {1, 2, 33, 130, 576, 2049})
    checkStream<F32>(columns);
}
TEST(NumberProduct, OfF16) {
  for (std::uint64_t columns : {3, 64, 577})
    checkStream<F16>(columns);
}
TEST(NumberProduct, OfBF16) {
  for (std::uint64_t columns : {5, 128, 1000})
    checkStream<BF16>(columns);
}

TEST(NumberProduct, OfSeveralWeights) {
  constexpr std::uint64_t columns = 600;
  RandomWeight<BF16> a(rows, columns, 1), b(rows, columns, 2), c(rows, columns, 3), d(rows, columns, 4);
  RandomRows<F32> x(6, columns, 5);
  for (unsigned long long seed : seeds) {
    Sums two[2] = {Sums(6), Sums(6)}, four[4] = {Sums(6), Sums(6), Sums(6), Sums(6)};
    auto ofTwo = [&] {
      startNumbers<256, 4>(sharedMemory(), columns, 0, 3, a.packed.data(), b.packed.data());
      linearNumbers<F32, 256, 4, 8>(
          sharedMemory(), x.buffer.data(), columns, 0, 6, 0, 3,
          [&](long long token, long long row, float s0, float s1) {
            two[0].add(token, row, s0);
            two[1].add(token, row, s1);
          },
          a.packed.data(), b.packed.data());
    };
    EXPECT_EQ(run(ofTwo, 1, 256, seed, sharedFor(256, 4, 2)), "");
    auto ofFour = [&] {
      startNumbers<256, 4>(sharedMemory(), columns, blockIndex(), blockIndex() + 1, a.packed.data(), b.packed.data(),
                           c.packed.data(), d.packed.data());
      linearNumbers<F32, 256, 4, 8>(
          sharedMemory(), x.buffer.data(), columns, 0, 6, blockIndex(), blockIndex() + 1,
          [&](long long token, long long row, float s0, float s1, float s2, float s3) {
            four[0].add(token, row, s0);
            four[1].add(token, row, s1);
            four[2].add(token, row, s2);
            four[3].add(token, row, s3);
          },
          a.packed.data(), b.packed.data(), c.packed.data(), d.packed.data());
    };
    EXPECT_EQ(run(ofFour, 3, 256, seed, sharedFor(256, 4, 4)), "");
    const RandomWeight<BF16> *weights[] = {&a, &b, &c, &d};
    for (int i = 0; i < 4; ++i) {
      compare(four[i], 0, 6, weights[i]->values, x.values, columns, allowed);
      if (i < 2)
        EXPECT_EQ(two[i].values, four[i].values);
    }
  }
}

TEST(NumberProduct, OfNoTokensDoesNothing) {
  RandomWeight<BF16> w(rows, 32, 1);
  RandomRows<F32> x(1, 32, 2);
  EXPECT_TRUE((stream<F32, 128, 4, 1>(w, x, 32, 0, 0, 3, 0).values.empty()));
}

} // namespace
