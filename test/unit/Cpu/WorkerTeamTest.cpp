//===- WorkerTeamTest.cpp - Workers that walk a launch list together ------===//

#include "runtime/Cpu/WorkerTeam.h"
#include "TestEntries.h"

#include <chrono>
#include <gmock/gmock.h>
#include <thread>

using namespace tern;
using namespace tern::testing;

namespace {

/// Operand 0: one counter a task. Each run adds 1.
void countTask(const TernKernelCall *call) {
  auto *counters = static_cast<std::int64_t *>(call->operands[0]);
  for (std::int64_t task = call->begin; task != call->end; ++task)
    ++counters[task];
}

/// Operands 0 and 1: target and source, equal in size. Task i takes what i and its mirror image hold, so each task
/// depends on both ends of the launch before.
void mirror(const TernKernelCall *call) {
  auto *target = static_cast<std::int64_t *>(call->operands[0]);
  auto *source = static_cast<std::int64_t *>(call->operands[1]);
  std::int64_t size = call->dims[1];
  for (std::int64_t i = call->begin; i != call->end; ++i)
    target[i] = source[i] + source[size - 1 - i] + 1;
}

/// Checks that scratch set up on `first` is still there; operand 0 counts the failures.
void useScratch(const TernKernelCall *call) {
  auto **mark = reinterpret_cast<void *const **>(call->scratch);
  if (call->first)
    *mark = call->operands;
  if (*mark != call->operands)
    ++static_cast<std::atomic<int> *>(call->operands[0])[0];
}

void failAtTask7(const TernKernelCall *call) {
  if (call->begin <= 7 && 7 < call->end)
    *call->problem = TERN_KERNEL_INDEX_OUTSIDE;
}

void setFlag(const TernKernelCall *call) { static_cast<std::atomic<bool> *>(call->operands[0])->store(true); }

struct Steps {
  Steps(std::vector<Launch> launches, std::vector<TernKernel> functions, std::vector<void *> pointers)
      : kernels(std::move(functions)), operands(std::move(pointers)) {
    entry.launches = std::move(launches);
    list = std::make_unique<LaunchList>(entry, kernels, operands.data());
  }
  LaunchList &cut(const std::int64_t *dims, unsigned workers) {
    list->resize(dims, workers);
    return *list;
  }
  Entry entry;
  KernelLibrary kernels;
  std::vector<void *> operands;
  std::unique_ptr<LaunchList> list;
};

class WorkerTeamTest : public ::testing::TestWithParam<unsigned> {
protected:
  WorkerTeam team{GetParam()};
  alignas(64) char scratch[16 * 64] = {};
  WorkerScratch space{scratch, 64};
};

} // namespace

TEST_P(WorkerTeamTest, EveryTaskRunsOnceInEachOfManyRuns) {
  std::vector<std::int64_t> a(1000), b(3), c(77);
  Steps program({launchOf(0, {segment(-1, 1000, 1, 640)}), launchOf(0, {segment(-1, 3, 1, 9000)}),
                 launchOf(0, {segment(-1, 77, 1, 3000)}, false)},
                {countTask}, {a.data(), b.data(), c.data()});
  std::int64_t dims[] = {64};
  for (int i = 0; i != 500; ++i)
    team.run(program.cut(dims, team.size()), dims, space);
  EXPECT_THAT(a, ::testing::Each(500));
  EXPECT_THAT(b, ::testing::Each(500));
  EXPECT_THAT(c, ::testing::Each(500));
}

TEST_P(WorkerTeamTest, ALaunchSeesAllOfTheLaunchBefore) {
  constexpr std::int64_t size = 512;
  std::vector<std::int64_t> a(size), b(size);
  std::vector<Launch> launches;
  std::vector<void *> operands;
  for (int i = 0; i != 40; ++i) {
    launches.push_back(launchOf(0, {segment(1, 1, 1, 128)}, true, 2));
    operands.push_back(i % 2 ? a.data() : b.data());
    operands.push_back(i % 2 ? b.data() : a.data());
  }
  Steps program(std::move(launches), {mirror}, operands);
  std::int64_t dims[] = {64, size};
  for (int round = 0; round != 200; ++round) {
    std::fill(a.begin(), a.end(), 0);
    team.run(program.cut(dims, team.size()), dims, space);
    ASSERT_THAT(a, ::testing::Each((std::int64_t(1) << 40) - 1)) << "round " << round;
  }
}

