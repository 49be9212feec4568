//===- UnicodeForms.h - Normal forms and letter case -------------*- C++ -*-===//
//
// The part of Unicode that Oniguruma does not have. ICU stands behind this file and behind no other.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_UNICODEFORMS_H
#define TERN_RUNTIME_TEXT_UNICODEFORMS_H

#include <string>
#include <string_view>

namespace tern::unicode {

/// Whether `code` is a character of version `major`.0 of Unicode already.
bool existsIn(char32_t code, int major);

/// Normal forms of Unicode Standard Annex 15: canonical or compatible, composed or decomposed.
enum class Form { Nfc, Nfd, Nfkc, Nfkd };

/// The normal form of a valid text under Unicode 9.0, where Hugging Face tokenizers stopped: characters that came later
/// stay as they are.
std::string normalForm(std::string_view text, Form form);

/// Appends the lower case of a character, on its own: no context, no language.
void appendLowercase(std::string &text, char32_t code);

} // namespace tern::unicode

#endif // TERN_RUNTIME_TEXT_UNICODEFORMS_H
