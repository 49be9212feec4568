//===- UnicodeForms.h - Normal forms and letter case -------------*- C++ -*-===//
//
// The part of Unicode that Oniguruma does not have. ICU stands behind this file and behind no other.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_UNICODEFORMS_H
#define TERN_RUNTIME_TEXT_UNICODEFORMS_H

#include <string>
#include <string_view>
#include <vector>

namespace tern::unicode {

/// Whether `code` is a character of version `major`.0 of Unicode already.
bool existsIn(char32_t code, int major);

/// Normal forms of Unicode Standard Annex 15: canonical or compatible, composed or decomposed.
enum class Form { Nfc, Nfd, Nfkc, Nfkd };

/// The normal form of a valid text under Unicode 9.0, where Hugging Face tokenizers stopped: characters that came later
/// stay as they are.
/// `changes`, if not null, receives what became of each stretch.
struct Change {
  bool changed = false;
  std::size_t before = 0, after = 0; ///< Bytes.
};
std::string normalForm(std::string_view text, Form form, std::vector<Change> *changes = nullptr);

/// The characters of a normal form of a short text, and how many of the text each takes the place of, in the way of
/// Hugging Face tokenizers: where characters are put in order, the first is still thought to come from the first; what
/// is composed of several takes the place of as many; and of what a character comes apart into only the first takes its
/// place, wherever the order puts that one.
struct FormCharacter {
  char32_t code;
  int taken;
};
std::vector<FormCharacter> formCharacters(std::string_view text, Form form);

/// Appends the lower case of a character, on its own: no context, no language.
void appendLowercase(std::string &text, char32_t code);

/// A number for the script of a character, as the UnicodeScripts pre-tokenizer sees it: Hiragana, Katakana and U+30FC
/// are Han; spaces and what is no character are anyScript.
int scriptOf(char32_t code);
constexpr int anyScript = -1;

/// Where grapheme clusters of a valid text end: what a reader takes for one character ("e" with its accents).
std::vector<std::size_t> graphemeEnds(std::string_view text);

} // namespace tern::unicode

#endif // TERN_RUNTIME_TEXT_UNICODEFORMS_H
