//===- Utf8Test.cpp -------------------------------------------------------===//

#include "runtime/Base/Utf8.h"

#include <gtest/gtest.h>

using namespace tern;

namespace {

TEST(Utf8, AcceptsWellFormedText) {
  for (const char *text : {"", "ascii", "\u00e9", "\u20ac", "\U0001f600", "\U0010ffff", "\ud7ff\ue000"})
    EXPECT_TRUE(isUtf8(text)) << text;
  EXPECT_TRUE(isUtf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, RefusesIllFormedText) {
  // A lone continuation, overlong forms, a surrogate, past the last code point, bytes that never occur, cut short.
  for (const char *text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "a\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe2\x28\xa1"})
    EXPECT_FALSE(isUtf8(text)) << inQuotes(text);
}

TEST(Utf8, QuotesAreFitForATerminal) {
  EXPECT_EQ(inQuotes("blk.0"), "'blk.0'");
  EXPECT_EQ(inQuotes("\u20ac"), "'\u20ac'");
  EXPECT_EQ(inQuotes("a\x1b[31m\n\x7f"), "'a\\x1b[31m\\x0a\\x7f'");
  EXPECT_EQ(inQuotes("\xff\xc2\x9b"), "'\\xff\\xc2\\x9b'");
  std::string cut = inQuotes(std::string(1000, 'x'));
  EXPECT_LT(cut.size(), 140u);
  EXPECT_EQ(cut.substr(cut.size() - 4), "...'");
}

} // namespace