TEST_P(WorkerTeamTest, FirstMarksTheFirstPieceOfALaunchOnAWorker) {
  std::atomic<int> failures{0};
  std::vector<Launch> launches;
  for (int i = 0; i != 30; ++i)
    launches.push_back(launchOf(0, {segment(-1, 100, 1, 4096)}, i % 3 == 0));
  Steps program(std::move(launches), {useScratch}, std::vector<void *>(30, &failures));
  std::int64_t dims[] = {64};
  for (int i = 0; i != 300; ++i)
    team.run(program.cut(dims, team.size()), dims, space);
  EXPECT_EQ(failures, 0);
}

TEST_P(WorkerTeamTest, AProblemEndsTheRunAndNamesTheLaunch) {
  std::vector<std::int64_t> before(100), after(100);
  Steps program({launchOf(0, {segment(-1, 100, 1, 4096)}), launchOf(1, {segment(-1, 100, 1, 4096)}),
                 launchOf(0, {segment(-1, 100, 1, 4096)})},
                {countTask, failAtTask7}, {before.data(), before.data(), after.data()});
  std::int64_t dims[] = {64};
  for (int i = 1; i != 20; ++i) {
    RunOutcome outcome = team.run(program.cut(dims, team.size()), dims, space);
    EXPECT_EQ(outcome.problem, TERN_KERNEL_INDEX_OUTSIDE);
    EXPECT_EQ(outcome.launch, 1u);
    EXPECT_FALSE(outcome.cancelled);
    EXPECT_THAT(before, ::testing::Each(i));
    EXPECT_THAT(after, ::testing::Each(0));
  }
}

TEST_P(WorkerTeamTest, CancellationEndsTheRunBetweenLaunches) {
  std::atomic<bool> cancel{false};
  std::vector<std::int64_t> after(100);
  Steps program({launchOf(1, {segment(-1, 100, 1, 4096)}), launchOf(0, {segment(-1, 100, 1, 4096)})},
                {countTask, setFlag}, {&cancel, after.data()});
  std::int64_t dims[] = {64};
  EXPECT_TRUE(team.run(program.cut(dims, team.size()), dims, space, &cancel).cancelled);
  EXPECT_THAT(after, ::testing::Each(0));
  EXPECT_TRUE(team.run(program.cut(dims, team.size()), dims, space, &cancel).cancelled);
  cancel = false;
  Steps plain({launchOf(0, {segment(-1, 100, 1, 4096)})}, {countTask}, {after.data()});
  std::fill(after.begin(), after.end(), 0);
  EXPECT_FALSE(team.run(plain.cut(dims, team.size()), dims, space, &cancel).cancelled);
  EXPECT_THAT(after, ::testing::Each(1));
}

TEST_P(WorkerTeamTest, CallersFromSeveralThreadsTakeTurns) {
  std::vector<std::thread> callers;
  std::vector<std::vector<std::int64_t>> counters(3, std::vector<std::int64_t>(64));
  for (std::vector<std::int64_t> &mine : counters)
    callers.emplace_back([&] {
      Steps program({launchOf(0, {segment(-1, 64, 1, 4096)}), launchOf(0, {segment(-1, 64, 1, 4096)})}, {countTask},
                    {mine.data(), mine.data()});
      std::int64_t dims[] = {64};
      for (int i = 0; i != 100; ++i)
        team.run(program.cut(dims, team.size()), dims, space);
    });
  for (std::thread &caller : callers)
    caller.join();
  for (const std::vector<std::int64_t> &mine : counters)
    EXPECT_THAT(mine, ::testing::Each(200));
}

TEST_P(WorkerTeamTest, IsRightWhenOthersHaveTheCores) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> busy;
  for (unsigned i = 0; i != std::thread::hardware_concurrency(); ++i)
    busy.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed))
        ;
    });
  std::vector<std::int64_t> a(512);
  Steps program(std::vector<Launch>(50, launchOf(0, {segment(-1, 512, 1, 128)})), {countTask},
                std::vector<void *>(50, a.data()));
  std::int64_t dims[] = {64};
  for (int i = 0; i != 100; ++i) {
    team.run(program.cut(dims, team.size()), dims, space);
    if (i % 10 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1)); // Long enough for workers to fall asleep.
  }
  stop = true;
  for (std::thread &thread : busy)
    thread.join();
  EXPECT_THAT(a, ::testing::Each(5000));
}

INSTANTIATE_TEST_SUITE_P(Sizes, WorkerTeamTest, ::testing::Values(1, 2, 3, 8),
                         [](const auto &info) { return "Workers" + std::to_string(info.param); });
