//===- AttentionTest.cpp --------------------------------------------------===//
//
// Attention against softmax in f64: windows, soft caps, rows that see nothing, keys and values from functions and from
// caches of every layout.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/Attention.h"

#include <cmath>
#include <functional>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// The task of a test: keys [begin, end) and what each row sees of them.
struct Problem {
  long long rows, begin, end;
  std::function<long long(long long)> seenBegin, seenEnd;
  std::function<float(long long, long long, float)> adjust = [](long long, long long, float score) { return score; };
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
      attention<THREADS, HEADSIZE, VALUESIZE, MAXROWS>(
          p.rows, p.begin, p.end, [&](long long row, long long d) { return q.at(row * HEADSIZE + d); }, p.seenBegin,
          p.seenEnd, p.adjust, key, value,
          [&](long long row, long long d, float sum, float largest, float total) {
            out.sums.at(row * VALUESIZE + d) = sum;
            ++out.calls.at(row * VALUESIZE + d);
            out.largest.at(row) = largest;
            out.total.at(row) = total;
          });
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
        scores.push_back(p.adjust(row, key, static_cast<float>(score)));
      }
      compareRow(p, out, row, scores);
    }
  }

private:
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

template <typename T, typename LAYOUT, int HEADSIZE, int VALUESIZE, int MAXROWS> void checkCache(const Problem &p) {
  Tensors<HEADSIZE, VALUESIZE> t(p.rows, p.end);
  long long capacity = (p.end + 15) / 16 * 16;
  FilledCache<T, LAYOUT> keys(t.k, HEADSIZE, capacity);
  FilledCache<T, Heads> values(t.v, VALUESIZE, capacity);
  for (unsigned long long seed : seeds)
    t.compare(p, t.template attend<128, MAXROWS>(p, keys.view, values.view, seed));
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

} // namespace
