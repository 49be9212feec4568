//===- Unicode.cpp - Properties of characters -----------------------------===//

#include "runtime/Text/Unicode.h"

#include "runtime/Text/Regex.h"
#include "runtime/Text/UnicodeForms.h"

#include <oniguruma.h>
#include <string_view>

using namespace tern;

namespace {

/// Membership in one of Oniguruma's named properties.
class Property {
public:
  explicit Property(std::string_view name) {
    initializeRegexEngine();
    auto *begin = reinterpret_cast<OnigUChar *>(const_cast<char *>(name.data()));
    type = ONIGENC_PROPERTY_NAME_TO_CTYPE(ONIG_ENCODING_UTF8, begin, begin + name.size());
  }
  bool operator()(char32_t code) const {
    return ONIGENC_IS_CODE_CTYPE(ONIG_ENCODING_UTF8, static_cast<OnigCodePoint>(code), static_cast<OnigCtype>(type));
  }

private:
  int type; ///< Never negative: only names that every version of the library has are asked for.
};

} // namespace

bool unicode::isWhitespace(char32_t code) {
  static const Property whitespace("White_Space");
  return whitespace(code);
}

bool unicode::isNumeric(char32_t code) {
  static const Property number("N");
  return code < 0x80 ? code >= '0' && code <= '9' : number(code);
}

bool unicode::isWord(char32_t code) {
  static const Property alphabetic("Alphabetic"), mark("M"), digit("Nd"), connector("Pc"), joiner("Join_Control");
  return alphabetic(code) || mark(code) || digit(code) || connector(code) || joiner(code);
}

bool unicode::isPunctuation(char32_t code) {
  static const Property punctuation("P");
  if (code < 0x80)
    return code > ' ' && code < 0x7F && !(code >= '0' && code <= '9') &&
           !((code | 0x20) >= 'a' && (code | 0x20) <= 'z');
  if (code == 0x166D || code == 0x111C9)
    return true;
  return punctuation(code) && existsIn(code, 8);
}

bool unicode::isNonspacingMark(char32_t code) {
  static const Property mark("Mn");
  if (code == 0x1734)
    return true;
  if (code == 0x1885 || code == 0x1886 || code == 0xA9BD || code == 0x111C9)
    return false;
  return mark(code) && existsIn(code, 8);
}

bool unicode::isControl(char32_t code) {
  static const Property control("Cc"), format("Cf"), privateUse("Co"), surrogate("Cs");
  return (control(code) || format(code) || privateUse(code) || surrogate(code)) && existsIn(code, 8);
}

bool unicode::isMark(char32_t code) {
  static const Property mark("M");
  if (code == 0x1CF2 || code == 0x1CF3)
    return true;
  return code != 0x111C9 && mark(code) && existsIn(code, 9);
}
