//===- CudaTargetTest.cpp - GPUs as data, and kernels in their source -----===//

#include "tern/Target/CudaSource.h"
#include "tern/Target/Target.h"

#include <gmock/gmock.h>

using namespace tern;
using ::testing::HasSubstr;

static CudaTarget hopper() { return std::get<CudaTarget>(*parseTarget("sm_90a")); }

TEST(CudaTarget, IsATargetUnderBothNames) {
  for (const char *name : {"sm_90a", "cuda:sm_90a"}) {
    Result<Target> target = parseTarget(name);
    ASSERT_TRUE(target) << target.problem().str();
    EXPECT_EQ(nameOf(*target), "sm_90a");
    EXPECT_EQ(std::get<CudaTarget>(*target).sharedBytes, 227 * 1024);
  }
}

TEST(CudaTarget, ProblemsNameWhatExists) {
  for (const char *name : {"sm_90", "sm_", "cuda", "cuda:", "cuda:native", "nonsense"}) {
    Result<Target> target = parseTarget(name);
    ASSERT_FALSE(target) << name;
    EXPECT_THAT(target.problem().str(), HasSubstr("sm_90a")) << name;
  }
}

TEST(CudaTarget, BlocksMayTakeAllSharedMemoryAndNoMore) {
  KernelResources kernel;
  kernel.name = "tern_linear";
  kernel.sharedBytes = 1024;
  EXPECT_TRUE(checkSharedMemory(hopper(), kernel, 226 * 1024));
  Status status = checkSharedMemory(hopper(), kernel, 226 * 1024 + 1);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.problem().where, "tern_linear");
  EXPECT_THAT(status.problem().what, HasSubstr("231425 bytes of dynamic shared memory beside 1024"));
}

TEST(CudaSource, KernelsAreFoundWithWhatStandsAboveThem) {
  const char *source = R"(struct Sizes { long T; };

// layers.0.norm
extern "C" __global__ void tern_norm(const float *x) {
}

// layers.1.norm
extern "C" __global__ void tern_norm_1(const float *x) {
}
)";
  EXPECT_EQ(kernelInSource(source, "tern_norm").str(),
            "// layers.0.norm\nextern \"C\" __global__ void tern_norm(const float *x) {\n}\n");
  EXPECT_EQ(kernelInSource(source, "tern_norm_1").str(),
            "// layers.1.norm\nextern \"C\" __global__ void tern_norm_1(const float *x) {\n}\n");
  EXPECT_EQ(kernelInSource(source, "tern_nor").str(), "");
  EXPECT_EQ(kernelInSource("", "tern_norm").str(), "");
}
