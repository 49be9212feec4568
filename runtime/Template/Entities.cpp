//===- Entities.cpp - Characters by their names in HTML ---------------------===//

#include "runtime/Template/Entities.h"

#include "runtime/Template/Characters.h"

#include <algorithm>
#include <iterator>

using namespace tern;
using namespace tern::jinja;

namespace {

struct Entity {
  std::string_view name, text;
};

#include "runtime/Template/HtmlEntities.inc"

} // namespace

static const Entity *findEntity(std::string_view name) {
  auto found = std::lower_bound(std::begin(entities), std::end(entities), name,
                                [](const Entity &entity, std::string_view wanted) { return entity.name < wanted; });
  return found != std::end(entities) && found->name == name ? found : nullptr;
}

/// What a numeric reference stands for. The range of C1 controls is read as Windows-1252, as browsers do.
static std::string numbered(std::uint32_t code) {
  static constexpr char32_t windows1252[] = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                             0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                             0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                             0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
  std::string text;
  bool isControl = code < 0x20 && code != '\t' && code != '\n' && code != '\f' && code != '\r';
  bool isNoCharacter = (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
  if (code == 0 || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
    appendCharacter(text, 0xFFFD);
  else if (code >= 0x80 && code <= 0x9F)
    appendCharacter(text, windows1252[code - 0x80]);
  else if (!isControl && code != 0x7F && !isNoCharacter)
    appendCharacter(text, code);
  return text;
}

/// Reads the reference that follows an '&' at `at` and moves behind it; "&" alone where there is none.
static std::string reference(std::string_view text, std::size_t &at) {
  std::size_t begin = at;
  if (begin < text.size() && text[begin] == '#') {
    bool isHex = begin + 1 < text.size() && (text[begin + 1] | 32) == 'x';
    std::size_t end = begin + (isHex ? 2 : 1), first = end;
    std::uint32_t code = 0;
    auto digit = [&](char c) {
      return c >= '0' && c <= '9' ? c - '0' : isHex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    };
    for (; end < text.size() && digit(text[end]) >= 0; ++end)
      code = std::min<std::uint32_t>(code * (isHex ? 16 : 10) + static_cast<std::uint32_t>(digit(text[end])), 0x110000);
    if (end == first)
      return "&";
    at = end + (end < text.size() && text[end] == ';');
    return numbered(code);
  }
  // Up to 32 characters that can be a name, and a semicolon.
  std::size_t end = begin;
  for (int count = 0;
       count < 32 && end < text.size() && std::string_view("\t\n\f <&#;").find(text[end]) == std::string_view::npos;
       ++count)
    readCharacter(text, end);
  std::string_view name = text.substr(begin, end - begin + (end < text.size() && text[end] == ';'));
  for (std::size_t length = name.size(); length > 1 || (length == 1 && length == name.size()); --length)
    if (const Entity *entity = findEntity(name.substr(0, length))) {
      at = begin + length;
      return std::string(entity->text);
    }
  return "&";
}

std::string jinja::unescapeHtml(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = std::min(text.find('&', at), text.size());
    result += text.substr(at, next - at);
    at = next;
    if (at < text.size())
      result += reference(text, ++at);
  }
  return result;
}
