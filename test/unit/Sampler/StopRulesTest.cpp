//===- StopRulesTest.cpp - When generation ends, and what is shown --------===//

#include "runtime/Sampler/StopRules.h"

#include "runtime/Base/Utf8.h"

#include <gmock/gmock.h>
#include <random>

using namespace tern;

static StopRules make(StopOptions options) {
  Result<StopRules> rules = StopRules::create(std::move(options));
  EXPECT_TRUE(rules) << rules.problem().str();
  return *rules;
}

TEST(StopRules, WithholdsWhatCouldBecomeAStopString) {
  StopRules rules = make({{}, {"</s>"}});
  EXPECT_EQ(rules.push(1, "a <").text, "a ");
  EXPECT_EQ(rules.push(1, "/b").text, "</b");
  StopRules::Step last = rules.push(1, "c</s>d");
  EXPECT_EQ(last.text, "c");
  EXPECT_EQ(last.reason, StopReason::StopString);
  EXPECT_EQ(rules.push(1, "more").text, "");
}

TEST(StopRules, FirstCompleteStopStringEndsTheText) {
  StopRules rules = make({{}, {"abcX", "bc"}});
  EXPECT_EQ(rules.push(1, "zab").text, "z");
  StopRules::Step last = rules.push(1, "c");
  EXPECT_EQ(last.text, "a");
  EXPECT_EQ(last.reason, StopReason::StopString);
}

TEST(StopRules, EndTokensAreNotShown) {
  StopRules rules = make({{2, 7}, {"stop"}});
  EXPECT_EQ(rules.push(1, "hi st").text, "hi ");
  EXPECT_TRUE(rules.isEnd(7));
  EXPECT_FALSE(rules.isEnd(1));
  StopRules::Step last = rules.push(7, "</s>");
  EXPECT_EQ(last.text, "");
  EXPECT_EQ(last.reason, StopReason::EndToken);
  EXPECT_EQ(rules.finish().text, "st");
}

TEST(StopRules, LimitsEndWithEverythingShown) {
  StopRules rules = make({{}, {"xyz"}, 2});
  EXPECT_EQ(rules.push(1, "ax").text, "a");
  StopRules::Step last = rules.push(1, "y");
  EXPECT_EQ(last.text, "");
  EXPECT_EQ(last.reason, StopReason::MaxTokens);
  EXPECT_EQ(rules.finish().text, "xy");
  StopRules room = make({{}, {}, 5, 1});
  EXPECT_EQ(room.push(1, "a").reason, StopReason::ContextEnd);
  EXPECT_EQ(make({{}, {}, 0}).atStart(), StopReason::MaxTokens);
  EXPECT_EQ(make({{}, {}, -1, 0}).atStart(), StopReason::ContextEnd);
  EXPECT_FALSE(make({}).atStart());
}

TEST(StopRules, CharactersAreShownWhole) {
  StopRules rules = make({});
  EXPECT_EQ(rules.push(1, "a\xF0\x9F").text, "a");
  EXPECT_EQ(rules.push(1, "\x98").text, "");
  EXPECT_EQ(rules.push(1, "\x80!").text, "\xF0\x9F\x98\x80!");
  EXPECT_EQ(rules.push(1, "\xC3").text, "");
  EXPECT_EQ(rules.finish().text, "\xEF\xBF\xBD");
}

// A decoder may hold text back until it knows that no token follows; that text can be the end of a stop string.
TEST(StopRules, StopStringsEndInWhatComesLast) {
  StopRules rules = make({{}, {"stop"}, 1});
  EXPECT_EQ(rules.push(1, "a st").reason, StopReason::MaxTokens);
  StopRules::Step last = rules.finish("op b");
  EXPECT_EQ(last.text, "");
  EXPECT_EQ(last.reason, StopReason::StopString);
  EXPECT_EQ(rules.finish("more").text, "");
}

TEST(StopRules, StopStringsAcrossCharacters) {
  StopRules rules = make({{}, {"\xC3\xA9\xC3\xA8"}}); // é è
  EXPECT_EQ(rules.push(1, "a\xC3").text, "a");
  EXPECT_EQ(rules.push(1, "\xA9").text, "");
  EXPECT_EQ(rules.push(1, "\xC3").text, "");
  StopRules::Step last = rules.push(1, "\xA8z");
  EXPECT_EQ(last.text, "");
  EXPECT_EQ(last.reason, StopReason::StopString);
}

// However a text is cut into pieces, what is shown is the text up to the stop string.
TEST(StopRules, PiecesDoNotMatter) {
  std::mt19937 random(11);
  const std::string letters[] = {"a", "b", "\xC3\xA9", "\xF0\x9F\x98\x80"};
  for (int round = 0; round < 3000; ++round) {
    std::string text, shown;
    for (int i = 0; i < 12; ++i)
      text += letters[random() % 4];
    std::string stop = letters[random() % 4] + letters[random() % 4] + letters[random() % 2];
    std::size_t found = text.find(stop);
    StopRules rules = make({{}, {stop}});
    bool stopped = false;
    for (std::size_t at = 0; at < text.size() && !stopped;) {
      std::size_t length = 1 + random() % 4;
      StopRules::Step step = rules.push(1, std::string_view(text).substr(at, length));
      EXPECT_TRUE(isUtf8(step.text));
      shown += step.text;
      stopped = step.reason.has_value();
      at += length;
    }
    shown += stopped ? "" : rules.finish().text;
    EXPECT_EQ(shown, text.substr(0, found)) << text << " / " << stop;
  }
}

TEST(StopRules, InvalidOptionsAreProblems) {
  EXPECT_FALSE(StopRules::create({{}, {""}}));
  EXPECT_FALSE(StopRules::create({{}, {"\xFF"}}));
  EXPECT_FALSE(StopRules::create({{-1}, {}}));
  EXPECT_FALSE(StopRules::create({{}, {}, -2}));
  EXPECT_FALSE(StopRules::create({{}, {}, 1, -5}));
  EXPECT_EQ(stopReasonName(StopReason::ContextEnd), "context_end");
}
