//===- GeneratorTest.cpp - Text from a prompt -----------------------------===//

#include "runtime/Run/Generator.h"
#include "runtime/Run/ContextShift.h"
#include "runtime/Run/DryBreakers.h"

#include "runtime/Base/Json.h"
#include "runtime/Base/Utf8.h"

#include <cmath>
#include <gmock/gmock.h>

using namespace tern;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

namespace {

/// Tokens are bytes 0 to 255; 256 is an end of turn, special.
const Tokenizer &byteTokenizer() {
  static const Tokenizer tokenizer = [] {
    Json vocabulary = Json::object();
    for (int byte = 0; byte < 256; ++byte) {
      char name[8];
      std::snprintf(name, sizeof name, "<0x%02X>", static_cast<unsigned>(byte));
      vocabulary[name] = byte;
    }
    Json end = {{"id", 256},       {"content", "<end>"},  {"single_word", false}, {"lstrip", false},
                {"rstrip", false}, {"normalized", false}, {"special", true}};
    Json file = {
        {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::array()}, {"byte_fallback", true}}},
        {"added_tokens", {end}},
        {"decoder", {{"type", "Sequence"}, {"decoders", {{{"type", "ByteFallback"}}, {{"type", "Fuse"}}}}}}};
    Result<Tokenizer> made = Tokenizer::fromHuggingFace(file.dump(), "tokenizer.json");
    EXPECT_TRUE(made) << made.problem().str();
    return std::move(*made);
  }();
  return tokenizer;
}

/// A model that says one text after any prompt, or is undecided among several tokens.
class Script final : public TokenSequence {
public:
  explicit Script(std::vector<TokenId> says, std::int64_t context = 1000) : says(std::move(says)), context(context) {}

  std::int64_t vocabulary() const override { return 257; }
  const std::vector<TokenId> &ids() const override { return held; }
  std::int64_t room() const override { return context - length(); }
  Result<LogitsView> prefill(const std::vector<TokenId> &ids, const PrefillOptions &) override {
    ++prompts;
    held.insert(held.end(), ids.begin(), ids.end());
    promptEnd = held.size();
    return view();
  }
  Result<LogitsView> decode(TokenId token, const std::atomic<bool> *cancel) override {
    if (cancel && cancel->load())
      return LogitsView{nullptr, 0, 257, true};
    held.push_back(token);
    return view();
  }
  Result<std::int64_t> decodeGreedily(TokenId token, std::int64_t count, const std::function<bool(TokenId next)> &take,
                                      const std::atomic<bool> *cancel) override {
    std::int64_t steps = 0;
    for (bool goesOn = loops; goesOn && steps < std::min<std::int64_t>(count, 5) && !(cancel && cancel->load());
         ++steps) {
      held.push_back(token);
      EXPECT_LE(length(), context);
      Result<LogitsView> logits = view();
      token = static_cast<TokenId>(std::max_element(logits->values, logits->values + 257) - logits->values);
      ++looped;
      goesOn = take(token);
    }
    return steps;
  }
  Status rewind(std::int64_t to) override {
    if (to != 0 && !canGoBack)
      return Problem{"script", "cannot go back", ""};
    held.resize(static_cast<std::size_t>(to));
    return Done{};
  }

  std::vector<TokenId> held;
  int prompts = 0;
  bool canGoBack = true, undecided = false;
  bool loops = false; ///< Whether it takes greedy steps by itself, five at a time;
  int looped = 0;     ///< and how many it took.

private:
  Result<LogitsView> view() {
    std::size_t at = held.size() - promptEnd;
    logits.assign(257, undecided ? -INFINITY : 0.0f);
    if (undecided)
      std::fill(logits.begin() + 'a', logits.begin() + 'f', 0.0f);
    else
      logits[static_cast<std::size_t>(at < says.size() ? says[at] : 256)] = 10;
    return LogitsView{logits.data(), 1, 257, false};
  }

  std::vector<TokenId> says;
  std::int64_t context;
  std::size_t promptEnd = 0;
  std::vector<float> logits;
};

