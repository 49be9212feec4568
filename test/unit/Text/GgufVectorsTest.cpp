//===- GgufVectorsTest.cpp - Vocabularies of GGUF files against llama.cpp -===//
//
// Compares with the ids that llama.cpp gives, recorded by make_gguf_vectors.py: every kind of tokenizer, every name for
// how text is cut, and the flags for what goes round a text.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/CharacterMap.h"
#include "runtime/Text/Tokenizer.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

template <typename T> std::optional<T> member(const Json &json, const char *name) {
  return json.contains(name) ? std::optional(json[name].get<T>()) : std::nullopt;
}

Vocabulary makeVocabulary(const Json &model, const Json &test, const std::string &pre) {
  Vocabulary vocabulary;
  vocabulary.where = "model.gguf";
  vocabulary.model = test.at("kind").get<std::string>();
  vocabulary.pre = pre;
  vocabulary.tokens = model.at("tokens").get<std::vector<std::string>>();
  vocabulary.types = model.at("types").get<std::vector<std::int32_t>>();
  vocabulary.merges = member<std::vector<std::string>>(model, "merges").value_or(std::vector<std::string>());
  vocabulary.scores = member<std::vector<float>>(model, "scores").value_or(std::vector<float>());
  if (model.contains("precompiled_charsmap")) {
    Result<std::string> map = decodeBase64(model["precompiled_charsmap"].get<std::string>(), "map");
    EXPECT_TRUE(map);
    vocabulary.charactersMap.assign(map->begin(), map->end());
  }
  const Json &keys = test.at("keys");
  vocabulary.bos = member<std::int64_t>(keys, "bos_token_id");
  vocabulary.eos = member<std::int64_t>(keys, "eos_token_id");
  vocabulary.unknown = member<std::int64_t>(keys, "unknown_token_id");
  vocabulary.separator = member<std::int64_t>(keys, "seperator_token_id");
  vocabulary.addBos = member<bool>(keys, "add_bos_token");
  vocabulary.addEos = member<bool>(keys, "add_eos_token");
  vocabulary.addSeparator = member<bool>(keys, "add_sep_token");
  vocabulary.addSpacePrefix = member<bool>(keys, "add_space_prefix");
  vocabulary.removeExtraWhitespaces = member<bool>(keys, "remove_extra_whitespaces");
  vocabulary.lowercase = member<bool>(keys, "normalizer.lowercase");
  vocabulary.stripAccents = member<bool>(keys, "normalizer.strip_accents");
  return vocabulary;
}

Json readVectors() {
  Result<Json> json = readJsonFile(TERN_TEST_DIR "/vectors/gguf.json");
  EXPECT_TRUE(json) << json.problem().str();
  return json ? *json : Json();
}

} // namespace

TEST(GgufVectors, GiveTheIdsOfLlamaCpp) {
  Json file = readVectors();
  std::size_t numNames = 0;
  for (const Json &test : file.at("tests"))
    for (const Json &pre : test.at("pre")) {
      SCOPED_TRACE(test["kind"].dump() + " " + pre.dump() + " " + test["keys"].dump());
      const Json &model = file["models"].at(test.at("model").get<std::string>());
      Result<Tokenizer> tokenizer = Tokenizer::fromVocabulary(makeVocabulary(model, test, pre.get<std::string>()));
      ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
      ASSERT_EQ(test["rows"].size(), file["texts"].size());
      for (std::size_t i = 0; i < file["texts"].size(); ++i) {
        SCOPED_TRACE("text " + file["texts"][i].dump(-1, ' ', true));
        Result<std::vector<std::int32_t>> ids = tokenizer->encode(file["texts"][i].get<std::string>(), true);
        ASSERT_TRUE(ids) << ids.problem().str();
        EXPECT_EQ(*ids, test["rows"][i].get<std::vector<std::int32_t>>());
      }
      ++numNames;
    }
  EXPECT_GT(numNames, 100u);
}

// The separator stands between the texts of a pair, where the kind of tokenizer has it; BERT has it after each.
TEST(GgufVectors, PairsHaveASeparator) {
  Json file = readVectors();
  Json keys = {{"bos_token_id", 0},     {"eos_token_id", 1},     {"seperator_token_id", 2},
               {"add_bos_token", true}, {"add_eos_token", true}, {"add_sep_token", true}};
  Json test = {{"kind", "gpt2"}, {"keys", keys}};
  Result<Tokenizer> tokenizer = Tokenizer::fromVocabulary(makeVocabulary(file["models"]["bytes"], test, "gpt-2"));
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  std::int32_t bang = tokenizer->encode("!", false)->at(0);
  Result<Encoding> pair = tokenizer->encodeWithOffsets("!", true, "!");
  ASSERT_TRUE(pair) << pair.problem().str();
  EXPECT_EQ(pair->ids, (std::vector<std::int32_t>{0, bang, 1, 2, bang, 1}));
  EXPECT_EQ(pair->types, (std::vector<std::int32_t>{0, 0, 0, 0, 1, 1}));
}
