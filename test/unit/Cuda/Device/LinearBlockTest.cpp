//===- LinearBlockTest.cpp -----------------------------------------------===//
//
// Blocks of tiles and tokens against sums in f64 of the very values that weights and activations hold.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/BlockSums.h"

#include "runtime/Cuda/Device/LinearBlock.h"

#include <tuple>

using namespace tern;
using namespace tern::test;

namespace {

constexpr int threads = 256, sharedBytes = 96 << 10;

/// Tokens [begin, end) of a matrix of `rows` rows in blocks of TILES tiles and TOKENS tokens.
template <typename X, int TILES, int TOKENS, typename FORMAT>
BlockSums multiply(const RandomWeight<FORMAT> &w, const RandomRows<X> &x, std::uint64_t rows, std::uint64_t columns,
                   long long begin, long long end, unsigned long long seed = 0) {
  BlockSums sums(static_cast<std::uint64_t>(end), rows);
  long long tiles = static_cast<long long>(numTiles(rows)), across = (end - begin + TOKENS - 1) / TOKENS;
  auto body = [&] {
    long long token = begin + blockIndex() % across * TOKENS, tile = blockIndex() / across * TILES;
    linearBlock<X, threads, TILES, TOKENS, sharedBytes, FORMAT>(
        sharedMemory(), x.buffer.data(), static_cast<long long>(x.maxRows), static_cast<long long>(columns), token,
        std::min(token + TOKENS, end), tile, std::min<long long>(tile + TILES, tiles),
        [&](long long token, long long row, float sum) { sums.add(token, row, sum); }, w.packed.data());
  };
  auto blocks = static_cast<unsigned>((tiles + TILES - 1) / TILES * across);
  EXPECT_EQ(run(body, blocks, threads, seed, sharedBytes), "");
  return sums;
}

/// Of activations as two bfloat16, 2^-17, and of rounding in f32.
constexpr double allowed = 8e-6;

template <typename X, int TILES, int TOKENS, typename FORMAT>
void check(std::uint64_t rows, std::uint64_t columns, std::uint64_t tokens) {
  SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(columns) + " columns, " + std::to_string(tokens) +
               " tokens");
  auto seed = static_cast<unsigned>(columns + tokens);
  RandomWeight<FORMAT> w(rows, columns, seed);
  RandomRows<X> x(tokens, columns, seed + 1);
  compareSums(multiply<X, TILES, TOKENS>(w, x, rows, columns, 0, static_cast<long long>(tokens), seed % 4), 0, w.values,
              x.values, rows, columns, allowed);
}

template <typename X> class LinearBlockNumbers : public testing::Test {};
using Activations = testing::Types<F32, F16, BF16>;
TYPED_TEST_SUITE(LinearBlockNumbers, Activations);

TYPED_TEST(LinearBlockNumbers, AnyNumberOfColumns) {
  for (std::uint64_t columns : {1, 2, 33, 64, 130, 576, 2049})
    check<TypeParam, 4, 64, BF16>(40, columns, 19);
}

TYPED_TEST(LinearBlockNumbers, AnyNumberOfTokens) {
  for (std::uint64_t tokens : {1, 2, 31, 64, 65, 127, 300})
    check<TypeParam, 4, 64, BF16>(72, 96, tokens);
}

TYPED_TEST(LinearBlockNumbers, AnyBlock) {
  check<TypeParam, 8, 128, BF16>(200, 288, 150);
  check<TypeParam, 8, 64, BF16>(200, 288, 70);
  check<TypeParam, 2, 64, BF16>(72, 288, 70);
  check<TypeParam, 1, 64, BF16>(40, 288, 70);
  check<TypeParam, 4, 32, BF16>(72, 288, 40);
}

/// The same bits alone, in any part of the batch and in any order of threads.
TYPED_TEST(LinearBlockNumbers, OtherTokensDoNotShow) {
  constexpr std::uint64_t rows = 72, columns = 300;
  RandomWeight<BF16> w(rows, columns, 1);
  RandomRows<TypeParam> x(90, columns, 2);
  BlockSums whole = multiply<TypeParam, 4, 64>(w, x, rows, columns, 0, 90);
  for (unsigned long long seed : seeds) {
    BlockSums part = multiply<TypeParam, 4, 64>(w, x, rows, columns, 37, 39, seed);
    auto from = static_cast<std::ptrdiff_t>(37 * whole.paddedRows);
    EXPECT_TRUE(std::equal(part.values.begin() + from, part.values.end(), whole.values.begin() + from));
  }
}

