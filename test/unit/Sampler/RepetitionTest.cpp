//===- RepetitionTest.cpp - What a text says again ------------------------===//

#include "runtime/Sampler/Repetition.h"

#include "runtime/Sampler/Sampler.h"

#include <cmath>
#include <gmock/gmock.h>
#include <map>
#include <random>

using namespace tern;
using testing::ElementsAre;

using Tokens = std::vector<TokenId>;

TEST(Repetition, LengthsCountFromTheEnd) {
  // a b c c b c y a b c: the "a b c" at its beginning is the end again, at place 7; "b c" at 4, "c" at 6.
  Tokens text = {1, 2, 3, 3, 2, 3, 9, 1, 2, 3};
  EXPECT_THAT(repeatedLengths(text, 10, 10), ElementsAre(0, 0, 0, 0, 2, 0, 1, 3, 0, 0));
  EXPECT_THAT(repeatedLengths(text, 10, 2), ElementsAre(0, 0, 0, 0, 2, 0, 1, 2, 0, 0));
  EXPECT_THAT(repeatedLengths(text, 8, 10), ElementsAre(0, 0, 0, 0, 2, 0, 1, 1));
  EXPECT_THAT(repeatedLengths({5, 5, 5, 5}, 4, 9), ElementsAre(0, 3, 2, 1));
}

TEST(Repetition, BreakersLimitHowFarBackItGoes) {
  Tokens text = {1, 2, 3, 4, 5};
  EXPECT_EQ(Breakers().lengthSince(text, 5), 5u);
  EXPECT_EQ(Breakers({{3}}, 10).lengthSince(text, 5), 2u);
  EXPECT_EQ(Breakers({{5}}, 10).lengthSince(text, 5), 0u);
  EXPECT_EQ(Breakers({{1}, {2, 3}}, 10).lengthSince(text, 5), 2u);
  EXPECT_EQ(Breakers({{2, 3}}, 10).lengthSince(text, 3), 3u); // not whole within the window
  EXPECT_EQ(Breakers({{4, 5, 6}}, 10).lengthSince(text, 5), 5u);
}

/// The longest repetition that each token would continue, by the words of Sampler.h, in cubic time.
static std::map<TokenId, std::size_t> longestByDefinition(Tokens text, std::size_t window,
                                                          const std::vector<Tokens> &breakers) {
  text.erase(text.begin(), text.end() - static_cast<std::ptrdiff_t>(std::min(window, text.size())));
  auto crosses = [&](std::size_t begin) { // whether a breaker ends at or after `begin`
    for (const Tokens &breaker : breakers)
      for (std::size_t at = 0; at + breaker.size() <= text.size(); ++at)
        if (std::equal(breaker.begin(), breaker.end(), text.begin() + static_cast<std::ptrdiff_t>(at)) &&
            at + breaker.size() > begin)
          return true;
    return false;
  };
  std::map<TokenId, std::size_t> longest;
  for (std::size_t next = 1; next < text.size(); ++next)
    for (std::size_t length = 1; length <= next; ++length) {
      std::size_t begin = text.size() - length;
      if (crosses(begin) || !std::equal(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(),
                                        text.begin() + static_cast<std::ptrdiff_t>(next - length)))
        continue;
      longest[text[next]] = std::max(longest[text[next]], length);
    }
  for (const Tokens &breaker : breakers)
    if (breaker.size() == 1)
      longest.erase(breaker.front());
  return longest;
}

TEST(Repetition, DryFollowsItsDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    int letters = 2 + static_cast<int>(random() % 4);
    Tokens text(random() % 24);
    for (TokenId &token : text)
      token = static_cast<TokenId>(random() % static_cast<unsigned>(letters));
    SamplerOptions options;
    options.dryMultiplier = 0.75;
    options.dryBase = 1.5;
    options.dryAllowedLength = 1 + random() % 3;
    options.dryWindow = random() % 3 == 0 ? static_cast<std::int64_t>(random() % 12) : -1;
    for (unsigned i = random() % 3; i > 0; --i) {
      Tokens breaker(1 + random() % 2);
      for (TokenId &token : breaker)
        token = static_cast<TokenId>(random() % static_cast<unsigned>(letters));
      options.dryBreakers.push_back(breaker);
    }
    std::size_t window = options.dryWindow < 0 ? text.size() : static_cast<std::size_t>(options.dryWindow);
    std::map<TokenId, std::size_t> longest = longestByDefinition(text, window, options.dryBreakers);
    auto allowed = static_cast<std::size_t>(options.dryAllowedLength);
    Result<std::vector<Candidate>> left = Sampler::create(options, 6)->candidates(std::vector<float>(6, 1.0f), text);
    ASSERT_TRUE(left);
    for (const Candidate &candidate : *left) {
      std::size_t length = longest.count(candidate.token) ? longest[candidate.token] : 0;
      double penalty = length >= allowed ? 0.75 * std::pow(1.5, static_cast<double>(length - allowed)) : 0;
      EXPECT_EQ(candidate.logit, static_cast<float>(1 - penalty)) << round << ": token " << candidate.token;
    }
  }
}
