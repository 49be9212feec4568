//===- Characters.cpp - Text as Python's str sees it ----------------------===//

#include "runtime/Template/Characters.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

using namespace tern;
using namespace tern::jinja;

namespace {

struct Range {
  char32_t first, last;
};

/// Every `stride`-th character from first to last moves by `delta`.
struct CaseRun {
  char32_t first, last;
  std::uint32_t stride;
  std::int32_t delta;
};

/// A character that turns into several.
struct Expansion {
  char32_t code;
  const char32_t *to;
};

#include "runtime/Template/CharacterTables.inc"

template <std::size_t N> bool contains(const Range (&table)[N], char32_t code) {
  auto row = std::upper_bound(std::begin(table), std::end(table), code,
                              [](char32_t value, const Range &range) { return value < range.first; });
  return row != std::begin(table) && code <= std::prev(row)->last;
}

template <std::size_t N, std::size_t M>
void appendMapped(std::u32string &text, char32_t code, const CaseRun (&runs)[N], const Expansion (&expansions)[M]) {
  auto many = std::lower_bound(std::begin(expansions), std::end(expansions), code,
                               [](const Expansion &row, char32_t value) { return row.code < value; });
  if (many != std::end(expansions) && many->code == code) {
    text += many->to;
    return;
  }
  // Runs of stride 2 may interleave, so the last few that begin at or before `code` are looked at.
  auto run = std::upper_bound(std::begin(runs), std::end(runs), code,
                              [](char32_t value, const CaseRun &row) { return value < row.first; });
  for (int looked = 0; looked < 4 && run != std::begin(runs); ++looked) {
    --run;
    if (code <= run->last && (code - run->first) % run->stride == 0) {
      text += static_cast<char32_t>(static_cast<std::int64_t>(code) + run->delta);
      return;
    }
  }
  text += code;
}

bool hasMapping(char32_t code, void (*convert)(std::u32string &, char32_t)) {
  std::u32string mapped;
  convert(mapped, code);
  return mapped.size() != 1 || mapped[0] != code;
}

void appendUpper(std::u32string &text, char32_t code) { appendMapped(text, code, upperRuns, upperExpansions); }
void appendTitle(std::u32string &text, char32_t code) { appendMapped(text, code, titleRuns, titleExpansions); }
void appendLower(std::u32string &text, char32_t code) { appendMapped(text, code, lowerRuns, lowerExpansions); }

bool isCased(char32_t code) { return isLower(code) || isUpper(code) || isTitle(code); }

/// Lower case of the character at `at`; a capital sigma at the end of a word is final.
void appendLowerInContext(std::u32string &text, const std::u32string &codes, std::size_t at) {
  if (codes[at] != 0x3A3) {
    appendLower(text, codes[at]);
    return;
  }
  std::size_t before = at, after = at + 1;
  while (before > 0 && contains(caseIgnorable, codes[before - 1]))
    --before;
  while (after < codes.size() && contains(caseIgnorable, codes[after]))
    ++after;
  bool final = before > 0 && isCased(codes[before - 1]) && !(after < codes.size() && isCased(codes[after]));
  text += final ? char32_t(0x3C2) : char32_t(0x3C3);
}

} // namespace

//===----------------------------------------------------------------------===//
// UTF-8
//===----------------------------------------------------------------------===//

/// Length of the sequence at `at`, or 0 when it is malformed.
static std::size_t sequenceLength(std::string_view text, std::size_t at, char32_t &code) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(at);
  if (lead < 0x80) {
    code = lead;
    return 1;
  }
  std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size())
    return 0;
  code = lead & (0x7F >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80)
      return 0;
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  return overlong || (code >= 0xD800 && code < 0xE000) || code > 0x10FFFF ? 0 : length;
}

char32_t jinja::readCharacter(std::string_view text, std::size_t &at) {
  char32_t code = 0;
  std::size_t length = sequenceLength(text, at, code);
  at += length ? length : 1;
  return length ? code : 0xFFFD;
}

void jinja::appendCharacter(std::string &text, char32_t code) {
  auto put = [&](char32_t bits) { text += static_cast<char>(bits); };
  if (code < 0x80)
    return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

std::size_t jinja::findMalformed(std::string_view text) {
  char32_t code;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = sequenceLength(text, at, code);
    if (length == 0)
      return at;
    at += length;
  }
  return std::string_view::npos;
}

