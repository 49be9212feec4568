//===- SamplerDefinitionTest.cpp - Against the words of Sampler.h ---------===//
//
// The chain again, written as it is explained: everything sorted, every sum taken one by one. Whatever shortcuts the
// sampler takes, over vocabularies that are small, large, full of ties, masked or flat, the tokens that are left, their
// logits and their probabilities must be these to the last bit.
//
//===----------------------------------------------------------------------===//

#include "runtime/Sampler/LogitPasses.h"
#include "runtime/Sampler/Philox.h"
#include "runtime/Sampler/Sampler.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace tern;

namespace {

struct Token {
  TokenId id;
  float logit;
  std::uint64_t weight = 0;
};

float largestOf(const std::vector<Token> &tokens) {
  float largest = -INFINITY;
  for (const Token &token : tokens)
    largest = std::max(largest, token.logit);
  return largest;
}

std::uint64_t weigh(std::vector<Token> &tokens) {
  std::uint64_t total = 0;
  float largest = largestOf(tokens);
  for (Token &token : tokens)
    total += token.weight = passes::weight(token.logit - largest);
  return total;
}

std::uint64_t share(std::uint64_t total, double part) {
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(static_cast<double>(total) * part)));
}

/// Keeps the first by falling score, ties by id, until their weights reach `mass`.
template <typename ScoreOf> void keepFirst(std::vector<Token> &tokens, std::uint64_t mass, const ScoreOf &scoreOf) {
  std::sort(tokens.begin(), tokens.end(), [&](const Token &one, const Token &other) {
    return scoreOf(one) != scoreOf(other) ? scoreOf(one) > scoreOf(other) : one.id < other.id;
  });
  std::size_t kept = 0;
  for (std::uint64_t sum = 0; kept < tokens.size() && sum < mass; ++kept)
    sum += tokens[kept].weight;
  tokens.resize(kept);
  std::sort(tokens.begin(), tokens.end(), [](const Token &one, const Token &other) { return one.id < other.id; });
}

void apply(SamplerStage stage, const SamplerOptions &options, std::vector<Token> &tokens) {
  auto byLogit = [](const Token &token) { return token.logit; };
  if (stage == SamplerStage::Temperature) {
    for (Token &token : tokens)
      token.logit *= static_cast<float>(1 / options.temperature);
  } else if (stage == SamplerStage::TopK && options.topK > 0) {
    for (Token &token : tokens)
      token.weight = 1;
    keepFirst(tokens, static_cast<std::uint64_t>(options.topK), byLogit);
  } else if (stage == SamplerStage::TopP && options.topP < 1) {
    keepFirst(tokens, share(weigh(tokens), options.topP), byLogit);
  } else if (stage == SamplerStage::MinP && options.minP > 0) {
    weigh(tokens);
    std::uint64_t least = share(passes::unitWeight, options.minP);
    tokens.erase(std::remove_if(tokens.begin(), tokens.end(), [&](const Token &token) { return token.weight < least; }),
                 tokens.end());
  } else if (stage == SamplerStage::TypicalP && options.typicalP < 1) {
    std::uint64_t total = weigh(tokens);
    float largest = largestOf(tokens);
    __uint128_t sum = 0;
    for (const Token &token : tokens)
      sum += static_cast<__uint128_t>(token.weight) *
             static_cast<std::uint64_t>(
                 std::nearbyint(std::min(29.0, static_cast<double>(largest - token.logit)) * 65536));
    auto mean = static_cast<float>(static_cast<double>(sum) / static_cast<double>(total) / 65536);
    keepFirst(tokens, share(total, options.typicalP),
              [&](const Token &token) { return -std::fabs((largest - token.logit) - mean); });
  }
}

/// Logits of many kinds.
std::vector<float> randomLogits(std::mt19937 &random, std::size_t count) {
  std::normal_distribution<float> bell(0, std::pow(10.0f, static_cast<float>(random() % 5) - 3));
  unsigned kind = random() % 6;
  std::vector<float> logits(count);
  for (float &logit : logits) {
    logit = kind == 0 ? 1.5f : bell(random);
    if (kind == 1) // many ties
      logit = std::round(logit * 2) / 2;
    if (kind == 2 && random() % 4 == 0)
      logit = -INFINITY;
    if (kind == 3 && random() % 500 == 0)
      logit += 12;
    if (kind == 4 && random() % 100 == 0)
      logit = -1e4f;
  }
  if (kind == 5)
    std::sort(logits.begin(), logits.end());
  logits[random() % count] = 2;
  return logits;
}

SamplerOptions randomOptions(std::mt19937 &random, std::size_t count) {
  auto part = [&] { return std::pow(static_cast<double>(1 + random() % 1000) / 1000, random() % 2 ? 0.2 : 2.0); };
  SamplerOptions options;
  options.seed = random();
  if (random() % 2)
    options.temperature = 0.25 + static_cast<double>(random() % 16) / 8;
  if (random() % 2)
    options.topK = static_cast<std::int64_t>(1 + random() % (random() % 2 ? count : 50));
  if (random() % 2)
    options.topP = part();
  if (random() % 3 == 0)
    options.minP = part() * part();
  if (random() % 3 == 0)
    options.typicalP = part();
  std::shuffle(options.stages.begin(), options.stages.end(), random);
  return options;
}

} // namespace

