//===- OverflowTest.cpp - What truncation cuts off ------------------------===//
//
// Compares with what Hugging Face tokenizers answers, recorded by make_overflow_vectors.py.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/Tokenizer.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;

namespace {

Json readVectors(const std::string &name) {
  Result<Json> json = readJsonFile(TERN_TEST_DIR "/vectors/" + name);
  EXPECT_TRUE(json) << json.problem().str();
  return json ? *json : Json();
}

/// [ids, types, begin and end of each token in characters].
Json rowOf(const Encoding &encoding) {
  Json places = Json::array();
  for (Span span : encoding.characters) {
    places.push_back(span.begin);
    places.push_back(span.end);
  }
  return Json::array({encoding.ids, encoding.types, places});
}

void checkRow(const Tokenizer &tokenizer, const Json &texts, const Json &row) {
  auto first = texts[row[0].get<std::size_t>()].get<std::string>();
  std::optional<std::string> second;
  if (!row[1].is_null())
    second = texts[row[1].get<std::size_t>()].get<std::string>();
  Result<Encoding> encoding = tokenizer.encodeWithOffsets(first, row[2].get<bool>(), second);
  ASSERT_EQ(bool(encoding), !row[3].is_null()) << (encoding ? "" : encoding.problem().str());
  if (!encoding)
    return;
  Json parts = Json::array({rowOf(*encoding)});
  for (const Encoding &part : encoding->overflowing) {
    EXPECT_TRUE(part.overflowing.empty());
    parts.push_back(rowOf(part));
  }
  EXPECT_EQ(parts, row[3]);
}

/// A tokenizer of words "a" and "b" that cuts texts as `truncation` says.
Result<Tokenizer> makeCutting(const Json &truncation) {
  Json model = {{"type", "WordLevel"}, {"vocab", {{"a", 0}, {"b", 1}}}, {"unk_token", "b"}};
  Json file = {{"model", model}, {"pre_tokenizer", {{"type", "WhitespaceSplit"}}}, {"truncation", truncation}};
  return Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
}

std::string words(std::size_t count) {
  std::string text;
  while (count-- > 0)
    text += "a ";
  return text;
}

} // namespace

TEST(Overflow, PartsAreThoseOfHuggingFace) {
  Json file = readVectors("overflow.json"), models = readVectors("models.json");
  ASSERT_GT(file.at("tests").size(), 20u);
  for (Json test : file.at("tests")) {
    SCOPED_TRACE(test["tokenizer"]["truncation"].dump() + test["tokenizer"]["post_processor"].dump());
    test["tokenizer"]["model"] = models.at("pieces");
    Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(test["tokenizer"].dump(), "tokenizer.json");
    ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
    for (const Json &row : test.at("rows")) {
      SCOPED_TRACE(row.dump());
      checkRow(*tokenizer, file.at("texts"), row);
    }
  }
}

TEST(Overflow, StrideMustLeaveRoom) {
  Result<Tokenizer> tokenizer = makeCutting({{"max_length", 3}, {"stride", 3}, {"strategy", "LongestFirst"}});
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  EXPECT_TRUE(tokenizer->encode(words(3), false));
  std::string rule = "truncation.stride must be below the tokens that stay of a text: is 3, and 3 of 4 tokens stay";
  EXPECT_THAT(tokenizer->encode(words(4), false).problem().str(), HasSubstr(rule));
  EXPECT_THAT(tokenizer->encodeWithOffsets(words(4), false).problem().str(), HasSubstr(rule));
}

TEST(Overflow, PartsBeyondAllMeasureAreAProblem) {
  Result<Tokenizer> tokenizer = makeCutting({{"max_length", 10000}, {"stride", 9999}});
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  EXPECT_EQ(tokenizer->encode(words(20000), false)->size(), 10000u);
  EXPECT_THAT(tokenizer->encodeWithOffsets(words(20000), false).problem().str(),
              HasSubstr("10001 of up to 10000 are more"));
}
