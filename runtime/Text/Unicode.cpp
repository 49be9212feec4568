//===- Unicode.cpp - Properties of characters -----------------------------===//

#include "runtime/Text/Unicode.h"

#include "runtime/Text/Regex.h"

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

bool unicode::isPunctuation(char32_t code) {
  static const Property punctuation("P");
  return punctuation(code);
}

bool unicode::isNonspacingMark(char32_t code) {
  static const Property mark("Mn");
  return mark(code);
}

bool unicode::isOther(char32_t code) {
  static const Property other("C");
  return other(code);
}

bool unicode::isWord(char32_t code) {
  static const Property alphabetic("Alphabetic"), mark("M"), digit("Nd"), connector("Pc"), joiner("Join_Control");
  return alphabetic(code) || mark(code) || digit(code) || connector(code) || joiner(code);
}
