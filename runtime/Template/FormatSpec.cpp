//===- FormatSpec.cpp - Widths, signs and precisions ----------------------===//

#include "runtime/Template/FormatSpec.h"

#include "runtime/Template/Characters.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Strings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace tern;
using namespace tern::jinja;

/// `text` in the width of the spec. `prefix` (sign, 0x) stays left of padding that is part of the number.
static std::string padded(Machine &machine, std::string prefix, std::string text, const FormatSpec &spec, char align) {
  std::int64_t missing = spec.width - static_cast<std::int64_t>(countCharacters(prefix) + countCharacters(text));
  if (missing <= 0)
    return prefix + text;
  std::int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string before = repeated(machine, spec.fill, left), after = repeated(machine, spec.fill, missing - left);
  return align == '=' ? prefix + before + text : before + prefix + text + after;
}

std::string jinja::formatString(Machine &machine, std::string_view text, const FormatSpec &spec) {
  if (spec.precision >= 0)
    text = text.substr(0, byteOffset(text, static_cast<std::size_t>(spec.precision)));
  FormatSpec own = spec;
  if (spec.zeroPad && !spec.align)
    own.fill = "0";
  return padded(machine, "", std::string(text), own, spec.align ? spec.align : '<');
}

/// Puts the separator between groups of `size` digits.
static std::string grouped(const std::string &digits, char separator, std::size_t size) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % size == 0)
      result += separator;
    result += digits[i];
  }
  return result;
}

/// Sign, grouping and padding of a number whose digits before the point are `whole`.
static std::string finish(Machine &machine, bool negative, std::string prefix, std::string whole, std::string rest,
                          const FormatSpec &spec, std::size_t groupSize = 3) {
  std::string sign = negative ? "-" : spec.sign == '+' ? "+" : spec.sign == ' ' ? " " : "";
  bool zeros = spec.zeroPad && (!spec.align || spec.align == '=');
  if (zeros && spec.width > 0) {
    // Zeros are digits and are grouped like them.
    std::size_t taken = sign.size() + prefix.size() + rest.size();
    auto length = [&](std::size_t digits) { return digits + (spec.grouping ? (digits - 1) / groupSize : 0); };
    std::size_t digits = whole.size();
    while (taken + length(digits) < static_cast<std::size_t>(spec.width) && machine.charge(1))
      ++digits;
    whole.insert(0, digits - whole.size(), '0');
  }
  if (spec.grouping)
    whole = grouped(whole, spec.grouping, groupSize);
  FormatSpec own = spec;
  own.fill = zeros && spec.fill == " " ? "0" : spec.fill;
  return padded(machine, sign + prefix, whole + rest, own, zeros ? '=' : spec.align ? spec.align : '>');
}

std::string jinja::formatInteger(Machine &machine, std::int64_t value, const FormatSpec &spec) {
  std::uint64_t magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  unsigned base = spec.type == 'x' || spec.type == 'X' ? 16 : spec.type == 'o' ? 8 : spec.type == 'b' ? 2 : 10;
  std::string digits;
  do
    digits += (spec.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[magnitude % base];
  while (magnitude /= base);
  std::int64_t missing = spec.precision - static_cast<std::int64_t>(digits.size()); // only from %-formatting
  digits += repeated(machine, "0", missing);
  std::reverse(digits.begin(), digits.end());
  std::string prefix = spec.alternate && base != 10 ? std::string("0") + spec.type : "";
  return finish(machine, value < 0, prefix, digits, "", spec, base == 10 ? 3 : 4);
}

/// repr(value), or `precision` significant digits, with an exponent where repr would have one.
static std::string generalDigits(double value, std::int64_t precision, bool alternate) {
  if (precision < 0)
    return floatRepr(value);
  char buffer[512];
  int digits = static_cast<int>(std::max<std::int64_t>(precision, 1));
  std::snprintf(buffer, sizeof buffer, "%.*e", digits - 1, value);
  int exponent = std::atoi(std::string_view(buffer).substr(std::string_view(buffer).find('e') + 1).data());
  if (exponent < -4 || exponent >= digits - 1) { // the last digit is kept for ".0"
    std::snprintf(buffer, sizeof buffer, alternate ? "%#.*g" : "%.*g", digits, value);
    std::string text = buffer;
    bool plain = text.find_first_of(".e") == std::string::npos;
    if (!plain)
      return text;
    std::snprintf(buffer, sizeof buffer, "%.*e", digits - 1, value);
    return buffer;
  }
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
  std::string text = buffer;
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string jinja::formatFloat(Machine &machine, double value, const FormatSpec &spec) {
  bool upper = spec.type == 'E' || spec.type == 'F' || spec.type == 'G';
  bool negative = std::signbit(value) && !std::isnan(value);
  double magnitude = std::fabs(value);
  if (!std::isfinite(value)) {
    std::string text = std::isnan(value) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf");
    FormatSpec own = spec;
    own.grouping = '\0';
    return finish(machine, negative, "", text, spec.type == '%' ? "%" : "", own);
  }
  std::int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  if (precision > 400) {
    machine.fail("a format may ask for 400 digits after the point, not " + std::to_string(precision));
    return {};
  }
  char buffer[1024];
  std::string text;
  switch (spec.type) {
  case '\0':
    text = generalDigits(magnitude, spec.precision, spec.alternate);
    break;
  case '%':
    std::snprintf(buffer, sizeof buffer, "%.*f%%", static_cast<int>(precision), magnitude * 100);
    text = buffer;
    break;
  default: {
    char type = spec.type == 'n' ? 'g' : spec.type;
    std::string conversion = std::string(spec.alternate ? "%#.*" : "%.*") + type;
    std::snprintf(buffer, sizeof buffer, conversion.c_str(), static_cast<int>(precision), magnitude);
    text = buffer;
  }
  }
  std::size_t wholeEnd = std::min(text.find_first_not_of("0123456789"), text.size());
  return finish(machine, negative, "", text.substr(0, wholeEnd), text.substr(wholeEnd), spec);
}