TEST(SamplerDefinition, HoldsForEveryShortcut) {
  std::mt19937 random(17);
  for (int round = 0; round < 400; ++round) {
    const std::size_t sizes[] = {1, 5, 300, 4096, 5000, 20000};
    std::size_t count = sizes[random() % std::size(sizes)];
    std::vector<float> logits = randomLogits(random, count);
    SamplerOptions options = randomOptions(random, count);
    std::vector<Token> tokens;
    for (std::size_t id = 0; id < count; ++id)
      if (logits[id] > -INFINITY)
        tokens.push_back({static_cast<TokenId>(id), logits[id]});
    for (SamplerStage stage : options.stages)
      apply(stage, options, tokens);
    std::uint64_t total = weigh(tokens);
    tokens.erase(std::remove_if(tokens.begin(), tokens.end(), [](const Token &token) { return token.weight == 0; }),
                 tokens.end());

    Result<Sampler> sampler = Sampler::create(options, count);
    ASSERT_TRUE(sampler);
    Result<std::vector<Candidate>> left = sampler->candidates(logits, {});
    ASSERT_TRUE(left);
    ASSERT_EQ(left->size(), tokens.size()) << "round " << round;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      ASSERT_EQ((*left)[i].token, tokens[i].id) << "round " << round;
      ASSERT_EQ((*left)[i].logit, tokens[i].logit) << "round " << round;
      ASSERT_EQ((*left)[i].probability, static_cast<double>(tokens[i].weight) / static_cast<double>(total));
    }
    for (std::uint64_t draw = 0; draw < 3; ++draw) {
      std::uint64_t target = scaledTo(randomBits(options.seed, 0, draw), total), sum = 0;
      auto drawn = std::find_if(tokens.begin(), tokens.end(),
                                [&](const Token &token) { return (sum += token.weight) > target; });
      ASSERT_EQ(sampler->sample(logits, {})->token, drawn->id) << "round " << round;
    }
  }
}

// Weights against exp in f64: no probability is off by more than f32 can tell.
TEST(SamplerDefinition, ProbabilitiesAreThoseOfSoftmax) {
  std::mt19937 random(18);
  for (int round = 0; round < 50; ++round) {
    std::vector<float> logits = randomLogits(random, 3000);
    double largest = *std::max_element(logits.begin(), logits.end()), total = 0;
    for (float logit : logits)
      total += std::exp(static_cast<double>(logit) - largest);
    Result<std::vector<Candidate>> left = Sampler::create({}, 3000)->candidates(logits, {});
    ASSERT_TRUE(left);
    double seen = 0;
    for (const Candidate &candidate : *left) {
      double exact = std::exp(static_cast<double>(logits[static_cast<std::size_t>(candidate.token)]) - largest) / total;
      EXPECT_NEAR(candidate.probability, exact, 1e-12 + 2e-6 * exact);
      seen += exact;
    }
    EXPECT_NEAR(seen, 1, 1e-8); // what has no weight has no chance worth the name
  }
}

TEST(SamplerDefinition, LikeliestAreSorted) {
  std::mt19937 random(19);
  for (int round = 0; round < 60; ++round) {
    std::size_t count = round % 2 ? 300 : 9000;
    std::vector<float> logits = randomLogits(random, count);
    SamplerOptions options;
    options.logprobs = 1 + random() % 40;
    std::vector<TokenId> order;
    for (std::size_t id = 0; id < count; ++id)
      if (logits[id] > -INFINITY)
        order.push_back(static_cast<TokenId>(id));
    std::stable_sort(order.begin(), order.end(), [&](TokenId one, TokenId other) {
      return logits[static_cast<std::size_t>(one)] > logits[static_cast<std::size_t>(other)];
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(options.logprobs)));
    Result<Logprobs> logprobs = Sampler::create(options, count)->logprobs(logits, order.back());
    ASSERT_TRUE(logprobs);
    ASSERT_EQ(logprobs->top.size(), order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      EXPECT_EQ(logprobs->top[i].token, order[i]) << "round " << round;
    EXPECT_EQ(logprobs->drawn.logprob, logprobs->top.back().logprob);
  }
}

// What a device must draw too: logits and history come from Philox, so that anyone can make them.
TEST(SamplerDefinition, TokensAreTheseForEver) {
  std::vector<float> logits(32000);
  for (std::size_t id = 0; id < logits.size(); ++id)
    logits[id] = static_cast<float>(randomBits(1, 2, id) >> 40) * 0x1p-20f - 8;
  std::vector<TokenId> history;
  for (std::uint64_t step = 0; step < 64; ++step)
    history.push_back(static_cast<TokenId>(randomBits(3, 4, step) % 20));
  auto draw = [&](const SamplerOptions &options) {
    Result<Sampler> sampler = Sampler::create(options, logits.size());
    std::vector<TokenId> tokens;
    for (int i = 0; i < 6; ++i)
      tokens.push_back(sampler->sample(logits, history)->token);
    return tokens;
  };
  SamplerOptions options;
  options.seed = 42;
  EXPECT_EQ(draw(options), (std::vector<TokenId>{15077, 10566, 21185, 21532, 26828, 9595}));
  options.temperature = 0.7;
  options.topP = 0.9;
  options.typicalP = 0.95;
  EXPECT_EQ(draw(options), (std::vector<TokenId>{15247, 10759, 21209, 21556, 26963, 9670}));
  options.topK = 40;
  options.minP = 0.3;
  options.stream = 1;
  EXPECT_EQ(draw(options), (std::vector<TokenId>{3075, 31969, 3075, 23161, 19969, 30808}));
  options.allowedTokens = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
  options.temperature = 5;
  options.repetitionPenalty = 1.3;
  options.presencePenalty = 0.2;
  options.frequencyPenalty = 0.1;
  options.penaltyWindow = 30;
  options.dryMultiplier = 0.8;
  options.dryAllowedLength = 1;
  options.logitBias = {{3, 4.5}, {20, -INFINITY}};
  EXPECT_EQ(draw(options), (std::vector<TokenId>{3, 23, 3, 22, 17, 23}));
}
