//===- MachineTest.cpp - What this process may use of the machine ---------===//

#include "runtime/Cpu/Machine.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace tern;

namespace {

/// A made-up /proc and /sys/fs/cgroup below a temporary folder.
class Machine : public testing::Test {
protected:
  void SetUp() override {
    root = testing::TempDir() + "/tern-machine-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root);
    files = {root + "/proc", root + "/cgroup"};
    put("proc/meminfo", "MemTotal: 2000 kB\nMemFree: 10 kB\nMemAvailable:    1000 kB\n");
  }
  void TearDown() override { std::filesystem::remove_all(root); }

  void put(const std::string &path, const std::string &text) {
    std::filesystem::create_directories(std::filesystem::path(root + "/" + path).parent_path());
    std::ofstream(root + "/" + path) << text;
  }

  std::string root;
  MachineFiles files;
};

} // namespace

TEST_F(Machine, WithoutControlGroupsTheSystemsFigureCounts) {
  EXPECT_EQ(files.cpuQuota(), std::nullopt);
  EXPECT_EQ(files.memoryLeft(), 1000u * 1024);
}

TEST_F(Machine, TheTightestGroupOfVersion2Counts) {
  put("proc/self/cgroup", "0::/outer/inner\n");
  put("cgroup/outer/cpu.max", "150000 100000\n");
  put("cgroup/outer/inner/cpu.max", "max 100000\n");
  put("cgroup/outer/memory.max", "max\n");
  put("cgroup/outer/memory.current", "5\n");
  put("cgroup/outer/inner/memory.max", "500000\n");
  put("cgroup/outer/inner/memory.current", "200000\n");
  EXPECT_EQ(files.cpuQuota(), 1.5);
  EXPECT_EQ(files.memoryLeft(), 300000u);
}

TEST_F(Machine, Version1IsReadToo) {
  put("proc/self/cgroup", "4:cpu,cpuacct:/job\n3:memory:/job\n");
  put("cgroup/cpu/job/cpu.cfs_quota_us", "200000\n");
  put("cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  put("cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put("cgroup/cpu/cpu.cfs_period_us", "100000\n");
  put("cgroup/memory/job/memory.limit_in_bytes", "1000\n");
  put("cgroup/memory/job/memory.usage_in_bytes", "4000\n");
  EXPECT_EQ(files.cpuQuota(), 2.0);
  EXPECT_EQ(files.memoryLeft(), 0u);
}

TEST_F(Machine, ThisMachineHasACoreAndMemory) {
  EXPECT_GE(availableCores(), 1u);
  EXPECT_GT(availableMemory().value_or(0), 0u);
}