/// Blocks of one to four weights; finish gets the sums of an element together.
template <typename X, int TILES, int TOKENS, typename... FORMATS> void checkSeveral(std::uint64_t columns) {
  constexpr std::uint64_t rows = 40, tokens = 70;
  constexpr int count = sizeof...(FORMATS);
  unsigned seed = 5;
  std::tuple weights{std::make_unique<RandomWeight<FORMATS>>(rows, columns, ++seed)...};
  RandomRows<X> x(tokens, columns, 17);
  std::vector<BlockSums> sums(count, BlockSums(tokens, rows));
  auto body = [&] {
    long long token = blockIndex() % 2 * TOKENS, tile = blockIndex() / 2 * TILES;
    auto finish = [&](long long token, long long row, auto... all) {
      std::size_t i = 0;
      (sums[i++].add(token, row, all), ...);
    };
    std::apply(
        [&](const auto &...w) {
          linearBlock<X, threads, TILES, TOKENS, sharedBytes, FORMATS...>(
              sharedMemory(), x.buffer.data(), tokens + 1, static_cast<long long>(columns), token,
              std::min<long long>(token + TOKENS, tokens), tile, std::min<long long>(tile + TILES, 3), finish,
              w->packed.data()...);
        },
        weights);
  };
  EXPECT_EQ(run(body, (3 + TILES - 1) / TILES * 2, threads, 3, sharedBytes), "");
  std::size_t i = 0;
  std::apply([&](const auto &...w) { (compareSums(sums[i++], 0, w->values, x.values, rows, columns, allowed), ...); },
             weights);
}

TEST(LinearBlock, SeveralWeights) {
  checkSeveral<F32, 4, 64, BF16, BF16>(200);
  checkSeveral<F32, 1, 64, BF16, BF16>(200);
  checkSeveral<F32, 2, 64, BF16, BF16, BF16>(200);
  checkSeveral<F32, 1, 64, BF16, BF16, BF16, BF16>(200);
  checkSeveral<I15, 4, 64, Q4_K, Q6_K>(512);
  checkSeveral<I15, 2, 64, Q4_0, Q8_0, Wide8, Q5_1>(256);
}

/// Quants have the bits that linear() gives, whatever block they are computed in.
template <typename X, typename FORMAT, int TILES, int TOKENS>
void checkQuants(std::uint64_t rows, std::uint64_t columns, std::uint64_t tokens) {
  SCOPED_TRACE(std::to_string(columns) + " columns");
  RandomWeight<FORMAT> w(rows, columns, 3);
  RandomRows<X> x(tokens, columns, 4);
  BlockSums expected(tokens, rows);
  auto body = [&] {
    linear<X, threads, 8, FORMAT>(
        x.buffer.data(), static_cast<long long>(x.maxRows), static_cast<long long>(columns), 0,
        static_cast<long long>(tokens), blockIndex(),
        [&](long long token, long long row, float sum) { expected.add(token, row, sum); }, w.packed.data());
  };
  EXPECT_EQ(run(body, static_cast<unsigned>(numTiles(rows)), threads), "");
  BlockSums sums = multiply<X, TILES, TOKENS>(w, x, rows, columns, 0, static_cast<long long>(tokens), 3);
  EXPECT_THAT(sums.calls, testing::Each(1));
  EXPECT_EQ(test::bitsOf(sums.values), test::bitsOf(expected.values));
}

template <typename FORMAT> class LinearBlockQuants : public testing::Test {};
using QuantFormats = testing::Types<Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K, Wide8>;
TYPED_TEST_SUITE(LinearBlockQuants, QuantFormats);

TYPED_TEST(LinearBlockQuants, HaveTheBitsOfTiles) {
  checkQuants<I15, TypeParam, 4, 64>(72, 256, 65);
  checkQuants<I15, TypeParam, 2, 64>(40, 2304, 20);
  checkQuants<I8, TypeParam, 8, 32>(40, 768, 17);
  checkQuants<I8, TypeParam, 1, 64>(24, 256, 33);
}

TEST(LinearBlock, BlocksOf32TakeAnyMultiple) {
  checkQuants<I15, Q4_1, 4, 64>(72, 576, 30);
  checkQuants<I15, Q8_0, 4, 64>(16, 32, 3);
  checkQuants<I8, Q5_0, 2, 128>(16, 1056, 100);
  checkQuants<I15, Q8_0, 4, 32>(16, 4160, 20);
}

/// Large numbers beside small ones keep their own accuracy.
TEST(LinearBlock, TokensOfDifferentSize) {
  constexpr std::uint64_t rows = 16, columns = 64, tokens = 20;
  RandomWeight<BF16> w(rows, columns, 1);
  RandomRows<F32> x(tokens, columns, 2);
  for (std::uint64_t token = 0; token < tokens; ++token)
    for (std::uint64_t c = 0; c < columns; ++c)
      x.buffer.as<float>()[token * columns + c] = x.values[token * columns + c] *=
          std::ldexp(1.0f, static_cast<int>(token) * 10 - 100);
  compareSums(multiply<F32, 1, 64>(w, x, rows, columns, 0, tokens), 0, w.values, x.values, rows, columns, allowed);
}

} // namespace
