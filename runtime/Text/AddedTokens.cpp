//===- AddedTokens.cpp - Tokens that are found before anything else -------===//

#include "runtime/Text/AddedTokens.h"

#include "runtime/Text/Unicode.h"
#include "runtime/Text/Utf8.h"

#include <algorithm>

using namespace tern;

namespace {

/// Start of the last character of a valid text that is not empty.
std::size_t lastCharacter(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    --at;
  return at;
}

bool wordTouches(std::string_view before, std::string_view after) {
  return (!before.empty() && unicode::isWord(readUtf8(before, lastCharacter(before)).code)) ||
         (!after.empty() && unicode::isWord(readUtf8(after, 0).code));
}

/// Where the white space at the end of `text` begins, not before `from`.
std::size_t trailingSpace(std::string_view text, std::size_t from) {
  std::size_t begin = text.size();
  while (begin > from) {
    std::size_t at = lastCharacter(text.substr(0, begin));
    if (!unicode::isWhitespace(readUtf8(text, at).code))
      break;
    begin = at;
  }
  return std::max(begin, from);
}

/// Where the white space that begins at `at` ends.
std::size_t leadingSpace(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    Utf8Step step = readUtf8(text, at);
    if (!unicode::isWhitespace(step.code))
      break;
    at += step.length;
  }
  return at;
}

} // namespace

void AddedTokenFinder::add(const AddedToken &token, std::string_view text) {
  if (text.empty())
    return;
  auto place = std::lower_bound(patterns.begin(), patterns.end(), text,
                                [](const Pattern &pattern, std::string_view wanted) { return pattern.text < wanted; });
  if (place != patterns.end() && place->text == text)
    return;
  patterns.insert(place, {std::string(text), token});
  begins[static_cast<unsigned char>(text.front())] = true;
}

/// The longest pattern at `at`: the range of patterns that agree with the text so far narrows with each byte.
const AddedTokenFinder::Pattern *AddedTokenFinder::match(std::string_view text, std::size_t at) const {
  if (!begins[static_cast<unsigned char>(text[at])])
    return nullptr;
  const Pattern *longest = nullptr;
  auto first = patterns.begin(), last = patterns.end();
  for (std::size_t depth = 0; at + depth < text.size() && first != last; ++depth) {
    auto wanted = static_cast<unsigned char>(text[at + depth]);
    auto byteOf = [depth](const Pattern &pattern) { return static_cast<unsigned char>(pattern.text[depth]); };
    if (first->text.size() == depth) // Sorted first among those that agree, and already taken as the longest.
      ++first;
    first = std::partition_point(first, last, [&](const Pattern &pattern) { return byteOf(pattern) < wanted; });
    last = std::partition_point(first, last, [&](const Pattern &pattern) { return byteOf(pattern) == wanted; });
    if (first != last && first->text.size() == depth + 1)
      longest = &*first;
  }
  return longest;
}

std::vector<Segment> AddedTokenFinder::cut(std::string_view text) const {
  std::vector<Segment> segments;
  std::size_t done = 0;
  auto textUntil = [&](std::size_t end) {
    if (done < end)
      segments.push_back({{done, end}, noToken});
  };
  for (std::size_t at = 0; at < text.size() && !patterns.empty();) {
    const Pattern *pattern = match(text, at);
    if (!pattern) {
      ++at;
      continue;
    }
    std::size_t begin = at, end = at + pattern->text.size();
    at = end;
    if (pattern->token.singleWord && wordTouches(text.substr(0, begin), text.substr(end)))
      continue;
    if (pattern->token.stripLeft)
      begin = trailingSpace(text.substr(0, begin), done);
    if (pattern->token.stripRight)
      end = leadingSpace(text, end);
    textUntil(begin);
    segments.push_back({{begin, end}, pattern->token.id});
    done = end;
  }
  textUntil(text.size());
  return segments;
}
