//===- NumberMethods.cpp - Methods of int, bool and float -----------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Strings.h"

#include <cmath>

using namespace tern;
using namespace tern::jinja;

//===----------------------------------------------------------------------===//
// int
//===----------------------------------------------------------------------===//

static std::uint64_t magnitudeOf(const Value &value) {
  auto bits = static_cast<std::uint64_t>(value.asInt());
  return value.asInt() < 0 ? 0 - bits : bits;
}

static Value intBitLength(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "bit_length", arguments, {});
  std::uint64_t magnitude = magnitudeOf(self);
  return given ? Value::integer(magnitude ? 64 - __builtin_clzll(magnitude) : 0) : Value();
}

static Value intBitCount(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "bit_count", arguments, {});
  return given ? Value::integer(__builtin_popcountll(magnitudeOf(self))) : Value();
}

static Value intAsRatio(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "as_integer_ratio", arguments, {});
  return given ? machine.makeTuple({Value::integer(self.asInt()), Value::integer(1)}) : Value();
}

static Value intConjugate(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "conjugate", arguments, {});
  return given ? Value::integer(self.asInt()) : Value();
}

static Value intToBytes(Machine &machine, const Value &, Arguments &) { return refuseBytes(machine, "to_bytes"); }
static Value intFromBytes(Machine &machine, const Value &, Arguments &) { return refuseBytes(machine, "from_bytes"); }

//===----------------------------------------------------------------------===//
// float
//===----------------------------------------------------------------------===//

static Value floatIsInteger(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "is_integer", arguments, {});
  return Value::boolean(given && std::isfinite(self.asDouble()) && std::floor(self.asDouble()) == self.asDouble());
}

static Value floatConjugate(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "conjugate", arguments, {});
  return given ? self : Value();
}

static Value floatAsRatio(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "as_integer_ratio", arguments, {});
  double value = self.asDouble();
  if (given && !std::isfinite(value))
    return machine.fail("'as_integer_ratio' needs a finite number, not " + floatRepr(value));
  // A double is an integer of 53 bits times a power of two; what both have in common is taken out.
  int exponent = 0;
  auto numerator = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  exponent = numerator == 0 ? 0 : exponent - 53;
  for (; exponent < 0 && numerator % 2 == 0; ++exponent)
    numerator /= 2;
  std::int64_t unit = 1, whole = 0;
  bool fits = std::abs(exponent) < 63 && (unit <<= std::abs(exponent), true);
  if (given && (!fits || __builtin_mul_overflow(numerator, exponent > 0 ? unit : 1, &whole)))
    return machine.fail("integers have 64 bits, and the ratio of " + floatRepr(value) + " needs more");
  return given ? machine.makeTuple({Value::integer(whole), Value::integer(exponent < 0 ? unit : 1)}) : Value();
}

static Value floatHex(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "hex", arguments, {});
  return given ? machine.makeString(floatHexadecimal(self.asDouble())) : Value();
}

static Value floatFromHex(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "fromhex", arguments, {"string"}, 1);
  std::optional<double> number = parseHexadecimal(given.text(0, "0"));
  if (!number)
    return machine.fail("'fromhex' needs a number that floats have, written as hex() does");
  return given ? Value::real(*number) : Value();
}

const Builtin *jinja::findNumberMethod(const Value &number, std::string_view name) {
  static constexpr Builtin ofFloat[] = {
      {"is_integer", floatIsInteger},     {"conjugate", floatConjugate},
      {"as_integer_ratio", floatAsRatio}, {"hex", floatHex},
      {"fromhex", floatFromHex},
  };
  static constexpr Builtin ofInt[] = {
      {"bit_length", intBitLength}, {"bit_count", intBitCount}, {"as_integer_ratio", intAsRatio},
      {"conjugate", intConjugate},  {"to_bytes", intToBytes},   {"from_bytes", intFromBytes},
  };
  return number.is(Kind::Float) ? findBuiltin(ofFloat, name) : findBuiltin(ofInt, name);
}
