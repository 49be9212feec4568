//===- EmulationTest.cpp --------------------------------------------------===//
//
// What the emulation promises to detect, and that it does what a GPU does.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include <cmath>
#include <numeric>

using namespace tern;
using namespace tern::test;
using testing::HasSubstr;

namespace {

TEST(Emulation, EveryThreadOfEveryBlockRunsOnce) {
  for (unsigned long long seed : seeds) {
    std::vector<int> count(5 * 96);
    EXPECT_EQ(run([&] { ++count[blockIdx.x * blockDim.x + threadIdx.x]; }, 5, 96, seed), "");
    EXPECT_THAT(count, testing::Each(1));
  }
}

TEST(Emulation, SeedsGiveDifferentOrders) {
  std::vector<std::vector<unsigned>> orders;
  for (unsigned long long seed : seeds) {
    orders.emplace_back();
    EXPECT_EQ(run([&] { orders.back().push_back(blockIdx.x * 64 + threadIdx.x); }, 2, 64, seed), "");
  }
  EXPECT_EQ(orders[0].front(), 0u);
  EXPECT_EQ(orders[1].front(), 127u);
  EXPECT_NE(orders[2], orders[3]);
  EXPECT_THAT(orders[2], testing::UnorderedElementsAreArray(orders[0]));
}

TEST(Emulation, BarriersOrderSharedMemory) {
  for (unsigned long long seed : seeds) {
    std::vector<int> result(2 * 128);
    auto reverse = [&] {
      __shared__ int values[128];
      values[threadIdx.x] = static_cast<int>(threadIdx.x + blockIdx.x * 1000);
      barrier();
      result[blockIdx.x * 128 + threadIdx.x] = values[127 - threadIdx.x];
    };
    EXPECT_EQ(run(reverse, 2, 128, seed), "");
    for (int i = 0; i < 128; ++i)
      EXPECT_EQ(result[128 + i], 1127 - i);
  }
}

TEST(Emulation, AMissingBarrierShowsInSomeOrder) {
  bool isSeen = false;
  for (unsigned long long seed : seeds) {
    std::vector<float> result(64);
    auto race = [&] {
      __shared__ float values[64];
      values[threadIdx.x] = 1;
      result[threadIdx.x] = values[63 - threadIdx.x]; // no barrier between
    };
    EXPECT_EQ(run(race, 1, 64, seed), "");
    for (float value : result)
      isSeen |= std::isnan(value);
  }
  EXPECT_TRUE(isSeen);
}

TEST(Emulation, SharedMemoryIsPoisonedBeforeEachBlock) {
  std::vector<float> dynamic(3), fixed(3);
  auto read = [&] {
    __shared__ float value[32];
    float *place = reinterpret_cast<float *>(sharedMemory());
    if (threadIdx.x == 0) {
      fixed[blockIdx.x] = value[5];
      dynamic[blockIdx.x] = place[7];
    }
    value[threadIdx.x] = place[threadIdx.x] = 1;
  };
  EXPECT_EQ(run(read, 3, 32, 0, 128), "");
  for (int block = 0; block < 3; ++block)
    EXPECT_TRUE(std::isnan(dynamic[block]) && std::isnan(fixed[block]));
}

TEST(Emulation, CatchesAThreadThatLeavesOthersAtABarrier) {
  auto leave = [] {
    if (threadIdx.x >= 32)
      barrier();
  };
  EXPECT_THAT(run(leave, 1, 64), HasSubstr("threads 0..31 have ended, threads 32..63 wait for a barrier at"));
}

TEST(Emulation, CatchesBarriersAtDifferentPlaces) {
  auto part = [] {
    if (threadIdx.x < 32)
      barrier();
    else
      barrier();
  };
  for (unsigned long long seed : seeds)
    EXPECT_THAT(run(part, 1, 64, seed), HasSubstr("wait for each other at different places"));
}

TEST(Emulation, CatchesLanesThatDoNotShuffleTogether) {
  auto leave = [] {
    if (threadIdx.x % 32 != 5)
      shuffleXor(1.0f, 1);
  };
  EXPECT_THAT(run(leave, 1, 64), HasSubstr("threads 5..5 have ended"));
  auto part = [] {
    if (threadIdx.x % 2)
      shuffleXor(1.0f, 1);
    else
      shuffle(1.0f, 1);
  };
  EXPECT_THAT(run(part, 1, 32), HasSubstr("exchange at different places"));
}

TEST(Emulation, CatchesMisalignedAccess) {
  alignas(16) unsigned char bytes[32] = {};
  EXPECT_EQ(run([&] { load<Words4>(bytes); }, 1, 32), "");
  EXPECT_THAT(run([&] { load<Words4>(bytes + 8); }, 1, 32), HasSubstr("accesses 16 bytes at an address"));
}

/// A thread that reads before the phase has ended sees what lay there, in one of the orders.
TEST(Emulation, BulkCopiesAreThereWhenTheirPhaseHasEnded) {
  alignas(16) float numbers[64];
  std::iota(numbers, numbers + 64, 1.0f);
  bool isSeen = false;
  for (unsigned long long seed : seeds) {
    std::vector<float> early(64), result(64);
    auto copy = [&] {
      float *target = reinterpret_cast<float *>(sharedMemory());
      auto *phase = reinterpret_cast<Phase *>(sharedMemory() + 256);
      if (threadIndex() == 0)
        makePhase(phase, 1);
      fenceCopies();
      barrier();
      if (threadIndex() == 0) {
        arriveWithBytes(phase, 256);
        copyBulk(target, numbers, 256, phase);
      }
      early[static_cast<unsigned>(threadIndex())] = target[threadIndex()];
      waitForPhase(phase, 0);
      result[static_cast<unsigned>(threadIndex())] = target[threadIndex()];
    };
    EXPECT_EQ(run(copy, 1, 64, seed, 264), "");
    EXPECT_THAT(result, testing::ElementsAreArray(numbers));
    isSeen |= std::isnan(early[5]);
  }
  EXPECT_TRUE(isSeen);
}

TEST(Emulation, CatchesAPhaseThatDoesNotEnd) {
  auto wait = [] {
    auto *phase = reinterpret_cast<Phase *>(sharedMemory());
    if (threadIndex() == 0)
      makePhase(phase, 2);
    barrier();
    if (threadIndex() == 0)
      arrive(phase);
    waitForPhase(phase, 0);
  };
  for (unsigned long long seed : seeds)
    EXPECT_THAT(run(wait, 1, 32, seed, 8), HasSubstr("threads 0..31 wait for a phase at"));
}

/// Products of warpgroups: row r of a has 1 in column r % 16, so that d is b; b lies as PTX says, swizzled in pieces.
TEST(Emulation, WarpgroupsMultiplySwizzledMatrices) {
  constexpr int columns = 32, step = 2;
  for (unsigned long long seed : seeds) {
    std::vector<float> result(64 * columns);
    auto multiply = [&] {
      auto *b = reinterpret_cast<unsigned short *>(sharedMemory());
      for (int i = threadIndex(); i < columns * 64; i += 128) {
        int column = i / 64, k = i % 64;
        int place = column / 8 * 512 + column % 8 * 64 + ((k / 8) ^ (column % 8)) * 8 + k % 8;
        b[place] = floatToBfloat16(static_cast<float>(k + 64 * (column % 4)));
      }
      barrier();
      int lane = threadIndex() % 32, g = lane / 4, q = lane % 4;
      unsigned a[4];
      for (int i = 0; i < 4; ++i) {
        int row = g + i % 2 * 8, k = 2 * q + i / 2 * 8;
        a[i] = pairOfBfloat16(row == k ? 1.0f : 0.0f, row == k + 1 ? 1.0f : 0.0f);
      }
      float d[columns / 2] = {};
      beginProducts();
      multiplyGroup(d, a, GroupMatrix(b).after(step * 32));
      commitProducts();
      waitForProducts<0>();
      for (int i = 0; i < columns / 2; ++i) {
        int row = threadIndex() / 32 * 16 + g + i / 2 % 2 * 8, column = i / 4 * 8 + 2 * q + i % 2;
        result[static_cast<unsigned>(row * columns + column)] = d[i];
      }
    };
    EXPECT_EQ(run(multiply, 1, 128, seed, columns * 128), "");
    for (int row = 0; row < 64; ++row)
      for (int column = 0; column < columns; ++column)
        ASSERT_EQ(result[static_cast<unsigned>(row * columns + column)],
                  static_cast<float>(step * 16 + row % 16 + 64 * (column % 4)));
  }
}

TEST(Emulation, AFailedLaunchDoesNotSpoilTheNext) {
  EXPECT_NE(run(
                [] {
                  if (threadIdx.x == 3)
                    barrier();
                },
                1, 32),
            "");
  EXPECT_EQ(run([] { barrier(); }, 1, 32), "");
  EXPECT_THAT(run([] {}, 1, 33), HasSubstr("a multiple of 32, got 33"));
}

TEST(Emulation, ShufflesAndBallots) {
  for (unsigned long long seed : seeds) {
    std::vector<int> values(64);
    std::vector<unsigned> votes(64);
    auto body = [&] {
      int mine = static_cast<int>(threadIdx.x * threadIdx.x);
      int other = shuffleXor(shuffleXor(mine, 7), 16);
      values[threadIdx.x] = other;
      votes[threadIdx.x] = ballot(threadIdx.x % 3 == 0);
      double wide = shuffle(static_cast<double>(threadIdx.x), 9);
      values[threadIdx.x] += static_cast<int>(wide) * 0;
    };
    EXPECT_EQ(run(body, 1, 64, seed), "");
    for (int i = 0; i < 64; ++i) {
      EXPECT_EQ(values[i], (i ^ 23) * (i ^ 23));
      unsigned expected = 0;
      for (unsigned lane = 0; lane < 32; ++lane)
        expected |= ((i / 32 * 32 + lane) % 3 == 0 ? 1u : 0u) << lane;
      EXPECT_EQ(votes[i], expected);
    }
  }
}

TEST(Emulation, MatrixProductsAreThoseOfPtx) {
  std::mt19937 random(7);
  std::vector<int> a(16 * 32), b(32 * 8), sums(16 * 8);
  for (int &x : a)
    x = static_cast<int>(random() % 256);
  for (int &x : b)
    x = static_cast<int>(random() % 256) - 128;
  auto body = [&] {
    int lane = threadIndex(), g = lane / 4, q = lane % 4, d[4] = {1, 1, 1, 1};
    unsigned wordsA[4] = {}, wordsB[2] = {};
    for (int i = 0; i < 4; ++i) {
      for (int half = 0; half < 2; ++half) {
        wordsA[half] |= static_cast<unsigned>(a[(g + half * 8) * 32 + 4 * q + i]) << (8 * i);
        wordsA[2 + half] |= static_cast<unsigned>(a[(g + half * 8) * 32 + 16 + 4 * q + i]) << (8 * i);
        wordsB[half] |= static_cast<unsigned>(b[(16 * half + 4 * q + i) * 8 + g] & 255) << (8 * i);
      }
    }
    multiplyTilesU8(d, wordsA, wordsB);
    for (int i = 0; i < 4; ++i)
      sums[(g + i / 2 * 8) * 8 + 2 * q + i % 2] = d[i];
  };
  EXPECT_EQ(run(body, 1, 32), "");
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 8; ++column) {
      int expected = 1;
      for (int k = 0; k < 32; ++k)
        expected += a[row * 32 + k] * b[k * 8 + column];
      EXPECT_EQ(sums[row * 8 + column], expected);
    }
}

} // namespace
