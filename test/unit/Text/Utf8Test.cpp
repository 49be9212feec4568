//===- Utf8Test.cpp - Reading and writing UTF-8 ---------------------------===//

#include "runtime/Text/Utf8.h"

#include <gtest/gtest.h>

using namespace tern;

TEST(Utf8, EveryCharacterSurvivesWritingAndReading) {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code == 0xD800)
      code = 0xE000;
    std::string text;
    appendUtf8(text, code);
    Utf8Step step = readUtf8(text, 0);
    ASSERT_TRUE(step.valid && step.code == code && step.length == text.size()) << std::hex << std::uint32_t(code);
    ASSERT_EQ(utf8Length(static_cast<unsigned char>(text[0])), text.size());
  }
}

// The right column is what Python gives for bytes.decode("utf-8", "replace"), with "?" for U+FFFD.
TEST(Utf8, MalformedSequencesAreReplacedAsPythonDoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"a\x80"
       "b",
       "a?b"},
      {"\xC0\xAF", "??"},           // Overlong "/".
      {"\xE0\x80\xAF", "???"},      // Overlong in three bytes.
      {"\xED\xA0\x80", "???"},      // A surrogate.
      {"\xF4\x90\x80\x80", "????"}, // Beyond U+10FFFF.
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "????A"},
      {"\xE2\x82", "?"}, // Cut off.
      {"\xF0\x9F\x98", "?"},
      {"\xFE\xFF", "??"},
  };
  for (const auto &[bytes, expected] : cases) {
    std::string marked;
    for (char c : expected)
      marked += c == '?' ? std::string(replacementCharacter) : std::string(1, c);
    EXPECT_EQ(replaceInvalidUtf8(bytes), marked);
  }
  EXPECT_EQ(findInvalidUtf8("h\xC3\xA9\x80"), 3u);
  EXPECT_EQ(findInvalidUtf8("h\xC3\xA9"), std::string_view::npos);
}

TEST(Utf8, TellsCutOffFromWrong) {
  EXPECT_TRUE(readUtf8("\xE2\x82", 0).truncated);
  EXPECT_FALSE(readUtf8("\xE2\x41", 0).truncated);
  EXPECT_FALSE(readUtf8("\xFF", 0).truncated);
}
