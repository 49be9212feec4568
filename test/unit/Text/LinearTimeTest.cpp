//===- LinearTimeTest.cpp - Long texts of one kind ------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/Tokenizer.h"

#include <chrono>
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

/// Seconds for a megabyte of `unit`.
double timeFor(const Tokenizer &tokenizer, const std::string &unit) {
  std::string text;
  while (text.size() < 1000000)
    text += unit;
  auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(tokenizer.encode(text, false));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Quadratic time would be hours; this leaves room for sanitizers and busy machines.
constexpr double limit = 20;

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
      EXPECT_LT(timeFor(*tokenizer, unit), limit) << "'" << unit << "'";
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
      EXPECT_LT(timeFor(*tokenizer, unit), limit) << "'" << unit << "'";
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
    EXPECT_LT(timeFor(*tokenizer, unit), limit) << "'" << unit << "'";
}
