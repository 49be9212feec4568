//===- CudaBackendTest.cpp - Which code runs on which GPU -----------------===//

#include "CudaTesting.h"
#include "runtime/Cuda/CubinCache.h"

using namespace tern;
using namespace tern::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace {

class CudaBackendTest : public CudaTest {
protected:
  /// The GPU is one that the artifacts have no cubin for.
  void useAmpere() { fakeCuda().devices = {{"Fake A10", 8, 6, 72, std::uint64_t(64) << 20, 99 << 10}}; }

  CubinCache cache() const { return CubinCache((directory / "cache").string()); }
};

//===----------------------------------------------------------------------===//
// Devices and what they lack
//===----------------------------------------------------------------------===//

TEST_F(CudaBackendTest, ListsTheDevices) {
  std::vector<Device> devices = backend->devices();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].backend, "cuda");
  EXPECT_EQ(devices[0].name, "Fake GPU");
  EXPECT_EQ(devices[0].target, "sm_90");
  EXPECT_EQ(devices[0].memoryBytes, std::uint64_t(64) << 20);
}

TEST_F(CudaBackendTest, WithoutADriverThereAreNone) {
  CudaBackend none({"/nowhere/libcuda.so.1", "/nowhere/libnvrtc.so", directory.string()});
  EXPECT_THAT(none.devices(), IsEmpty());
  std::shared_ptr<const ArtifactReader> opened = artifact({{}});
  const ArtifactVariant &variant = opened->manifest().variants[0];
  EXPECT_THAT(none.lackOf(*opened, variant),
              StartsWith("needs a GPU, but the NVIDIA driver cannot be loaded: /nowhere/libcuda.so.1"));
  Result<std::shared_ptr<ExecutorModel>> model = none.load(opened, variant, 1);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.problem().where, "NVIDIA driver");
}

TEST_F(CudaBackendTest, SaysWhatAVariantLacks) {
  EXPECT_EQ(lackOf({{}}), "");
  EXPECT_EQ(lackOf({{"x86-64-v4"}}), "is for a CPU");
  EXPECT_EQ(lackOf({{"sm_80", "cubin", ""}}), "is for another GPU, Fake GPU is sm_90");
  EXPECT_EQ(lackOf({{"sm_90a", "", ""}}), "is for another GPU, Fake GPU is sm_90");
  EXPECT_EQ(lackOf({{"sm_80", "cubin", "source"}}), "");
  fakeCuda().devices.clear();
  newBackend();
  EXPECT_EQ(lackOf({{}}), "needs a GPU, and the NVIDIA driver finds none");
  fakeCuda().version = 11080;
  newBackend();
  EXPECT_EQ(lackOf({{}}), "needs a GPU, but the NVIDIA driver must be for CUDA 12.0 or later, is for 11.8");
}

TEST_F(CudaBackendTest, SourceIsNotCompiledWhereACubinFits) {
  std::vector<TinyVariant> variants = {{"sm_100a"}, {"sm_90a"}};
  EXPECT_EQ(lackOf(variants, 0), "is for another GPU, Fake GPU is sm_90");
  EXPECT_EQ(lackOf(variants, 1), "");
}

TEST_F(CudaBackendTest, WithoutNvrtcSourceIsOfNoUse) {
  useAmpere();
  CudaBackend without({TERN_FAKE_CUDA, "/nowhere/libnvrtc.so.13", (directory / "cache").string()});
  std::shared_ptr<const ArtifactReader> opened = artifact({{}});
  const ArtifactVariant &variant = opened->manifest().variants[0];
  EXPECT_THAT(without.lackOf(*opened, variant),
              StartsWith("must be compiled for sm_86, but NVRTC cannot be loaded: /nowhere"));
  EXPECT_FALSE(without.load(opened, variant, 1));
  ASSERT_TRUE(cache().store("// tiny\n", "sm_86", contentsOf(TERN_TINY_CUBIN)));
  EXPECT_EQ(without.lackOf(*opened, variant), "");
  EXPECT_TRUE(without.load(opened, variant, 1));
}

/// The second GPU serves where the first one does not.
TEST_F(CudaBackendTest, TheFirstDeviceThatFitsIsUsed) {
  fakeCuda().devices.insert(fakeCuda().devices.begin(), {"Fake T4", 7, 5, 40, std::uint64_t(16) << 20, 64 << 10});
  TinyVariant variant;
  variant.source.clear();
  EXPECT_EQ(lackOf({variant}), "");
  EXPECT_TRUE(load(variant));
}

//===----------------------------------------------------------------------===//
// Loading code
//===----------------------------------------------------------------------===//

TEST_F(CudaBackendTest, AFittingCubinIsLoadedAsItIs) {
  Result<std::shared_ptr<ExecutorModel>> model = load();
  ASSERT_TRUE(model) << model.problem().str();
  EXPECT_EQ(fakeCuda().modules, 1u);
  EXPECT_THAT(fakeCuda().compiled, IsEmpty());
}

TEST_F(CudaBackendTest, SourceIsCompiledOnceAndKept) {
  useAmpere();
  for (int round = 0; round != 2; ++round) {
    Result<std::shared_ptr<ExecutorModel>> model = load();
    ASSERT_TRUE(model) << model.problem().str();
    EXPECT_THAT(fakeCuda().compiled, ElementsAre("--gpu-architecture=sm_86 // tiny"));
  }
  TinyVariant another;
  another.source = "// another\n";
  ASSERT_TRUE(load(another));
  EXPECT_EQ(fakeCuda().compiled.size(), 2u);
}

