//===- CudaModelTest.cpp - Weights on the device --------------------------===//

#include "runtime/Cuda/CudaModel.h"

#include "CudaTesting.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Packing/WeightPacker.h"

#include <cstring>

using namespace tern;
using namespace tern::testing;
using ::testing::HasSubstr;

namespace {

class CudaModelTest : public CudaTest {
protected:
  /// What lies on the fake device where a weight is.
  static std::string bytesOn(const ExecutorModel &model, std::size_t weight) {
    const auto &gpu = static_cast<const CudaModel &>(model);
    return {reinterpret_cast<const char *>(gpu.weight(weight)), gpu.program().weights[weight].bytes};
  }
};

/// A weight in each way, the embedded one longer than the buffers on the way.
Program programWithWeights(const std::string &path, const std::string &file) {
  Program program = tinyGpuProgram();
  program.weightBytes = std::uint64_t(20) << 20;
  ProgramWeight large, stored, random;
  large.name = "large";
  large.shape = {5, (4 << 20) / 4};
  large.bytes = std::uint64_t(20) << 20;
  stored.name = "stored";
  stored.format = StorageFormat::Q8_0;
  stored.layout = WeightLayout::Tiles16;
  stored.shape = {20, 64};
  stored.bytes = 2 * 16 * 2 * 34;
  stored.source = ProgramWeight::Source::Stored;
  stored.sourceFormat = StorageFormat::Q8_0;
  stored.file = 0;
  stored.offset = 4;
  stored.sourceBytes = 20 * 2 * 34;
  stored.hash = contentHashOf(std::string_view(file).substr(4));
  random.name = "random";
  random.shape = {3, 7};
  random.bytes = 84;
  random.source = ProgramWeight::Source::Random;
  random.tensor = "random";
  random.seed = 9;
  random.scale = 0.5;
  program.files = {{path, file.size(), 4, contentHashOf("head")}};
  program.weights = {large, stored, random, program.weights[0]};
  program.weights[3].bytes = tinyVocabulary * 4;
  return program;
}

TEST_F(CudaModelTest, WeightsOfEverySourceAreThoseOfTheCpu) {
  std::string file = "head";
  for (int i = 0; i != 20 * 2 * 34; ++i)
    file += static_cast<char>(i * 7 % 100);
  std::string path = write("model.gguf", file);
  TinyVariant variant;
  variant.program = programWithWeights(path, file);
  Result<std::shared_ptr<ExecutorModel>> loaded = load(variant);
  ASSERT_TRUE(loaded) << loaded.problem().str();
  const Program &program = (*loaded)->program();
  std::shared_ptr<const ArtifactReader> opened = artifact({variant});
  EXPECT_EQ(bytesOn(**loaded, 0), opened->weights());
  EXPECT_EQ(bytesOn(**loaded, 3), opened->weights().substr(0, tinyVocabulary * 4));
  ThreadPool pool(2);
  for (std::size_t i : {1, 2}) {
    std::string packed(program.weights[i].bytes, 'x');
    ASSERT_TRUE(loadWeights({{&program.weights[i], file, reinterpret_cast<std::uint8_t *>(packed.data())}}, pool));
    EXPECT_EQ(bytesOn(**loaded, i), packed) << program.weights[i].name;
  }
  const auto &model = static_cast<const CudaModel &>(**loaded);
  for (std::size_t i = 0; i != program.weights.size(); ++i)
    EXPECT_EQ((model.weight(i) - model.weight(0)) % 256, 0u);
  EXPECT_EQ(model.plannedWeightBytes(), fakeCuda().allocated);
  EXPECT_EQ(model.measuredWeightBytes(), fakeCuda().allocated);
  EXPECT_EQ(fakeCuda().blocks, 1u);
  EXPECT_EQ(fakeCuda().pinned, 0u);
}

TEST_F(CudaModelTest, ChangedWeightsAreFound) {
  std::string file = "head" + std::string(20 * 2 * 34, 'a');
  TinyVariant variant;
  variant.program = programWithWeights(write("model.gguf", file), file);
  file[40] = 'b';
  write("model.gguf", file);
  EXPECT_THAT(load(variant).problem().str(), HasSubstr("weight 'stored'"));
  write("model.gguf", file + "longer");
  EXPECT_THAT(load(variant).problem().what, HasSubstr("but has 1370"));
}

TEST_F(CudaModelTest, WeightsThatDoNotFitAreRefusedWithNumbers) {
  fakeCuda().devices[0].memory = 100;
  Problem problem = load().problem();
  EXPECT_THAT(problem.where, HasSubstr("tiny.tern"));
  EXPECT_EQ(problem.what, "the weights take 256 bytes of GPU memory, but only 100 bytes of 100 bytes are available");
  EXPECT_EQ(problem.remedy, "nvidia-smi shows who else uses the GPU");
  EXPECT_EQ(fakeCuda().calls["cuMemAlloc_v2"], 0);
}

/// Another process takes the memory after it was counted.
TEST_F(CudaModelTest, MemoryThatIsGoneWhenItIsTakenIsNamed) {
  fakeCuda().failures["cuMemAlloc_v2"] = {0, cuda::outOfMemory};
  Problem problem = load().problem();
  EXPECT_THAT(problem.where, HasSubstr("tiny.tern: weights"));
  EXPECT_EQ(problem.what, "takes 256 bytes of GPU memory, but only 64 MiB of 64 MiB are available");
}

TEST_F(CudaModelTest, AnyCallThatFailsIsAProblemAndLeavesNothing) {
  for (const char *function : {"cuMemAlloc_v2", "cuMemAllocHost_v2", "cuStreamCreate", "cuEventCreate",
                               "cuMemcpyHtoDAsync_v2", "cuEventRecord", "cuStreamSynchronize", "cuModuleLoadData",
                               "cuModuleGetFunction", "cuFuncGetAttribute", "cuFuncSetAttribute"}) {
    fakeCuda().failures[function] = {0, 999};
    Result<std::shared_ptr<ExecutorModel>> model = load();
    ASSERT_FALSE(model) << function;
    EXPECT_THAT(model.problem().what, HasSubstr("CUDA_ERROR_UNKNOWN")) << function;
    EXPECT_THAT(model.problem().where, HasSubstr("tiny.tern")) << function;
    EXPECT_EQ(fakeCuda().blocks + fakeCuda().contexts + fakeCuda().pinned, 0u) << function;
  }
}

TEST_F(CudaModelTest, PlansWithTheWeights) {
  Result<std::shared_ptr<ExecutorModel>> model = load();
  ASSERT_TRUE(model);
  Result<MemoryUse> use = (*model)->plan({2, 128});
  ASSERT_TRUE(use);
  EXPECT_EQ(use->weights, 256u);
  EXPECT_EQ(use->arena, (*model)->program().arenaBytes);
  EXPECT_EQ(use->states, 2 * 128 * 4u + 256u); // the sums of both slots take one unit of alignment
  EXPECT_EQ(use->scratch, 3 * 8u + 2 * 24u); // a word for each launch, and what greedy steps keep of each slot
  EXPECT_FALSE((*model)->plan({1, 100}));
  EXPECT_FALSE((*model)->plan({0, 64}));
  EXPECT_EQ((*model)->workerCount(), 1u);
}

} // namespace
