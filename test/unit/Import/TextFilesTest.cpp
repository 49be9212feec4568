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

/// The text of the template called "default".
static std::string defaultOf(const ModelTemplates &templates) {
  for (const auto &[name, text] : templates.sources.named)
    if (name == "default")
      return text;
  return "(none)";
}

TEST_F(TextFilesTest, TemplateFileComesBeforeTheOneInTokenizerConfig) {
  write("tokenizer_config.json", R"({"chat_template": "old", "bos_token": "<s>", "eos_token": {"content": "</s>"}})");
  Result<ModelTemplates> found = openChatTemplates(directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(defaultOf(*found), "old");
  EXPECT_EQ(found->specialTokens, (Json{{"bos_token", "<s>"}, {"eos_token", "</s>"}}));
  write("chat_template.jinja", "new");
  found = openChatTemplates(directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(defaultOf(*found), "new");
  EXPECT_EQ(found->specialTokens.size(), 2u);
}

TEST_F(TextFilesTest, NamedTemplatesHaveADefault) {
  write("tokenizer_config.json",
        R"({"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "default", "template": "b"}]})");
  Result<ModelTemplates> found = openChatTemplates(directory);
  ASSERT_TRUE(found);
  EXPECT_EQ(defaultOf(*found), "b");
}

TEST_F(TextFilesTest, MissingTemplatesAreProblems) {
  Result<ModelTemplates> found = openChatTemplates(directory);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.problem().str(), HasSubstr("has no chat template"));
  found = openChatTemplates(write("model.gguf", GgufWriter().str()));
  ASSERT_FALSE(found);
  EXPECT_THAT(found.problem().str(), HasSubstr("has no chat template"));
  write("tokenizer_config.json", "[]");
  found = openChatTemplates(directory);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.problem().str(), HasSubstr("must be a JSON object"));
}

TEST_F(TextFilesTest, TemplateOfGguf) {
  GgufWriter writer;
  writer.text("tokenizer.chat_template", "{{ bos_token }}").texts("tokenizer.ggml.tokens", {"<s>", "a"});
  writer.key<std::uint32_t>("tokenizer.ggml.bos_token_id", GgufType::UInt32, 0);
  writer.key<std::uint32_t>("tokenizer.ggml.eos_token_id", GgufType::UInt32, 9); // outside the vocabulary
  Result<ModelTemplates> found = openChatTemplates(write("model.gguf", writer.str()));
  ASSERT_TRUE(found);
  EXPECT_EQ(defaultOf(*found), "{{ bos_token }}");
  EXPECT_EQ(found->specialTokens, (Json{{"bos_token", "<s>"}}));
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

//===----------------------------------------------------------------------===//
// All of it, for artifacts
//===----------------------------------------------------------------------===//

TEST_F(TextFilesTest, AModelNeedsNoTextSide) {
  Result<std::optional<ModelTextParts>> text = readModelTextParts(directory);
  ASSERT_TRUE(text) << text.problem().str();
  EXPECT_FALSE(*text);
  text = readModelTextParts(write("model.gguf", GgufWriter().str()));
  ASSERT_TRUE(text) << text.problem().str();
  EXPECT_FALSE(*text);
}

TEST_F(TextFilesTest, ADirectoryGivesItsTextSide) {
  write("tokenizer.json", R"({"model": {"type": "WordLevel", "vocab": {"a": 0, "<unk>": 1}}})");
  write("generation_config.json", R"({"eos_token_id": 1, "temperature": 0.6})");
  Result<std::optional<ModelTextParts>> text = readModelTextParts(directory);
  ASSERT_TRUE(text) << text.problem().str();
  ASSERT_TRUE(*text);
  EXPECT_EQ((*text)->tokenizer.arrays.tokens.size(), 2);
  EXPECT_TRUE((*text)->tokenizer.settings["model"]["vocab"].is_null());
  EXPECT_THAT((*text)->chat.endTokens, ElementsAre(1));
  EXPECT_THAT((*text)->chat.templates.named, IsEmpty());
  EXPECT_EQ((*text)->chat.generation["temperature"], 0.6);
}

TEST_F(TextFilesTest, TheTokenizerEndsATextWhereNoConfigurationSaysHow) {
  write("tokenizer.json", R"({"model": {"type": "WordLevel", "vocab": {"a": 0, "<unk>": 1}, "unk_token": "<unk>"},
    "added_tokens": [{"id": 2, "content": "<eos>", "special": true}, {"id": 3, "content": "<end>", "special": true},
                     {"id": 4, "content": "plain", "special": false}]})");
  auto ends = [&](const std::string &chatTemplate) {
    write("tokenizer_config.json", Json{{"eos_token", "<eos>"}, {"chat_template", chatTemplate}}.dump());
    Result<std::optional<ModelTextParts>> text = readModelTextParts(directory);
    EXPECT_TRUE(text && *text) << text.problem().str();
    return text && *text ? (*text)->chat.endTokens : std::vector<std::int32_t>();
  };
  const std::string turns = "{% for m in messages %}{{ m.role }}: {{ m.content }}";
  EXPECT_THAT(ends(turns + "<end>\n{% endfor %}"), ElementsAre(2, 3));
  EXPECT_THAT(ends(turns + "{{ eos_token }}{% endfor %}"), ElementsAre(2));
  EXPECT_THAT(ends(turns + "plain{% endfor %}"), ElementsAre(2));
  EXPECT_THAT(ends("{{ raise_exception('no') }}"), ElementsAre(2));
  write("config.json", R"({"eos_token_id": 1})");
  EXPECT_THAT(ends(turns + "<end>{% endfor %}"), ElementsAre(1));
}

