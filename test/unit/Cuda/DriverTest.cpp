//===- DriverTest.cpp - Drivers that are there, old, or not ---------------===//

#include "runtime/Cuda/Driver.h"

#include "CudaTesting.h"

using namespace tern;
using namespace tern::testing;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

class DriverTest : public CudaTest {
protected:
  static Problem problem() {
    Result<std::shared_ptr<const Driver>> driver = Driver::open(TERN_FAKE_CUDA);
    return driver ? Problem() : driver.problem();
  }
};

TEST_F(DriverTest, DescribesItsDevices) {
  fakeCuda().devices.push_back({"Another", 8, 6, 82, std::uint64_t(24) << 30, 99 << 10});
  Result<std::shared_ptr<const Driver>> driver = Driver::open(TERN_FAKE_CUDA);
  ASSERT_TRUE(driver) << driver.problem().str();
  EXPECT_EQ((*driver)->version(), 13000);
  ASSERT_EQ((*driver)->devices().size(), 2u);
  const GpuDevice &second = (*driver)->devices()[1];
  EXPECT_EQ(second.ordinal, 1);
  EXPECT_EQ(second.name, "Another");
  EXPECT_EQ(second.architecture(), "sm_86");
  EXPECT_EQ(second.multiprocessors, 82);
  EXPECT_EQ(second.memoryBytes, std::uint64_t(24) << 30);
  EXPECT_EQ(second.sharedBytesPerBlock, 99u << 10);
}

TEST_F(DriverTest, ThatIsNotThereIsNamed) {
  Result<std::shared_ptr<const Driver>> driver = Driver::open("/nowhere/libcuda.so.1");
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.problem().where, "NVIDIA driver");
  EXPECT_THAT(driver.problem().what, StartsWith("cannot be loaded: /nowhere/libcuda.so.1: "));
  EXPECT_EQ(driver.problem().remedy, "install an NVIDIA driver for CUDA 12 or 13");
}

TEST_F(DriverTest, ThatIsAnotherLibraryIsNamed) {
  Result<std::shared_ptr<const Driver>> driver = Driver::open("libm.so.6");
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.problem().what, "libm.so.6 lacks the function cuInit");
}

TEST_F(DriverTest, ThatIsTooOldIsNamedWithItsVersion) {
  fakeCuda().version = 11040;
  EXPECT_EQ(problem().str(), "NVIDIA driver: must be for CUDA 12.0 or later, is for 11.4; install an NVIDIA driver for "
                             "CUDA 12 or 13");
  EXPECT_EQ(fakeCuda().calls["cuInit"], 0);
}

TEST_F(DriverTest, WithoutDevicesIsADriver) {
  fakeCuda().devices.clear();
  Result<std::shared_ptr<const Driver>> driver = Driver::open(TERN_FAKE_CUDA);
  ASSERT_TRUE(driver) << driver.problem().str();
  EXPECT_TRUE((*driver)->devices().empty());
}

TEST_F(DriverTest, ThatDoesNotStartIsNamedWithItsError) {
  fakeCuda().failures["cuInit"] = {0, 999};
  EXPECT_EQ(problem().str(), "NVIDIA driver: does not start: CUDA_ERROR_UNKNOWN; see what nvidia-smi says");
  fakeCuda().failures["cuInit"] = {0, cuda::stubLibrary};
  EXPECT_THAT(problem().what, HasSubstr("a stub for linking"));
  fakeCuda().failures["cuDeviceTotalMem_v2"] = {0, 12345};
  EXPECT_THAT(problem().what, HasSubstr("does not describe its devices: error 12345"));
}

TEST(GpuDevice, RunsWhatItsArchitectureDoes) {
  GpuDevice hopper, ampere, blackwell;
  hopper.major = 9;
  ampere.major = 8;
  ampere.minor = 6;
  blackwell.major = 10;
  blackwell.minor = 3;
  EXPECT_EQ(hopper.bestArchitecture(), "sm_90a");
  EXPECT_EQ(ampere.bestArchitecture(), "sm_86");
  EXPECT_EQ(blackwell.bestArchitecture(), "sm_103a");
  for (const char *target : {"sm_90", "sm_90a"})
    EXPECT_TRUE(hopper.runs(target)) << target;
  for (const char *target : {"sm_80", "sm_89", "sm_100", "sm_91", "sm_90b", "sm_90aa", "sm_", "x86-64-v4", ""})
    EXPECT_FALSE(hopper.runs(target)) << target;
  for (const char *target : {"sm_80", "sm_86"})
    EXPECT_TRUE(ampere.runs(target)) << target;
  for (const char *target : {"sm_89", "sm_75", "sm_86f", "sm_80a"})
    EXPECT_EQ(ampere.runs(target), std::string(target) == "sm_86f") << target;
  for (const char *target : {"sm_100", "sm_100f", "sm_103a"})
    EXPECT_TRUE(blackwell.runs(target)) << target;
  EXPECT_FALSE(blackwell.runs("sm_100a"));
}

} // namespace
