//===- SamplerTest.cpp - From logits to the next token --------------------===//

#include "runtime/Sampler/Sampler.h"

#include "runtime/Sampler/LogitPasses.h"

#include <cmath>
#include <functional>
#include <gmock/gmock.h>

using namespace tern;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Logits of the probabilities 0.4, 0.3, 0.15, 0.1, 0.05, up to a constant that must not matter.
std::vector<float> fiveTokens() {
  std::vector<float> logits;
  for (double probability : {0.4, 0.3, 0.15, 0.1, 0.05})
    logits.push_back(static_cast<float>(std::log(probability) + 3));
  return logits;
}

Sampler make(SamplerOptions options, std::size_t size = 5) {
  Result<Sampler> sampler = Sampler::create(std::move(options), size);
  EXPECT_TRUE(sampler) << sampler.problem().str();
  return *sampler;
}

std::vector<TokenId> tokensLeft(const SamplerOptions &options, const std::vector<float> &logits = fiveTokens(),
                                const std::vector<TokenId> &history = {}) {
  std::vector<TokenId> tokens;
  auto left = make(options, logits.size()).candidates(logits, history);
  EXPECT_TRUE(left);
  for (const Candidate &candidate : *left)
    tokens.push_back(candidate.token);
  return tokens;
}

/// Draws many times and compares with exact probabilities; 0 must never be drawn.
void expectDistribution(const SamplerOptions &options, const std::vector<double> &exact, double limit,
                        const std::vector<TokenId> &history = {}) {
  constexpr int draws = 200000;
  Sampler sampler = make(options);
  std::vector<int> counts(exact.size());
  for (int draw = 0; draw < draws; ++draw) {
    Result<Candidate> drawn = sampler.sample(fiveTokens(), history);
    ASSERT_TRUE(drawn);
    ++counts[static_cast<std::size_t>(drawn->token)];
  }
  double chiSquare = 0;
  for (std::size_t token = 0; token < exact.size(); ++token) {
    if (exact[token] == 0)
      EXPECT_EQ(counts[token], 0) << token;
    else
      chiSquare += std::pow(counts[token] - draws * exact[token], 2) / (draws * exact[token]);
  }
  EXPECT_LT(chiSquare, limit);
}

// The 0.1 % points of the chi-square distribution for 1 to 4 degrees of freedom.
constexpr double oneFree = 10.83, twoFree = 13.82, fourFree = 18.47;

} // namespace

TEST(Sampler, ZeroTemperatureTakesTheFirstLargest) {
  SamplerOptions options;
  options.temperature = 0;
  Sampler sampler = make(options);
  EXPECT_EQ(sampler.sample({1, 3, 3, -INFINITY, 2}, {})->token, 1);
  EXPECT_EQ(sampler.step, 0u);
}

TEST(Sampler, DrawsWithTheModelsProbabilities) {
  SamplerOptions options;
  options.seed = 1;
  expectDistribution(options, {0.4, 0.3, 0.15, 0.1, 0.05}, fourFree);
}

TEST(Sampler, TemperatureIsAPower) {
  SamplerOptions options;
  options.temperature = 0.5; // probabilities squared
  options.seed = 2;
  double total = 0.16 + 0.09 + 0.0225 + 0.01 + 0.0025;
  expectDistribution(options, {0.16 / total, 0.09 / total, 0.0225 / total, 0.01 / total, 0.0025 / total}, fourFree);
}

TEST(Sampler, TopKRenormalizes) {
  SamplerOptions options;
  options.topK = 2;
  options.seed = 3;
  expectDistribution(options, {0.4 / 0.7, 0.3 / 0.7, 0, 0, 0}, oneFree);
}

TEST(Sampler, TopPKeepsTheFewestThatReachIt) {
  SamplerOptions options;
  options.topP = 0.8; // 0.4 + 0.3 + 0.15
  options.seed = 4;
  expectDistribution(options, {0.4 / 0.85, 0.3 / 0.85, 0.15 / 0.85, 0, 0}, twoFree);
}

