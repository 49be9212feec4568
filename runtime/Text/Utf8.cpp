//===- Utf8.cpp - Reading and writing UTF-8 -------------------------------===//

#include "runtime/Text/Utf8.h"

using namespace tern;

namespace {

/// How many bytes follow a lead byte, and which values the first of them may take (Unicode, table 3-7).
struct LeadByte {
  int following = -1; ///< -1: no character begins so.
  unsigned char lowest = 0x80;
  unsigned char highest = 0xBF;
};

LeadByte classify(unsigned char lead) {
  if (lead < 0x80)
    return {0};
  if (lead >= 0xC2 && lead <= 0xDF)
    return {1};
  if (lead == 0xE0)
    return {2, 0xA0, 0xBF};
  if (lead == 0xED)
    return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF)
    return {2};
  if (lead == 0xF0)
    return {3, 0x90, 0xBF};
  if (lead == 0xF4)
    return {3, 0x80, 0x8F};
  if (lead >= 0xF1 && lead <= 0xF3)
    return {3};
  return {};
}

} // namespace

Utf8Step tern::readUtf8(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  unsigned char lead = byte(at);
  if (lead < 0x80)
    return {lead, 1, true, false};
  LeadByte rule = classify(lead);
  if (rule.following < 0)
    return {0xFFFD, 1, false, false};
  char32_t code = lead & (0x3F >> rule.following);
  for (int i = 1; i <= rule.following; ++i) {
    std::size_t length = static_cast<std::size_t>(i);
    if (at + length >= text.size())
      return {0xFFFD, length, false, true};
    unsigned char next = byte(at + length);
    unsigned char lowest = i == 1 ? rule.lowest : 0x80, highest = i == 1 ? rule.highest : 0xBF;
    if (next < lowest || next > highest)
      return {0xFFFD, length, false, false};
    code = code << 6 | (next & 0x3F);
  }
  return {code, static_cast<std::size_t>(rule.following) + 1, true, false};
}

void tern::appendUtf8(std::string &text, char32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  int following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  text += static_cast<char>((0xF0 << (3 - following) & 0xFF) | code >> 6 * following);
  for (int shift = 6 * (following - 1); shift >= 0; shift -= 6)
    text += static_cast<char>(0x80 | (code >> shift & 0x3F));
}

std::size_t tern::findInvalidUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    Utf8Step step = readUtf8(text, at);
    if (!step.valid)
      return at;
    at += step.length;
  }
  return std::string_view::npos;
}

std::string tern::replaceInvalidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    Utf8Step step = readUtf8(text, at);
    valid += step.valid ? text.substr(at, step.length) : replacementCharacter;
    at += step.length;
  }
  return valid;
}
