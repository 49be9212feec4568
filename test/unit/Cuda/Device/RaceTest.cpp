//===- RaceTest.cpp -------------------------------------------------------===//
//
// What the emulation promises to find in instrumented code (RaceDetector.h): each sort of race, in every order in which
// threads are run, also where the numbers are right in that order; and none where accesses are ordered.
//
//===----------------------------------------------------------------------===//

#include "test/unit/Cuda/Device/DeviceTesting.h"

#include "runtime/Cuda/Device/WarpRing.h"

#include <functional>

using namespace tern;
using namespace tern::test;
using testing::AllOf;
using testing::HasSubstr;

namespace {

/// What is read goes here, so that no access is optimised away.
float results[4096];
alignas(16) float source[4096];

/// The lane that `seed` lets run last finds the race, whichever it is.
template <typename Body>
void expectInEveryOrder(Body body, const testing::Matcher<const std::string &> &matcher, unsigned grid = 1,
                        unsigned block = 64, unsigned sharedBytes = 0) {
  for (unsigned long long seed : seeds)
    EXPECT_THAT(run(body, grid, block, seed, sharedBytes), matcher) << "order " << seed;
}

const testing::Matcher<const std::string &> nothing = testing::StrEq("");

testing::Matcher<const std::string &> race(const char *what) {
  return AllOf(HasSubstr(what), HasSubstr("nothing orders that after"));
}

TEST(Race, BarriersOfTheBlockOrder) {
  auto body = [](bool waits) {
    __shared__ float values[64];
    values[threadIdx.x] = source[threadIdx.x];
    barrier();
    float other = values[63 - threadIdx.x];
    if (waits)
      barrier();
    values[threadIdx.x] = other;
    barrier();
    results[threadIdx.x] = values[5];
  };
  expectInEveryOrder([&] { body(true); }, nothing);
  expectInEveryOrder([&] { body(false); }, AllOf(race("of shared variables"), HasSubstr("a barrier at")));
}

TEST(Race, AReadOfWhatNobodyHasWritten) {
  auto body = [] {
    auto *values = reinterpret_cast<float *>(sharedMemory());
    if (threadIdx.x != 9)
      values[threadIdx.x] = 1;
    barrier();
    results[threadIdx.x] = values[threadIdx.x];
  };
  expectInEveryOrder(body, HasSubstr("thread 9 reads 4 bytes at byte 36 of dynamic shared memory, after a barrier at"),
                     1, 64, 256);
  EXPECT_THAT(run(body, 1, 64, 0, 256), HasSubstr("which no thread has written"));
}

TEST(Race, BarriersOfAWarpOrderItsLanesAlone) {
  auto body = [](unsigned mask) {
    __shared__ float values[64];
    values[threadIdx.x] = source[threadIdx.x];
    warpBarrier();
    values[threadIdx.x] += 1;
    warpBarrier();
    results[threadIdx.x] = values[threadIdx.x ^ mask];
  };
  expectInEveryOrder([&] { body(7); }, nothing);
  expectInEveryOrder([&] { body(39); }, testing::Not(nothing));
}

/// They exchange registers.
TEST(Race, ShufflesOrderNoMemory) {
  auto body = [] {
    __shared__ float values[32];
    values[threadIdx.x] = source[threadIdx.x];
    float sum = shuffleXor(values[threadIdx.x], 1);
    values[31 - threadIdx.x] = sum;
  };
  expectInEveryOrder(body, race("shared variables"), 1, 32);
}

TEST(Race, BytesOfOneWordAreApart) {
  auto body = [](unsigned step) {
    sharedMemory()[threadIdx.x * step] = static_cast<unsigned char>(threadIdx.x);
    barrier();
    results[threadIdx.x] = sharedMemory()[(63 - threadIdx.x) * step];
  };
  expectInEveryOrder([&] { body(1); }, nothing, 1, 64, 64);
  expectInEveryOrder([&] { body(0); }, race("writes 1 bytes at byte 0 of dynamic shared memory"), 1, 64, 64);
}

TEST(Race, BlocksAreNotOrdered) {
  expectInEveryOrder([] { results[threadIdx.x + 64 * blockIdx.x] = 1; }, nothing, 3);
  expectInEveryOrder([] { results[threadIdx.x + 63 * blockIdx.x] = 1; }, race("of block"), 3);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// `waits` for its copy, and then `meets` the others, before it reads what another thread has copied.
void copyThenRead(bool waits, bool meets, unsigned distance) {
  copyAsync16(sharedMemory() + 16 * threadIdx.x, source + 4 * threadIdx.x);
  commitCopies();
  if (waits)
    waitForCopies<0>();
  if (meets)
    barrier();
  results[threadIdx.x] = load<Words4>(sharedMemory() + 16 * ((threadIdx.x + distance) % 64)).x;
}

TEST(Race, CopiesAreReadAfterTheirThreadHasWaitedForThem) {
  expectInEveryOrder([] { copyThenRead(true, true, 1); }, nothing, 1, 64, 1024);
  expectInEveryOrder([] { copyThenRead(true, false, 0); }, nothing, 1, 64, 1024);
  expectInEveryOrder([] { copyThenRead(true, false, 1); }, testing::Not(nothing), 1, 64, 1024);
  expectInEveryOrder([] { copyThenRead(false, true, 1); }, race("by a copy that it has not waited for"), 1, 64, 1024);
  expectInEveryOrder([] { copyThenRead(false, false, 0); }, race("by a copy that it has not waited for"), 1, 64, 1024);
}

TEST(Race, OnlyTheGroupsThatWereWaitedForAreThere) {
  auto body = [](unsigned group) {
    for (unsigned i = 0; i < 2; ++i) {
      copyAsync16(sharedMemory() + 1024 * i + 16 * threadIdx.x, source + 4 * threadIdx.x);
      commitCopies();
    }
    waitForCopies<1>();
    results[threadIdx.x] = load<Words4>(sharedMemory() + 1024 * group + 16 * threadIdx.x).x;
    waitForCopies<0>();
  };
  expectInEveryOrder([&] { body(0); }, nothing, 1, 64, 2048);
  expectInEveryOrder([&] { body(1); }, race("has not waited for"), 1, 64, 2048);
}

/// The ring that weights come through, filled again before (`early`) or after all lanes have read.
void useRing(bool early) {
  WarpRing<2, 512> ring(sharedMemory());
  auto fill = [&] {
    copyAsync16(ring.toFill() + 16 * (threadIdx.x % 32), source + 4 * (threadIdx.x % 32));
    ring.filled();
  };
  fill();
  fill();
  for (int i = 0; i < 5; ++i) {
    const unsigned char *place = ring.toUse();
    results[threadIdx.x] = load<Words4>(place + 16 * (31 - threadIdx.x % 32)).x;
    if (!early)
      ring.used();
    fill();
    if (early)
      ring.used();
  }
  waitForCopies<0>();
}

TEST(Race, AStageOfARingIsFilledAgainAfterItWasRead) {
  expectInEveryOrder([] { useRing(false); }, nothing, 1, 64, 2048);
  expectInEveryOrder([] { useRing(true); }, race("dynamic shared memory"), 1, 64, 2048);
}

//===----------------------------------------------------------------------===//
// Blocks and launches
//===----------------------------------------------------------------------===//

/// Blocks leave a number each; the last to come adds them up.
void addUp(unsigned *arrived, bool fences) {
  results[100 + blockIdx.x] = source[blockIdx.x];
  if (fences)
    fence();
  if (threadIdx.x != 0 || atomicIncrement(arrived) != gridDim.x - 1)
    return;
  if (fences)
    fence();
  float sum = 0;
  for (unsigned i = 0; i < gridDim.x; ++i)
    sum += results[100 + i];
  results[0] = sum;
}

TEST(Race, WhatIsNotFollowedIsRefused) {
  auto body = [] {
    if (threadIdx.x == 0)
      copyBulk(sharedMemory(), source, 64, reinterpret_cast<Phase *>(sharedMemory() + 128));
  };
  expectInEveryOrder(body, HasSubstr("bulk copies are not followed by the detection of races"), 1, 64, 256);
}

TEST(Race, FencesAndAtomicsOrderBlocks) {
  for (bool fences : {true, false})
    for (unsigned long long seed : seeds) {
      unsigned arrived = 0;
      auto body = [&] {
        if (threadIdx.x == 0)
          addUp(&arrived, fences);
      };
      EXPECT_THAT(run(body, 4, 32, seed), fences ? nothing : race("reads 4 bytes")) << "order " << seed;
    }
}

/// Runs `second` beside `first`, which is to end before `second` waits for it; what went wrong with `second`.
std::string runTogether(const std::function<void()> &first, const std::function<void()> &second,
                        unsigned long long seed) {
  static unsigned launches = 1000000; // beyond those that have no number
  struct First {
    const std::function<void()> &body;
    unsigned number;
    unsigned long long seed;
  } run = {first, launches += 2, seed};
  auto before = [](void *argument) {
    auto &first = *static_cast<First *>(argument);
    tern_emulate_order(first.number, first.number - 1, nullptr, nullptr);
    EXPECT_EQ(test::run(first.body, 2, 64, first.seed), "");
  };
  tern_emulate_order(run.number + 1, run.number - 1, before, &run);
  return test::run(second, 2, 64, seed);
}

TEST(Race, LaunchesAreOrderedByTheWait) {
  auto first = [] {
    waitForPreviousLaunch();
    results[64 * blockIdx.x + threadIdx.x] = 7;
  };
  for (unsigned long long seed : seeds) {
    auto good = [] {
      __shared__ float weights[64];
      weights[threadIdx.x] = source[threadIdx.x];
      waitForPreviousLaunch();
      barrier();
      results[1000 + 64 * blockIdx.x + threadIdx.x] = results[threadIdx.x] + weights[63 - threadIdx.x];
    };
    EXPECT_EQ(runTogether(first, good, seed), "");
    EXPECT_EQ(results[1000], 7 + source[63]);
  }
}

TEST(Race, ALaunchThatReadsTooEarlyRacesWithTheOneBefore) {
  for (unsigned long long seed : seeds) {
    std::string said;
    auto read = [] {
      results[1000 + 64 * blockIdx.x + threadIdx.x] = results[threadIdx.x];
      waitForPreviousLaunch();
    };
    static unsigned launches = 2000000;
    struct Second {
      std::string &said;
      unsigned number;
      unsigned long long seed;
    } second = {said, launches += 2, seed};
    auto first = [](void *argument) {
      auto &self = *static_cast<Second *>(argument);
      tern_emulate_order(self.number, self.number - 1, nullptr, nullptr);
      self.said = run([] { results[64 * blockIdx.x + threadIdx.x] = 7; }, 2, 64, self.seed);
    };
    tern_emulate_order(second.number + 1, second.number - 1, first, &second);
    EXPECT_EQ(run(read, 2, 64, seed), "");
    EXPECT_THAT(said, AllOf(race("writes 4 bytes"), HasSubstr("beside this one"), HasSubstr("reads it")));
  }
}

TEST(Race, ALaunchThatDoesNotWaitIsAMistake) {
  auto first = [] { waitForPreviousLaunch(); };
  EXPECT_THAT(runTogether(first, [] {}, 0), HasSubstr("ends without a wait for the launch before"));
}

} // namespace
