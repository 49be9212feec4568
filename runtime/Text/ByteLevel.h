//===- ByteLevel.h - Bytes written as printable characters -------*- C++ -*-===//
//
// GPT-2's tokenizer and its many descendants run BPE over bytes, yet keep their vocabulary as text. Each byte has a
// character of its own: the 188 bytes that print in Latin-1 stand for themselves (33..126, 161..172, 174..255) and the
// other 68 are, in order, U+0100 and up. So a space (32) is 'Ġ' (U+0120) and a newline (10) is 'Ċ' (U+010A).
// Source: the byte-to-unicode table of the GPT-2 release, https://github.com/openai/gpt-2 (src/encoder.py).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_BYTELEVEL_H
#define TERN_RUNTIME_TEXT_BYTELEVEL_H

#include <string>
#include <string_view>

namespace tern::bytelevel {

/// Code points of the alphabet are below this.
constexpr char32_t alphabetEnd = 0x144;

/// GPT-2's cut into words; what the byte-level pre-tokenizer uses unless told otherwise.
extern const char *const wordPattern;

/// The character of a byte, in UTF-8.
std::string_view characterOf(unsigned char byte);

/// Appends the text whose bytes `characters` spell, or returns false and leaves `text` alone when a character is not of
/// the alphabet.
bool appendBytes(std::string_view characters, std::string &text);

} // namespace tern::bytelevel

#endif // TERN_RUNTIME_TEXT_BYTELEVEL_H
