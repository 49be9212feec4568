//===- Utf8.h - Text from strangers, checked and printable -------*- C++ -*-===//

#ifndef TERN_RUNTIME_BASE_UTF8_H
#define TERN_RUNTIME_BASE_UTF8_H

#include <string>
#include <string_view>

namespace tern {

/// Whether `text` is well-formed UTF-8: shortest forms only, no surrogates, nothing past U+10FFFF (Unicode 15.0,
/// table 3-7).
bool isUtf8(std::string_view text);

/// `text` in single quotes, fit for a message on a terminal: control characters and bytes that are not UTF-8 become
/// \xNN, and what goes on beyond about 120 bytes is cut with "...".
std::string inQuotes(std::string_view text);

} // namespace tern

#endif // TERN_RUNTIME_BASE_UTF8_H