TEST(Sampler, MinPComparesWithTheMostProbable) {
  SamplerOptions options;
  options.minP = 0.3; // at least 0.12
  options.seed = 5;
  expectDistribution(options, {0.4 / 0.85, 0.3 / 0.85, 0.15 / 0.85, 0, 0}, twoFree);
}

TEST(Sampler, TypicalKeepsWhatIsNearTheEntropy) {
  // The entropy is 1.3927; information is 0.916, 1.204, 1.897, 2.303, 2.996, so the order is 1, 0, 2, 3, 4.
  SamplerOptions options;
  options.typicalP = 0.25;
  EXPECT_THAT(tokensLeft(options), ElementsAre(1));
  options.typicalP = 0.6;
  options.seed = 6;
  expectDistribution(options, {0.4 / 0.7, 0.3 / 0.7, 0, 0, 0}, oneFree);
}

TEST(Sampler, EachStageKeepsAtLeastOneToken) {
  SamplerOptions options;
  options.topK = 1;
  options.topP = 1e-9;
  options.minP = 1;
  options.typicalP = 1e-9;
  EXPECT_THAT(tokensLeft(options), ElementsAre(0));
}

TEST(Sampler, StagesActInTheGivenOrder) {
  SamplerOptions options;
  options.temperature = 4;
  options.topP = 0.6;
  EXPECT_THAT(tokensLeft(options), ElementsAre(0, 1, 2)); // flattened first: 0.262, 0.244, 0.205, ...
  options.stages = *parseSamplerStages("top_p;temperature");
  EXPECT_THAT(tokensLeft(options), ElementsAre(0, 1));
  // A penalty that comes after a cut changes what is left, but brings nothing back.
  options = {};
  options.topK = 2;
  options.presencePenalty = 10;
  EXPECT_THAT(tokensLeft(options, fiveTokens(), {0}), ElementsAre(1, 2));
  options.stages = *parseSamplerStages("top-k,penalties");
  EXPECT_THAT(tokensLeft(options, fiveTokens(), {0, 4}), ElementsAre(0, 1));
}

TEST(Sampler, StagesHaveNames) {
  Result<std::vector<SamplerStage>> stages =
      parseSamplerStages("penalties;dry;temperature;top_k;top_p;min_p;typical_p");
  ASSERT_TRUE(stages);
  EXPECT_EQ(*stages, SamplerOptions().stages);
  for (SamplerStage stage : *stages)
    EXPECT_EQ(parseSamplerStages(samplerStageName(stage))->front(), stage);
  EXPECT_EQ(parseSamplerStages("typ_p")->front(), SamplerStage::TypicalP);
  EXPECT_THAT(parseSamplerStages("top_k;top_z").problem().str(), HasSubstr("'top_z' is no stage"));
  EXPECT_FALSE(parseSamplerStages(""));
  EXPECT_FALSE(parseSamplerStages("top_k;"));
}

TEST(Sampler, PenaltiesLookBackOverTheWindow) {
  SamplerOptions options;
  options.repetitionPenalty = 2;
  options.presencePenalty = 0.5;
  options.frequencyPenalty = 0.25;
  options.penaltyWindow = 3;
  std::vector<float> logits = {4, -4, 1};
  auto left = make(options, 3).candidates(logits, {2, 0, 1, 0});
  ASSERT_TRUE(left);
  EXPECT_DOUBLE_EQ((*left)[0].logit, 4.0 / 2 - 0.5 - 0.25 * 2);
  EXPECT_DOUBLE_EQ((*left)[1].logit, -4.0 * 2 - 0.5 - 0.25);
  EXPECT_DOUBLE_EQ((*left)[2].logit, 1.0); // before the window
  options.penaltyWindow = 0;
  EXPECT_DOUBLE_EQ((*make(options, 3).candidates(logits, {2, 0, 1, 0}))[0].logit, 4.0);
}

TEST(Sampler, PenalizedDistributionIsExact) {
  SamplerOptions options;
  options.presencePenalty = std::log(2.0); // halves token 0
  options.seed = 8;
  expectDistribution(options, {0.2 / 0.8, 0.3 / 0.8, 0.15 / 0.8, 0.1 / 0.8, 0.05 / 0.8}, fourFree, {0, 0});
}

