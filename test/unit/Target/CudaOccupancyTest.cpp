//===- CudaOccupancyTest.cpp ----------------------------------------------===//

#include "tern/Target/CudaOccupancy.h"

#include <gmock/gmock.h>

using namespace tern;
using ::testing::HasSubstr;

static CudaTarget hopper() { return std::move(*parseCudaTarget("sm_90a")); }

TEST(CudaOccupancy, SharedMemoryIsThatOfTheSchedulesBlocks) {
  KernelResources kernel;
  kernel.name = "tern_linear";
  kernel.sharedBytes = 1024;
  EXPECT_TRUE(checkOccupancy(hopper(), kernel, {512, 2, 112 * 1024}));
  Status status = checkOccupancy(hopper(), kernel, {512, 2, 112 * 1024 + 1});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.problem().where, "tern_linear");
  EXPECT_THAT(status.problem().what,
              HasSubstr("2 blocks of 512 threads on a multiprocessor, which need 233474 bytes of "
                        "shared memory; sm_90a has 233472"));
  EXPECT_FALSE(checkOccupancy(hopper(), kernel, {512, 1, 227 * 1024}));
}

TEST(CudaOccupancy, RegistersAreThoseOfTheSchedulesBlocks) {
  KernelResources kernel;
  kernel.registers = 57; // handed out as 64
  EXPECT_TRUE(checkOccupancy(hopper(), kernel, {512, 2, 0}));
  kernel.registers = 65;
  EXPECT_TRUE(checkOccupancy(hopper(), kernel, {512, 1, 0}));
  Status status = checkOccupancy(hopper(), kernel, {512, 2, 0});
  ASSERT_FALSE(status);
  EXPECT_THAT(status.problem().what, HasSubstr("which need 73728 registers of 65536"));
}
