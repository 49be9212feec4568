//===- UnicodeForms.cpp - Normal forms and letter case --------------------===//

#include "runtime/Text/UnicodeForms.h"

#include "runtime/Text/Utf8.h"

#include <algorithm>
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
#include <utility>

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

  int combiningClass(char32_t code) const { return normalizer.getCombiningClass(static_cast<UChar32>(code)); }
  /// The character that two compose to; 0 if they do not.
  char32_t compose(char32_t one, char32_t other) const {
    UChar32 composite = normalizer.composePair(static_cast<UChar32>(one), static_cast<UChar32>(other));
    return composite < 0 ? 0 : static_cast<char32_t>(composite);
  }

private:
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeSet characters;
  icu::FilteredNormalizer2 normalizer;
};

const FrozenNormalizer &normalizerOf(unicode::Form form) {
  using unicode::Form;
  static const FrozenNormalizer normalizers[] = {FrozenNormalizer(Form::Nfc), FrozenNormalizer(Form::Nfd),
                                                 FrozenNormalizer(Form::Nfkc), FrozenNormalizer(Form::Nfkd)};
  return normalizers[static_cast<int>(form)];
}

} // namespace

std::string unicode::normalForm(std::string_view text, Form form, std::vector<Change> *changes) {
  return normalizerOf(form).apply(text, changes);
}

/// Each character taken apart, and marks put in order of their classes.
static std::vector<unicode::FormCharacter> decompose(std::string_view text, const FrozenNormalizer &normalizer) {
  std::vector<unicode::FormCharacter> characters;
  forEachCharacter(text, [&](char32_t, std::size_t begin, std::size_t length) {
    int taken = 1;
    std::string apart = normalizer.apply(text.substr(begin, length), nullptr);
    forEachCharacter(
        apart, [&](char32_t code, std::size_t, std::size_t) { characters.push_back({code, std::exchange(taken, 0)}); });
  });
  auto classOf = [&](const unicode::FormCharacter &character) { return normalizer.combiningClass(character.code); };
  auto isMark = [&](const unicode::FormCharacter &character) { return classOf(character) != 0; };
  for (auto begin = characters.begin(); begin != characters.end();) {
    begin = std::find_if(begin, characters.end(), isMark);
    auto end = std::find_if_not(begin, characters.end(), isMark);
    std::stable_sort(begin, end, [&](const auto &one, const auto &other) { return classOf(one) < classOf(other); });
    begin = end;
  }
  return characters;
}

std::vector<unicode::FormCharacter> unicode::formCharacters(std::string_view text, Form form) {
  bool composes = form == Form::Nfc || form == Form::Nfkc;
  bool isCompatible = form == Form::Nfkc || form == Form::Nfkd;
  std::vector<FormCharacter> apart = decompose(text, normalizerOf(isCompatible ? Form::Nfkd : Form::Nfd));
  if (!composes)
    return apart;
  const FrozenNormalizer &normalizer = normalizerOf(form);
  std::vector<FormCharacter> result;
  std::size_t starter = apart.size(); // In `result`, what others may compose with; none yet.
  int lastClass = 0;                  // Of what stands between it and the next character; 0 if nothing does.
  for (const FormCharacter &character : apart) {
    int own = normalizer.combiningClass(character.code);
    bool isBlocked = starter == apart.size() || (starter + 1 != result.size() && lastClass >= own);
    char32_t composite = isBlocked ? 0 : normalizer.compose(result[starter].code, character.code);
    if (composite != 0) {
      result[starter] = {composite, result[starter].taken + character.taken};
      continue;
    }
    if (own == 0)
      starter = result.size();
    lastClass = own;
    result.push_back(character);
  }
  return result;
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
