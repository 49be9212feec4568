//===- TokenizerVectorsTest.cpp - Tokenizers against Hugging Face's -------===//
//
// Compares with what Hugging Face tokenizers answers, recorded by make_tokenizer_vectors.py. Set TERN_TEXT_VECTORS to a
// directory that the script wrote to run other vectors than the committed ones.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/CharacterMap.h"
#include "runtime/Text/StreamDecoder.h"
#include "runtime/Text/Tokenizer.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>
#include <cstdlib>
#include <future>
#include <gtest/gtest.h>

using namespace tern;

namespace {

Json readVectors(const std::string &name) {
  const char *other = std::getenv("TERN_TEXT_VECTORS");
  Result<Json> json = readJsonFile((other ? std::string(other) : TERN_TEST_DIR "/vectors") + "/" + name);
  EXPECT_TRUE(json) << json.problem().str();
  return json ? *json : Json();
}

/// The shared model that "base" names, with the other members in place of its own.
Json resolveModel(const Json &models, const Json &reference) {
  Json model = models.at(reference.at("base").get<std::string>());
  for (const auto &option : reference.items())
    if (option.key() != "base")
      model[option.key()] = option.value();
  return model;
}

/// A GGUF vocabulary with the tokens of a Unigram model, whose first three are for padding, ends and the unknown.
Vocabulary makeUnigramVocabulary(const Json &model) {
  Vocabulary vocabulary;
  vocabulary.where = "model.gguf";
  vocabulary.model = "t5";
  for (const Json &token : model.at("vocab")) {
    vocabulary.tokens.push_back(token[0].get<std::string>());
    vocabulary.scores.push_back(token[1].get<float>());
    vocabulary.types.push_back(Vocabulary::Normal);
  }
  vocabulary.types[0] = vocabulary.types[1] = Vocabulary::Control;
  vocabulary.types[2] = Vocabulary::Unknown;
  vocabulary.addSpacePrefix = true;
  vocabulary.removeExtraWhitespaces = true;
  Result<std::string> map = decodeBase64(model.at("charsmap").get<std::string>(), "charsmap");
  EXPECT_TRUE(map);
  vocabulary.charactersMap.assign(map->begin(), map->end());
  return vocabulary;
}

Result<TokenizerParts> makeParts(const Json &models, const Json &test) {
  if (test.contains("gguf")) {
    const Json &base = models.at(test["gguf"]["base"].get<std::string>());
    return TokenizerParts::fromVocabulary(makeUnigramVocabulary(base));
  }
  Json file = test.at("tokenizer");
  file["model"] = resolveModel(models, file.at("model"));
  return TokenizerParts::fromHuggingFace(file.dump(), "tokenizer.json");
}

/// Makes the tokenizer as an artifact does: from parts that were written and read back.
Result<Tokenizer> makeTokenizer(const Json &models, const Json &test) {
  Result<TokenizerParts> parts = makeParts(models, test);
  if (!parts)
    return parts.problem();
  Result<Json> settings = parseJson(parts->settings.dump(), "settings");
  Result<TokenArrays> arrays = readTokenArrays(writeTokenArrays(parts->arrays), "arrays");
  if (!settings || !arrays)
    return settings ? arrays.problem() : settings.problem();
  return Tokenizer::fromParts({parts->where, std::move(*settings), std::move(*arrays)});
}

/// Checks one text; `row` is [ids, ids with special tokens, text of the latter, the same without special tokens], null
/// for what equals its left neighbour or, in the third place, the text itself.
void checkText(const Tokenizer &tokenizer, const std::string &text, const Json &row) {
  auto ids = row[0].get<std::vector<std::int32_t>>();
  auto special = row[1].is_null() ? ids : row[1].get<std::vector<std::int32_t>>();
  std::string plain = row[2].is_null() ? text : row[2].get<std::string>();
  std::string skipped = row[3].is_null() ? plain : row[3].get<std::string>();
  for (bool addSpecial : {false, true}) {
    Result<std::vector<std::int32_t>> encoded = tokenizer.encode(text, addSpecial);
    ASSERT_TRUE(encoded) << encoded.problem().str();
    EXPECT_EQ(*encoded, addSpecial ? special : ids);
  }
  for (bool skipSpecial : {false, true}) {
    Result<std::string> decoded = tokenizer.decode(special, skipSpecial);
    ASSERT_TRUE(decoded) << decoded.problem().str();
    EXPECT_EQ(*decoded, skipSpecial ? skipped : plain);
  }
}

std::vector<std::size_t> flat(const std::vector<Span> &spans) {
  std::vector<std::size_t> places;
  for (Span span : spans)
    places.insert(places.end(), {span.begin, span.end});
  return places;
}

/// Offsets in bytes must be those in characters, seen otherwise.
void checkBytes(const Encoding &encoding, const std::string &text, const std::string &second) {
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    auto count = [&](const std::string &in, std::size_t bytes) {
      return static_cast<std::size_t>(
          std::count_if(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(std::min(bytes, in.size())),
                        [](char byte) { return (byte & 0xC0) != 0x80; }));
    };
    Span bytes = encoding.bytes[i];
    Span first = {count(text, bytes.begin), count(text, bytes.end)};
    Span other = {count(second, bytes.begin), count(second, bytes.end)};
    EXPECT_TRUE(encoding.characters[i] == first || encoding.characters[i] == other);
  }
}

