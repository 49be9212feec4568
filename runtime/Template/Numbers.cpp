//===- Numbers.cpp - Numbers as Python reads and writes them --------------===//

#include "runtime/Template/Numbers.h"

#include "runtime/Template/Characters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

using namespace tern;
using namespace tern::jinja;

int jinja::digitValue(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  char letter = digit | 0x20;
  return letter >= 'a' && letter <= 'z' ? letter - 'a' + 10 : 99;
}

/// Whether underscores stand only between digits; removes them.
static bool dropUnderscores(std::string &text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_')
      continue;
    bool between = i > 0 && i + 1 < text.size() && digitValue(text[i - 1]) < 36 && digitValue(text[i + 1]) < 36;
    if (!between)
      return false;
  }
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  return true;
}

std::optional<std::int64_t> jinja::parseInteger(std::string text, int base, bool *overflow) {
  if (!text.empty() && text.front() == '_') // 0x_ff
    text.erase(0, 1);
  if (text.empty() || text.front() == '-' || !dropUnderscores(text))
    return std::nullopt;
  std::int64_t value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (overflow)
    *overflow = status == std::errc::result_out_of_range && end == text.data() + text.size();
  if (status != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::optional<double> jinja::parseDouble(const std::string &text) {
  double value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty())
    return std::nullopt;
  if (status == std::errc::result_out_of_range) // too large, or too small
    return text.find("e-") == std::string::npos && text.find("E-") == std::string::npos
               ? std::numeric_limits<double>::infinity()
               : 0.0;
  return status == std::errc() ? std::optional(value) : std::nullopt;
}

/// Takes white space and a sign off; true if the sign was a minus.
static bool takeSign(std::string_view &text) {
  text = strip(text, true, true);
  bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+'))
    text.remove_prefix(1);
  return negative;
}

std::optional<std::int64_t> jinja::pythonInt(std::string_view text, std::int64_t base, bool &overflow) {
  overflow = false;
  bool negative = takeSign(text);
  bool mark = text.size() > 2 && text[0] == '0';
  int prefix = !mark ? 0 : (text[1] | 0x20) == 'x' ? 16 : (text[1] | 0x20) == 'o' ? 8 : (text[1] | 0x20) == 'b' ? 2 : 0;
  bool hasPrefix = prefix != 0 && (base == prefix || base == 0);
  if (hasPrefix)
    text.remove_prefix(2);
  if (base == 0)
    base = prefix ? prefix : 10;
  bool misplaced = !text.empty() && text.front() == '_' && !hasPrefix;
  if (base < 2 || base > 36 || misplaced || (!text.empty() && text.front() == '-'))
    return std::nullopt;
  std::optional<std::int64_t> value = parseInteger(std::string(text), static_cast<int>(base), &overflow);
  return value && negative ? std::optional(-*value) : value;
}

std::optional<double> jinja::pythonFloat(std::string_view text) {
  bool negative = takeSign(text);
  std::string digits(text);
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
  std::optional<double> value;
  if (digits == "inf" || digits == "infinity")
    value = std::numeric_limits<double>::infinity();
  else if (digits == "nan")
    value = std::numeric_limits<double>::quiet_NaN();
  else if (!digits.empty() && (digitValue(digits[0]) < 10 || digits[0] == '.') && dropUnderscores(digits))
    value = parseDouble(digits);
  return value && negative ? std::optional(-*value) : value;
}

std::string jinja::floatRepr(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  char buffer[64];
  auto [end, status] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  std::string_view text(buffer, end - buffer);
  std::size_t mark = text.find('e');
  int exponent = 0;
  std::size_t exponentStart = mark + 1 + (text[mark + 1] == '+');
  std::from_chars(text.data() + exponentStart, text.data() + text.size(), exponent);
  std::string digits(text.substr(0, mark)), sign;
  if (digits[0] == '-') {
    sign = "-";
    digits.erase(0, 1);
  }
  if (exponent < -4 || exponent >= 16) {
    std::string power = std::to_string(std::abs(exponent));
    return sign + digits + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
  }
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  if (exponent < 0)
    return sign + "0." + std::string(-exponent - 1, '0') + digits;
  std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string jinja::floatHexadecimal(double value) {
  if (!std::isfinite(value))
    return floatRepr(value);
  static constexpr char hex[] = "0123456789abcdef";
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  int biased = static_cast<int>(bits >> 52 & 0x7FF); // 0: zero, and what has no leading 1
  std::uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
  std::string text = std::signbit(value) ? "-0x" : "0x";
  if (biased == 0 && fraction == 0)
    return text + "0.0p+0";
  text += biased == 0 ? "0." : "1.";
  for (int shift = 48; shift >= 0; shift -= 4)
    text += hex[fraction >> shift & 15];
  int exponent = std::max(biased, 1) - 1023;
  return text + (exponent < 0 ? "p" : "p+") + std::to_string(exponent);
}

std::optional<double> jinja::parseHexadecimal(std::string_view text) {
  bool negative = takeSign(text);
  std::string digits(text);
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
  if (digits == "inf" || digits == "infinity" || digits == "nan")
    return pythonFloat((negative ? "-" : "") + digits);
  if (digits.compare(0, 2, "0x") == 0)
    digits.erase(0, 2);
  double number = 0;
  const char *end = digits.data() + digits.size();
  bool beginsRight = !digits.empty() && (digitValue(digits[0]) < 16 || digits[0] == '.');
  std::from_chars_result read = std::from_chars(digits.data(), end, number, std::chars_format::hex);
  if (!beginsRight || read.ptr != end)
    return std::nullopt;
  if (read.ec == std::errc::result_out_of_range) { // too large, or so small that it is zero
    const char *power = digits.data() + std::min(digits.find("p-"), digits.size());
    bool isSmall =
        power != end && std::from_chars(digits.data(), power, number, std::chars_format::hex).ec == std::errc();
    if (!isSmall)
      return std::nullopt;
    number = 0;
  } else if (read.ec != std::errc()) {
    return std::nullopt;
  }
  return negative ? -number : number;
}

double jinja::roundDecimal(double value, std::int64_t digits) {
  if (!std::isfinite(value) || digits > 323)
    return value;
  if (digits < -308)
    return std::copysign(0.0, value);
  if (digits >= 0) { // printf rounds the exact value, ties to even
    char buffer[700];
    std::snprintf(buffer, sizeof buffer, "%.*f", static_cast<int>(digits), value);
    return parseDouble(buffer[0] == '-' ? buffer + 1 : buffer).value_or(0) * (std::signbit(value) ? -1.0 : 1.0);
  }
  // A multiple of a power of ten: fmod is exact, so the remainder decides.
  double unit = std::pow(10.0, static_cast<double>(-digits)), magnitude = std::fabs(value);
  double remainder = std::fmod(magnitude, unit), below = magnitude - remainder;
  bool isOdd = std::fmod(below / unit, 2.0) >= 1.0;
  bool up = remainder * 2 > unit || (remainder * 2 == unit && isOdd);
  return std::copysign(up ? below + unit : below, value);
}