TEST(Sampler, BiasShiftsAndBans) {
  SamplerOptions options;
  options.logitBias = {{0, -INFINITY}, {4, std::log(2.0)}};
  options.seed = 9;
  expectDistribution(options, {0, 0.3 / 0.65, 0.15 / 0.65, 0.1 / 0.65, 0.1 / 0.65}, 16.27);
}

TEST(Sampler, TopKBreaksTiesByToken) {
  SamplerOptions options;
  options.topK = 3;
  EXPECT_THAT(tokensLeft(options, {1, 2, 1, 1, 2}), ElementsAre(0, 1, 4));
}

TEST(Sampler, AllowedAndBannedTokens) {
  SamplerOptions options;
  options.allowedTokens = {4, 1, 2};
  options.bannedTokens = {2};
  EXPECT_THAT(tokensLeft(options), ElementsAre(1, 4));
  options.seed = 10;
  expectDistribution(options, {0, 0.3 / 0.35, 0, 0, 0.05 / 0.35}, oneFree);
  options.temperature = 0;
  EXPECT_EQ(make(options).sample(fiveTokens(), {})->token, 1);
  options.allowedTokens = {2};
  Result<Candidate> none = make(options).sample(fiveTokens(), {});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.problem().str(), HasSubstr("leave no token to draw"));
}

// A grammar that lets tokens with the parity of the history's length through.
TEST(Sampler, MaskIsAskedBeforeEachDraw) {
  std::uint32_t even = 0x55555555, odd = 0xAAAAAAAA;
  SamplerOptions options;
  options.seed = 11;
  options.mask = [&](const std::vector<TokenId> &history) -> Result<const std::uint32_t *> {
    return history.size() == 7 ? nullptr : history.size() % 2 == 0 ? &even : &odd;
  };
  EXPECT_THAT(tokensLeft(options), ElementsAre(0, 2, 4));
  EXPECT_THAT(tokensLeft(options, fiveTokens(), {0}), ElementsAre(1, 3));
  EXPECT_THAT(tokensLeft(options, fiveTokens(), {0, 0, 0, 0, 0, 0, 0}), ElementsAre(0, 1, 2, 3, 4));
  expectDistribution(options, {0, 0.3 / 0.4, 0, 0.1 / 0.4, 0}, oneFree, {0});
  options.bannedTokens = {3};
  EXPECT_THAT(tokensLeft(options, fiveTokens(), {0}), ElementsAre(1));
  options.temperature = 0;
  EXPECT_EQ(make(options).sample(fiveTokens(), {0})->token, 1);
  options.mask = [](const std::vector<TokenId> &) -> Result<const std::uint32_t *> {
    return Problem{"grammar", "is stuck", ""};
  };
  EXPECT_EQ(make(options).sample(fiveTokens(), {}).problem().where, "grammar");
}

TEST(Sampler, LogprobsAreTheModels) {
  SamplerOptions options;
  options.temperature = 0.1;
  options.topK = 1;
  options.bannedTokens = {0};
  options.logprobs = 3;
  Sampler sampler = make(options);
  Result<Logprobs> logprobs = sampler.logprobs(fiveTokens(), 4);
  ASSERT_TRUE(logprobs);
  EXPECT_EQ(logprobs->drawn.token, 4);
  EXPECT_NEAR(logprobs->drawn.logprob, std::log(0.05), 1e-6);
  ASSERT_EQ(logprobs->top.size(), 3u);
  const double exact[] = {0.4, 0.3, 0.15};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(logprobs->top[static_cast<std::size_t>(i)].token, i);
    EXPECT_NEAR(logprobs->top[static_cast<std::size_t>(i)].logprob, std::log(exact[i]), 1e-6);
  }
  EXPECT_EQ(sampler.step, 0u);
  options.logprobs = 0;
  EXPECT_TRUE(make(options).logprobs(fiveTokens(), 0)->top.empty());
  // More than there are, ties, masked tokens.
  options = {};
  options.logprobs = 9;
  logprobs = make(options, 4).logprobs({1, -INFINITY, 2, 1}, 1);
  ASSERT_TRUE(logprobs);
  EXPECT_EQ(logprobs->drawn.logprob, -INFINITY);
  ASSERT_EQ(logprobs->top.size(), 3u);
  EXPECT_EQ(logprobs->top[0].token, 2);
  EXPECT_EQ(logprobs->top[1].token, 0);
  EXPECT_EQ(logprobs->top[2].token, 3);
  EXPECT_FALSE(make(options, 3).logprobs({0, std::nanf(""), 0}, 0));
  EXPECT_FALSE(make(options, 3).logprobs({0, 0, 0}, 3));
  EXPECT_FALSE(make(options, 3).logprobs({0, 0}, 0));
}

