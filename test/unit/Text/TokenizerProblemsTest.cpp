//===- TokenizerProblemsTest.cpp - Tokenizer files that are wrong ---------===//

#include "runtime/Base/Json.h"
#include "runtime/Text/Tokenizer.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;

namespace {

/// A tokenizer.json that is right; tests break it.
Json goodFile() {
  Json model = {{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}}}, {"merges", Json::array({{"a", "b"}})}};
  return {{"version", "1.0"}, {"model", model}};
}

std::string problemOf(const Json &file) {
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
  return tokenizer ? "" : tokenizer.problem().str();
}

/// The problem when `member` ("/model/merges/0") of a good file is `value`.
std::string problemWith(const std::string &member, const Json &value) {
  Json file = goodFile();
  Json *place = &file;
  for (std::size_t begin = 1; begin <= member.size();) {
    std::size_t end = std::min(member.find('/', begin), member.size());
    std::string name = member.substr(begin, end - begin);
    place = place->is_array() ? &place->at(std::stoul(name)) : &(*place)[name];
    begin = end + 1;
  }
  *place = value;
  return problemOf(file);
}

Vocabulary goodVocabulary() {
  Vocabulary vocabulary;
  vocabulary.where = "model.gguf";
  vocabulary.model = "gpt2";
  vocabulary.pre = "smollm";
  vocabulary.tokens = {"a", "b", "ab"};
  vocabulary.merges = {"a b"};
  return vocabulary;
}

std::string problemOf(const Vocabulary &vocabulary) {
  Result<Tokenizer> tokenizer = Tokenizer::fromVocabulary(vocabulary);
  return tokenizer ? "" : tokenizer.problem().str();
}

} // namespace

TEST(TokenizerProblems, GoodFilesHaveNone) {
  EXPECT_EQ(problemOf(goodFile()), "");
  EXPECT_EQ(problemOf(goodVocabulary()), "");
}