/// Checks ids, types and offsets of one text (`row` has the offsets) or of a pair.
void checkOffsets(const Tokenizer &tokenizer, const std::string &text, const Json &row) {
  if (row[4].is_null())
    return;
  Result<Encoding> encoding = tokenizer.encodeWithOffsets(text, true);
  ASSERT_TRUE(encoding) << encoding.problem().str();
  EXPECT_EQ(encoding->ids, *tokenizer.encode(text, true));
  EXPECT_EQ(flat(encoding->characters), row[4].get<std::vector<std::size_t>>());
  checkBytes(*encoding, text, "");
}

void checkPair(const Tokenizer &tokenizer, const std::string &first, const std::string &second, const Json &row) {
  for (bool addSpecial : {true, false}) {
    const Json &expected = row[addSpecial ? 0 : 1];
    Result<Encoding> encoding = tokenizer.encodeWithOffsets(first, addSpecial, second);
    ASSERT_EQ(bool(encoding), !expected.is_null());
    if (!encoding)
      continue;
    EXPECT_EQ(encoding->ids, expected[0].get<std::vector<std::int32_t>>());
    EXPECT_EQ(encoding->types, expected[1].get<std::vector<std::int32_t>>());
    EXPECT_EQ(flat(encoding->characters), expected[2].get<std::vector<std::size_t>>());
    checkBytes(*encoding, first, second);
  }
}

/// Each piece of a stream is UTF-8, and the pieces join to the whole.
void checkStream(const Tokenizer &tokenizer, const std::vector<std::int32_t> &ids) {
  StreamDecoder stream(tokenizer, false);
  std::string joined;
  for (std::int32_t id : ids) {
    Result<std::string> part = stream.feed(id);
    ASSERT_TRUE(part);
    EXPECT_EQ(findInvalidUtf8(*part), std::string::npos);
    joined += *part;
  }
  joined += stream.finish();
  EXPECT_EQ(joined, *tokenizer.decode(ids, false));
}

} // namespace

TEST(TokenizerVectors, GiveTheIdsAndTextsOfHuggingFace) {
  Json texts = readVectors("texts.json"), models = readVectors("models.json"), tests = readVectors("tokenizers.json");
  ASSERT_GT(tests.size(), 40u);
  for (const Json &test : tests) {
    SCOPED_TRACE(test.at("name").get<std::string>());
    Result<Tokenizer> tokenizer = makeTokenizer(models, test);
    ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
    ASSERT_EQ(test.at("rows").size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      SCOPED_TRACE("text " + texts[i].dump(-1, ' ', true));
      if (test["rows"][i].is_null()) {
        EXPECT_FALSE(tokenizer->encode(texts[i].get<std::string>(), true));
        continue;
      }
      checkText(*tokenizer, texts[i].get<std::string>(), test["rows"][i]);
      checkOffsets(*tokenizer, texts[i].get<std::string>(), test["rows"][i]);
      checkStream(*tokenizer, test["rows"][i][0].get<std::vector<std::int32_t>>());
    }
  }
}

TEST(TokenizerVectors, GiveThePairsOfHuggingFace) {
  Json texts = readVectors("texts.json"), models = readVectors("models.json"), tests = readVectors("tokenizers.json");
  for (const Json &test : tests) {
    SCOPED_TRACE(test.at("name").get<std::string>());
    Result<Tokenizer> tokenizer = makeTokenizer(models, test);
    ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
    for (std::size_t i = 0; test.contains("pairs") && i < test["pairs"].size(); ++i) {
      SCOPED_TRACE("text " + texts[i].dump(-1, ' ', true) + " and " + texts[i + 1].dump(-1, ' ', true));
      checkPair(*tokenizer, texts[i].get<std::string>(), texts[i + 1].get<std::string>(), test["pairs"][i]);
    }
  }
}

TEST(Tokenizer, EncodesOnSeveralThreadsAtOnce) {
  Json texts = readVectors("texts.json"), models = readVectors("models.json"), tests = readVectors("tokenizers.json");
  Result<Tokenizer> tokenizer = makeTokenizer(models, tests.at(0));
  ASSERT_TRUE(tokenizer);
  auto encodeAll = [&] {
    std::vector<std::int32_t> all;
    for (int round = 0; round < 20; ++round)
      for (const Json &text : texts) {
        Result<std::vector<std::int32_t>> ids = tokenizer->encode(text.get<std::string>(), true);
        if (ids)
          all.insert(all.end(), ids->begin(), ids->end());
      }
    return all;
  };
  std::vector<std::int32_t> expected = encodeAll();
  std::vector<std::future<std::vector<std::int32_t>>> answers;
  for (int i = 0; i < 4; ++i)
    answers.push_back(std::async(std::launch::async, encodeAll));
  for (auto &answer : answers)
    EXPECT_EQ(answer.get(), expected);
}