TEST(Sampler, SameSeedSameTokens) {
  SamplerOptions options;
  options.seed = 1234;
  Sampler one = make(options), other = make(options);
  std::vector<TokenId> drawn;
  for (int i = 0; i < 12; ++i) {
    drawn.push_back(one.sample(fiveTokens(), {})->token);
    EXPECT_EQ(drawn.back(), other.sample(fiveTokens(), {})->token);
  }
  other.step = 5; // resumes anywhere
  EXPECT_EQ(other.sample(fiveTokens(), {})->token, drawn[5]);
  options.stream = 1;
  Sampler beside = make(options);
  std::vector<TokenId> others;
  for (int i = 0; i < 12; ++i)
    others.push_back(beside.sample(fiveTokens(), {})->token);
  EXPECT_NE(drawn, others);
}

TEST(Sampler, ExponentialIsAccurate) {
  for (double value = 0; value > -28; value -= 0.00137) {
    auto x = static_cast<float>(value);
    EXPECT_NEAR(passes::exponential(x) / std::exp(static_cast<double>(x)), 1.0, 2e-7) << value;
  }
  EXPECT_EQ(passes::exponential(0), 1.0f);
  EXPECT_EQ(passes::weight(0), passes::unitWeight);
  EXPECT_EQ(passes::weight(-28.5f), 0u);
  EXPECT_EQ(passes::weight(-1e30f), 0u);
  EXPECT_EQ(passes::weight(-INFINITY), 0u);
}

