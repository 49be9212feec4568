//===- Unicode.h - Properties of characters ----------------------*- C++ -*-===//
//
// The few questions that tokenizers ask about a character, answered from Oniguruma's tables, so that a predicate here
// and a `\p{..}` in a file's regular expression cannot disagree.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_UNICODE_H
#define TERN_RUNTIME_TEXT_UNICODE_H

namespace tern::unicode {

/// White_Space: what `\s` matches in Unicode regular expressions.
bool isWhitespace(char32_t code);
/// General categories Nd, Nl and No.
bool isNumeric(char32_t code);
/// `\w`: letters, marks, decimal numbers, connector punctuation.
bool isWord(char32_t code);

// Some components of Hugging Face tokenizers use tables that stopped at an old version of Unicode, and models were
// trained on what those say. These answer as they do: characters that came later are in no category, and those that
// have changed category since are in the old one.

/// General categories P* of Unicode 8.0, and all ASCII that is neither letter, digit, control nor space ("$", "^").
bool isPunctuation(char32_t code);
/// General category Mn of Unicode 8.0: accents that combine.
bool isNonspacingMark(char32_t code);
/// General categories Cc, Cf, Co and Cs of Unicode 8.0: control, format, private use, surrogate.
bool isControl(char32_t code);
/// General categories Mn, Mc and Me of Unicode 9.0.
bool isMark(char32_t code);

} // namespace tern::unicode

#endif // TERN_RUNTIME_TEXT_UNICODE_H