TEST_F(CudaBackendTest, AKeptCubinThatIsDamagedIsMadeAgain) {
  useAmpere();
  ASSERT_TRUE(load());
  std::string path = cache().pathOf("// tiny\n", "sm_86"), whole = contentsOf(path);
  ASSERT_TRUE(writeFile(path, whole.substr(0, whole.size() / 2)));
  ASSERT_TRUE(load());
  EXPECT_EQ(fakeCuda().compiled.size(), 2u);
  EXPECT_EQ(contentsOf(path), whole);
  // Whole, but the driver does not take it.
  ASSERT_TRUE(cache().store("// tiny\n", "sm_86", "no cubin"));
  ASSERT_TRUE(load());
  EXPECT_EQ(fakeCuda().compiled.size(), 3u);
  EXPECT_EQ(contentsOf(path), whole);
}

TEST_F(CudaBackendTest, ACacheThatCannotBeWrittenIsDoneWithout) {
  useAmpere();
  write("cache", "a file");
  ASSERT_TRUE(load());
  ASSERT_TRUE(load());
  EXPECT_EQ(fakeCuda().compiled.size(), 2u);
}

/// As with a cubin of a toolkit that is newer than the driver.
TEST_F(CudaBackendTest, ACubinThatTheDriverRefusesIsCompiledFromSource) {
  TinyVariant variant;
  variant.code = "not a cubin";
  Result<std::shared_ptr<ExecutorModel>> model = load(variant);
  ASSERT_TRUE(model) << model.problem().str();
  EXPECT_THAT(fakeCuda().compiled, ElementsAre("--gpu-architecture=sm_90a // tiny"));
  variant.source.clear();
  model = load(variant);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.problem().str(), HasSubstr("tiny.tern: gpu-0.cubin: the driver does not load the code: "
                                               "CUDA_ERROR_INVALID_IMAGE"));
}

TEST_F(CudaBackendTest, AMistakeInTheSourceIsShown) {
  useAmpere();
  TinyVariant variant;
  variant.source = "#error\n";
  setenv("TMPDIR", directory.c_str(), 1);
  Result<std::shared_ptr<ExecutorModel>> model = load(variant);
  unsetenv("TMPDIR");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.problem().where, HasSubstr("tiny.tern: gpu-0.cu"));
  EXPECT_EQ(model.problem().what, "NVRTC 13.0 cannot compile it for sm_86: gpu-0.cu(1): error: #error directive");
  EXPECT_THAT(model.problem().remedy, HasSubstr("the source is in " + directory.string()));
}

TEST_F(CudaBackendTest, ACompilerThatGivesNothingIsNamed) {
  useAmpere();
  fakeCuda().failures["nvrtcGetCUBIN"] = {};
  setenv("TMPDIR", directory.c_str(), 1);
  Result<std::shared_ptr<ExecutorModel>> model = load();
  unsetenv("TMPDIR");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.problem().what, "NVRTC 13.0 cannot compile it for sm_86: it gives no machine code");
  EXPECT_TRUE(load());
}

TEST_F(CudaBackendTest, AGpuThatNvrtcDoesNotKnowIsNamed) {
  fakeCuda().devices = {{"Fake B300", 10, 3}};
  Result<std::shared_ptr<ExecutorModel>> model = load();
  ASSERT_FALSE(model);
  EXPECT_EQ(model.problem().what, "NVRTC 13.0 compiles for sm_80, sm_86, sm_90, sm_100, not for sm_103a");
}

TEST_F(CudaBackendTest, KernelsThatAreMissingAreNamed) {
  TinyVariant variant;
  variant.program.kernels[1] = "absent";
  Result<std::shared_ptr<ExecutorModel>> model = load(variant);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.problem().what, HasSubstr("lacks the function 'tern_absent'"));
}

TEST_F(CudaBackendTest, KernelsThatTakeTooMuchSharedMemoryAreNamed) {
  useAmpere();
  TinyVariant variant;
  variant.program.shapes[2].sharedBytes = 100 << 10;
  Result<std::shared_ptr<ExecutorModel>> model = load(variant);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.problem().str(),
              HasSubstr("kernel 'logits': takes 102400 bytes of shared memory, a block has 101376 "
                        "on Fake A10; compile the model with --target sm_86"));
}

TEST_F(CudaBackendTest, AProgramForACpuIsRefused) {
  TinyVariant variant;
  variant.program.shapes.clear();
  EXPECT_THAT(load(variant).problem().what, HasSubstr("must have a shape for each kernel"));
  variant = {};
  variant.program.scratchBytes = 64;
  EXPECT_THAT(load(variant).problem().what, HasSubstr("no scratch memory"));
}

TEST_F(CudaBackendTest, ADeviceThatCannotBeUsedIsNamed) {
  fakeCuda().failures["cuDevicePrimaryCtxRetain"] = {0, 999};
  EXPECT_EQ(load().problem().str(), "Fake GPU: cannot be used: CUDA_ERROR_UNKNOWN; see what nvidia-smi says");
}

} // namespace
