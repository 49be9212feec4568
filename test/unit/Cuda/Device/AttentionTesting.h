//===- AttentionTesting.h - Attention against softmax in f64 -----*- C++ -*-===//
//
// Tasks of attention with random numbers, and what they should give.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CUDA_DEVICE_ATTENTIONTESTING_H
#define TERN_TEST_UNIT_CUDA_DEVICE_ATTENTIONTESTING_H

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/AttentionOfCaches.h"
#include "runtime/Cuda/Device/TiledAttention.h"

#include <cmath>
#include <functional>
#include <limits>

namespace tern::test {

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
inline Problem dense(long long rows, long long begin, long long end) {
  return {rows, begin, end, [=](long long) { return begin; }, [=](long long) { return end; }};
}
/// Row r sees the last `window` keys up to key r + `first`.
inline Problem causal(long long rows, long long first, long long window) {
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

  /// The same by tiles on tensor cores.
  template <int THREADS, typename KeyCache, typename ValueCache>
  Output attendTiles(const Problem &p, KeyCache key, ValueCache value, unsigned long long seed) const {
    constexpr int bytes = TiledShape<THREADS, HEADSIZE, VALUESIZE>::sharedBytes;
    Output out(p.rows, VALUESIZE);
    auto factor = [](long long row, float, float) { return row % 2 ? 1.0f : 0.25f; };
    auto body = [&] {
      attentionOfManyRows<THREADS, HEADSIZE, VALUESIZE, bytes>(p.rows, p.keyBegin(), p.end, p.keyStep(), queries(),
                                                               p.seenBegin, p.seenEnd, p.adjust, key.pointer,
                                                               value.pointer, sharedMemory(), factor, finish(out));
    };
    EXPECT_EQ(run(body, 1, THREADS, seed, bytes), "");
    EXPECT_THAT(out.calls, testing::Each(1));
    for (std::size_t i = 0; i < out.sums.size(); ++i)
      out.sums[i] /= factor(static_cast<long long>(i) / VALUESIZE, 0, 0);
    return out;
  }

  /// Returns the largest difference of a sum, beside the sum of its products' magnitudes.
  double compare(const Problem &p, const Output &out) const {
    double worst = 0;
    for (long long row = 0; row < p.rows; ++row) {
      std::vector<double> scores;
      for (long long key = p.seenBegin(row); key < p.seenEnd(row); ++key) {
        double score = 0;
        for (int d = 0; d < HEADSIZE; ++d)
          score += static_cast<double>(q[row * HEADSIZE + d]) * k[key * HEADSIZE + d];
        scores.push_back(p.has(key) ? p.adjust(row, key, static_cast<float>(score)) : -infinity);
      }
      worst = std::max(worst, compareRow(p, out, row, scores));
    }
    return worst;
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

  double compareRow(const Problem &p, const Output &out, long long row, const std::vector<double> &scores) const {
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
    double worst = 0;
    for (int d = 0; d < VALUESIZE; ++d) {
      EXPECT_NEAR(out.sums[row * VALUESIZE + d], sums[d], 1e-4 * magnitudes[d]) << "row " << row << ", d " << d;
      if (magnitudes[d] > 0)
        worst = std::max(worst, std::abs(out.sums[row * VALUESIZE + d] - sums[d]) / magnitudes[d]);
    }
    return worst;
  }
};

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

} // namespace tern::test

#endif // TERN_TEST_UNIT_CUDA_DEVICE_ATTENTIONTESTING_H
