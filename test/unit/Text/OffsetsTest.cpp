//===- OffsetsTest.cpp - Where tokens come from in the text ---------------===//
//
// Cases that the vectors lack, with the offsets that Hugging Face tokenizers 0.23.3 gives: normal forms that put marks
// in another order, compose some and not others, or take a character apart into what is then put in order.
//
//===----------------------------------------------------------------------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/Tokenizer.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

/// The characters that each character of the normal form comes from.
std::vector<std::size_t> offsets(const char *form, const std::string &text) {
  Json file = {{"normalizer", {{"type", form}}},
               {"pre_tokenizer",
                {{"type", "Split"}, {"pattern", {{"Regex", "."}}}, {"behavior", "Isolated"}, {"invert", false}}},
               {"model", {{"type", "WordLevel"}, {"vocab", {{"?", 0}}}, {"unk_token", "?"}}}};
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
  EXPECT_TRUE(tokenizer) << tokenizer.problem().str();
  Result<Encoding> encoding = tokenizer->encodeWithOffsets(text, false);
  EXPECT_TRUE(encoding) << encoding.problem().str();
  std::vector<std::size_t> places;
  for (Span span : encoding->characters)
    places.insert(places.end(), {span.begin, span.end});
  return places;
}

using Places = std::vector<std::size_t>;

} // namespace

TEST(Offsets, ComposedCharactersTakeThePlaceOfAsMany) {
  for (const char *form : {"NFC", "NFKC"}) {
    EXPECT_EQ(offsets(form, "e\u0301\u0327 x"), (Places{0, 1, 2, 3, 3, 4, 4, 5}));
    EXPECT_EQ(offsets(form, "e\u0327\u0301"), (Places{0, 1, 2, 3}));
    EXPECT_EQ(offsets(form, "a\u0315\u0300\u05aeb"), (Places{0, 1, 2, 3, 3, 4, 4, 5}));
    EXPECT_EQ(offsets(form, "a\u0301\u0316\u0327\u0323b"), (Places{0, 1, 2, 3, 3, 4, 4, 5, 5, 6}));
    EXPECT_EQ(offsets(form, "s\u0307\u0323"), (Places{0, 1}));
    EXPECT_EQ(offsets(form, "\u1e69\u0316\u0327"), (Places{0, 1, 1, 2, 2, 3, 2, 3}));
    EXPECT_EQ(offsets(form, "q\u0307\u0323x"), (Places{0, 1, 1, 2, 2, 3, 3, 4}));
  }
}

TEST(Offsets, CharactersTakenApartKeepTheirPlace) {
  for (const char *form : {"NFD", "NFKD"}) {
    EXPECT_EQ(offsets(form, "\u1e69"), (Places{0, 1, 0, 1, 0, 1}));
    EXPECT_EQ(offsets(form, "\u1e69\u0316x"), (Places{0, 1, 0, 1, 1, 2, 1, 2, 2, 3}));
    EXPECT_EQ(offsets(form, "\u0344\u0316a"), (Places{0, 1, 1, 2, 1, 2, 2, 3}));
    EXPECT_EQ(offsets(form, "e\u0301\u0327 x"), (Places{0, 1, 1, 2, 2, 3, 3, 4, 4, 5}));
    EXPECT_EQ(offsets(form, "\u212bx\u0327\u0301"), (Places{0, 1, 0, 1, 1, 2, 2, 3, 3, 4}));
  }
}

namespace {

/// A tokenizer like RoBERTa's, with tokens that take in space before or after them.
Tokenizer makeRobertaLike(std::int64_t maxLength) {
  auto added = [](int id, const char *content, bool left) {
    return Json{{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", left},
                {"rstrip", !left}, {"normalized", !left}, {"special", true}};
  };
  Json file = {{"added_tokens", {added(5, "<mask>", true), added(6, "<r>", false)}},
               {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
               {"model",
                {{"type", "BPE"},
                 {"vocab", {{"a", 0}, {"b", 1}, {"\u0120", 2}, {"</s>", 3}, {"<s>", 4}}},
                 {"merges", Json::array()},
                 {"unk_token", "<unk>"}}},
               {"post_processor", {{"type", "RobertaProcessing"}, {"sep", {"</s>", 3}}, {"cls", {"<s>", 4}}}}};
  if (maxLength >= 0)
    file["truncation"] = {{"max_length", maxLength}, {"strategy", "LongestFirst"}, {"stride", 0}};
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
  EXPECT_TRUE(tokenizer) << tokenizer.problem().str();
  return std::move(*tokenizer);
}

Places offsetsOf(const Tokenizer &tokenizer, const std::string &text) {
  Places places;
  Result<Encoding> encoding = tokenizer.encodeWithOffsets(text, true);
  EXPECT_TRUE(encoding) << encoding.problem().str();
  for (Span span : encoding->characters)
    places.insert(places.end(), {span.begin, span.end});
  return places;
}

} // namespace

TEST(Offsets, SpaceThatAddedTokensTakeInIsTrimmed) {
  Tokenizer tokenizer = makeRobertaLike(-1);
  EXPECT_EQ(offsetsOf(tokenizer, "a  <mask> b"), (Places{0, 0, 0, 1, 3, 9, 10, 10, 10, 11, 0, 0}));
  EXPECT_EQ(offsetsOf(tokenizer, " <mask>a"), (Places{0, 0, 0, 7, 7, 8, 0, 0}));
  EXPECT_EQ(offsetsOf(tokenizer, "  <mask>"), (Places{0, 0, 2, 8, 0, 0}));
  EXPECT_EQ(offsetsOf(tokenizer, "a<r>  b"), (Places{0, 0, 0, 1, 1, 4, 6, 7, 0, 0}));
}

TEST(Offsets, LessThanTheSpecialTokensTruncatesNothing) {
  using Ids = std::vector<std::int32_t>;
  EXPECT_EQ(*makeRobertaLike(0).encode("aba", true), (Ids{4, 0, 1, 0, 3}));
  EXPECT_EQ(*makeRobertaLike(1).encode("aba", true), (Ids{4, 0, 1, 0, 3}));
  EXPECT_EQ(*makeRobertaLike(2).encode("aba", true), (Ids{4, 3}));
  EXPECT_EQ(*makeRobertaLike(0).encode("aba", false), (Ids{}));
}

// An unknown token that the vocabulary lacks is missed by the texts that need it.
TEST(Offsets, UnknownTokensAreMissedWhenNeeded) {
  Tokenizer tokenizer = makeRobertaLike(-1);
  EXPECT_TRUE(tokenizer.encode("ab", false));
  Result<std::vector<std::int32_t>> ids = tokenizer.encode("abc", false);
  ASSERT_FALSE(ids);
  EXPECT_NE(ids.problem().str().find("the unknown token '<unk>' is not in the vocabulary"), std::string::npos);
}