TEST_F(TextFilesTest, AGgufFileEndsTurnsAsItsTemplateDoes) {
  GgufWriter writer;
  writer.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "smollm");
  writer.texts("tokenizer.ggml.tokens", {"a", "<eos>", "<|im_end|>", "aa"}).texts("tokenizer.ggml.merges", {"a a"});
  writer.array<std::int32_t>("tokenizer.ggml.token_type", GgufType::Int32, {1, 3, 3, 1});
  writer.key<std::uint32_t>("tokenizer.ggml.eos_token_id", GgufType::UInt32, 1);
  writer.text("tokenizer.chat_template", "{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}");
  Result<std::optional<ModelTextParts>> text = readModelTextParts(write("model.gguf", writer.str()));
  ASSERT_TRUE(text && *text) << text.problem().str();
  EXPECT_THAT((*text)->chat.endTokens, ElementsAre(1, 2));
}

TEST_F(TextFilesTest, AGgufFileGivesItsTextSide) {
  GgufWriter writer;
  writer.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "smollm");
  writer.texts("tokenizer.ggml.tokens", {"a", "b", "ab"}).texts("tokenizer.ggml.merges", {"a b"});
  writer.text("tokenizer.chat_template", "{{ messages }}");
  Result<std::optional<ModelTextParts>> text = readModelTextParts(write("model.gguf", writer.str()));
  ASSERT_TRUE(text) << text.problem().str();
  ASSERT_TRUE(*text);
  EXPECT_EQ((*text)->tokenizer.arrays.merges.size(), 1u);
  EXPECT_EQ((*text)->tokenizer.settings["ggml"]["pre"], "smollm");
  EXPECT_EQ((*text)->chat.templates.named.size(), 1u);
}

TEST_F(TextFilesTest, ATokenizerThatIsNotKnownIsAProblem) {
  write("tokenizer.json", R"({"model": {"type": "Abacus", "vocab": {"a": 0}}})");
  Result<std::optional<ModelTextParts>> text = readModelTextParts(directory);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.problem().str(), HasSubstr("model type 'Abacus' is not known"));
}
