//===- CachedAttentionTest.cpp --------------------------------------------===//
//
// Attention of few rows to caches of every layout and type, and of parts of them, against softmax in f64.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/AttentionTesting.h"

#include "runtime/Cuda/Device/AttentionParts.h"

using namespace tern;
using namespace tern::test;

namespace {

template <typename T, typename LAYOUT, int HEADSIZE, int VALUESIZE, int MAXROWS, int THREADS = 128>
void checkCache(const Problem &p, float size = 1) {
  Tensors<HEADSIZE, VALUESIZE> t(p.rows, p.end, size);
  long long capacity = (p.end + 63) / 64 * 64;
  FilledCache<T, LAYOUT> keys(t.k, HEADSIZE, capacity);
  FilledCache<T, Heads> values(t.v, VALUESIZE, capacity);
  Output first = t.template attendCaches<THREADS, MAXROWS>(p, keys.view, values.view, 0);
  t.compare(p, first);
  for (unsigned long long seed : seeds) {
    Output again = t.template attendCaches<THREADS, MAXROWS>(p, keys.view, values.view, seed);
    EXPECT_EQ(bitsOf(again.sums), bitsOf(first.sums)) << "seed " << seed;
  }
  t.compare(p, t.template attend<128, MAXROWS>(p, keys.view, values.view, 2));
  // Where a position is before the first that is seen, nothing is read that could spoil a sum.
  FilledCache<T, Lanes16> others(t.v, VALUESIZE, capacity);
  t.compare(p, t.template attend<128, MAXROWS>(p, keys.view, others.view, 3));
}

template <typename T> class Caches : public testing::Test {};
using CacheTypes = testing::Types<f16, bf16, float>;
TYPED_TEST_SUITE(Caches, CacheTypes);

TYPED_TEST(Caches, OfPositionsInLanes) {
  for (long long keys : {1, 16, 31, 100, 257})
    checkCache<TypeParam, Lanes16, 64, 64, 4>(dense(4, 0, keys));
  checkCache<TypeParam, Lanes16, 128, 128, 8>(causal(8, 40, 33));
  checkCache<TypeParam, Lanes16, 20, 12, 1>(dense(1, 3, 50));
}

TYPED_TEST(Caches, OfPositionsInRows) {
  for (long long keys : {1, 16, 31, 100, 257})
    checkCache<TypeParam, Heads, 64, 64, 4>(dense(4, 0, keys));
  checkCache<TypeParam, Heads, 128, 128, 8>(causal(8, 40, 33));
  checkCache<TypeParam, Heads, 20, 12, 1>(dense(1, 3, 50));
}

TYPED_TEST(Caches, InParts) {
  for (long long keys : {1, 64, 65, 150, 500})
    for (long long part : {0, 1, 2}) {
      Problem p = dense(4, 0, keys);
      p.part = part, p.parts = 3;
      checkCache<TypeParam, Lanes16, 64, 64, 4>(p);
    }
  for (long long part : {0, 1, 2, 3}) {
    Problem p = causal(3, 300, 150); // whole blocks lie before the window
    p.part = part, p.parts = 4;
    checkCache<TypeParam, Lanes16, 32, 32, 3>(p);
    checkCache<TypeParam, Heads, 32, 32, 3, 64>(p);
  }
}

TEST(CachedAttention, OfHeadSizes) {
  checkCache<f16, Lanes16, 16, 16, 1>(dense(1, 0, 90));
  checkCache<f16, Lanes16, 80, 80, 4>(dense(4, 0, 200));
  checkCache<f16, Lanes16, 96, 96, 3>(causal(3, 130, 100));
  checkCache<f16, Lanes16, 64, 128, 2>(dense(2, 0, 130));
  checkCache<f16, Lanes16, 192, 128, 5>(causal(5, 100, 60));
  checkCache<f16, Lanes16, 256, 256, 1>(dense(1, 0, 90));
  checkCache<f16, Lanes16, 256, 256, 8>(causal(8, 70, 1000));
  checkCache<f16, Lanes16, 512, 512, 2>(dense(2, 0, 70)); // too large for registers
}

TEST(CachedAttention, OfRowsAndThreads) {
  checkCache<f16, Lanes16, 64, 64, 16>(causal(13, 60, 1000));
  checkCache<f16, Lanes16, 64, 64, 6, 32>(causal(6, 60, 1000));
  checkCache<f16, Lanes16, 64, 64, 7, 64>(dense(7, 0, 300));
  checkCache<f16, Lanes16, 128, 128, 5, 256>(dense(5, 0, 700));
}

TEST(CachedAttention, KeepsLargeScoresApart) { checkCache<f16, Lanes16, 64, 64, 4>(dense(4, 0, 200), 30); }

TEST(CachedAttention, AdjustsScores) {
  Problem p = causal(6, 130, 1000);
  p.adjust = [](long long row, long long key, float score) {
    EXPECT_TRUE(row >= 0 && row < 6 && key >= 0 && key <= 130 + row);
    return 30 * std::tanh(score / 30) + 0.1f * static_cast<float>(row - key);
  };
  checkCache<f16, Lanes16, 32, 32, 6>(p);
  p.adjust = [](long long, long long key, float score) { return key % 3 ? -infinity : score; };
  checkCache<f16, Lanes16, 32, 32, 6>(p);
}

TEST(CachedAttention, RowsThatSeeNothingAreEmpty) {
  Problem p = dense(5, 0, 64);
  p.seenBegin = [](long long row) { return row == 1 ? 64ll : 0ll; };
  p.seenEnd = [](long long row) { return row == 3 ? 0ll : 64ll; };
  checkCache<f16, Lanes16, 32, 32, 8>(p);
  checkCache<f16, Lanes16, 256, 256, 5>(p);
  p = dense(3, 0, 64);
  p.adjust = [](long long, long long, float) { return -infinity; };
  checkCache<f16, Lanes16, 32, 32, 4>(p);
  p = dense(2, 64, 64);
  checkCache<f16, Lanes16, 32, 32, 2>(p);
}

TEST(CachedAttention, ScoresThatAreNoNumbersSpoilTheirRowOnly) {
  for (long long spoiled : {0, 3, 70, 199}) {
    Problem p = dense(3, 0, 200);
    p.adjust = [=](long long row, long long key, float score) { return row == 1 && key == spoiled ? NAN : score; };
    Tensors<32, 32> t(3, 200);
    FilledCache<f16, Lanes16> keys(t.k, 32, 256);
    FilledCache<f16, Heads> values(t.v, 32, 256);
    Output out = t.attendCaches<128, 4>(p, keys.view, values.view, 2);
    for (int d = 0; d < 32; ++d) {
      EXPECT_TRUE(std::isnan(out.sums[32 + d]));
      EXPECT_TRUE(std::isfinite(out.sums[d]) && std::isfinite(out.sums[64 + d]));
    }
  }
}

/// A row is the same bit for bit whichever rows share its pass.
TEST(CachedAttention, RowsDoNotDependOnOthers) {
  Problem p = causal(4, 200, 1000), alone = p;
  alone.seenEnd = [&](long long row) { return row == 1 ? p.seenEnd(row) : 0; };
  Tensors<64, 64> t(4, p.end);
  FilledCache<f16, Lanes16> keys(t.k, 64, 256);
  FilledCache<f16, Heads> values(t.v, 64, 256);
  Output together = t.attendCaches<128, 4>(p, keys.view, values.view, 2),
         single = t.attendCaches<128, 4>(alone, keys.view, values.view, 3);
  for (int d = 0; d < 64; ++d)
    EXPECT_EQ(together.sums[64 + d], single.sums[64 + d]);
  EXPECT_EQ(together.total[1], single.total[1]);
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

template <int PARTS> void checkParts(float sink, const std::function<bool(int)> &isEmpty) {
  constexpr int width = 10;
  std::vector<float> parts = randomNumbers(PARTS * (width + 2), 5, 3);
  double most = sink, total = 0, sums[width] = {};
  for (int i = 0; i < PARTS; ++i) {
    float *part = &parts[static_cast<std::size_t>(i) * (width + 2)];
    part[width + 1] = std::abs(part[width + 1]) + 1;
    if (isEmpty(i)) {
      std::fill_n(part, width + 2, 0.0f);
      part[width] = -infinity;
    }
    most = std::max<double>(most, part[width]);
  }
  for (int i = 0; i < PARTS && !std::isinf(most); ++i) {
    const float *part = &parts[static_cast<std::size_t>(i) * (width + 2)];
    double weight = std::exp(part[width] - most);
    total += weight * part[width + 1];
    for (int d = 0; d < width; ++d)
      sums[d] += weight * part[d];
  }
  total += std::isinf(sink) ? 0 : std::exp(sink - most);
  for (int d = 0; d < width; ++d) {
    float result = combineParts<PARTS, width>(parts.data(), d, sink);
    EXPECT_NEAR(result, total == 0 ? 0 : sums[d] / total, 1e-5) << PARTS << " parts, d " << d;
  }
}

TEST(AttentionParts, AreCombined) {
  auto none = [](int) { return false; };
  auto some = [](int part) { return part % 3 != 1; };
  auto all = [](int) { return true; };
  for (float sink : {-infinity, -2.0f, 40.0f}) {
    checkParts<1>(sink, none);
    checkParts<8>(sink, some);
    checkParts<32>(sink, some);
    checkParts<71>(sink, none);
    checkParts<33>(sink, all);
  }
}

/// Keys [begin, end) of PARTS parts with `rows` rows, in one launch whose blocks come in the order of `seed`; the grid
/// is one block a part, of which those with keys write their records, and the last combines all.
template <int PARTS, int WIDTH>
std::vector<float> combinedInLaunch(long long begin, long long end, long long rows, float sink,
                                    const std::vector<float> &given, int &arrivals, unsigned long long seed) {
  std::vector<float> parts(given.size(), NAN), result(static_cast<std::size_t>(rows) * WIDTH, NAN);
  constexpr int record = WIDTH + 2;
  auto body = [&] {
    long long part = blockIndex(), live = partsWithKeys<PARTS>(begin, end);
    if (placeOfPart<PARTS>(part, begin) >= live)
      return;
    for (long long i = threadIndex(); i < rows * record; i += 64) {
      auto place = static_cast<std::size_t>((i / record * PARTS + part) * record + i % record);
      parts[place] = given[place];
    }
    if (isLastToArrive(&arrivals, live))
      combineRows<64, PARTS, WIDTH>(
          rows, parts.data(), begin, live, [&](long long) { return sink; },
          [&](long long row, long long column, float value) {
            result[static_cast<std::size_t>(row * WIDTH + column)] = value;
          });
  };
  EXPECT_EQ(test::run(body, PARTS, 64, seed), "");
  return result;
}

/// The same in f64, of parts in the order of their keys.
template <int PARTS, int WIDTH>
double combinedNumber(long long begin, long long end, long long row, int column, float sink,
                      const std::vector<float> &parts) {
  double most = sink, total = 0, sum = 0;
  std::vector<const float *> seen;
  for (long long block = begin / 64; block < (end + 63) / 64 && block < begin / 64 + PARTS; ++block)
    seen.push_back(&parts[static_cast<std::size_t>((row * PARTS + block % PARTS) * (WIDTH + 2))]);
  for (const float *part : seen)
    most = std::max<double>(most, part[WIDTH]);
  for (const float *part : seen) {
    double weight = std::exp(part[WIDTH] - most);
    total += weight * part[WIDTH + 1];
    sum += weight * part[column];
  }
  total += std::isinf(sink) ? 0 : std::exp(sink - most);
  return total == 0 ? 0 : sum / total;
}

template <int PARTS, int WIDTH> void checkLaunch(long long begin, long long end, long long rows, float sink) {
  std::vector<float> parts = randomNumbers(static_cast<std::size_t>(rows) * PARTS * (WIDTH + 2), 9, 2);
  for (std::size_t i = WIDTH + 1; i < parts.size(); i += WIDTH + 2)
    parts[i] = std::abs(parts[i]) + 1;
  int arrivals = 0;
  std::vector<float> first;
  for (unsigned long long seed : {0, 1, 2, 3, 4, 5}) {
    std::vector<float> result = combinedInLaunch<PARTS, WIDTH>(begin, end, rows, sink, parts, arrivals, seed);
    EXPECT_EQ(arrivals, 0) << "after a launch nobody is counted";
    if (first.empty())
      first = result;
    EXPECT_EQ(result, first) << "the same bits, whoever is last";
  }
  for (long long row = 0; row < rows; ++row)
    for (int column = 0; column < WIDTH; ++column)
      ASSERT_NEAR(first[static_cast<std::size_t>(row * WIDTH + column)],
                  (combinedNumber<PARTS, WIDTH>(begin, end, row, column, sink, parts)), 1e-5)
          << PARTS << " parts, keys " << begin << " to " << end << ", row " << row << ", column " << column;
}

TEST(AttentionParts, AreCombinedByTheLastBlock) {
  for (float sink : {-infinity, 1.5f}) {
    checkLaunch<8, 64>(0, 200, 4, sink);
    checkLaunch<32, 64>(0, 480, 4, sink);
    checkLaunch<32, 64>(1000, 3000, 1, sink); // a window around the end of the parts
    checkLaunch<32, 128>(0, 4096, 3, sink);
    checkLaunch<64, 80>(70, 9000, 5, sink);
    checkLaunch<5, 6>(64, 1000, 7, sink);
    checkLaunch<32, 256>(3, 66, 2, sink); // two parts
  }
}

TEST(AttentionParts, KnowWhichHaveKeys) {
  EXPECT_EQ(partsWithKeys<8>(0, 0), 1);
  EXPECT_EQ(partsWithKeys<8>(0, 64), 1);
  EXPECT_EQ(partsWithKeys<8>(63, 65), 2);
  EXPECT_EQ(partsWithKeys<8>(64, 576), 8);
  EXPECT_EQ(partsWithKeys<8>(200, 100), 1);
  EXPECT_EQ(placeOfPart<8>(3, 3 * 64 + 5), 0);
  EXPECT_EQ(placeOfPart<8>(2, 3 * 64), 7);
  EXPECT_EQ(placeOfPart<8>(1, 17 * 64), 0);
}

} // namespace
