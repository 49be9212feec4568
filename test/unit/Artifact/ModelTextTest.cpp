//===- ModelTextTest.cpp - The text side of artifacts ---------------------===//

#include "ArtifactTesting.h"

#include "runtime/Artifact/ModelText.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

ModelTextParts makeText() {
  ModelTextParts text;
  const char *tokenizer = R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]},
                              "added_tokens": [{"id": 3, "content": "<end>", "special": true}]})";
  text.tokenizer = *TokenizerParts::fromHuggingFace(tokenizer, "tokenizer.json");
  text.chat.templates.named = {{"default", "{{ messages[0].content }}<end>"}, {"tool_use", "tools"}};
  text.chat.specialTokens["eos_token"] = "<end>";
  text.chat.endTokens = {3, 2};
  text.chat.generation = {{"temperature", 0.6}};
  return text;
}

/// An artifact with the sections that `fill` adds.
template <typename Function> Result<ArtifactReader> makeArtifact(const std::string &path, Function &&fill) {
  Result<ArtifactWriter> writer = ArtifactWriter::create(path);
  if (!writer)
    return writer.problem();
  if (Status filled = fill(*writer); !filled)
    return filled.problem();
  if (Status committed = writer->commit("tern test", {"", "llama", 1, 4}); !committed)
    return committed.problem();
  return ArtifactReader::open(path);
}

class ModelTextTest : public testing::Test {
protected:
  std::string path = testPath("text.tern");
  void TearDown() override { std::remove(path.c_str()); }
};

} // namespace

TEST_F(ModelTextTest, ComesBackTheSame) {
  Result<ArtifactReader> artifact =
      makeArtifact(path, [](ArtifactWriter &writer) { return addModelText(writer, makeText()); });
  ASSERT_TRUE(artifact) << artifact.problem().str();
  EXPECT_TRUE(hasModelText(*artifact));
  Result<ModelText> text = readModelText(*artifact);
  ASSERT_TRUE(text) << text.problem().str();
  EXPECT_THAT(*text->tokenizer.encode("abb<end>", true), ElementsAre(2, 1, 3));
  EXPECT_EQ(*text->tokenizer.decode({2, 1, 3}, true), "ab b"); // Without a decoder, tokens are words.
  EXPECT_THAT(text->chat.endTokens, ElementsAre(3, 2));
  EXPECT_EQ(text->chat.specialTokens, Json({{"eos_token", "<end>"}}));
  EXPECT_EQ(text->chat.generation, Json({{"temperature", 0.6}}));
  EXPECT_EQ(text->chat.templates.named, makeText().chat.templates.named);
}

TEST_F(ModelTextTest, AnArtifactMayHaveNone) {
  Result<ArtifactReader> artifact = makeArtifact(path, [](ArtifactWriter &) -> Status { return Done{}; });
  ASSERT_TRUE(artifact) << artifact.problem().str();
  EXPECT_FALSE(hasModelText(*artifact));
  Result<ModelText> text = readModelText(*artifact);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.problem().str(), HasSubstr("has no text side: no entry 'text/tokenizer.json'; compile the model"));
}

TEST_F(ModelTextTest, WrongSectionsAreRefusedWithTheirPlace) {
  auto problemWith = [&](const char *wrong, const std::string &contents) {
    const std::string good[][2] = {
        {section::tokenizer, makeText().tokenizer.settings.dump()},
        {section::tokens, writeTokenArrays(makeText().tokenizer.arrays)},
        {section::chat, R"({"templates": [], "specialTokens": {}, "endTokens": [], "generation": {}})"}};
    Result<ArtifactReader> artifact = makeArtifact(path, [&](ArtifactWriter &writer) -> Status {
      for (const auto &[name, bytes] : good)
        if (Status added = writer.add(name, name == wrong ? contents : bytes); !added)
          return added;
      return Done{};
    });
    Result<ModelText> text = artifact ? readModelText(*artifact) : Result<ModelText>(artifact.problem());
    return text ? std::string() : text.problem().str();
  };
  EXPECT_EQ(problemWith("", ""), "");
  EXPECT_THAT(problemWith(section::tokenizer, "{"), HasSubstr("text/tokenizer.json: line 1, column 2"));
  EXPECT_THAT(problemWith(section::tokenizer, R"({"ggml": {"model": "gpt2", "pre": "smollm", "more": 1}})"),
              HasSubstr("text/tokenizer.json: tokenizer.ggml.more: option is not known"));
  EXPECT_THAT(
      problemWith(section::tokenizer, R"({"ggml": {"model": "gpt2", "pre": "smollm", "added_tokens": [[9, true]]}})"),
      HasSubstr("tokenizer.ggml.added_tokens: must be pairs"));
  EXPECT_THAT(problemWith(section::tokenizer, R"({"model": {"type": "BPE", "vocab": {}}})"),
              HasSubstr("model.vocab: must be null"));
  EXPECT_THAT(problemWith(section::tokens, "12345"), HasSubstr("text/tokens.bin: must be as long as its counts say"));
  EXPECT_THAT(
      problemWith(section::chat, R"({"templates": [], "specialTokens": {}, "endTokens": [-1], "generation": {}})"),
      HasSubstr("text/chat.json: endTokens[0]: must be an integer in [0, 2147483647], is -1"));
  EXPECT_THAT(
      problemWith(section::chat, R"({"templates": [], "specialTokens": [], "endTokens": [], "generation": {}})"),
      HasSubstr("text/chat.json: specialTokens: must be an object"));
}
