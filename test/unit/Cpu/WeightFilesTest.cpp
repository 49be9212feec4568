//===- WeightFilesTest.cpp - Files that weights are read from -------------===//

#include "runtime/Packing/WeightFiles.h"
#include "TinyModel.h"
#include "runtime/Base/ContentHash.h"
#include "runtime/Executor/Decoder.h"
#include "test/unit/TemporaryDirectory.h"

#include <cstdio>
#include <gmock/gmock.h>

using namespace tern;
using namespace tern::testing;
using ::testing::HasSubstr;

namespace {

/// The tiny model with its weights in a file of 4 header bytes and the numbers behind.
class WeightFilesTest : public tern::test::TemporaryDirectory {
protected:
  void SetUp() override {
    bytes = "head" + std::string(reinterpret_cast<const char *>(tinyWeights()), tinyVocabulary * 4);
    path = write("model.gguf", bytes);
    program = tinyProgram();
    program.weightBytes = 0;
    program.files = {{path, bytes.size(), 4, contentHashOf("head")}};
    ProgramWeight &weight = program.weights[0];
    weight.source = ProgramWeight::Source::Stored;
    weight.file = 0;
    weight.offset = 4;
    weight.sourceBytes = tinyVocabulary * 4;
    weight.hash = contentHashOf(std::string_view(bytes).substr(4));
  }

  Result<std::shared_ptr<CpuModel>> make() {
    Result<MappedFile> object = MappedFile::open(TERN_TEST_KERNELS);
    KernelLibrary kernels = std::move(*KernelLibrary::load(object->text(), program.kernels, "tiny.tern"));
    return CpuModel::create({program, std::move(kernels), {}, nullptr, "tiny.tern"}, 2);
  }

  std::string path, bytes;
  Program program;
};

} // namespace

TEST_F(WeightFilesTest, WeightsAreBroughtIntoMemory) {
  Result<std::shared_ptr<CpuModel>> model = make();
  ASSERT_TRUE(model) << model.problem().str();
  EXPECT_EQ((*model)->plannedWeightBytes(), 128u);
  EXPECT_EQ((*model)->measuredWeightBytes(), 128u);
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(*model, 1, 64);
  ASSERT_TRUE(decoder);
  Result<LogitsView> logits = (*decoder)->prefill(0, {4, 5, 6});
  ASSERT_TRUE(logits);
  for (std::int64_t v = 0; v != tinyVocabulary; ++v)
    EXPECT_EQ(logits->values[v], tinyLogit({4, 5, 6}, v));
}

TEST_F(WeightFilesTest, ChangedWeightsAreFound) {
  bytes[100] ^= 1;
  write("model.gguf", bytes);
  EXPECT_THAT(make().problem().str(), HasSubstr("weight 'head'"));
}

TEST_F(WeightFilesTest, AFileOfAnotherSizeIsRefused) {
  write("model.gguf", bytes + "x");
  EXPECT_THAT(make().problem().what, HasSubstr("of 132 bytes, but has 133"));
}

TEST_F(WeightFilesTest, AnotherHeaderIsRefused) {
  bytes[0] = 'H';
  write("model.gguf", bytes);
  EXPECT_THAT(make().problem().what, HasSubstr("header differs"));
}

TEST_F(WeightFilesTest, AMissingFileIsNamed) {
  std::remove(path.c_str());
  EXPECT_THAT(make().problem().str(), HasSubstr(path));
}
