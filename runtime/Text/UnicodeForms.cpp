//===- UnicodeForms.cpp - Normal forms and letter case --------------------===//

#include "runtime/Text/UnicodeForms.h"

#include "runtime/Text/Utf8.h"

#include <cassert>
#include <memory>
#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>

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

  std::string apply(std::string_view text, std::vector<unicode::Change> *changes) const {
    UErrorCode status = U_ZERO_ERROR;
    std::string result;
    icu::StringByteSink<std::string> sink(&result, static_cast<int32_t>(text.size()));
    icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
    icu::Edits edits;
    normalizer.normalizeUTF8(0, piece, sink, changes ? &edits : nullptr, status);
    assert(U_SUCCESS(status) && "valid UTF-8 has a normal form");
    if (changes) {
      auto edit = edits.getFineIterator();
      while (edit.next(status))
        changes->push_back({static_cast<bool>(edit.hasChange()), static_cast<std::size_t>(edit.oldLength()),
                            static_cast<std::size_t>(edit.newLength())});
    }
    return result;
  }

private:
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeSet characters;
  icu::FilteredNormalizer2 normalizer;
};

} // namespace

std::string unicode::normalForm(std::string_view text, Form form, std::vector<Change> *changes) {
  static const FrozenNormalizer normalizers[] = {FrozenNormalizer(Form::Nfc), FrozenNormalizer(Form::Nfd),
                                                 FrozenNormalizer(Form::Nfkc), FrozenNormalizer(Form::Nfkd)};
  return normalizers[static_cast<int>(form)].apply(text, changes);
}

void unicode::appendLowercase(std::string &text, char32_t code) {
  if (code == 0x130) // The one character whose lower case is two: i and a dot above.
    text += "i\xCC\x87";
  else
    appendUtf8(text, static_cast<char32_t>(u_tolower(static_cast<UChar32>(code))));
}

int unicode::scriptOf(char32_t code) {
  if (code == ' ' || !existsIn(code, 9)) // Where Hugging Face's table stopped.
    return anyScript;
  if (code == 0x589 || code == 0x61C) // These four have changed script since.
    return USCRIPT_COMMON;
  if (code == 0x953 || code == 0x954)
    return USCRIPT_INHERITED;
  UErrorCode error = U_ZERO_ERROR;
  UScriptCode script = code == 0x30FC ? USCRIPT_HAN : uscript_getScript(static_cast<UChar32>(code), &error);
  if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA)
    return USCRIPT_HAN;
  return script == USCRIPT_UNKNOWN ? anyScript : script;
}

std::vector<std::size_t> unicode::graphemeEnds(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  static const std::unique_ptr<icu::BreakIterator> rules(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), error));
  assert(rules && "the rules of grapheme clusters are part of the library");
  std::unique_ptr<icu::BreakIterator> iterator(rules->clone());
  UText *source = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &error);
  iterator->setText(source, error);
  std::vector<std::size_t> ends;
  if (iterator->first() == 0)
    for (int32_t end = iterator->next(); end != icu::BreakIterator::DONE; end = iterator->next())
      ends.push_back(static_cast<std::size_t>(end));
  utext_close(source);
  return ends;
}
