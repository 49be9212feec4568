//===- SmolLm2Test.cpp - The tokenizer of a real model --------------------===//
//
// Reads SmolLM2-135M-Instruct's GGUF file, whose place CMake's TERN_SMOLLM2 gives, and compares with what Hugging Face
// tokenizers makes of the same vocabulary (make_tokenizer_vectors.py --smollm2).
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "tern/Import/TextFiles.h"

#include <gtest/gtest.h>

using namespace tern;

TEST(SmolLm2, GivesTheIdsAndTextsOfHuggingFace) {
  Result<Tokenizer> tokenizer = openTokenizer(TERN_SMOLLM2);
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  EXPECT_EQ(tokenizer->size(), 49152);
  EXPECT_EQ(tokenizer->specialTokens().bos, tokenizer->tokenId("<|im_start|>"));
  EXPECT_EQ(tokenizer->specialTokens().eos, tokenizer->tokenId("<|im_end|>"));
  Result<Json> vectors = readJsonFile(TERN_TEST_DIR "/vectors/smollm2.json");
  ASSERT_TRUE(vectors) << vectors.problem().str();
  const Json &texts = vectors->at("texts"), &rows = vectors->at("rows");
  ASSERT_EQ(texts.size(), rows.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto text = texts[i].get<std::string>();
    auto expected = rows[i][0].get<std::vector<std::int32_t>>();
    SCOPED_TRACE(text);
    Result<std::vector<std::int32_t>> ids = tokenizer->encode(text, true);
    ASSERT_TRUE(ids) << ids.problem().str();
    EXPECT_EQ(*ids, expected);
    Result<std::string> plain = tokenizer->decode(*ids, false), skipped = tokenizer->decode(*ids, true);
    ASSERT_TRUE(plain && skipped);
    EXPECT_EQ(*plain, rows[i][2].is_null() ? text : rows[i][2].get<std::string>());
    EXPECT_EQ(*skipped, rows[i][3].is_null() ? *plain : rows[i][3].get<std::string>());
  }
}
