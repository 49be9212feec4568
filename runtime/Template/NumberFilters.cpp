//===- NumberFilters.cpp - abs, int, float, round, filesizeformat ---------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Parameters.h"

#include <cmath>
#include <cstdio>

using namespace tern;
using namespace tern::jinja;

static Value filterAbs(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "abs", arguments, {});
  if (!given)
    return Value();
  if (self.is(Kind::Float))
    return Value::real(std::fabs(self.asDouble()));
  if (!self.isIntegral() || self.asInt() == INT64_MIN)
    return machine.fail("'abs' needs a number, not a " + typeName(self));
  return Value::integer(self.asInt() < 0 ? -self.asInt() : self.asInt());
}

/// int(value) of a float; false if it is not finite or too large.
static bool truncated(double value, std::int64_t &result) {
  if (!(value > -9223372036854775808.0 && value < 9223372036854775808.0))
    return false;
  result = static_cast<std::int64_t>(value);
  return true;
}

static Value filterInt(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "int", arguments, {"default", "base"});
  Value fallback = given.has(0) ? given[0] : Value::integer(0);
  std::int64_t base = given.integer(1, 10), result = 0;
  if (!given || self.isUndefined())
    return given ? machine.failUndefined(self) : Value();
  if (self.isIntegral())
    return Value::integer(self.asInt());
  if (self.is(Kind::Float)) {
    if (truncated(self.asDouble(), result))
      return Value::integer(result);
    return std::isnan(self.asDouble()) ? fallback : machine.fail("'int' needs a number that fits 64 bits");
  }
  if (!self.isString())
    return fallback;
  bool overflow = false;
  if (std::optional<std::int64_t> parsed = pythonInt(self.text(), base, overflow))
    return Value::integer(*parsed);
  if (overflow)
    return machine.fail("integers have 64 bits, and the text needs more");
  std::optional<double> number = pythonFloat(self.text());
  if (number && std::isfinite(*number) && !truncated(*number, result))
    return machine.fail("integers have 64 bits, and the text needs more");
  return number && truncated(*number, result) ? Value::integer(result) : fallback;
}

static Value filterFloat(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "float", arguments, {"default"});
  Value fallback = given.has(0) ? given[0] : Value::real(0);
  if (!given || self.isUndefined())
    return given ? machine.failUndefined(self) : Value();
  if (self.isNumber())
    return Value::real(self.asDouble());
  std::optional<double> number = self.isString() ? pythonFloat(self.text()) : std::nullopt;
  return number ? Value::real(*number) : fallback;
}

/// round(value, -digits) of an integer: to a multiple of 10^digits, ties to even.
static Value roundInteger(Machine &machine, std::int64_t value, std::int64_t digits) {
  if (digits > 18)
    return Value::integer(0);
  std::int64_t unit = 1;
  for (std::int64_t i = 0; i < digits; ++i)
    unit *= 10;
  std::int64_t quotient = value / unit - (value % unit < 0), rest = value - quotient * unit;
  bool up = rest > unit - rest || (rest == unit - rest && (quotient & 1));
  std::int64_t result = 0;
  if (__builtin_mul_overflow(quotient + up, unit, &result))
    return machine.fail("integers have 64 bits, and the result needs more");
  return Value::integer(result);
}

static Value filterRound(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "round", arguments, {"precision", "method"});
  std::string method = given.text(1, "common");
  std::int64_t precision = given.integer(0, 0);
  if (!given)
    return Value();
  if (method != "common" && method != "ceil" && method != "floor")
    return machine.fail("the method of 'round' is common, ceil or floor");
  if (!self.isNumber())
    return self.isUndefined() ? machine.failUndefined(self)
                              : machine.fail("'round' needs a number, not a " + typeName(self));
  if (method == "common" && self.isIntegral())
    return precision >= 0 ? Value::integer(self.asInt()) : roundInteger(machine, self.asInt(), -precision);
  if (method == "common")
    return Value::real(roundDecimal(self.asDouble(), precision));
  double scale = std::pow(10.0, static_cast<double>(precision)), scaled = self.asDouble() * scale;
  if (!std::isfinite(scaled) || scale == 0)
    return machine.fail("'round' needs a number that can be rounded");
  // Python's are integers, which have no -0.
  return Value::real(((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) + 0.0) / scale);
}

static Value filterFileSizeFormat(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "filesizeformat", arguments, {"binary"});
  bool binary = given.flag(0, false);
  std::optional<double> number = self.isNumber()   ? std::optional(self.asDouble())
                                 : self.isString() ? pythonFloat(self.text())
                                                   : std::nullopt;
  if (given && (!number || !(std::fabs(*number) < 9e18)))
    return machine.fail("'filesizeformat' needs a number");
  if (!given)
    return Value();
  double bytes = *number, base = binary ? 1024 : 1000, unit = base;
  if (bytes == 1)
    return machine.makeString("1 Byte");
  if (bytes < base)
    return machine.makeString(std::to_string(static_cast<std::int64_t>(bytes)) + " Bytes");
  static constexpr char prefixes[] = "kMGTPEZY";
  std::size_t which = 0;
  for (unit = base * base; bytes >= unit && which < 7; ++which)
    unit *= base;
  char text[64];
  std::snprintf(text, sizeof text, "%.1f ", base * bytes / unit);
  std::string prefix(1, binary && which == 0 ? 'K' : prefixes[which]);
  return machine.makeString(text + prefix + (binary ? "iB" : "B"));
}

const Builtin *jinja::findNumberFilter(std::string_view name) {
  static constexpr Builtin table[] = {
      {"abs", filterAbs},
      {"int", filterInt},
      {"float", filterFloat},
      {"round", filterRound},
      {"filesizeformat", filterFileSizeFormat},
  };
  return findBuiltin(table, name);
}
