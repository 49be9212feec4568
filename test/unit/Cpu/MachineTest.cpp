//===- MachineTest.cpp - What this process may use of the machine ---------===//

#include "runtime/Cpu/Machine.h"

#include "test/unit/TemporaryDirectory.h"

#include <unistd.h>

using namespace tern;

namespace {

/// A made-up /proc and /sys/fs/cgroup below a temporary folder.
class Machine : public test::TemporaryDirectory {
protected:
  void SetUp() override {
    files = {directory / "proc", directory / "cgroup"};
    write("proc/meminfo", "MemTotal: 2000 kB\nMemFree: 10 kB\nMemAvailable:    1000 kB\n");
  }

  MachineFiles files;
};

} // namespace

TEST_F(Machine, WithoutControlGroupsTheSystemsFigureCounts) {
  EXPECT_EQ(files.cpuQuota(), std::nullopt);
  EXPECT_EQ(files.memoryLeft(), 1000u * 1024);
}

TEST_F(Machine, TheTightestGroupOfVersion2Counts) {
  write("proc/self/cgroup", "0::/outer/inner\n");
  write("cgroup/outer/cpu.max", "150000 100000\n");
  write("cgroup/outer/inner/cpu.max", "max 100000\n");
  write("cgroup/outer/memory.max", "max\n");
  write("cgroup/outer/memory.current", "5\n");
  write("cgroup/outer/inner/memory.max", "500000\n");
  write("cgroup/outer/inner/memory.current", "200000\n");
  EXPECT_EQ(files.cpuQuota(), 1.5);
  EXPECT_EQ(files.memoryLeft(), 300000u);
}

TEST_F(Machine, Version1IsReadToo) {
  write("proc/self/cgroup", "4:cpu,cpuacct:/job\n3:memory:/job\n");
  write("cgroup/cpu/job/cpu.cfs_quota_us", "200000\n");
  write("cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  write("cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  write("cgroup/cpu/cpu.cfs_period_us", "100000\n");
  write("cgroup/memory/job/memory.limit_in_bytes", "1000\n");
  write("cgroup/memory/job/memory.usage_in_bytes", "4000\n");
  EXPECT_EQ(files.cpuQuota(), 2.0);
  EXPECT_EQ(files.memoryLeft(), 0u);
}

TEST_F(Machine, AddressesAreCountedBelowTheProcesssLimit) {
  EXPECT_EQ(files.addressesLeft(), std::nullopt);
  write("proc/self/statm", "10 4 3 2 0 1 0\n");
  write("proc/self/limits", "Limit                     Soft Limit           Hard Limit           Units     \n"
                            "Max cpu time              unlimited            unlimited            seconds   \n"
                            "Max address space         1048576              unlimited            bytes     \n");
  EXPECT_EQ(files.addressesLeft(), 1048576u - 10 * static_cast<unsigned>(sysconf(_SC_PAGESIZE)));
  write("proc/self/limits", "Max address space         4096                 unlimited            bytes     \n");
  EXPECT_EQ(files.addressesLeft(), 0u);
  write("proc/self/limits", "Max address space         unlimited            unlimited            bytes     \n");
  EXPECT_EQ(files.addressesLeft(), std::nullopt);
}

TEST_F(Machine, ThisMachineHasACoreAndMemory) {
  EXPECT_GE(availableCores(), 1u);
  EXPECT_GT(availableMemory().value_or(0), 0u);
}
