//===- Utf8.cpp - Text from strangers, checked and printable --------------===//

#include "runtime/Base/Utf8.h"

#include <cstddef>

using namespace tern;

/// Length of the well-formed character that `text` begins with; 0 if there is none.
static std::size_t characterLength(std::string_view text) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto continues = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  unsigned lead = byte(0), second = byte(1);
  if (lead < 0x80)
    return text.empty() ? 0 : 1;
  if (lead >= 0xc2 && lead <= 0xdf)
    return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    bool overlong = lead == 0xe0 && second < 0xa0, surrogate = lead == 0xed && second > 0x9f;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    bool overlong = lead == 0xf0 && second < 0x90, beyond = lead == 0xf4 && second > 0x8f;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

bool tern::isUtf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = characterLength(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string tern::inQuotes(std::string_view text) {
  constexpr std::size_t longest = 120;
  constexpr char digits[] = "0123456789abcdef";
  std::string result = "'";
  while (!text.empty()) {
    if (result.size() > longest)
      return result + "...'";
    std::size_t length = characterLength(text);
    unsigned char first = static_cast<unsigned char>(text.front());
    // U+0080..U+009F are control characters too; they begin with byte 0xc2.
    bool control = length == 1 ? first < 0x20 || first == 0x7f
                               : length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
    if (length == 0 || control) {
      result += {'\\', 'x', digits[first >> 4], digits[first & 15]};
      length = 1;
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return result + "'";
}
