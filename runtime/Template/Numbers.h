//===- Numbers.h - Numbers as Python reads and writes them -------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_NUMBERS_H
#define TERN_RUNTIME_TEMPLATE_NUMBERS_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern::jinja {

/// 0..35 for a digit or letter, 99 otherwise.
int digitValue(char digit);

/// Digits of `base` with single underscores between them; nothing if malformed or beyond 64 bits.
std::optional<std::int64_t> parseInteger(std::string text, int base, bool *overflow = nullptr);

/// A decimal float without underscores; too large is infinite. Nothing if malformed.
std::optional<double> parseDouble(const std::string &text);

/// int(text, base) of Python: white space, sign, prefix, underscores. `overflow` tells too large from malformed.
std::optional<std::int64_t> pythonInt(std::string_view text, std::int64_t base, bool &overflow);
/// float(text) of Python: white space, sign, underscores, inf, nan.
std::optional<double> pythonFloat(std::string_view text);

/// repr(value): the shortest digits that read back the same.
std::string floatRepr(double value);

/// value.hex(): "0x1.8000000000000p+1".
std::string floatHexadecimal(double value);
/// float.fromhex(text): white space, sign, "0x", "inf" and "nan" too. Nothing if malformed or out of range.
std::optional<double> parseHexadecimal(std::string_view text);

/// round(value, digits) of Python: exact decimal value, ties to even.
double roundDecimal(double value, std::int64_t digits);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_NUMBERS_H
