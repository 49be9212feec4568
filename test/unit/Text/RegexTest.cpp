//===- RegexTest.cpp - Patterns that engines differ on --------------------===//

#include "runtime/Text/Regex.h"

#include <gtest/gtest.h>

using namespace tern;

/// What the pattern matches in a text, with bars between matches.
static std::string matchesOf(const char *pattern, const std::string &text) {
  Result<Regex> regex = Regex::compile(pattern, "pattern");
  EXPECT_TRUE(regex) << regex.problem().str();
  std::vector<Span> matches;
  EXPECT_TRUE(regex->findAll(text, matches));
  std::string joined;
  for (Span match : matches)
    joined += text.substr(match.begin, match.end - match.begin) + "|";
  return joined;
}

// As Hugging Face tokenizers 0.23.3 splits: its Oniguruma counts symbols as punctuation.
TEST(Regex, PunctuationHasSymbols) {
  EXPECT_EQ(matchesOf("[[:punct:]]", "x+y$<.é€"), "+|$|<|.|€|");
  EXPECT_EQ(matchesOf("[^[:punct:]]+", "x+y$<.é"), "x|y|é|");
  EXPECT_EQ(matchesOf("[[:^punct:]]+", "$+.a b"), "a b|");
  EXPECT_EQ(matchesOf("[\\[[:punct:]x]+", "ax[+b"), "x[+|");
  EXPECT_EQ(matchesOf("[[:punct:]&&[^.]]", ".+"), "+|");
  EXPECT_EQ(matchesOf("\\p{Punct}", "x+y."), ".|") << "a property, which no engine widens";
  EXPECT_EQ(matchesOf("[:punct:]", "p+c"), "p|c|") << "letters, without brackets round it";
  EXPECT_EQ(matchesOf("\\[[:alpha:]]", "[a]"), "[a]|");
}
