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
/// General categories P*.
bool isPunctuation(char32_t code);
/// General category Mn: accents that combine.
bool isNonspacingMark(char32_t code);
/// General categories C*: control, format, private use, surrogate, unassigned.
bool isOther(char32_t code);
/// `\w`: letters, marks, decimal numbers, connector punctuation.
bool isWord(char32_t code);

} // namespace tern::unicode

#endif // TERN_RUNTIME_TEXT_UNICODE_H