TEST(Sampler, InvalidOptionsAreProblems) {
  struct Case {
    const char *option;
    std::function<void(SamplerOptions &)> set;
  };
  const double nan = std::nan("");
  const Case cases[] = {
      {"temperature", [&](auto &o) { o.temperature = nan; }},
      {"temperature", [](auto &o) { o.temperature = -0.1; }},
      {"temperature", [](auto &o) { o.temperature = INFINITY; }},
      {"top_k", [](auto &o) { o.topK = -1; }},
      {"top_p", [](auto &o) { o.topP = 0; }},
      {"top_p", [](auto &o) { o.topP = 1.01; }},
      {"top_p", [&](auto &o) { o.topP = nan; }},
      {"min_p", [](auto &o) { o.minP = -0.1; }},
      {"min_p", [](auto &o) { o.minP = 2; }},
      {"min_p", [&](auto &o) { o.minP = nan; }},
      {"typical_p", [](auto &o) { o.typicalP = 0; }},
      {"typical_p", [&](auto &o) { o.typicalP = nan; }},
      {"repetition_penalty", [](auto &o) { o.repetitionPenalty = 0; }},
      {"repetition_penalty", [&](auto &o) { o.repetitionPenalty = nan; }},
      {"presence_penalty", [](auto &o) { o.presencePenalty = INFINITY; }},
      {"frequency_penalty", [&](auto &o) { o.frequencyPenalty = nan; }},
      {"penalty_window", [](auto &o) { o.penaltyWindow = -2; }},
      {"logit_bias", [](auto &o) { o.logitBias = {{5, 0.0}}; }},
      {"logit_bias", [](auto &o) { o.logitBias = {{-1, 0.0}}; }},
      {"logit_bias", [](auto &o) { o.logitBias = {{1, INFINITY}}; }},
      {"logit_bias", [](auto &o) { o.logitBias = {{1, 0.0}, {1, 1.0}}; }},
      {"stages", [](auto &o) { o.stages = {SamplerStage::TopK, SamplerStage::TopK}; }},
      {"stages", [](auto &o) { o.stages = {static_cast<SamplerStage>(99)}; }},
      {"stages", [](auto &o) { o.stages = {}, o.topK = 3; }},
      {"stages", [](auto &o) { o.stages = {SamplerStage::TopK}, o.temperature = 0.5; }},
      {"stages", [](auto &o) { o.stages = {}, o.topP = 0.5; }},
      {"stages", [](auto &o) { o.stages = {}, o.minP = 0.5; }},
      {"stages", [](auto &o) { o.stages = {}, o.typicalP = 0.5; }},
      {"stages", [](auto &o) { o.stages = {}, o.presencePenalty = 0.5; }},
      {"stages", [](auto &o) { o.stages = {}, o.dryMultiplier = 0.5; }},
      {"dry_multiplier", [](auto &o) { o.dryMultiplier = -1; }},
      {"dry_multiplier", [&](auto &o) { o.dryMultiplier = nan; }},
      {"dry_base", [](auto &o) { o.dryBase = 0.9; }},
      {"dry_base", [&](auto &o) { o.dryBase = nan; }},
      {"dry_allowed_length", [](auto &o) { o.dryAllowedLength = 0; }},
      {"dry_window", [](auto &o) { o.dryWindow = -2; }},
      {"dry_breakers", [](auto &o) { o.dryBreakers = {{1}, {}}; }},
      {"dry_breakers", [](auto &o) { o.dryBreakers = {{1, 5}}; }},
      {"allowed_tokens", [](auto &o) { o.allowedTokens = {-1}; }},
      {"banned_tokens", [](auto &o) { o.bannedTokens = {0, 5}; }},
      {"logprobs", [](auto &o) { o.logprobs = -2; }},
  };
  for (const Case &row : cases) {
    SamplerOptions options;
    row.set(options);
    Result<Sampler> sampler = Sampler::create(options, 5);
    ASSERT_FALSE(sampler) << row.option;
    EXPECT_EQ(sampler.problem().where, row.option) << sampler.problem().str();
  }
  EXPECT_FALSE(Sampler::create({}, 0));
  EXPECT_FALSE(Sampler::create({}, Sampler::maxVocabulary + 1));
}

TEST(Sampler, BadLogitsAreProblems) {
  Sampler sampler = make({}, 3);
  Result<Candidate> drawn = sampler.sample({0, std::nanf(""), 0}, {});
  ASSERT_FALSE(drawn);
  EXPECT_THAT(drawn.problem().str(), HasSubstr("token 1 has nan"));
  EXPECT_FALSE(sampler.sample({0, INFINITY, 0}, {}));
  EXPECT_FALSE(sampler.sample({-INFINITY, -INFINITY, -INFINITY}, {}));
  EXPECT_FALSE(sampler.sample({0, 0}, {}));
  EXPECT_EQ(sampler.step, 0u);
  EXPECT_EQ(sampler.sample({-INFINITY, -INFINITY, 0}, {})->token, 2);
  SamplerOptions options;
  options.presencePenalty = 1;
  EXPECT_FALSE(make(options, 3).sample({0, 0, 0}, {3}));
}

TEST(Sampler, ExtremeValuesStayNumbers) {
  SamplerOptions options;
  options.temperature = 1e-300;
  options.repetitionPenalty = 1e-300;
  options.typicalP = 0.5;
  options.dryMultiplier = 1e300;
  Sampler sampler = make(options, 2);
  EXPECT_EQ(sampler.sample({3e38f, -3e38f}, {0, 1})->token, 0);
  options.temperature = 1e-19;
  EXPECT_EQ(make(options, 2).sample({3e38f, -3e38f}, {0, 1})->token, 0);
  options.temperature = 1e300;                                             // all the same
  EXPECT_EQ(make(options, 2).candidates({3e38f, -3e38f}, {})->size(), 1u); // half of it is enough
  options.typicalP = 1;
  EXPECT_EQ(make(options, 2).candidates({3e38f, -3e38f}, {})->size(), 2u);
}
