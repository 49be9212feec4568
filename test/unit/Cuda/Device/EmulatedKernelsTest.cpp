//===- EmulatedKernelsTest.cpp --------------------------------------------===//
//
// Generated source, with the device headers in it, compiled and run as a library.
//
//===----------------------------------------------------------------------===//

#include "runtime/Cuda/Emulation/EmulatedKernels.h"
#include "runtime/Cuda/Device/DeviceSource.h"

#include <gmock/gmock.h>
#include <vector>

using namespace tern;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char *kernels = R"(
struct Sizes { long long at[2]; };

// A comment that mentions __global__ functions.
extern "C" __global__ void __launch_bounds__(64)
tern_scale(const float *__restrict__ x, float *__restrict__ y, Sizes sizes, long long *problem) {
  extern __shared__ __align__(16) unsigned char shared[];
  float *copy = reinterpret_cast<float *>(shared);
  long long i = blockIdx.x * 64ll + threadIdx.x;
  if (sizes.at[1] < 0)
    *problem = 1;
  copy[threadIdx.x] = i < sizes.at[1] ? x[i] : 0.0f;
  __syncthreads();
  float sum = tern::blockSum<64>(copy[63 - threadIdx.x]);
  if (i < sizes.at[1])
    y[i] = x[i] / sum;
}

extern "C" __global__ __launch_bounds__(32) void tern_wrong(float *y) {
  if (threadIdx.x == 0)
    __syncthreads();
}
)";

struct Sizes {
  long long at[2];
};

TEST(EmulatedKernels, FindsKernels) {
  EXPECT_THAT(kernelNamesOf(kernels), ElementsAre("tern_scale", "tern_wrong"));
  EXPECT_THAT(kernelNamesOf(deviceSource()), ElementsAre("tern_next_token")); // of every artifact
}

TEST(EmulatedKernels, CompilesLoadsAndRuns) {
  Result<EmulatedKernels> library = EmulatedKernels::compile(std::string(deviceSource()) + kernels);
  ASSERT_TRUE(library) << library.problem().str();
  EXPECT_TRUE(library->has("tern_scale"));
  EXPECT_FALSE(library->has("tern_other"));
  for (unsigned long long seed : {0, 1, 5}) {
    std::vector<float> x(100, 2), y(100);
    const float *input = x.data();
    float *output = y.data();
    long long problem = 0, *problemPointer = &problem;
    Sizes sizes{{7, 100}};
    void *parameters[] = {&input, &output, &sizes, &problemPointer};
    Status done = library->launch("tern_scale", parameters, 2, 64, 256, seed);
    ASSERT_TRUE(done) << done.problem().str();
    EXPECT_EQ(y[0], 2.0f / 128);
    EXPECT_EQ(y[99], 2.0f / 72);
    Status wrong = library->launch("tern_wrong", parameters, 1, 32, 0, seed);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.problem().str(),
                HasSubstr("tern_wrong: block 0: threads wait for each other at different places"));
  }
  EXPECT_FALSE(library->launch("tern_other", nullptr, 1, 32));
}

TEST(EmulatedKernels, ShowsWhatTheCompilerSaid) {
  Result<EmulatedKernels> library = EmulatedKernels::compile("nonsense");
  ASSERT_FALSE(library);
  EXPECT_THAT(library.problem().what, HasSubstr("error:"));
}

} // namespace
