//===- StreamDecoderTest.cpp - Text from ids as they come -----------------===//

#include "runtime/Text/StreamDecoder.h"
#include "runtime/Base/Json.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

/// A tokenizer whose token i is `tokens[i]`.
Result<Tokenizer> makeTokenizer(const std::vector<std::string> &tokens, const Json &decoder) {
  Json vocabulary = Json::object();
  for (std::size_t i = 0; i < tokens.size(); ++i)
    vocabulary[tokens[i]] = i;
  Json file = {{"model", {{"type", "WordLevel"}, {"vocab", vocabulary}, {"unk_token", tokens[0]}}},
               {"decoder", decoder}};
  return Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
}

/// What each token gives, and what finish() gives.
std::vector<std::string> stream(const std::vector<std::string> &tokens, const Json &decoder) {
  Result<Tokenizer> tokenizer = makeTokenizer(tokens, decoder);
  EXPECT_TRUE(tokenizer) << tokenizer.problem().str();
  std::vector<std::string> parts;
  if (!tokenizer)
    return parts;
  StreamDecoder decode(*tokenizer, false);
  for (std::size_t id = 0; id < tokens.size(); ++id)
    parts.push_back(*decode.feed(static_cast<std::int32_t>(id)));
  parts.push_back(decode.finish());
  return parts;
}

using Parts = std::vector<std::string>;
const Json byteLevel = {{"type", "ByteLevel"}};

Json sequence(std::initializer_list<Json> steps) { return {{"type", "Sequence"}, {"decoders", Json(steps)}}; }

} // namespace

TEST(StreamDecoder, HoldsHalfACharacterBack) {
  // The euro sign is E2 82 AC; byte-level characters for it are "â", "Ĥ", "¬".
  EXPECT_EQ(stream({"aâ", "Ĥ", "¬b"}, byteLevel), (Parts{"a", "", "€b", ""}));
  EXPECT_EQ(stream({"aâ", "Ĥ"}, byteLevel), (Parts{"a", "", "\uFFFD"}));
  EXPECT_EQ(stream({"aâ", "b"}, byteLevel), (Parts{"a", "\uFFFDb", ""}));
}

TEST(StreamDecoder, HoldsARunOfByteTokensUntilItEnds) {
  Json fallback = {{"type", "ByteFallback"}};
  EXPECT_EQ(stream({"<0xE2>", "<0x82>", "<0xAC>", "b"}, fallback), (Parts{"", "", "", "€b", ""}));
  EXPECT_EQ(stream({"a", "<0xE2>", "<0x82>"}, fallback), (Parts{"a", "", "", "\uFFFD\uFFFD"}));
}

TEST(StreamDecoder, StripsTheEndsOfWhatIsFused) {
  Json strip = {{"type", "Strip"}, {"content", "_"}, {"start", 1}, {"stop", 2}};
  EXPECT_EQ(stream({"__a", "_", "b_", "__"}, sequence({{{"type", "Fuse"}}, strip})), (Parts{"_a", "", "_b", "", "_"}));
  EXPECT_EQ(stream({"__a", "___"}, strip), (Parts{"_a", "", ""}));
}

TEST(StreamDecoder, HoldsTheLastWordsSuffixBack) {
  EXPECT_EQ(stream({"lo", "w</w>", "est</w>"}, {{"type", "BPEDecoder"}, {"suffix", "</w>"}}),
            (Parts{"", "lo", "w ", "est"}));
}

TEST(StreamDecoder, AnIdThatIsNoTokenChangesNothing) {
  Result<Tokenizer> tokenizer = makeTokenizer({"aâ", "Ĥ¬"}, byteLevel);
  ASSERT_TRUE(tokenizer);
  StreamDecoder decode(*tokenizer, false);
  EXPECT_EQ(*decode.feed(0), "a");
  EXPECT_FALSE(decode.feed(2));
  StreamDecoder moved = std::move(decode);
  EXPECT_EQ(*moved.feed(1), "€");
  EXPECT_EQ(moved.finish(), "");
}
