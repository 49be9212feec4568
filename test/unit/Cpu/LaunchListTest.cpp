//===- LaunchListTest.cpp - An entry's launches, cut into pieces ----------===//

#include "TestEntries.h"
#include "runtime/Executor/CallSizes.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::testing;

namespace {

void nothing(const TernKernelCall *) {}

class LaunchListTest : public ::testing::Test {
protected:
  LaunchList &cut(std::vector<Launch> launches, unsigned workers, std::vector<std::int64_t> dims = {64}) {
    entry.launches = std::move(launches);
    operands.assign(entry.launches.size() * 4, nullptr);
    list = std::make_unique<LaunchList>(entry, kernels, operands.data());
    list->resize(dims.data(), workers);
    return *list;
  }

  /// Bytes between two cuts of a list whose launches have one segment each.
  double bytesBetween(TaskCut from, TaskCut to) const {
    auto before = [&](TaskCut cut) {
      double bytes = 0;
      for (std::uint32_t i = 0; i != cut.launch; ++i)
        bytes += double(entry.launches[i].tasks[0].bytes) * double(list->launches()[i].tasks);
      return cut.task == 0 ? bytes : bytes + double(entry.launches[cut.launch].tasks[0].bytes) * double(cut.task);
    };
    return before(to) - before(from);
  }

  Entry entry;
  KernelLibrary kernels{std::vector<TernKernel>{nothing}};
  std::vector<void *> operands;
  std::unique_ptr<LaunchList> list;
};

} // namespace

TEST_F(LaunchListTest, TasksAreTheProductOfTiles) {
  std::int64_t dims[] = {128, 33, 5};
  TaskSegment tasks{{{{1, 1}, 16}, {{2, 1}, 1}, {{-1, 9}, 3}}, 1};
  EXPECT_EQ(countTasks(tasks, dims), 3 * 5 * 3);
  EXPECT_EQ(countTasks(TaskSegment{}, dims), 1);
}

TEST_F(LaunchListTest, ProductsBeyondTheRangeSaturate) {
  std::int64_t dims[] = {64, std::int64_t(1) << 40};
  EXPECT_EQ(countTasks({{{{1, 1}, 1}, {{1, 1}, 1}}, 1}, dims), std::int64_t(1) << 62);
}

TEST_F(LaunchListTest, PiecesCoverEveryPhaseInOrder) {
  for (unsigned workers : {1u, 2u, 3u, 7u, 64u}) {
    cut({launchOf(0, {segment(-1, 60, 1, 5760)}), launchOf(0, {segment(-1, 7, 1, 100000), segment(-1, 3, 2, 9)}, false),
         launchOf(0, {segment(-1, 1, 1, 1 << 20)}), launchOf(0, {segment(-1, 100, 1, 640)})},
        workers);
    const std::vector<TaskCut> &cuts = list->cuts();
    TaskCut previous{0, 0};
    for (const Phase &phase : list->phases()) {
      EXPECT_EQ(cuts[phase.firstCut].launch, previous.launch);
      EXPECT_EQ(cuts[phase.firstCut].task, 0);
      for (unsigned i = 0; i != workers + phase.shared; ++i) {
        TaskCut from = cuts[phase.firstCut + i], to = cuts[phase.firstCut + i + 1];
        EXPECT_TRUE(from.launch < to.launch || (from.launch == to.launch && from.task <= to.task));
        previous = to;
      }
      EXPECT_EQ(previous.task, 0);
    }
    EXPECT_EQ(previous.launch, 4u);
  }
}

TEST_F(LaunchListTest, OwnPiecesAreEqualInBytesAcrossLaunches) {
  cut({launchOf(0, {segment(-1, 36, 1, 6000)}), launchOf(0, {segment(-1, 200, 1, 1000)}, false)}, 2);
  ASSERT_EQ(list->phases().size(), 1u);
  const std::vector<TaskCut> &cuts = list->cuts();
  double first = bytesBetween(cuts[0], cuts[1]), second = bytesBetween(cuts[1], cuts[2]);
  EXPECT_NEAR(first, second, 6000);
  EXPECT_NEAR(first + second, 0.75 * 416000, 6000);
}

TEST_F(LaunchListTest, ALaunchWithoutWaitJoinsThePhaseBefore) {
  cut({launchOf(0, {segment(-1, 64, 1, 5760)}), launchOf(0, {segment(-1, 64, 1, 5760)}, false),
       launchOf(0, {segment(-1, 64, 1, 5760)})},
      2);
  EXPECT_EQ(list->phases().size(), 2u);
}

TEST_F(LaunchListTest, SmallPhasesInARowAreOnePiece) {
  cut({launchOf(0, {segment(-1, 4, 1, 500)}), launchOf(0, {segment(-1, 1, 1, 500)}),
       launchOf(0, {segment(-1, 64, 1, 5760)}), launchOf(0, {segment(-1, 1, 1, 500)})},
      2);
  ASSERT_EQ(list->phases().size(), 3u);
  EXPECT_EQ(list->phases()[0].shared, 0u);
  EXPECT_EQ(list->cuts()[0].launch, 0u);
  EXPECT_EQ(list->cuts()[1].launch, 2u) << "worker 0 runs both launches";
  EXPECT_EQ(list->cuts()[2].launch, 2u);
}

TEST_F(LaunchListTest, OneWorkerHasWholePhases) {
  cut({launchOf(0, {segment(-1, 64, 1, 5760)}), launchOf(0, {segment(-1, 64, 1, 5760)})}, 1);
  EXPECT_EQ(list->phases().size(), 2u);
  EXPECT_EQ(list->cuts().size(), 4u);
}

TEST_F(LaunchListTest, SizesOfACallChangeTheTasks) {
  cut({launchOf(0, {segment(1, 1, 16, 4096)})}, 2, {64, 160});
  EXPECT_EQ(list->launches()[0].tasks, 10);
  std::int64_t dims[] = {64, 161};
  list->resize(dims, 2);
  EXPECT_EQ(list->launches()[0].tasks, 11);
  EXPECT_EQ(list->cuts().back().launch, 1u);
}
