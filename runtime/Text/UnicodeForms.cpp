//===- UnicodeForms.cpp - Normal forms and letter case --------------------===//

#include "runtime/Text/UnicodeForms.h"

#include "runtime/Text/Utf8.h"

#include <cassert>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>

using namespace tern;

bool unicode::existsIn(char32_t code, int major) {
  UVersionInfo version;
  u_charAge(static_cast<UChar32>(code), version);
  return version[0] > 0 && (version[0] < major || (version[0] == major && version[1] == 0));
}

namespace {

const icu::Normalizer2 *currentNormalizer(unicode::Form form, UErrorCode &error) {
  switch (form) {
  case unicode::Form::Nfc:
    return icu::Normalizer2::getNFCInstance(error);
  case unicode::Form::Nfd:
    return icu::Normalizer2::getNFDInstance(error);
  case unicode::Form::Nfkc:
    return icu::Normalizer2::getNFKCInstance(error);
  case unicode::Form::Nfkd:
    return icu::Normalizer2::getNFKDInstance(error);
  }
  return nullptr;
}

/// Normalizes the characters of Unicode 9.0 and passes over the others.
class FrozenNormalizer {
public:
  explicit FrozenNormalizer(unicode::Form form)
      : characters(icu::UnicodeString("[:age=9.0:]"), error), normalizer(*currentNormalizer(form, error), characters) {
    assert(U_SUCCESS(error) && "the tables of these forms are part of the library");
    characters.freeze();
  }

  std::string apply(std::string_view text) const {
    UErrorCode status = U_ZERO_ERROR;
    std::string result;
    icu::StringByteSink<std::string> sink(&result, static_cast<int32_t>(text.size()));
    icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
    normalizer.normalizeUTF8(0, piece, sink, nullptr, status);
    assert(U_SUCCESS(status) && "valid UTF-8 has a normal form");
    return result;
  }

private:
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeSet characters;
  icu::FilteredNormalizer2 normalizer;
};

} // namespace

std::string unicode::normalForm(std::string_view text, Form form) {
  static const FrozenNormalizer normalizers[] = {FrozenNormalizer(Form::Nfc), FrozenNormalizer(Form::Nfd),
                                                 FrozenNormalizer(Form::Nfkc), FrozenNormalizer(Form::Nfkd)};
  return normalizers[static_cast<int>(form)].apply(text);
}

void unicode::appendLowercase(std::string &text, char32_t code) {
  if (code == 0x130) // The one character whose lower case is two: i and a dot above.
    text += "i\xCC\x87";
  else
    appendUtf8(text, static_cast<char32_t>(u_tolower(static_cast<UChar32>(code))));
}
