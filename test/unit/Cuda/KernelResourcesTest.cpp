//===- KernelResourcesTest.cpp - Reading the assembler's report -----------===//

#include "runtime/Cuda/KernelResources.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

TEST(KernelResources, AreReadFromTheLogOfVersion13) {
  std::vector<KernelResources> kernels =
      readKernelResources("ptxas info    : 0 bytes gmem\n"
                          "ptxas info    : Compiling entry function 'tern_spill' for 'sm_90a'\n"
                          "ptxas info    : Function properties for tern_spill\n"
                          "ptxas         .     672 bytes stack frame, 1056 bytes spill stores, 1404 bytes spill loads\n"
                          "ptxas info    : Used 24 registers, used 0 barriers, 672 bytes cumulative stack size\n"
                          "ptxas info    : Compile time = 9769.245 ms\n"
                          "ptxas info    : Compiling entry function 'tern_scale' for 'sm_90a'\n"
                          "ptxas info    : Function properties for tern_scale\n"
                          "ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
                          "ptxas info    : Used 10 registers, used 1 barriers, 256 bytes smem\n");
  ASSERT_EQ(kernels.size(), 2u);
  EXPECT_EQ(kernels[0].name, "tern_spill");
  EXPECT_EQ(kernels[0].architecture, "sm_90a");
  EXPECT_EQ(kernels[0].registers, 24u);
  EXPECT_EQ(kernels[0].stackBytes, 672u);
  EXPECT_EQ(kernels[0].spillStores, 1056u);
  EXPECT_EQ(kernels[0].spillLoads, 1404u);
  EXPECT_EQ(kernels[0].sharedBytes, 0u);
  EXPECT_EQ(kernels[1].name, "tern_scale");
  EXPECT_EQ(kernels[1].registers, 10u);
  EXPECT_EQ(kernels[1].sharedBytes, 256u);
  EXPECT_EQ(kernels[1].spillStores, 0u);
}

/// A function that is not inlined has a stack frame of its own, which is not its caller's.
TEST(KernelResources, OfCalledFunctionsAreLeftOut) {
  std::vector<KernelResources> kernels =
      readKernelResources("ptxas info    : Compiling entry function 'tern_a' for 'sm_80'\n"
                          "ptxas info    : Function properties for tern_a\n"
                          "    16 bytes stack frame, 0 bytes spill stores, 4 bytes spill loads\n"
                          "ptxas info    : Function properties for helper\n"
                          "    800 bytes stack frame, 801 bytes spill stores, 802 bytes spill loads\n"
                          "ptxas info    : Used 32 registers, 384 bytes cmem[0]\n");
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0].stackBytes, 16u);
  EXPECT_EQ(kernels[0].spillLoads, 4u);
  EXPECT_EQ(kernels[0].registers, 32u);
}

TEST(KernelResources, OtherTextHasNone) {
  EXPECT_TRUE(readKernelResources("").empty());
  EXPECT_TRUE(readKernelResources("kernels.cu(3): warning: Used registers\n\n12 bytes stack frame").empty());
  EXPECT_EQ(readKernelResources("entry function 'a' for 'sm_80'\nUsed registers").size(), 1u);
}

} // namespace
