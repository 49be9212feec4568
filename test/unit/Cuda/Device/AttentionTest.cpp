//===- AttentionTest.cpp --------------------------------------------------===//
//
// Attention against softmax in f64: windows, soft caps, rows that see nothing, keys and values from functions and from
// caches of every layout.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/AttentionOfCaches.h"
#include "runtime/Cuda/Device/AttentionParts.h"

#include <cmath>
#include <functional>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// The task of a test: keys [begin, end), what each row sees of them, and which part of them is the task's.
struct Problem {
  long long rows, begin, end;
  std::function<long long(long long)> seenBegin, seenEnd;
  std::function<float(long long, long long, float)> adjust = [](long long, long long, float score) { return score; };
  long long part = 0, parts = 1;

  long long keyBegin() const { return (parts == 1 ? begin / KeyBlocks::size : part) * KeyBlocks::size; }
  long long keyStep() const { return parts * KeyBlocks::size; }
  bool has(long long key) const { return key / KeyBlocks::size % parts == part; }
};

/// All rows see all keys.
Problem dense(long long rows, long long begin, long long end) {
  return {rows, begin, end, [=](long long) { return begin; }, [=](long long) { return end; }};
}
/// Row r sees the last `window` keys up to key r + `first`.
Problem causal(long long rows, long long first, long long window) {
  auto from = [=](long long row) { return std::max(0ll, first + row + 1 - window); };
  return {rows, from(0), first + rows, from, [=](long long row) { return first + row + 1; }};
}

struct Output {
  Output(long long rows, int valueSize)
      : largest(rows, NAN), total(rows, NAN), sums(rows * valueSize, NAN), calls(sums.size()) {}
  std::vector<float> largest, total, sums;
  std::vector<int> calls;
};

/// Everything that a test multiplies.
template <int HEADSIZE, int VALUESIZE> struct Tensors {
  Tensors(long long rows, long long keys, float size = 1)
      : keys(keys), q(randomNumbers(rows * HEADSIZE, 1, size)), k(randomNumbers(keys * HEADSIZE, 2)),
        v(randomNumbers(keys * VALUESIZE, 3)) {}
  long long keys;
  std::vector<float> q, k, v;

  template <int THREADS, int MAXROWS, typename Key, typename Value>
  Output attend(const Problem &p, Key key, Value value, unsigned long long seed) const {
    Output out(p.rows, VALUESIZE);
    auto body = [&] {
      attention<THREADS, HEADSIZE, VALUESIZE, MAXROWS>(p.rows, p.keyBegin(), p.end, p.keyStep(), queries(), p.seenBegin,
                                                       p.seenEnd, p.adjust, key, value, finish(out));
    };
    EXPECT_EQ(run(body, 1, THREADS, seed), "");
    EXPECT_THAT(out.calls, testing::Each(1));
    return out;
  }

  /// The same by the way that suits the caches.
  template <int THREADS, int MAXROWS, typename KeyCache, typename ValueCache>
  Output attendCaches(const Problem &p, KeyCache key, ValueCache value, unsigned long long seed) const {
    Output out(p.rows, VALUESIZE);
    auto body = [&] {
      attentionOfCaches<THREADS, HEADSIZE, VALUESIZE, MAXROWS, KeyCache, ValueCache>(
          p.rows, p.keyBegin(), p.end, p.keyStep(), queries(), p.seenBegin, p.seenEnd, p.adjust, key.pointer,
          value.pointer, finish(out));
    };
    EXPECT_EQ(run(body, 1, THREADS, seed), "");
    EXPECT_THAT(out.calls, testing::Each(1));
    return out;
  }

  void compare(const Problem &p, const Output &out) const {
    for (long long row = 0; row < p.rows; ++row) {
      std::vector<double> scores;
      for (long long key = p.seenBegin(row); key < p.seenEnd(row); ++key) {
        double score = 0;
        for (int d = 0; d < HEADSIZE; ++d)
          score += static_cast<double>(q[row * HEADSIZE + d]) * k[key * HEADSIZE + d];
        scores.push_back(p.has(key) ? p.adjust(row, key, static_cast<float>(score)) : -infinity);
      }
      compareRow(p, out, row, scores);
    }
  }

private:
  auto queries() const {
    return [this](long long row, long long d) { return q.at(row * HEADSIZE + d); };
  }
  static auto finish(Output &out) {
    return [&out](long long row, long long d, float sum, float largest, float total) {
      out.sums.at(row * VALUESIZE + d) = sum;
      ++out.calls.at(row * VALUESIZE + d);
      out.largest.at(row) = largest;
      out.total.at(row) = total;
    };
  }

  void compareRow(const Problem &p, const Output &out, long long row, const std::vector<double> &scores) const {
    double largest = -infinity, total = 0;
    for (double score : scores)
      largest = std::max(largest, score);
    std::vector<double> sums(VALUESIZE), magnitudes(VALUESIZE);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      double weight = std::isinf(largest) ? 0 : std::exp(scores[i] - largest);
      total += weight;
      for (int d = 0; d < VALUESIZE; ++d) {
        double product = weight * v[(p.seenBegin(row) + static_cast<long long>(i)) * VALUESIZE + d];
        sums[d] += product;
        magnitudes[d] += std::abs(product);
      }
    }
    if (std::isinf(largest))
      EXPECT_EQ(out.largest[row], -infinity);
    else
      EXPECT_NEAR(out.largest[row], largest, 1e-5 * (1 + std::abs(largest)));
    EXPECT_NEAR(out.total[row], total, 1e-4 * total);
    for (int d = 0; d < VALUESIZE; ++d)
      ASSERT_NEAR(out.sums[row * VALUESIZE + d], sums[d], 1e-4 * magnitudes[d]) << "row " << row << ", d " << d;
  }
};

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

//===----------------------------------------------------------------------===//
// Caches
//===----------------------------------------------------------------------===//

/// A cache of `capacity` positions of which `numbers` fill the first; the rest is NaN. Rounds `numbers` to T.
template <typename T, typename LAYOUT> struct FilledCache {
  FilledCache(std::vector<float> &numbers, long long width, long long capacity)
      : bytes(static_cast<std::size_t>(capacity * width) * sizeof(T), 0xff), view{bytes.as<T>(), width} {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      T &place =
          bytes.as<T>()[LAYOUT::offset(static_cast<long long>(i) / width, static_cast<long long>(i) % width, width)];
      place = fromFloat<T>(numbers[i]);
      numbers[i] = toFloat(place);
    }
  }
  Buffer bytes;
  Cache<T, LAYOUT> view;
};

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