std::size_t jinja::countCharacters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
}

std::size_t jinja::byteOffset(std::string_view text, std::size_t index) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if ((text[at] & 0xC0) != 0x80 && index-- == 0)
      return at;
  return text.size();
}

std::u32string jinja::toCodePoints(std::string_view text) {
  std::u32string codes;
  codes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();)
    codes += readCharacter(text, at);
  return codes;
}

std::string jinja::fromCodePoints(const std::u32string &codes) {
  std::string text;
  text.reserve(codes.size());
  for (char32_t code : codes)
    appendCharacter(text, code);
  return text;
}

//===----------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------===//

bool jinja::isSpace(char32_t code) {
  if (code < 0x80)
    return (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x20);
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool jinja::isAlphabetic(char32_t code) { return contains(alphabetic, code); }
bool jinja::isDecimal(char32_t code) { return contains(decimal, code); }
bool jinja::isDigit(char32_t code) { return isDecimal(code) || contains(digitOnly, code); }
bool jinja::isNumeric(char32_t code) { return isDigit(code) || contains(numericOnly, code); }
bool jinja::isAlphanumeric(char32_t code) { return isAlphabetic(code) || isNumeric(code); }
bool jinja::isPrintable(char32_t code) { return !contains(unprintable, code); }
bool jinja::isTitle(char32_t code) { return contains(titlecase, code); }
bool jinja::isWordCharacter(char32_t code) { return code == '_' || isAlphanumeric(code); }

bool jinja::isLower(char32_t code) {
  if (code < 0x80)
    return code >= 'a' && code <= 'z';
  return (hasMapping(code, appendUpper) && !hasMapping(code, appendLower)) != contains(lowerUnlikeMapping, code);
}

bool jinja::isUpper(char32_t code) {
  if (code < 0x80)
    return code >= 'A' && code <= 'Z';
  return (hasMapping(code, appendLower) && !hasMapping(code, appendUpper)) != contains(upperUnlikeMapping, code);
}

//===----------------------------------------------------------------------===//
// Case and stripping
//===----------------------------------------------------------------------===//

std::string jinja::toUpper(std::string_view text) {
  std::u32string result;
  for (char32_t code : toCodePoints(text))
    appendUpper(result, code);
  return fromCodePoints(result);
}

std::string jinja::toFolded(std::string_view text) {
  std::u32string result;
  for (char32_t code : toCodePoints(text))
    appendMapped(result, code, foldRuns, foldExpansions);
  return fromCodePoints(result);
}

std::string jinja::toLower(std::string_view text) {
  std::u32string codes = toCodePoints(text), result;
  for (std::size_t i = 0; i < codes.size(); ++i)
    appendLowerInContext(result, codes, i);
  return fromCodePoints(result);
}

std::string jinja::toTitle(std::string_view text) {
  std::u32string codes = toCodePoints(text), result;
  bool inWord = false;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (inWord)
      appendLowerInContext(result, codes, i);
    else
      appendTitle(result, codes[i]);
    inWord = isCased(codes[i]);
  }
  return fromCodePoints(result);
}

std::string jinja::toCapitalized(std::string_view text) {
  std::u32string codes = toCodePoints(text), result;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i == 0)
      appendTitle(result, codes[i]);
    else
      appendLowerInContext(result, codes, i);
  }
  return fromCodePoints(result);
}

std::string jinja::swapCase(std::string_view text) {
  std::u32string codes = toCodePoints(text), result;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (isUpper(codes[i]))
      appendLowerInContext(result, codes, i);
    else if (isLower(codes[i]))
      appendUpper(result, codes[i]);
    else
      result += codes[i];
  }
  return fromCodePoints(result);
}

std::string_view jinja::strip(std::string_view text, bool left, bool right, const std::string_view *set) {
  std::u32string wanted = set ? toCodePoints(*set) : std::u32string();
  auto goes = [&](char32_t code) { return set ? wanted.find(code) != std::u32string::npos : isSpace(code); };
  while (left && !text.empty()) {
    std::size_t at = 0;
    if (!goes(readCharacter(text, at)))
      break;
    text.remove_prefix(at);
  }
  while (right && !text.empty()) {
    std::size_t start = text.size() - 1, at;
    while (start > 0 && (text[start] & 0xC0) == 0x80)
      --start;
    at = start;
    if (!goes(readCharacter(text, at)))
      break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}
