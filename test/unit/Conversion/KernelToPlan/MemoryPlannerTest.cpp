//===- MemoryPlannerTest.cpp - Offsets for values with lifetimes ----------===//

#include "lib/Conversion/KernelToPlan/MemoryPlanner.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

using namespace tern;

namespace {

bool liveTogether(const PlannedValue &a, const PlannedValue &b) { return a.first <= b.last && b.first <= a.last; }

bool overlap(const PlannedValue &a, const PlannedValue &b) {
  return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// What every plan must keep.
void expectSound(const std::vector<PlannedValue> &values, std::int64_t arena) {
  for (std::size_t i = 0; i != values.size(); ++i) {
    EXPECT_EQ(values[i].offset % arenaAlignment, 0) << "value " << i;
    EXPECT_GE(values[i].offset, 0) << "value " << i;
    EXPECT_LE(values[i].offset + values[i].bytes, arena) << "value " << i;
    for (std::size_t j = 0; j != i; ++j)
      EXPECT_FALSE(liveTogether(values[i], values[j]) && overlap(values[i], values[j]))
          << "values " << j << " and " << i << " at " << values[j].offset << " and " << values[i].offset;
  }
  EXPECT_LE(peakBytes(values), arena);
}

std::vector<std::int64_t> offsets(const std::vector<PlannedValue> &values) {
  std::vector<std::int64_t> result;
  for (const PlannedValue &value : values)
    result.push_back(value.offset);
  return result;
}

TEST(MemoryPlanner, NothingTakesNothing) {
  std::vector<PlannedValue> values;
  EXPECT_EQ(planMemory(values), 0);
  EXPECT_EQ(peakBytes(values), 0);
}

TEST(MemoryPlanner, ValuesThatLiveApartShare) {
  std::vector<PlannedValue> values{{100, 0, 1}, {128, 2, 3}, {64, 4, 4}};
  EXPECT_EQ(planMemory(values), 128);
  EXPECT_EQ(offsets(values), (std::vector<std::int64_t>{0, 0, 0}));
  EXPECT_EQ(peakBytes(values), 128);
}

TEST(MemoryPlanner, ALaunchDoesNotWriteOverWhatItReads) {
  std::vector<PlannedValue> values{{64, 0, 1}, {64, 1, 2}}; // the first dies at the launch that makes the second
  EXPECT_EQ(planMemory(values), 128);
  EXPECT_EQ(offsets(values), (std::vector<std::int64_t>{0, 64}));
}

TEST(MemoryPlanner, OffsetsAreAligned) {
  std::vector<PlannedValue> values{{1, 0, 0}, {65, 0, 0}, {64, 0, 0}};
  EXPECT_EQ(planMemory(values), 64 + 128 + 64);
  EXPECT_EQ(offsets(values), (std::vector<std::int64_t>{192, 0, 128}));
}

TEST(MemoryPlanner, SmallValuesFillGaps) {
  // The large ones leave 128 bytes free between them in time and place.
  std::vector<PlannedValue> values{{256, 0, 1}, {128, 1, 4}, {192, 3, 4}, {64, 2, 4}};
  EXPECT_EQ(planMemory(values), 384);
  EXPECT_EQ(offsets(values), (std::vector<std::int64_t>{0, 256, 0, 192}));
}

TEST(MemoryPlanner, ValuesWithoutBytesTakeNone) {
  std::vector<PlannedValue> values{{0, 0, 9}, {64, 0, 9}};
  EXPECT_EQ(planMemory(values), 64);
}

/// A chain of launches as transformers have them, and a value that lives throughout.
TEST(MemoryPlanner, AChainIsPlannedNearItsPeak) {
  std::vector<PlannedValue> values{{2304, 0, 100}};
  for (std::int64_t layer = 0; layer != 20; ++layer) {
    values.push_back({6144, 3 * layer, 3 * layer + 1});
    values.push_back({2304, 3 * layer + 1, 3 * layer + 2});
    values.push_back({1024, 3 * layer + 2, 3 * layer + 3});
  }
  std::int64_t arena = planMemory(values);
  expectSound(values, arena);
  EXPECT_EQ(peakBytes(values), 6144 + 2 * 2304);
  EXPECT_EQ(arena, peakBytes(values) + 1024); // what links two layers finds no gap that is free in both
}

TEST(MemoryPlanner, RandomIntervals) {
  std::mt19937_64 random(7);
  auto upTo = [&](std::int64_t most) { return static_cast<std::int64_t>(random() % (most + 1)); };
  double worst = 1;
  for (int round = 0; round != 200; ++round) {
    std::vector<PlannedValue> values(1 + upTo(80));
    for (PlannedValue &value : values) {
      value.bytes = upTo(3) == 0 ? upTo(100'000) : upTo(500);
      value.first = upTo(40) - 1;
      value.last = value.first + upTo(upTo(4) == 0 ? 40 : 3);
    }
    std::vector<PlannedValue> again = values;
    std::int64_t arena = planMemory(values);
    expectSound(values, arena);
    EXPECT_EQ(planMemory(again), arena);
    EXPECT_EQ(offsets(again), offsets(values));
    if (std::int64_t peak = peakBytes(values); peak > 0)
      worst = std::max(worst, static_cast<double>(arena) / static_cast<double>(peak));
  }
  EXPECT_LT(worst, 1.5); // no bound of the method, but a sign when it gets worse
}

} // namespace
