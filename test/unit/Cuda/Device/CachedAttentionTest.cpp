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

} // namespace
