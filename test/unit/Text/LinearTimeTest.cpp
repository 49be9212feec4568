//===- LinearTimeTest.cpp - Long texts of one kind ------------------------===//
//
// Megabytes of one character, of spaces, of digits: where work grows with the square of the length, 10^12 steps of it
// do not end in any test's time. What patterns do is counted besides: Regex gives up on a search whose steps are not in
// proportion to the text (Regex.cpp), which is a problem here.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/Tokenizer.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

Result<Tokenizer> makeTokenizer(const Json &model, const Json &preTokenizer) {
  Json file = {{"model", model}, {"pre_tokenizer", preTokenizer}};
  return Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
}

/// Tokens "a", "aa", "aaaa", .. of each of a few characters, and the merges that build them.
Json doublingBpe() {
  Json vocabulary = Json::object(), merges = Json::array();
  for (const char *character : {"a", "7", "!", "Ġ", "Ċ"})
    for (std::string token = character; token.size() <= 64; token += token) {
      if (token != character)
        merges.push_back({token.substr(0, token.size() / 2), token.substr(0, token.size() / 2)});
      vocabulary[token] = vocabulary.size();
    }
  return {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", merges}};
}

/// Tokenizes two megabytes of `unit`.
void expectLinear(const Tokenizer &tokenizer, const std::string &unit) {
  SCOPED_TRACE("'" + unit + "'");
  std::string text;
  while (text.size() < 2000000)
    text += unit;
  Result<std::vector<std::int32_t>> ids = tokenizer.encode(text, false);
  ASSERT_TRUE(ids) << ids.problem().str();
  EXPECT_LE(ids->size(), text.size() * 3); // Bytes of "▁" at most.
}

} // namespace

TEST(LinearTime, ByteLevelBpe) {
  for (const char *regex :
       {R"('s| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", R"(\s*[\r\n]+|\s+(?!\S)|\s+)"}) {
    Json split = {{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}};
    Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
    Result<Tokenizer> tokenizer =
        makeTokenizer(doublingBpe(), {{"type", "Sequence"}, {"pretokenizers", Json::array({split, bytes})}});
    ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
    for (const char *unit : {"a", " ", "7", "!", "\n", "\n ", "a ", "  \r"})
      expectLinear(*tokenizer, unit);
  }
}

TEST(LinearTime, OtherModels) {
  const Json models[] = {
      {{"type", "WordPiece"},
       {"vocab", {{"[UNK]", 0}, {"a", 1}, {"##a", 2}, {"##aaaa", 3}}},
       {"max_input_chars_per_word", 100000000}},
      {{"type", "Unigram"},
       {"unk_id", 0},
       {"vocab", Json::array({Json::array({"?", 0.0}), Json::array({"a", -1.0}), Json::array({"aaaa", -2.0})})}},
  };
  for (const Json &model : models) {
    Result<Tokenizer> tokenizer = makeTokenizer(model, nullptr);
    ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
    for (const char *unit : {"a", " ", "ab"})
      expectLinear(*tokenizer, unit);
  }
}

TEST(LinearTime, BpeByScores) {
  Vocabulary vocabulary;
  vocabulary.where = "model.gguf";
  vocabulary.model = "llama";
  vocabulary.tokens = {"<unk>", "a", "aa", "aaaa", "▁", "▁▁"};
  vocabulary.scores = {0, -1, -2, -3, -4, -5};
  vocabulary.addBos = false;
  Result<Tokenizer> tokenizer = Tokenizer::fromVocabulary(vocabulary);
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  for (const char *unit : {"a", " ", "7"})
    expectLinear(*tokenizer, unit);
}
