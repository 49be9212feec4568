//===- CapturedCallsTest.cpp - Calls that the device repeats --------------===//

#include "runtime/Cuda/CapturedCalls.h"

#include "CudaTesting.h"
#include "runtime/Cuda/GpuMemory.h"

using namespace tern;
using namespace tern::testing;

namespace {

class CapturedCallsTest : public CudaTest {
protected:
  void SetUp() override {
    CudaTest::SetUp();
    Result<std::shared_ptr<const Driver>> driver = Driver::open(TERN_FAKE_CUDA);
    ASSERT_TRUE(driver);
    context = *GpuContext::create(*driver, (*driver)->devices()[0]);
    ASSERT_TRUE(stream.emplace().create(context, "test"));
    calls.emplace(context);
  }
  void TearDown() override {
    calls.reset();
    stream.reset();
    context.reset();
    CudaTest::TearDown();
  }
  cuda::Code capture(const CapturedCalls::Key &key, cuda::Code queued = cuda::success) {
    GpuContext::Scope scope(*context);
    return calls->capture(key, stream->get(), [&] { return queued; });
  }

  std::shared_ptr<GpuContext> context;
  std::optional<GpuStream> stream;
  std::optional<CapturedCalls> calls;
};

TEST_F(CapturedCallsTest, TheSameCallTwiceIsRepeated) {
  EXPECT_FALSE(calls->isRepeated({1, 2}));
  EXPECT_TRUE(calls->isRepeated({1, 2}));
  EXPECT_TRUE(calls->isRepeated({1, 2}));
  EXPECT_FALSE(calls->isRepeated({1, 3}));
  EXPECT_FALSE(calls->isRepeated({1, 2}));
}

TEST_F(CapturedCallsTest, AFewAreKeptThoseUsedLast) {
  for (std::int64_t i = 0; i != 8; ++i)
    ASSERT_EQ(capture({i}), cuda::success);
  EXPECT_EQ(fakeCuda().graphs, 8u);
  EXPECT_NE(calls->find({0}), nullptr);
  ASSERT_EQ(capture({8}), cuda::success);
  EXPECT_EQ(fakeCuda().graphs, 8u);
  EXPECT_EQ(calls->find({1}), nullptr);
  for (std::int64_t i : {0, 2, 7, 8})
    EXPECT_NE(calls->find({i}), nullptr) << i;
}

TEST_F(CapturedCallsTest, AFailureLeavesNothingBehind) {
  EXPECT_EQ(capture({1}, 999), 999);
  for (const char *function : {"cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags"}) {
    fakeCuda().failures[function] = {0, 900};
    EXPECT_EQ(capture({1}), 900) << function;
    EXPECT_EQ(fakeCuda().graphs, 0u) << function;
  }
  EXPECT_EQ(calls->find({1}), nullptr);
  EXPECT_EQ(capture({1}), cuda::success);
}

} // namespace