std::vector<TokenId> bytesOf(std::string_view text) {
  std::vector<TokenId> ids;
  for (char c : text)
    ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

GenerationRequest greedyRequest() {
  GenerationRequest request;
  request.prompt = {'>'};
  request.sampler.temperature = 0;
  request.stops.endTokens = {256};
  return request;
}

/// Generates, and checks that what was streamed is the text, in pieces that are UTF-8.
Generation sayStepwise(std::string_view text, GenerationRequest request, std::int64_t context, bool loops) {
  Script script(bytesOf(text), context);
  script.loops = loops;
  std::string streamed;
  request.stream = [&](std::optional<TokenId>, std::string_view piece) {
    EXPECT_TRUE(isUtf8(piece));
    streamed += piece;
    return true;
  };
  Result<Generation> generation = generate(script, byteTokenizer(), request);
  EXPECT_TRUE(generation) << generation.problem().str();
  EXPECT_EQ(streamed, generation->text);
  bool isPlain =
      request.sampler.temperature == 0 && request.sampler.dryMultiplier == 0 && request.sampler.logprobs < 0;
  EXPECT_EQ(script.looped > 0, loops && isPlain && generation->ids.size() > 1);
  return *generation;
}

/// The same, whether a device takes greedy steps by itself or not.
Generation say(std::string_view text, GenerationRequest request, std::int64_t context = 1000) {
  Generation generation = sayStepwise(text, request, context, false);
  Generation looped = sayStepwise(text, request, context, true);
  EXPECT_EQ(looped.ids, generation.ids);
  EXPECT_EQ(looped.text, generation.text);
  EXPECT_EQ(looped.reason, generation.reason);
  EXPECT_EQ(looped.shifts, generation.shifts);
  return generation;
}

} // namespace

