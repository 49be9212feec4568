//===- Characters.h - Text as Python's str sees it ---------------*- C++ -*-===//
//
// Strings are UTF-8, but templates count, slice and classify code points. These are the predicates and case mappings of
// CPython's str (Unicode 14), so that `upper`, `title`, `isdigit` or `strip` agree with it on every script.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_CHARACTERS_H
#define TERN_RUNTIME_TEMPLATE_CHARACTERS_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tern::jinja {

/// Reads the code point at byte `at` and moves past it. A malformed byte reads as U+FFFD, one byte long.
char32_t readCharacter(std::string_view text, std::size_t &at);
void appendCharacter(std::string &text, char32_t code);
/// Offset of the first byte that is not UTF-8 (surrogates and overlong forms are not), or npos.
std::size_t findMalformed(std::string_view text);

std::size_t countCharacters(std::string_view text);
/// Byte at which character `index` starts; the size of the text from its end on.
std::size_t byteOffset(std::string_view text, std::size_t index);
std::u32string toCodePoints(std::string_view text);
std::string fromCodePoints(const std::u32string &codes);

bool isSpace(char32_t code);
bool isAlphabetic(char32_t code);
bool isDecimal(char32_t code);
bool isDigit(char32_t code);
bool isNumeric(char32_t code);
bool isAlphanumeric(char32_t code);
bool isPrintable(char32_t code);
bool isLower(char32_t code);
bool isUpper(char32_t code);
bool isTitle(char32_t code);
/// What continues a word of letters and digits, as `\w` does.
bool isWordCharacter(char32_t code);

std::string toUpper(std::string_view text);
std::string toLower(std::string_view text);
std::string toTitle(std::string_view text);
std::string toCapitalized(std::string_view text);
std::string toFolded(std::string_view text);
std::string swapCase(std::string_view text);

/// The text without leading and trailing characters: those in `set`, or white space without one.
std::string_view strip(std::string_view text, bool left, bool right, const std::string_view *set = nullptr);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_CHARACTERS_H
