//===- ThreadPoolTest.cpp - Loops over ranges on several threads ----------===//

#include "runtime/Base/ThreadPool.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

/// How often a loop over [0, count) touches each index.
std::vector<int> touches(ThreadPool &pool, int64_t count, int64_t grain) {
  std::vector<int> touched(count);
  pool.parallelFor(0, count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      ++touched[i];
  });
  return touched;
}

TEST(ThreadPool, TouchesEachIndexOnce) {
  for (unsigned threads : {1u, 2u, 5u}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (int64_t count : {0, 1, 7, 1000})
      for (int64_t grain : {0, 1, 3, 2000})
        EXPECT_EQ(touches(pool, count, grain), std::vector<int>(count, 1)) << count << " by " << grain;
  }
}

TEST(ThreadPool, RunsManyLoops) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  for (int loop = 0; loop < 2000; ++loop)
    pool.parallelFor(0, 10, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
  EXPECT_EQ(sum, 20000);
}

TEST(ThreadPool, RunsInnerLoopsOnTheSameThread) {
  ThreadPool pool(3);
  std::atomic<int64_t> sum{0};
  pool.parallelFor(0, 8, 1, [&](int64_t, int64_t) {
    std::thread::id mine = std::this_thread::get_id();
    pool.parallelFor(0, 8, 1, [&](int64_t begin, int64_t end) {
      EXPECT_EQ(std::this_thread::get_id(), mine);
      sum += end - begin;
    });
  });
  EXPECT_EQ(sum, 64);
}

/// Bodies count on it for the memory that they take at a time.
TEST(ThreadPool, PiecesAreNoLongerThanTheGrain) {
  for (unsigned threads : {1u, 3u}) {
    ThreadPool pool(threads);
    std::atomic<int64_t> longest{0}, sum{0};
    auto body = [&](int64_t begin, int64_t end) {
      sum += end - begin;
      for (int64_t before = longest; before < end - begin && !longest.compare_exchange_weak(before, end - begin);)
        ;
    };
    pool.parallelFor(0, 100, 7, body);
    pool.parallelFor(0, 2, 1, [&](int64_t, int64_t) { pool.parallelFor(0, 50, 7, body); });
    EXPECT_EQ(longest, 7);
    EXPECT_EQ(sum, 200);
  }
}

TEST(ThreadPool, WhatAPieceThrowsIsThrownOn) {
  for (unsigned threads : {1u, 3u}) {
    ThreadPool pool(threads);
    for (int64_t bad : {0, 500, 999})
      EXPECT_THROW(pool.parallelFor(0, 1000, 1,
                                    [&](int64_t begin, int64_t) {
                                      if (begin == bad)
                                        throw std::bad_alloc();
                                    }),
                   std::bad_alloc);
    EXPECT_EQ(touches(pool, 1000, 3), std::vector<int>(1000, 1));
  }
}

TEST(ThreadPool, CallersTakeTurns) {
  ThreadPool pool(2);
  std::atomic<int64_t> sum{0};
  auto run = [&] {
    for (int loop = 0; loop < 200; ++loop)
      pool.parallelFor(0, 16, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
  };
  std::thread other(run);
  run();
  other.join();
  EXPECT_EQ(sum, 2 * 200 * 16);
}

TEST(ThreadPool, TakesRangesNearTheEndOfInt64) {
  ThreadPool pool(2);
  std::atomic<int64_t> count{0};
  constexpr int64_t last = std::numeric_limits<int64_t>::max();
  pool.parallelFor(last - 5, last, 2, [&](int64_t begin, int64_t end) { count += end - begin; });
  EXPECT_EQ(count, 5);
}

} // namespace
