//===- GeneratedTokensTest.cpp - The tokens that a model is to say --------===//

#include "runtime/Text/GeneratedTokens.h"

#include "runtime/Base/Json.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

/// An encoding of tokens that stand for these characters; [0, 0) for tokens that are not of the text.
Encoding encodingOf(std::vector<Span> characters) {
  Encoding encoding;
  encoding.ids.assign(characters.size(), 7);
  encoding.characters = std::move(characters);
  return encoding;
}

} // namespace

TEST(GeneratedTokens, AreThoseOfTheParts) {
  Encoding encoding = encodingOf({{0, 6}, {6, 8}, {8, 17}, {17, 20}, {20, 22}, {22, 27}, {27, 30}});
  EXPECT_THAT(maskGenerated(encoding, {}), ElementsAre(0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(maskGenerated(encoding, {{17, 22}}), ElementsAre(0, 0, 0, 1, 1, 0, 0));
  EXPECT_THAT(maskGenerated(encoding, {{6, 8}, {20, 22}}), ElementsAre(0, 1, 0, 0, 1, 0, 0));
  EXPECT_THAT(maskGenerated(encoding, {{18, 21}}), ElementsAre(0, 0, 0, 1, 1, 0, 0));
  EXPECT_THAT(maskGenerated(encoding, {{17, 17}}), ElementsAre(0, 0, 0, 0, 0, 0, 0));
}

TEST(GeneratedTokens, ReachToTheEndOfWhatIsThere) {
  Encoding encoding = encodingOf({{0, 0}, {0, 3}, {4, 7}, {7, 9}, {0, 0}});
  EXPECT_THAT(maskGenerated(encoding, {{4, 7}}), ElementsAre(0, 0, 1, 0, 0));
  EXPECT_THAT(maskGenerated(encoding, {{4, 20}}), ElementsAre(0, 0, 1, 1, 1)) << "cut off at character 9";
  EXPECT_THAT(maskGenerated(encoding, {{3, 7}, {7, 9}}), ElementsAre(0, 0, 0, 0, 0)) << "no token has the space";
  EXPECT_THAT(maskGenerated(encoding, {{20, 30}}), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(maskGenerated(encodingOf({}), {{0, 1}}), IsEmpty());
}

TEST(GeneratedTokens, CountCharactersNotBytes) {
  Json model = {{"type", "WordLevel"}, {"vocab", {{"é", 0}, {"b", 1}}}, {"unk_token", "b"}};
  Json file = {{"model", model}, {"pre_tokenizer", {{"type", "FixedLength"}, {"length", 1}}}};
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  Result<Encoding> encoding = tokenizer->encodeWithOffsets("éébé", false);
  ASSERT_TRUE(encoding);
  EXPECT_THAT(maskGenerated(*encoding, {{2, 4}}), ElementsAre(0, 0, 1, 1));
}
