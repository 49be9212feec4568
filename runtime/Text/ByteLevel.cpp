//===- ByteLevel.cpp - Bytes written as printable characters --------------===//

#include "runtime/Text/ByteLevel.h"

#include "runtime/Text/Utf8.h"

#include <array>

using namespace tern;

const char *const bytelevel::wordPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

struct Alphabet {
  std::array<std::string, 256> characters;
  std::array<int, bytelevel::alphabetEnd> bytes; ///< By code point; -1 when the character stands for no byte.

  Alphabet() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      bool prints = (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173);
      char32_t code = prints ? static_cast<char32_t>(byte) : next++;
      appendUtf8(characters[byte], code);
      bytes[code] = byte;
    }
  }
};

const Alphabet &alphabet() {
  static const Alphabet table;
  return table;
}

} // namespace

std::string_view bytelevel::characterOf(unsigned char byte) { return alphabet().characters[byte]; }

bool bytelevel::appendBytes(std::string_view characters, std::string &text) {
  std::size_t before = text.size();
  bool known = true;
  forEachCharacter(characters, [&](char32_t code, std::size_t, std::size_t) {
    int byte = code < alphabetEnd ? alphabet().bytes[code] : -1;
    known = known && byte >= 0;
    text += static_cast<char>(byte);
  });
  if (!known)
    text.resize(before);
  return known;
}