TEST(TokenizerProblems, NameTheUnknownComponentOrOption) {
  EXPECT_THAT(problemWith("/normalizer", {{"type", "Ascii"}}),
              AllOf(HasSubstr("tokenizer.json: normalizer: normalizer type 'Ascii' is not known"), HasSubstr("NFKC")));
  EXPECT_THAT(problemWith("/pre_tokenizer", {{"type", "Digits"}, {"individual", true}}),
              HasSubstr("pre_tokenizer.individual: option is not known for type 'Digits'"));
  EXPECT_THAT(problemWith("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "Zap"}}}}}),
              HasSubstr("pre_tokenizer.pretokenizers[0]: pre-tokenizer type 'Zap' is not known"));
  EXPECT_THAT(problemWith("/post_processor", {{"type", "Glue"}}), HasSubstr("post-processor type 'Glue'"));
  EXPECT_THAT(problemWith("/decoder", {{"type", "Glue"}}), HasSubstr("decoder type 'Glue'"));
  EXPECT_THAT(problemWith("/model/type", "Bigram"), HasSubstr("model type 'Bigram'"));
  EXPECT_THAT(problemWith("/speed", 11), HasSubstr("speed: option is not known"));
  EXPECT_THAT(problemWith("/model/dropout", 0.5), HasSubstr("dropout"));
}

TEST(TokenizerProblems, TellWrongTypesAndValues) {
  EXPECT_THAT(problemOf(Json::array()), HasSubstr("must be an object, is array"));
  EXPECT_THAT(problemWith("/version", "2.0"), HasSubstr("version: must be '1.0', is '2.0'"));
  EXPECT_THAT(problemWith("/model", nullptr), HasSubstr("model: must be an object, is null"));
  EXPECT_THAT(problemWith("/decoder", {{"type", 7}}), HasSubstr("decoder.type: must be a string, is number"));
  EXPECT_THAT(
      problemWith("/pre_tokenizer", {{"type", "Split"}, {"behavior", "Exploded"}, {"pattern", {{"String", "x"}}}}),
      HasSubstr("'Exploded' is not one of Removed, Isolated"));
  EXPECT_THAT(
      problemWith("/pre_tokenizer", {{"type", "Split"}, {"behavior", "Removed"}, {"pattern", {{"Regex", "(a"}}}}),
      HasSubstr("pre_tokenizer.pattern: not a regular expression of Oniguruma: "));
  EXPECT_THAT(problemWith("/pre_tokenizer", {{"type", "CharDelimiterSplit"}, {"delimiter", "ab"}}),
              HasSubstr("must be a string of one character, is 'ab'"));
  EXPECT_THAT(problemWith("/truncation", {{"max_length", -3}}), HasSubstr("truncation.max_length"));
  EXPECT_THAT(problemWith("/padding", {{"strategy", "BatchLongest"}, {"pad_id", 99}}),
              HasSubstr("pads with token 99, which does not exist"));
}

TEST(TokenizerProblems, TellBrokenVocabularies) {
  EXPECT_THAT(problemWith("/model/vocab/c", 4000000000u), HasSubstr("token 'c' has 4000000000"));
  EXPECT_THAT(problemWith("/model/vocab/c", -1), HasSubstr("token 'c' has -1"));
  EXPECT_THAT(problemWith("/model/vocab/c", 2), HasSubstr("2 is given to 'ab' and 'c'"));
  EXPECT_THAT(problemWith("/model/vocab", Json::array()), HasSubstr("from token to id, is array"));
  EXPECT_THAT(problemWith("/model/merges/0", Json::array({"b", "a"})),
              HasSubstr("needs 'ba', which is not in the vocabulary"));
  EXPECT_THAT(problemWith("/model/merges/0", "a b c"), HasSubstr("merge 0 is \"a b c\""));
  Json added = {{"id", 0}, {"content", "x"}};
  EXPECT_THAT(problemWith("/added_tokens", Json::array({added})), HasSubstr("0 is 'a' in the vocabulary"));
  Json far = {{"id", 1u << 30}, {"content", "x"}};
  EXPECT_THAT(problemWith("/added_tokens", Json::array({far})), HasSubstr("added_tokens[0].id: must be below"));
}

TEST(TokenizerProblems, TellBrokenGgufVocabularies) {
  auto with = [](auto &&change) {
    Vocabulary vocabulary = goodVocabulary();
    change(vocabulary);
    return problemOf(vocabulary);
  };
  EXPECT_THAT(with([](Vocabulary &v) { v.model = "abacus"; }), HasSubstr("tokenizer 'abacus' is not known"));
  EXPECT_THAT(with([](Vocabulary &v) { v.pre = "smoll"; }),
              AllOf(HasSubstr("pre-tokenizer 'smoll' is not known"), HasSubstr("llama-bpe")));
  EXPECT_THAT(with([](Vocabulary &v) { v.tokens.clear(); }), HasSubstr("this one has none"));
  EXPECT_THAT(with([](Vocabulary &v) { v.merges = {"ab"}; }), HasSubstr("merge 0 is 'ab'"));
  EXPECT_THAT(with([](Vocabulary &v) { v.merges.clear(); }), HasSubstr("has merges, this one has none"));
  EXPECT_THAT(with([](Vocabulary &v) { v.types = {1, 1}; }), HasSubstr("2 entries, 3 tokens"));
  EXPECT_THAT(with([](Vocabulary &v) { v.types = {1, 1, 9}; }), HasSubstr("token 2 has 9"));
  EXPECT_THAT(with([](Vocabulary &v) { v.eos = 3; }), HasSubstr("eos_token_id: must be a token id below 3, is 3"));
  EXPECT_THAT(with([](Vocabulary &v) { v.addBos = true; }), HasSubstr("bos_token_id: must be given"));
  EXPECT_THAT(with([](Vocabulary &v) { v.tokens[1] = "\xFF"; }), HasSubstr("token 1 is not"));
  EXPECT_THAT(with([](Vocabulary &v) { v.model = "llama"; }), HasSubstr("scores"));
}

TEST(TokenizerProblems, TellTextsAndIdsThatCannotBe) {
  Result<Tokenizer> tokenizer = Tokenizer::fromVocabulary(goodVocabulary());
  ASSERT_TRUE(tokenizer);
  EXPECT_THAT(tokenizer->encode("ab\xC3(", false).problem().str(), HasSubstr("byte 2 is not"));
  for (std::int32_t id : {-1, 3, 2147483647, -2147483647 - 1})
    EXPECT_THAT(tokenizer->decode({id}, false).problem().str(), HasSubstr("token ids are below 3"));
  EXPECT_EQ(tokenizer->piece(-1), "");
  EXPECT_EQ(tokenizer->piece(2), "ab");
  EXPECT_EQ(tokenizer->tokenId("ab"), 2);
  EXPECT_EQ(tokenizer->tokenId("abc"), std::nullopt);
}

TEST(TokenizerProblems, WordLevelWithoutUnknownTokenCannotWriteEverything) {
  Result<Tokenizer> tokenizer =
      Tokenizer::fromHuggingFace(R"({"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"}})", "t.json");
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  EXPECT_TRUE(tokenizer->encode("a", false));
  EXPECT_THAT(tokenizer->encode("b", false).problem().str(), HasSubstr("'b' is not in the vocabulary"));
}

TEST(TokenizerProblems, TellBrokenMapsOfCharacters) {
  auto precompiled = [](const char *map) { return Json{{"type", "Precompiled"}, {"precompiled_charsmap", map}}; };
  EXPECT_EQ(problemWith("/normalizer", precompiled("")), "");
  EXPECT_EQ(problemWith("/normalizer", precompiled("AAAAAA==")), "");
  EXPECT_THAT(problemWith("/normalizer", precompiled("AAAA*A==")), HasSubstr("character 4 is not"));
  EXPECT_THAT(problemWith("/normalizer", precompiled("AAA")), HasSubstr("four characters for three bytes: 3"));
  EXPECT_THAT(problemWith("/normalizer", precompiled("AAA=")), HasSubstr("which must fit: 0 of 2 bytes"));
  EXPECT_THAT(problemWith("/normalizer", precompiled("////fwAA")), HasSubstr("which must fit: 2147483647 of 6 bytes"));
  EXPECT_THAT(problemWith("/normalizer", precompiled("AAAAAP8=")), HasSubstr("byte 0 of them is not"));
  Vocabulary vocabulary = goodVocabulary();
  vocabulary.model = "t5";
  EXPECT_THAT(problemOf(vocabulary), HasSubstr("a model of kind 't5' has scores"));
  vocabulary.scores = {0, -1, -2};
  EXPECT_EQ(problemOf(vocabulary), "");
  vocabulary.charactersMap = {1, 0, 0, 0};
  EXPECT_THAT(problemOf(vocabulary), HasSubstr("tokenizer.ggml.precompiled_charsmap: "));
  vocabulary.model = "rwkv";
  EXPECT_THAT(problemOf(vocabulary), HasSubstr("tokenizer 'rwkv' is not known"));
}

// Merges that make each other, or a token out of itself, are absurd but end: each takes a symbol away.
TEST(TokenizerProblems, CyclicMergesEnd) {
  Json model = {{"type", "BPE"},
                {"vocab", {{"a", 0}, {"aa", 1}, {"aaa", 2}, {"aaaa", 3}}},
                {"merges", Json::array({{"aa", "a"}, {"a", "aa"}, {"a", "a"}, {"aa", "aa"}, {"aa", "a"}})}};
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(Json{{"model", model}}.dump(), "tokenizer.json");
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  Result<std::vector<std::int32_t>> ids = tokenizer->encode(std::string(1001, 'a'), false);
  ASSERT_TRUE(ids);
  EXPECT_EQ(tokenizer->decode(*ids, false)->find_first_not_of("a "), std::string::npos);
  // A merge of nothing, which would go on forever.
  Json empty = {{"type", "BPE"}, {"vocab", {{"", 0}, {"a", 1}}}, {"merges", Json::array({{"a", ""}, {"", "a"}})}};
  tokenizer = Tokenizer::fromHuggingFace(Json{{"model", empty}}.dump(), "tokenizer.json");
  if (tokenizer)
    EXPECT_TRUE(tokenizer->encode("aaa", false));
}

TEST(TokenizerProblems, IdsOutOfRangeAreNamed) {
  Json cls = Json::array({"[CLS]", 0}), far = Json::array({"[SEP]", 77}), below = Json::array({"[SEP]", -5});
  EXPECT_THAT(problemWith("/post_processor", {{"type", "BertProcessing"}, {"cls", cls}, {"sep", far}}),
              AllOf(HasSubstr("tokenizer.json: post_processor"), HasSubstr("77")));
  EXPECT_THAT(problemWith("/post_processor", {{"type", "BertProcessing"}, {"cls", cls}, {"sep", below}}),
              HasSubstr("post_processor.sep: must be a token id, is -5"));
  Json piece = {{"SpecialToken", {{"id", "s"}, {"type_id", 0}}}};
  Json table = {{"s", {{"id", "s"}, {"ids", Json::array({99})}, {"tokens", Json::array({"s"})}}}};
  Json both = {{"type", "TemplateProcessing"},
               {"single", Json::array()},
               {"pair", Json::array({piece})},
               {"special_tokens", table}};
  EXPECT_THAT(problemWith("/post_processor", both), AllOf(HasSubstr("post_processor"), HasSubstr("99")));
  Json wide = {{"type", "TemplateProcessing"},
               {"single", Json::array({{{"Sequence", {{"id", "A"}, {"type_id", 5000000000}}}}})},
               {"pair", Json::array()},
               {"special_tokens", Json::object()}};
  EXPECT_THAT(problemWith("/post_processor", wide), HasSubstr("post_processor.single: must be a token id"));
  EXPECT_THAT(problemWith("/added_tokens", Json::array({{{"id", -1}, {"content", "x"}}})),
              HasSubstr("added_tokens[0].id"));
  EXPECT_THAT(problemWith("/added_tokens", Json::array({{{"id", 1.5}, {"content", "x"}}})),
              HasSubstr("added_tokens[0].id"));
  EXPECT_THAT(problemWith("/padding", {{"strategy", "BatchLongest"}, {"pad_id", 1ull << 40}}),
              HasSubstr("padding.pad_id: must be a token id"));
  Json unigram = {{"type", "Unigram"}, {"unk_id", 4}, {"vocab", Json::array({Json::array({"a", -1.0})})}};
  EXPECT_THAT(problemWith("/model", unigram), HasSubstr("model.unk_id"));
}

TEST(TokenizerProblems, LengthsThatWouldTakeAllMemoryAreRefused) {
  Json fixed = {{"strategy", {{"Fixed", 1ull << 38}}}, {"pad_id", 0}};
  EXPECT_THAT(problemWith("/padding", fixed), HasSubstr("padding.strategy.Fixed: must be below 16777216"));
  Json multiple = {{"strategy", "BatchLongest"}, {"pad_id", 0}, {"pad_to_multiple_of", 1ull << 38}};
  EXPECT_THAT(problemWith("/padding", multiple), HasSubstr("padding.pad_to_multiple_of: must be below 16777216"));
  EXPECT_THAT(problemWith("/truncation", {{"max_length", 4}, {"stride", -1}}), HasSubstr("truncation.stride"));
}

TEST(TokenizerProblems, DeepNestingIsRefused) {
  std::string open, close;
  for (int i = 0; i < 100000; ++i) {
    open += R"({"type":"Sequence","normalizers":[)";
    close += "]}";
  }
  std::string file =
      R"({"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"},"normalizer":)" + open + close + "}";
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(file, "tokenizer.json");
  ASSERT_FALSE(tokenizer);
  EXPECT_THAT(tokenizer.problem().str(), AllOf(HasSubstr("tokenizer.json"), HasSubstr("deep")));
}

TEST(TokenizerProblems, NulBytesAreText) {
  Json model = {{"type", "WordLevel"}, {"vocab", {{std::string("a\0b", 3), 0}, {"?", 1}}}, {"unk_token", "?"}};
  Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(Json{{"model", model}}.dump(), "tokenizer.json");
  ASSERT_TRUE(tokenizer) << tokenizer.problem().str();
  EXPECT_EQ(tokenizer->encode(std::string("a\0b", 3), false)->at(0), 0);
  EXPECT_EQ(*tokenizer->decode({0}, false), std::string("a\0b", 3));
}

TEST(TokenizerProblems, BrokenJsonIsLocated) {
  for (const char *file : {"", "{", "[1, 2", "{\"model\": }", "\xFF\xFE", "{\"model\": \"\\ud800\"}"}) {
    Result<Tokenizer> tokenizer = Tokenizer::fromHuggingFace(file, "tokenizer.json");
    ASSERT_FALSE(tokenizer) << file;
    EXPECT_THAT(tokenizer.problem().str(), HasSubstr("tokenizer.json")) << file;
  }
}
