//===- Strings.cpp - Work on text shared by filters and methods -----------===//

#include "runtime/Template/Strings.h"

#include "runtime/Template/Characters.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

std::string jinja::repeated(Machine &machine, std::string_view text, std::int64_t times) {
  std::string result;
  std::uint64_t count = static_cast<std::uint64_t>(std::max<std::int64_t>(times, 0));
  if (text.empty() || count == 0)
    return result;
  if (count > UINT32_MAX || !machine.charge(count * text.size())) {
    machine.fail("the text is too long");
    return result;
  }
  result.reserve(count * text.size());
  for (std::uint64_t i = 0; i < count; ++i)
    result += text;
  return result;
}

/// replaceAll for an empty `from`.
static std::string intersperse(Machine &machine, std::string_view text, std::string_view to, std::int64_t limit) {
  std::string result;
  std::size_t at = 0;
  for (std::int64_t done = 0; limit < 0 || done < limit; ++done) {
    if (!machine.charge(to.size() + 1))
      return {};
    result += to;
    if (at >= text.size())
      return result;
    std::size_t start = at;
    readCharacter(text, at);
    result += text.substr(start, at - start);
  }
  return result + std::string(text.substr(at));
}

std::string jinja::replaceAll(Machine &machine, std::string_view text, std::string_view from, std::string_view to,
                              std::int64_t limit) {
  if (from.empty())
    return intersperse(machine, text, to, limit);
  std::string result;
  std::size_t at = 0;
  for (std::int64_t done = 0; limit < 0 || done < limit; ++done) {
    std::size_t found = text.find(from, at);
    if (found == std::string_view::npos)
      break;
    if (!machine.charge(found - at + to.size()))
      return {};
    result += text.substr(at, found - at);
    result += to;
    at = found + from.size();
  }
  return result + std::string(text.substr(at));
}

std::vector<std::string_view> jinja::splitSpace(std::string_view text, std::int64_t limit, bool fromRight) {
  std::vector<std::string_view> parts;
  text = strip(text, !fromRight, fromRight);
  while (!text.empty()) {
    if (limit >= 0 && static_cast<std::int64_t>(parts.size()) == limit) {
      parts.push_back(text);
      break;
    }
    std::size_t cut = fromRight ? text.size() : 0;
    while (fromRight ? cut > 0 : cut < text.size()) {
      std::size_t start = cut, next = cut;
      if (fromRight)
        do
          --start;
        while (start > 0 && (text[start] & 0xC0) == 0x80);
      next = start;
      if (isSpace(readCharacter(text, next)))
        break;
      cut = fromRight ? start : next;
    }
    parts.push_back(fromRight ? text.substr(cut) : text.substr(0, cut));
    text = strip(fromRight ? text.substr(0, cut) : text.substr(cut), !fromRight, fromRight);
  }
  if (fromRight)
    std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<std::string_view> jinja::splitAt(std::string_view text, std::string_view separator, std::int64_t limit,
                                             bool fromRight) {
  std::vector<std::string_view> parts;
  while (limit < 0 || static_cast<std::int64_t>(parts.size()) < limit) {
    std::size_t found = fromRight ? text.rfind(separator) : text.find(separator);
    if (found == std::string_view::npos)
      break;
    std::string_view left = text.substr(0, found), right = text.substr(found + separator.size());
    parts.push_back(fromRight ? right : left);
    text = fromRight ? left : right;
  }
  parts.push_back(text);
  if (fromRight)
    std::reverse(parts.begin(), parts.end());
  return parts;
}

static bool isLineBreak(char32_t code) {
  return (code >= '\n' && code <= '\r') || (code >= 0x1C && code <= 0x1E) || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

std::vector<std::string_view> jinja::splitLines(std::string_view text, bool keepEnds) {
  std::vector<std::string_view> lines;
  std::size_t lineStart = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t start = at;
    char32_t code = readCharacter(text, at);
    if (!isLineBreak(code))
      continue;
    if (code == '\r' && at < text.size() && text[at] == '\n')
      ++at;
    lines.push_back(text.substr(lineStart, (keepEnds ? at : start) - lineStart));
    lineStart = at;
  }
  if (lineStart < text.size())
    lines.push_back(text.substr(lineStart));
  return lines;
}

std::string jinja::centered(Machine &machine, const std::string &text, std::int64_t width) {
  std::int64_t missing = width - static_cast<std::int64_t>(countCharacters(text));
  if (missing <= 0)
    return text;
  std::int64_t left = missing / 2 + (missing & width & 1);
  return repeated(machine, " ", left) + text + repeated(machine, " ", missing - left);
}

Value jinja::refuseBytes(Machine &machine, const char *method) {
  return machine.fail(std::string("'") + method + "' works with bytes, and templates have no such values here");
}
