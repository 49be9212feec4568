//===- TextFilesTest.cpp - Tokenizer, template and end tokens -------------===//

#include "tern/Import/TextFiles.h"

#include "test/unit/Import/GgufWriter.h"
#include "test/unit/Import/ImportTesting.h"

#include <gmock/gmock.h>

using namespace tern;
using namespace tern::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class TextFilesTest : public TemporaryDirectory {
protected:
  std::vector<std::int32_t> ends() {
    Result<std::vector<std::int32_t>> ids = endTokens(directory);
    EXPECT_TRUE(ids) << ids.problem().str();
    return ids ? *ids : std::vector<std::int32_t>{};
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// End tokens
//===----------------------------------------------------------------------===//

TEST_F(TextFilesTest, EndTokensAreANumberOrAList) {
  EXPECT_THAT(ends(), IsEmpty());
  write("config.json", R"({"eos_token_id": 2})");
  EXPECT_THAT(ends(), ElementsAre(2));
  write("config.json", R"({"eos_token_id": [128001, 128008]})");
  EXPECT_THAT(ends(), ElementsAre(128001, 128008));
}

TEST_F(TextFilesTest, GenerationConfigComesFirst) {
  write("config.json", R"({"eos_token_id": 2})");
  write("generation_config.json", R"({"eos_token_id": [7, 8]})");
  EXPECT_THAT(ends(), ElementsAre(7, 8));
  // What it does not say, config.json may.
  write("generation_config.json", R"({"eos_token_id": null})");
  EXPECT_THAT(ends(), ElementsAre(2));
  write("generation_config.json", R"({})");
  EXPECT_THAT(ends(), ElementsAre(2));
}

TEST_F(TextFilesTest, WrongEndTokensAreProblems) {
  for (const char *wrong : {R"({"eos_token_id": "x"})", R"({"eos_token_id": [1, -1]})", R"({"eos_token_id": 1.5})",
                            R"({"eos_token_id": 4294967296})", "[]", "{"}) {
    write("generation_config.json", wrong);
    Result<std::vector<std::int32_t>> ids = endTokens(directory);
    ASSERT_FALSE(ids) << wrong;
    EXPECT_THAT(ids.problem().where, HasSubstr("generation_config.json"));
  }
}

TEST_F(TextFilesTest, EndTokensOfGguf) {
  GgufWriter writer;
  writer.key<std::uint32_t>("tokenizer.ggml.eos_token_id", GgufType::UInt32, 2);
  writer.key<std::uint32_t>("tokenizer.ggml.eot_token_id", GgufType::UInt32, 5);
  Result<std::vector<std::int32_t>> ids = endTokens(write("model.gguf", writer.str()));
  ASSERT_TRUE(ids);
  EXPECT_THAT(*ids, ElementsAre(2, 5));
}

//===----------------------------------------------------------------------===//
// Chat templates
//===----------------------------------------------------------------------===//

TEST_F(TextFilesTest, TemplateFileComesBeforeTheOneInTokenizerConfig) {
  write("tokenizer_config.json", R"({"chat_template": "old", "bos_token": "<s>", "eos_token": {"content": "</s>"}})");
  Result<ModelTemplates> found = openChatTemplates(directory);
  ASSERT_TRUE(found) << found.problem().str();
  ASSERT_EQ(found->sources.named.size(), 1u);
  EXPECT_EQ(found->sources.named[0].second, "old");
  EXPECT_EQ(found->specialTokens["bos_token"], "<s>");
  write("chat_template.jinja", "new");
  found = openChatTemplates(directory);
  ASSERT_TRUE(found) << found.problem().str();
  EXPECT_EQ(found->sources.named[0].second, "new");
  EXPECT_TRUE(found->specialTokens.contains("eos_token"));
}

TEST_F(TextFilesTest, MissingTemplatesAreProblems) {
  Result<ModelTemplates> found = openChatTemplates(directory);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.problem().str(), HasSubstr("chat template"));
  EXPECT_FALSE(openChatTemplates(write("model.gguf", GgufWriter().str())));
  write("tokenizer_config.json", "[]");
  EXPECT_FALSE(openChatTemplates(directory));
}

TEST_F(TextFilesTest, TemplateOfGguf) {
  GgufWriter writer;
  writer.text("tokenizer.chat_template", "{{ bos_token }}").texts("tokenizer.ggml.tokens", {"<s>", "a"});
  writer.key<std::uint32_t>("tokenizer.ggml.bos_token_id", GgufType::UInt32, 0);
  writer.key<std::uint32_t>("tokenizer.ggml.eos_token_id", GgufType::UInt32, 9); // outside the vocabulary
  Result<ModelTemplates> found = openChatTemplates(write("model.gguf", writer.str()));
  ASSERT_TRUE(found) << found.problem().str();
  EXPECT_EQ(found->sources.named[0].second, "{{ bos_token }}");
  EXPECT_EQ(found->specialTokens["bos_token"], "<s>");
  EXPECT_FALSE(found->specialTokens.contains("eos_token"));
}

//===----------------------------------------------------------------------===//
// Tokenizers
//===----------------------------------------------------------------------===//

TEST_F(TextFilesTest, MissingTokenizersAreProblems) {
  Result<Tokenizer> tokenizer = openTokenizer(directory);
  ASSERT_FALSE(tokenizer);
  EXPECT_THAT(tokenizer.problem().str(), HasSubstr("has no tokenizer.json"));
  tokenizer = openTokenizer((directory / "nothing").string());
  ASSERT_FALSE(tokenizer);
  EXPECT_THAT(tokenizer.problem().str(), HasSubstr("nothing"));
  EXPECT_FALSE(openTokenizer(write("model.gguf", GgufWriter().str())));
}

TEST_F(TextFilesTest, VocabularyAloneIsEnough) {
  GgufWriter writer;
  std::vector<std::string> tokens{"a", "b", "ab"};
  writer.text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", "gpt-2")
      .texts("tokenizer.ggml.tokens", tokens);
  writer.texts("tokenizer.ggml.merges", {"a b"})
      .array<std::int32_t>("tokenizer.ggml.token_type", GgufType::Int32, {1, 1, 1});
  Result<Tokenizer> tokenizer = openTokenizer(write("vocabulary.gguf", writer.str()));
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  Result<std::vector<std::int32_t>> ids = tokenizer->encode("abb", false);
  ASSERT_TRUE(ids) << ids.problem().str();
  EXPECT_THAT(*ids, ElementsAre(2, 1));
}
