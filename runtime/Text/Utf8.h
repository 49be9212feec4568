//===- Utf8.h - Reading and writing UTF-8 ------------------------*- C++ -*-===//
//
// The tokenizers work on bytes that are known to be UTF-8; text from outside is checked once, at the door, with
// findInvalidUtf8. What is malformed, and where one malformed sequence ends and the next begins, follows the Unicode
// Standard, chapter 3, table 3-7 and "U+FFFD substitution of maximal subparts", as Python and Rust do.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_UTF8_H
#define TERN_RUNTIME_TEXT_UTF8_H

#include <cstddef>
#include <string>
#include <string_view>

namespace tern {

/// U+FFFD in UTF-8.
constexpr std::string_view replacementCharacter = "\xEF\xBF\xBD";

/// What starts at one byte of a text. `length` is at least 1: the bytes of the character, or of the malformed sequence
/// that a decoder replaces as a whole.
struct Utf8Step {
  char32_t code = 0;
  std::size_t length = 1;
  bool valid = false;
  bool truncated = false; ///< Malformed only because the text ends here: more bytes could complete it.
};

/// Reads the character at byte `at`, which must lie inside `text`.
Utf8Step readUtf8(std::string_view text, std::size_t at);

/// Length in bytes of the character that begins with `lead`, in text known to be valid.
inline std::size_t utf8Length(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

/// Appends the character `code`, at most U+10FFFF and no surrogate.
void appendUtf8(std::string &text, char32_t code);

/// Offset of the first malformed byte, or npos when the text is UTF-8.
std::size_t findInvalidUtf8(std::string_view text);

/// The text with each malformed sequence replaced by U+FFFD.
std::string replaceInvalidUtf8(std::string_view text);

/// How many characters a valid text has.
inline std::size_t countCharacters(std::string_view text) {
  std::size_t count = 0;
  for (char byte : text)
    count += (byte & 0xC0) != 0x80;
  return count;
}

/// Calls `visit(code, begin, length)` for each character of valid text.
template <typename Visit> void forEachCharacter(std::string_view text, Visit &&visit) {
  for (std::size_t at = 0; at < text.size();) {
    Utf8Step step = readUtf8(text, at);
    visit(step.code, at, step.length);
    at += step.length;
  }
}

} // namespace tern

#endif // TERN_RUNTIME_TEXT_UTF8_H
