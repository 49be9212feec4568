//===- CharacterMap.cpp - SentencePiece's table of replacements -----------===//

#include "runtime/Text/CharacterMap.h"

#include "runtime/Text/UnicodeForms.h"
#include "runtime/Text/Utf8.h"

#include <cstring>

using namespace tern;

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static std::size_t offsetOf(std::uint32_t unit) { return (unit >> 10) << ((unit & 0x200) >> 6); }

Result<CharacterMap> CharacterMap::parse(std::string_view bytes, const std::string &where) {
  CharacterMap map;
  if (bytes.empty())
    return map;
  std::uint32_t trieBytes = 0;
  if (bytes.size() >= sizeof trieBytes)
    std::memcpy(&trieBytes, bytes.data(), sizeof trieBytes);
  if (bytes.size() < sizeof trieBytes || trieBytes > bytes.size() - sizeof trieBytes || trieBytes % 4 != 0)
    return Problem{where,
                   "a map of characters begins with the size of its trie, which must fit: " +
                       std::to_string(trieBytes) + " of " + std::to_string(bytes.size()) + " bytes",
                   ""};
  map.units.resize(trieBytes / 4);
  if (trieBytes > 0)
    std::memcpy(map.units.data(), bytes.data() + sizeof trieBytes, trieBytes);
  map.replacements = bytes.substr(sizeof trieBytes + trieBytes);
  if (std::size_t bad = findInvalidUtf8(map.replacements); bad != std::string_view::npos)
    return Problem{where, "replacements must be UTF-8: byte " + std::to_string(bad) + " of them is not", ""};
  return map;
}

CharacterMap::Match CharacterMap::match(std::string_view text, Which which) const {
  Match found;
  std::size_t node = offsetOf(unitAt(0));
  std::size_t end = std::min(text.size(), units.size()); // A broken trie may go round in a circle; no way is longer.
  for (std::size_t i = 0; i < end && text[i] != '\0'; ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    node ^= byte;
    std::uint32_t unit = unitAt(node);
    if ((unit & (1u << 31 | 0xFF)) != byte)
      break;
    node ^= offsetOf(unit);
    if (!(unit >> 8 & 1))
      continue;
    std::size_t begin = unitAt(node) & 0x7FFFFFFF;
    if (begin > replacements.size() || (begin < replacements.size() && (replacements[begin] & 0xC0) == 0x80))
      break; // The table is broken here; the character stays.
    std::size_t length = std::min(replacements.find('\0', begin), replacements.size()) - begin;
    found = {i + 1, std::string_view(replacements).substr(begin, length)};
    if (which == Which::Shortest)
      break;
  }
  return found;
}

//===----------------------------------------------------------------------===//
// Base64
//===----------------------------------------------------------------------===//

static constexpr std::string_view base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Result<std::string> tern::decodeBase64(std::string_view text, const std::string &where) {
  std::string bytes;
  std::uint32_t bits = 0;
  std::size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=')
    --digits;
  if (text.size() % 4 != 0 || digits % 4 == 1)
    return Problem{where, "base64 has four characters for three bytes: " + std::to_string(text.size()) + " characters",
                   ""};
  for (std::size_t i = 0; i < digits; ++i) {
    std::size_t digit = base64Digits.find(text[i]);
    if (digit == std::string_view::npos)
      return Problem{where, "must be base64: character " + std::to_string(i) + " is not", ""};
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 0)
      bytes += static_cast<char>(bits >> (6 - 2 * (i % 4)) & 0xFF);
  }
  return bytes;
}

std::string tern::encodeBase64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0);
    for (std::size_t j = 0; j < 4; ++j)
      text += j <= count ? base64Digits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

//===----------------------------------------------------------------------===//
// Normalizers
//===----------------------------------------------------------------------===//

namespace {

/// Follows Hugging Face tokenizers 0.23 (normalizers/precompiled): a grapheme cluster of at most five bytes is replaced
/// whole if the shortest match at its beginning says so; others are taken character by character.
class Precompiled final : public Normalizer {
public:
  explicit Precompiled(CharacterMap map) : map(std::move(map)) {}

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    std::size_t begin = 0;
    for (std::size_t end : unicode::graphemeEnds(text)) {
      std::string_view cluster = text.substr(begin, end - begin);
      begin = end;
      CharacterMap::Match whole;
      if (cluster.size() < 6)
        whole = map.match(cluster, CharacterMap::Which::Shortest);
      if (whole.length > 0) {
        rewriter.replaceEach(cluster.size(), whole.with);
        continue;
      }
      forEachCharacter(cluster, [&](char32_t, std::size_t at, std::size_t length) {
        CharacterMap::Match one = map.match(cluster.substr(at, length), CharacterMap::Which::Shortest);
        one.length > 0 ? rewriter.replace(length, one.with) : rewriter.keep(length);
      });
    }
    return Done{};
  }

private:
  CharacterMap map;
};

/// Follows the tokenizer of llama.cpp for models of kind "t5" (src/llama-vocab.cpp), which follows SentencePiece.
class SentencePieceNormalizer final : public Normalizer {
public:
  SentencePieceNormalizer(CharacterMap map, bool prefix, bool mergeSpaces)
      : map(std::move(map)), prefix(prefix), mergeSpaces(mergeSpaces) {}

  Status apply(std::string_view text, Rewriter &rewriter) const override {
    bool inWord = false, prefixed = false;
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      CharacterMap::Match match = map.match(text.substr(at), CharacterMap::Which::Longest);
      if (match.length == 0) {
        match.length = utf8Length(static_cast<unsigned char>(text[at]));
        match.with = text.substr(at, match.length);
      }
      out.clear();
      for (char byte : match.with) {
        if (byte != ' ' && !inWord && (mergeSpaces || (prefix && !prefixed))) {
          out += mark;
          prefixed = true;
        }
        inWord = byte != ' ';
        if (inWord)
          out += byte;
        else if (!mergeSpaces)
          out += mark;
      }
      out == match.with &&out == text.substr(at, match.length) ? rewriter.keep(match.length)
                                                               : rewriter.replace(match.length, out);
      at += match.length;
    }
    return Done{};
  }

private:
  static constexpr std::string_view mark = "▁";
  CharacterMap map;
  bool prefix, mergeSpaces;
};

} // namespace

Result<std::unique_ptr<Normalizer>> tern::makePrecompiled(ComponentSpec &spec) {
  std::string text = spec.string("precompiled_charsmap", "");
  if (spec.failed())
    return *spec.problem();
  Result<std::string> bytes = decodeBase64(text, spec.where("precompiled_charsmap"));
  if (!bytes)
    return bytes.problem();
  Result<CharacterMap> map = CharacterMap::parse(*bytes, spec.where("precompiled_charsmap"));
  if (!map)
    return map.problem();
  return spec.make<Precompiled, Normalizer>(std::move(*map));
}

std::unique_ptr<Normalizer> tern::makeSentencePieceNormalizer(CharacterMap map, bool prefix, bool mergeSpaces) {
  return std::make_unique<SentencePieceNormalizer>(std::move(map), prefix, mergeSpaces);
}
