//===- GoldenTest.cpp - Golden prompts of artifacts -----------------------===//

#include "ArtifactTesting.h"

#include "runtime/Artifact/Golden.h"

#include <gmock/gmock.h>

#include <cmath>

using namespace tern;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Golden makeGolden() {
  Golden golden;
  golden.reference = "interpreter";
  golden.maxDivergence = 1e-4;
  golden.prompts = {{"one", {0, 2}, {1, 2, 3}}, {"", {1}, {0.5f, -4, 1e30f}}};
  return golden;
}

class GoldenTest : public testing::Test {
protected:
  std::string path = testPath("golden.tern");
  void TearDown() override { std::remove(path.c_str()); }

  /// Writes and reads an artifact whose model has `vocabulary` tokens.
  Result<Golden> through(const Golden &golden, std::int64_t vocabulary = 3) {
    return with([&](ArtifactWriter &writer) { return addGolden(writer, golden); }, vocabulary);
  }
  template <typename Function> Result<Golden> with(Function &&fill, std::int64_t vocabulary = 3) {
    Result<ArtifactWriter> writer = ArtifactWriter::create(path);
    if (!writer)
      return writer.problem();
    if (Status filled = fill(*writer); !filled)
      return filled.problem();
    if (Status committed = writer->commit("tern test", {"", "llama", 1, vocabulary}); !committed)
      return committed.problem();
    Result<ArtifactReader> artifact = ArtifactReader::open(path);
    return artifact ? readGolden(*artifact) : Result<Golden>(artifact.problem());
  }
};

} // namespace

TEST_F(GoldenTest, ComesBackTheSame) {
  Result<Golden> golden = through(makeGolden());
  ASSERT_TRUE(golden) << golden.problem().str();
  EXPECT_EQ(golden->reference, "interpreter");
  EXPECT_EQ(golden->maxDivergence, 1e-4);
  ASSERT_EQ(golden->prompts.size(), 2u);
  EXPECT_EQ(golden->prompts[0].text, "one");
  EXPECT_THAT(golden->prompts[0].tokens, ElementsAre(0, 2));
  EXPECT_THAT(golden->prompts[1].logits, ElementsAre(0.5f, -4, 1e30f));
}

TEST_F(GoldenTest, WrongOnesAreRefused) {
  EXPECT_THAT(through(makeGolden(), 4).problem().str(),
              HasSubstr("golden.json: logits: must have 32 bytes for 2 prompts and 4 tokens, has 24"));
  Golden golden = makeGolden();
  golden.prompts[1].tokens = {3};
  EXPECT_THAT(through(golden).problem().str(),
              HasSubstr("golden.json: prompts[1].tokens[0]: must be an integer in [0, 2]"));
  golden.prompts[1].tokens = {};
  EXPECT_THAT(through(golden).problem().str(), HasSubstr("prompts[1].tokens: must have a token"));
  golden = makeGolden();
  golden.prompts[0].logits[1] = std::nanf("");
  EXPECT_THAT(through(golden).problem().str(), HasSubstr("prompts[0]: must have finite logits"));
  EXPECT_THAT(with([](ArtifactWriter &) -> Status { return Done{}; }).problem().str(),
              HasSubstr("has no golden prompts to verify with"));
  EXPECT_THAT(with([](ArtifactWriter &writer) { return writer.add("golden.json", "[]"); }).problem().str(),
              HasSubstr("golden.json: must be an object, is an array of 0 elements"));
}

TEST(Golden, DifferencesAreMeasured) {
  GoldenPrompt prompt = {"", {0}, {1, 2, 3}};
  GoldenDifference same = compareGolden(prompt, prompt.logits.data());
  EXPECT_EQ(same.divergence, 0);
  EXPECT_EQ(same.maxError, 0);
  EXPECT_TRUE(same.sameBest);
  float shifted[] = {11, 12, 13};
  EXPECT_NEAR(compareGolden(prompt, shifted).divergence, 0, 1e-12);
  float other[] = {1, 3, 2};
  GoldenDifference difference = compareGolden(prompt, other);
  // softmax(1, 2, 3) = (0.0900, 0.2447, 0.6652); the two last terms exchange: (0.6652 - 0.2447) * 1.
  EXPECT_NEAR(difference.divergence, 0.4205, 1e-4);
  EXPECT_EQ(difference.maxError, 1);
  EXPECT_FALSE(difference.sameBest);
  float broken[] = {1, std::nanf(""), 3};
  EXPECT_TRUE(std::isnan(compareGolden(prompt, broken).divergence));
}