TEST(Generator, EndsWithAnEndToken) {
  Generation generation = say("hé", greedyRequest());
  EXPECT_EQ(generation.text, "hé");
  EXPECT_THAT(generation.ids, ElementsAre('h', 0xC3, 0xA9, 256));
  EXPECT_EQ(generation.reason, StopReason::EndToken);
  GenerationRequest request = greedyRequest();
  request.stops.endTokens = {'x', 'y'};
  // Half a character, and not the token after it. A run of byte tokens that is no UTF-8 is U+FFFD for each byte.
  EXPECT_EQ(say("ab\xE2\x82y", request).text, "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Generator, StopStringsAcrossTokensAndCharacters) {
  GenerationRequest request = greedyRequest();
  request.stops.stopStrings = {"€!", "end"};
  Generation generation = say("12€?€!more", request);
  EXPECT_EQ(generation.text, "12€?");
  EXPECT_EQ(generation.reason, StopReason::StopString);
  EXPECT_EQ(say("an en", request).text, "an en"); // never complete
  EXPECT_EQ(say("an end", request).text, "an ");
}

// The last byte of the stop string comes out of the decoder only when it is known that nothing follows.
TEST(Generator, StopStringCompleteAtTheLimit) {
  GenerationRequest request = greedyRequest();
  request.stops.stopStrings = {"b€"};
  request.stops.maxTokens = 5;
  Generation generation = say("ab€c", request);
  EXPECT_EQ(generation.text, "a");
  EXPECT_EQ(generation.reason, StopReason::StopString);
}

TEST(Generator, LimitsSayWhichTheyAre) {
  GenerationRequest request = greedyRequest();
  request.stops.maxTokens = 2;
  Generation generation = say("abc", request);
  EXPECT_EQ(generation.text, "ab");
  EXPECT_EQ(generation.reason, StopReason::MaxTokens);
  request.stops.maxTokens = 0;
  EXPECT_THAT(say("abc", request).ids, SizeIs(0));
  request.stops.maxTokens = -1;
  generation = say("abc", request, /*context=*/2); // one for the prompt, one more, and one that needs no room
  EXPECT_EQ(generation.text, "ab");
  EXPECT_EQ(generation.reason, StopReason::ContextEnd);
}

TEST(Generator, StoppedByWhoeverIsShownTheText) {
  Script script(bytesOf("abc"));
  GenerationRequest request = greedyRequest();
  int calls = 0;
  request.stream = [&](std::optional<TokenId>, std::string_view) { return ++calls < 2; };
  Result<Generation> generation = generate(script, byteTokenizer(), request);
  ASSERT_TRUE(generation);
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(generation->ids, ElementsAre('a', 'b'));
  EXPECT_FALSE(generation->reason);
}

TEST(Generator, LogprobsOfEachToken) {
  GenerationRequest request = greedyRequest();
  request.sampler.logprobs = 2;
  Generation generation = say("ab", request);
  ASSERT_THAT(generation.logprobs, SizeIs(3));
  double expected = 10 - std::log(std::exp(10) + 256);
  EXPECT_EQ(generation.logprobs[1].drawn.token, 'b');
  EXPECT_NEAR(generation.logprobs[1].drawn.logprob, expected, 1e-6);
  ASSERT_THAT(generation.logprobs[1].top, SizeIs(2));
  EXPECT_EQ(generation.logprobs[1].top[0].token, 'b');
  EXPECT_NEAR(generation.logprobs[1].top[1].logprob, expected - 10, 1e-5);
}

TEST(Generator, SamplesReadThePromptOnce) {
  Script script({});
  script.undecided = true;
  GenerationRequest request = greedyRequest();
  request.sampler.temperature = 1;
  request.sampler.seed = 5;
  request.stops.maxTokens = 12;
  std::vector<std::int64_t> begun;
  SampleEvents events;
  events.begin = [&](std::int64_t sample) { begun.push_back(sample); };
  events.end = [&](std::int64_t, const Generation &generation) { EXPECT_EQ(generation.ids.size(), 12u); };
  Result<std::vector<Generation>> samples = generateSamples(script, byteTokenizer(), request, 3, events);
  ASSERT_TRUE(samples) << samples.problem().str();
  ASSERT_THAT(*samples, SizeIs(3));
  EXPECT_EQ(script.prompts, 1);
  EXPECT_THAT(begun, ElementsAre(0, 1, 2));
  EXPECT_NE((*samples)[0].ids, (*samples)[1].ids);
  // Each is what generate() gives for its stream, also where the prompt must be read again.
  Script forgetful({});
  forgetful.undecided = true;
  forgetful.canGoBack = false;
  Result<std::vector<Generation>> again = generateSamples(forgetful, byteTokenizer(), request, 3);
  ASSERT_TRUE(again);
  EXPECT_EQ(forgetful.prompts, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    Script one({});
    one.undecided = true;
    request.sampler.stream = i;
    Result<Generation> alone = generate(one, byteTokenizer(), request);
    ASSERT_TRUE(alone);
    EXPECT_EQ((*samples)[i].ids, alone->ids);
    EXPECT_EQ((*again)[i].ids, alone->ids);
    EXPECT_EQ((*samples)[i].reason, StopReason::MaxTokens);
  }
  EXPECT_FALSE(generateSamples(script, byteTokenizer(), request, 0));
}

TEST(Generator, BreakersAreTextInTokens) {
  Result<std::vector<std::vector<TokenId>>> breakers = dryBreakersOf(byteTokenizer(), {"ab", "\n", ">x"}, 257);
  ASSERT_TRUE(breakers);
  EXPECT_THAT(*breakers, testing::UnorderedElementsAre(ElementsAre('\n'), ElementsAre('a', 'b'), ElementsAre('>', 'x'),
                                                       ElementsAre(256, 'x')));
  EXPECT_FALSE(dryBreakersOf(byteTokenizer(), {""}, 257));
  EXPECT_FALSE(dryBreakersOf(byteTokenizer(), {"\xFF"}, 257));
}

// "abXab" would go on with X, unless a breaker in it forbids that it counts as a repetition.
TEST(Generator, DryEndsRepetitions) {
  GenerationRequest request = greedyRequest();
  request.stops.maxTokens = 6;
  request.sampler.dryMultiplier = 100;
  EXPECT_NE(say("abXabXabX", request).text, "abXabX");
  request.dryBreakers = {"b"};
  EXPECT_EQ(say("abXabXabX", request).text, "abXabX");
}

/// "> p t" in a context of 8 of which 2 are kept, 20 tokens of it.
static GenerationRequest shiftingRequest() {
  GenerationRequest request = greedyRequest();
  request.prompt = {'>', 'p', 't'};
  request.sampler.temperature = 1;
  request.sampler.seed = 7;
  request.stops.maxTokens = 20;
  request.shiftKeep = 2;
  return request;
}

TEST(Generator, AFullContextIsShifted) {
  for (bool canGoBack : {true, false}) {
    Script script({}, 8);
    script.undecided = true;
    script.canGoBack = canGoBack;
    Result<Generation> generation = generate(script, byteTokenizer(), shiftingRequest());
    ASSERT_TRUE(generation) << generation.problem().str();
    EXPECT_EQ(generation->reason, StopReason::MaxTokens);
    ASSERT_THAT(generation->ids, SizeIs(20));
    // 5 tokens fill the context, then each shift leaves room for 3: after 5, 8, 11, 14 and 17 tokens.
    EXPECT_EQ(generation->shifts, 5);
    std::vector<TokenId> expected = {'>', 'p'};
    expected.insert(expected.end(), generation->ids.begin() + 14, generation->ids.begin() + 19);
    EXPECT_EQ(script.held, expected);
    Script again({}, 8);
    again.undecided = true;
    EXPECT_EQ(generate(again, byteTokenizer(), shiftingRequest())->ids, generation->ids);
  }
}

TEST(Generator, SamplesOfAShiftedContextBeginAtThePrompt) {
  Script script({}, 8);
  script.undecided = true;
  script.held = {'0', '1'};
  GenerationRequest request = shiftingRequest();
  Result<std::vector<Generation>> samples = generateSamples(script, byteTokenizer(), request, 2);
  ASSERT_TRUE(samples) << samples.problem().str();
  EXPECT_GT((*samples)[0].shifts, 0);
  Script one({}, 8);
  one.undecided = true;
  one.held = {'0', '1'};
  request.sampler.stream = 1;
  Result<Generation> alone = generate(one, byteTokenizer(), request);
  ASSERT_TRUE(alone);
  EXPECT_EQ((*samples)[1].ids, alone->ids);
  EXPECT_EQ(script.held, one.held);
}

TEST(Generator, WhatAShiftKeepsMustLeaveRoom) {
  GenerationRequest request = shiftingRequest();
  for (std::int64_t keep : {-2, 8, 100}) {
    Script script({}, 8);
    request.shiftKeep = keep;
    EXPECT_EQ(generate(script, byteTokenizer(), request).problem().where, "context_shift") << keep;
    EXPECT_THAT(script.held, testing::IsEmpty());
  }
  request.shiftKeep = -1;
  Script fits({}, 4), full({}, 3);
  fits.undecided = true;
  Result<Generation> generation = generate(fits, byteTokenizer(), request);
  ASSERT_TRUE(generation);
  EXPECT_EQ(generation->shifts, 18);
  EXPECT_THAT(fits.held, ElementsAre('>', 'p', 't', generation->ids[18]));
  EXPECT_THAT(generate(full, byteTokenizer(), request).problem().str(), HasSubstr("in a context of 3, not 3"));
  Script empty({}, 8);
  EXPECT_EQ(shiftContext(empty, 0).problem().where, "context shift");
}

TEST(Generator, WrongRequestsAreProblems) {
  Script script(bytesOf("abc"), 3);
  GenerationRequest request = greedyRequest();
  request.prompt.clear();
  EXPECT_THAT(generate(script, byteTokenizer(), request).problem().str(), HasSubstr("has no tokens"));
  request.prompt = {1, 2, 3, 4};
  EXPECT_THAT(generate(script, byteTokenizer(), request).problem().str(), HasSubstr("has room for 3"));
  request = greedyRequest();
  request.sampler.topP = std::nan("");
  EXPECT_EQ(generate(script, byteTokenizer(), request).problem().where, "top_p");
  request = greedyRequest();
  request.stops.stopStrings = {""};
  EXPECT_EQ(generate(script, byteTokenizer(), request).problem().where, "stop");
}
