//===- AttentionTest.cpp --------------------------------------------------===//
//
// Attention against softmax in f64: windows, soft caps, rows that see nothing, keys and values from functions.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/AttentionTesting.h"

using namespace tern;
using namespace tern::test;

namespace {

template <int HEADSIZE, int VALUESIZE, int MAXROWS, int THREADS = 128> void check(const Problem &p, float size = 1) {
  Tensors<HEADSIZE, VALUESIZE> t(p.rows, p.end, size);
  auto key = [&](long long key, long long d) {
    EXPECT_TRUE(key >= p.begin && key < p.end);
    return t.k.at(key * HEADSIZE + d);
  };
  auto value = [&](long long key, long long d) {
    EXPECT_TRUE(key >= p.begin && key < p.end);
    return t.v.at(key * VALUESIZE + d);
  };
  Output first = t.template attend<THREADS, MAXROWS>(p, key, value, 0);
  t.compare(p, first);
  for (unsigned long long seed : seeds) {
    Output again = t.template attend<THREADS, MAXROWS>(p, key, value, seed);
    EXPECT_EQ(bitsOf(again.sums), bitsOf(first.sums)) << "seed " << seed;
    EXPECT_EQ(bitsOf(again.total), bitsOf(first.total));
  }
}

TEST(Attention, OfOneRow) {
  for (long long keys : {1, 2, 31, 32, 33, 500})
    check<64, 64, 1>(dense(1, 0, keys));
  check<128, 128, 1, 256>(dense(1, 0, 700));
}

TEST(Attention, OfRowsThatShareKeys) {
  check<64, 64, 4>(dense(4, 0, 100));
  check<64, 64, 4>(dense(3, 37, 100));
  check<128, 128, 8>(dense(7, 5, 70));
}

TEST(Attention, OfMoreRowsThanAPassTakes) {
  check<64, 64, 40>(dense(40, 0, 70));
  check<256, 256, 6>(dense(6, 0, 40));
  check<16, 512, 3>(dense(3, 0, 40));
}

TEST(Attention, OfAnySizes) {
  check<1, 1, 2>(dense(2, 0, 40));
  check<96, 80, 4>(dense(4, 0, 50));
  check<33, 7, 4>(dense(4, 0, 50));
  check<192, 128, 4, 32>(dense(4, 0, 50));
}

TEST(Attention, SeesWhatIsBeforeIt) {
  check<32, 32, 16>(causal(50, 0, 1000));
  check<32, 32, 8>(causal(20, 90, 1000));
}

TEST(Attention, SeesAWindow) {
  check<32, 32, 16>(causal(100, 0, 17));
  check<32, 64, 4>(causal(10, 300, 128));
}

TEST(Attention, AdjustsScores) {
  Problem p = causal(20, 30, 1000);
  p.adjust = [](long long row, long long key, float score) {
    return 30 * std::tanh(score / 30) + 0.1f * static_cast<float>(row - key);
  };
  check<32, 32, 16>(p);
  p.adjust = [](long long, long long key, float score) { return key % 3 ? -infinity : score; };
  check<32, 32, 16>(p);
}

TEST(Attention, KeepsLargeScoresApart) { check<64, 64, 4>(dense(4, 0, 200), 30); }

TEST(Attention, RowsThatSeeNothingAreEmpty) {
  Problem p = dense(5, 0, 64);
  p.seenBegin = [](long long row) { return row == 1 ? 64ll : 0ll; };
  p.seenEnd = [](long long row) { return row == 3 ? 0ll : 64ll; };
  check<32, 32, 8>(p);
  check<32, 32, 2>(p);
  p = dense(3, 0, 64);
  p.adjust = [](long long, long long, float) { return -infinity; };
  check<32, 32, 4>(p);
  p = dense(2, 9, 9);
  check<32, 32, 2>(p);
}

TEST(Attention, ScoresThatAreNoNumbersSpoilTheirRowOnly) {
  Problem p = dense(3, 0, 100);
  p.adjust = [](long long row, long long key, float score) { return row == 1 && key == 70 ? NAN : score; };
  Tensors<32, 32> t(3, 100);
  auto key = [&](long long key, long long d) { return t.k.at(key * 32 + d); };
  auto value = [&](long long key, long long d) { return t.v.at(key * 32 + d); };
  Output out = t.attend<128, 4>(p, key, value, 2);
  for (int d = 0; d < 32; ++d) {
    EXPECT_TRUE(std::isnan(out.sums[32 + d]));
    EXPECT_TRUE(std::isfinite(out.sums[d]) && std::isfinite(out.sums[64 + d]));
  }
}

} // namespace
