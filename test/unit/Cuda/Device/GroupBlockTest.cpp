//===- GroupBlockTest.cpp -------------------------------------------------===//
//
// Products of warpgroups against sums in f64 of the very values that weights and activations hold.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/BlockSums.h"

#include "runtime/Cuda/Device/GroupBlock.h"

#include <tuple>

using namespace tern;
using namespace tern::test;

namespace {

constexpr int sharedBytes = 200 << 10;

/// Rows of numbers as SplitRows.h stores them, in a buffer for a few more.
template <typename X> struct SplitBuffer {
  static constexpr int parts = X::parts;

  SplitBuffer(std::uint64_t rows, std::uint64_t columns, unsigned seed)
      : maxRows(static_cast<long long>(rows) + 3), values(randomNumbers(rows * columns, seed, 2.0f)),
        buffer((rows + 10) / 8 * 8 * columns * 2 * parts) {
    SplitRows<parts> split(buffer.data(), maxRows, static_cast<long long>(columns));
    for (std::uint64_t i = 0; i < values.size(); i += 4) {
      auto row = static_cast<long long>(i / columns), column = static_cast<long long>(i % columns);
      float numbers[4];
      std::copy_n(&values[i], 4, numbers);
      if (i / 4 % 2)
        split.store4(row, column, numbers);
      else
        for (int k = 0; k < 4; ++k)
          split.store(row, column + k, numbers[k]);
      for (int k = 0; k < 4; ++k) {
        float stored = split.load(row, column + k);
        EXPECT_LE(std::abs(stored - numbers[k]), std::abs(numbers[k]) * (parts == 2 ? 0x1p-17f : 0x1p-8f));
        values[i + static_cast<unsigned>(k)] = stored;
      }
    }
  }

  long long maxRows;
  std::vector<float> values;
  Buffer buffer;
};

/// Tokens [begin, end) times COUNT weights in blocks of TILES tiles and TOKENS tokens.
template <typename X, int TILES, int TOKENS, typename... Weights>
std::vector<BlockSums> multiply(const SplitBuffer<X> &x, std::uint64_t rows, std::uint64_t columns, long long begin,
                                long long end, unsigned long long seed, const Weights &...w) {
  std::vector<BlockSums> sums(sizeof...(w), BlockSums(static_cast<std::uint64_t>(end), rows));
  auto tiles = static_cast<long long>(numTiles(rows)), across = (end - begin + TOKENS - 1) / TOKENS;
  auto body = [&] {
    long long token = begin + blockIndex() % across * TOKENS, tile = blockIndex() / across * TILES;
    auto finish = [&](long long token, long long row, auto... all) {
      std::size_t i = 0;
      (sums[i++].add(token, row, all), ...);
    };
    groupBlock<X, TILES, TOKENS, sharedBytes>(
        sharedMemory(), x.buffer.data(), x.maxRows, static_cast<long long>(columns), token,
        std::min(token + TOKENS, end), tile, std::min<long long>(tile + TILES, tiles), finish, w.packed.data()...);
  };
  auto blocks = static_cast<unsigned>((tiles + TILES - 1) / TILES * across);
  EXPECT_EQ(run(body, blocks, groupThreads, seed, sharedBytes), "");
  return sums;
}

/// Of sums in f32.
constexpr double allowed = 1e-6;

template <typename X, int TILES, int TOKENS>
void check(std::uint64_t rows, std::uint64_t columns, std::uint64_t tokens, std::uint64_t first = 0) {
  SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(columns) + " columns, " + std::to_string(tokens) +
               " tokens from " + std::to_string(first));
  auto seed = static_cast<unsigned>(columns + tokens);
  RandomWeight<BF16> w(rows, columns, seed);
  SplitBuffer<X> x(tokens, columns, seed + 1);
  auto sums = multiply<X, TILES, TOKENS>(x, rows, columns, static_cast<long long>(first),
                                         static_cast<long long>(tokens), seed / 3 % 4, w);
  compareSums(sums[0], first, w.values, x.values, rows, columns, allowed);
}

template <typename X> class GroupBlock : public testing::Test {};
using Parts = testing::Types<Split2, Split1>;
TYPED_TEST_SUITE(GroupBlock, Parts);

TYPED_TEST(GroupBlock, AnyNumberOfStages) {
  for (std::uint64_t columns : {64, 128, 576, 1024})
    check<TypeParam, 8, 64>(40, columns, 19);
}

TYPED_TEST(GroupBlock, AnyNumberOfTokens) {
  for (std::uint64_t tokens : {1, 8, 65, 130})
    check<TypeParam, 4, 64>(72, 128, tokens);
  check<TypeParam, 4, 64>(40, 128, 70, 13); // which takes a second pass
}

TYPED_TEST(GroupBlock, AnyBlock) {
  check<TypeParam, 16, 128>(300, 320, 150);
  check<TypeParam, 8, 128>(200, 320, 130);
  check<TypeParam, 4, 128>(72, 320, 130);
  check<TypeParam, 8, 64>(130, 320, 70);
}

TYPED_TEST(GroupBlock, SeveralWeights) {
  constexpr std::uint64_t rows = 72, columns = 192, tokens = 70;
  RandomWeight<BF16> gate(rows, columns, 1), up(rows, columns, 2);
  SplitBuffer<TypeParam> x(tokens, columns, 3);
  auto both = [&](std::vector<BlockSums> sums) {
    compareSums(sums[0], 0, gate.values, x.values, rows, columns, allowed);
    compareSums(sums[1], 0, up.values, x.values, rows, columns, allowed);
  };
  both(multiply<TypeParam, 4, 64>(x, rows, columns, 0, tokens, 1, gate, up));
  both(multiply<TypeParam, 8, 128>(x, rows, columns, 0, tokens, 2, gate, up));
}

/// The same bits alone, in any part of the batch and in any order of threads.
TYPED_TEST(GroupBlock, OtherTokensDoNotShow) {
  constexpr std::uint64_t rows = 72, columns = 320;
  RandomWeight<BF16> w(rows, columns, 1);
  SplitBuffer<TypeParam> x(90, columns, 2);
  BlockSums whole = multiply<TypeParam, 4, 64>(x, rows, columns, 0, 90, 0, w)[0];
  for (unsigned long long seed : seeds) {
    BlockSums part = multiply<TypeParam, 4, 64>(x, rows, columns, 37, 39, seed, w)[0];
    auto from = static_cast<std::ptrdiff_t>(37 * whole.paddedRows);
    EXPECT_TRUE(std::equal(part.values.begin() + from, part.values.end(), whole.values.begin() + from));
  }
}

} // namespace
