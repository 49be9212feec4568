//===- TiledAttentionTest.cpp ---------------------------------------------===//
//
// Attention of many rows by products of tiles against softmax in f64.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/AttentionTesting.h"

using namespace tern;
using namespace tern::test;

namespace {

template <int THREADS, int HEADSIZE, int VALUESIZE> Output checkBlock(const Problem &p, float size, int seedCount) {
  Tensors<HEADSIZE, VALUESIZE> t(p.rows, p.end, size);
  long long capacity = (p.end + 63) / 64 * 64;
  FilledCache<f16, Lanes16> keys(t.k, HEADSIZE, capacity);
  FilledCache<f16, Heads> values(t.v, VALUESIZE, capacity);
  Output first = t.template attendTiles<THREADS>(p, keys.view, values.view, 0);
  t.compare(p, first);
  for (int i = 0; i < seedCount; ++i) {
    Output again = t.template attendTiles<THREADS>(p, keys.view, values.view, seeds[i]);
    EXPECT_EQ(bitsOf(again.sums), bitsOf(first.sums)) << "seed " << seeds[i];
    EXPECT_EQ(bitsOf(again.total), bitsOf(first.total));
  }
  return first;
}

/// With two teams and with one.
template <int HEADSIZE, int VALUESIZE = HEADSIZE> void check(const Problem &p, float size = 1, int seedCount = 4) {
  checkBlock<256, HEADSIZE, VALUESIZE>(p, size, seedCount);
  checkBlock<128, HEADSIZE, VALUESIZE>(p, size, 1);
}

TEST(TiledAttention, OfAnyNumberOfRowsAndKeys) {
  for (long long rows : {1, 7, 16, 17, 64})
    check<64>(dense(rows, 0, 70));
  for (long long keys : {1, 15, 16, 63, 64, 65, 200})
    check<64>(dense(20, 0, keys));
}

/// Halves of queries and weights alone would be off by 2^-11 = 5e-4.
TEST(TiledAttention, IsAsPreciseAsF32) {
  for (float size : {0.1f, 0.5f, 1.0f, 2.0f}) {
    Problem p = causal(64, 448, 1000);
    Tensors<64, 64> t(p.rows, p.end, size);
    FilledCache<f16, Lanes16> keys(t.k, 64, 512);
    FilledCache<f16, Heads> values(t.v, 64, 512);
    double tiled = t.compare(p, t.attendTiles<256>(p, keys.view, values.view, 0)),
           plain = t.compare(p, t.attend<128, 64>(p, keys.view, values.view, 0));
    RecordProperty("size " + std::to_string(size), std::to_string(tiled * 1e6) + ", " + std::to_string(plain * 1e6));
    EXPECT_LE(tiled, 1e-5);
    EXPECT_LE(tiled, 2 * plain);
  }
}

TEST(TiledAttention, OfHeadSizes) {
  check<16>(causal(40, 50, 1000));
  check<80>(causal(40, 50, 1000));
  check<96>(causal(40, 50, 1000));
  check<128>(causal(40, 50, 1000));
  check<256>(causal(40, 50, 1000));
  check<64, 128>(causal(40, 50, 1000));
  check<192, 128>(causal(40, 50, 1000));
}

TEST(TiledAttention, OfMoreRowsThanAPassTakes) {
  check<64>(causal(150, 20, 1000));
  checkBlock<64, 32, 32>(causal(70, 0, 1000), 1, 4);
  checkBlock<32, 256, 256>(causal(20, 3, 1000), 1, 4);
}

TEST(TiledAttention, SeesAWindow) {
  check<64>(causal(64, 0, 17));
  check<64>(causal(48, 300, 130));
  check<128>(causal(64, 200, 40));
}

TEST(TiledAttention, SeesAPart) {
  for (long long part : {0, 1, 2}) {
    Problem p = causal(30, 300, 200);
    p.part = part, p.parts = 3;
    check<64>(p);
    check<128>(p);
  }
}

TEST(TiledAttention, AdjustsScores) {
  Problem p = causal(20, 130, 1000);
  p.adjust = [](long long row, long long key, float score) {
    EXPECT_TRUE(row >= 0 && row < 20 && key >= 0 && key <= 130 + row);
    return 30 * std::tanh(score / 30) + 0.1f * static_cast<float>(row - key);
  };
  check<64>(p);
  p.adjust = [](long long, long long key, float score) { return key % 3 ? -infinity : score; };
  check<64>(p);
}

TEST(TiledAttention, KeepsNumbersOfAnySizeApart) {
  for (float size : {1e-30f, 1e-6f, 1e-3f, 30.0f, 200.0f})
    check<64>(dense(16, 0, 200), size, 1);
  Problem p = dense(16, 0, 200);
  p.adjust = [](long long, long long, float score) { return score * 1e-30f; }; // of queries beyond f16
  check<64>(p, 1e30f, 1);
}

TEST(TiledAttention, RowsThatSeeNothingAreEmpty) {
  Problem p = dense(40, 0, 100);
  p.seenBegin = [](long long row) { return row % 5 == 1 ? 100ll : 0ll; };
  p.seenEnd = [](long long row) { return row % 5 == 3 || row >= 16 ? 0ll : 100ll; };
  check<64>(p);
  p = dense(20, 0, 64);
  p.adjust = [](long long, long long, float) { return -infinity; };
  check<64>(p);
  check<64>(dense(3, 64, 64));
}

TEST(TiledAttention, ScoresThatAreNoNumbersSpoilTheirRowOnly) {
  for (long long spoiled : {0, 70, 99}) {
    Problem p = dense(20, 0, 100);
    p.adjust = [=](long long row, long long key, float score) { return row == 9 && key == spoiled ? NAN : score; };
    Tensors<32, 32> t(20, 100);
    FilledCache<f16, Lanes16> keys(t.k, 32, 128);
    FilledCache<f16, Heads> values(t.v, 32, 128);
    t.q[12 * 32] = infinity;
    Output out = t.attendTiles<256>(p, keys.view, values.view, 2);
    for (long long row = 0; row < 20; ++row)
      for (int d = 0; d < 32; ++d)
        EXPECT_EQ(std::isfinite(out.sums[row * 32 + d]), row != 9 && row != 12) << row;
  }
}

/// A row is the same bit for bit wherever it stands among others.
TEST(TiledAttention, RowsDoNotDependOnOthers) {
  Problem all = causal(40, 100, 90), one = all;
  one.rows = 1;
  one.seenBegin = [&](long long) { return all.seenBegin(23); };
  one.seenEnd = [&](long long) { return all.seenEnd(23); };
  Tensors<64, 64> t(40, all.end), u = t;
  FilledCache<f16, Lanes16> keys(t.k, 64, 192);
  FilledCache<f16, Heads> values(t.v, 64, 192);
  std::copy_n(t.q.begin() + 23 * 64, 64, u.q.begin());
  Output together = t.attendTiles<256>(all, keys.view, values.view, 2),
         single = u.attendTiles<256>(one, keys.view, values.view, 3);
  for (int d = 0; d < 64; ++d)
    EXPECT_EQ(together.sums[23 * 64 + d], single.sums[d]);
  EXPECT_EQ(together.total[23], single.total[0]);
}

} // namespace
