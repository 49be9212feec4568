//===- Operators.cpp - What operators do ----------------------------------===//

#include "runtime/Template/Operators.h"

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Printing.h"

#include <algorithm>
#include <cmath>

using namespace tern;
using namespace tern::jinja;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static Value failOperands(Machine &machine, std::string_view sign, const Value &left, const Value &right) {
  for (const Value *side : {&left, &right})
    if (side->isUndefined())
      return machine.failUndefined(*side);
  return machine.fail("'" + std::string(sign) + "' cannot join " + typeName(left) + " and " + typeName(right));
}

static Value failRange(Machine &machine) { return machine.fail("integers have 64 bits, and the result needs more"); }

/// Quotient rounded down, and what is left, whose sign is that of the divisor.
static double floorQuotient(double left, double right, double &remainder) {
  remainder = std::fmod(left, right);
  double quotient = (left - remainder) / right;
  if (remainder != 0 && (right < 0) != (remainder < 0)) {
    remainder += right;
    quotient -= 1;
  } else if (remainder == 0) {
    remainder = std::copysign(0.0, right);
  }
  if (quotient == 0)
    return std::copysign(0.0, left / right);
  double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

static Value integerPower(Machine &machine, std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  for (;;) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
      return failRange(machine);
    exponent >>= 1;
    if (exponent == 0)
      return Value::integer(result);
    if (__builtin_mul_overflow(base, base, &base))
      return failRange(machine);
  }
}

static Value integerArithmetic(Machine &machine, std::string_view sign, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflow = false;
  if (sign == "+")
    overflow = __builtin_add_overflow(left, right, &result);
  else if (sign == "-")
    overflow = __builtin_sub_overflow(left, right, &result);
  else if (sign == "*")
    overflow = __builtin_mul_overflow(left, right, &result);
  else if (sign == "**")
    return integerPower(machine, left, right);
  else if (left == INT64_MIN && right == -1)
    overflow = sign == "//";
  else if (sign == "//")
    result = left / right - (left % right != 0 && (left < 0) != (right < 0));
  else if (result = left % right; result != 0 && (result < 0) != (right < 0))
    result += right;
  return overflow ? failRange(machine) : Value::integer(result);
}

static Value realArithmetic(Machine &machine, std::string_view sign, double left, double right) {
  double remainder = 0;
  if (sign == "+")
    return Value::real(left + right);
  if (sign == "-")
    return Value::real(left - right);
  if (sign == "*")
    return Value::real(left * right);
  if (sign == "/")
    return Value::real(left / right);
  if (sign == "//")
    return Value::real(floorQuotient(left, right, remainder));
  if (sign == "%") {
    floorQuotient(left, right, remainder);
    return Value::real(remainder);
  }
  double power = std::pow(left, right);
  if (left < 0 && std::floor(right) != right && std::isfinite(right))
    return machine.fail("a negative number has no real power " + std::to_string(right));
  if (std::isinf(power) && std::isfinite(left) && std::isfinite(right))
    return machine.fail("the result of '**' is too large");
  return Value::real(power);
}

static Value numberArithmetic(Machine &machine, std::string_view sign, const Value &left, const Value &right) {
  bool divides = sign == "/" || sign == "//" || sign == "%";
  bool isZero = right.asDouble() == 0;
  if (divides && isZero)
    return machine.fail("division by zero");
  if (sign == "**" && left.asDouble() == 0 && right.asDouble() < 0)
    return machine.fail("zero has no negative power");
  bool integral = left.isIntegral() && right.isIntegral() && sign != "/";
  if (integral && !(sign == "**" && right.asInt() < 0))
    return integerArithmetic(machine, sign, left.asInt(), right.asInt());
  if (sign == "/" && left.isIntegral() && right.isIntegral()) // a long double holds both exactly
    return Value::real(static_cast<double>(static_cast<long double>(left.asInt()) / right.asInt()));
  return realArithmetic(machine, sign, left.asDouble(), right.asDouble());
}

/// str + str; if one side is markup the other is escaped.
static Value joinStrings(Machine &machine, const Value &left, const Value &right) {
  if (!machine.charge(left.text().size() + right.text().size()))
    return Value();
  bool markup = left.isMarkup() || right.isMarkup();
  if (!markup || left.isMarkup() == right.isMarkup())
    return Value::string(left.text() + right.text(), markup);
  std::string text = left.isMarkup() ? left.text() : escapeHtml(left.text());
  return machine.makeString(text + (right.isMarkup() ? right.text() : escapeHtml(right.text())), true);
}

static Value joinSequences(Machine &machine, const Value &left, const Value &right) {
  std::vector<Value> items = left.as<SequenceObject>().items;
  const std::vector<Value> &more = right.as<SequenceObject>().items;
  items.insert(items.end(), more.begin(), more.end());
  return left.is(Kind::List) ? machine.makeList(std::move(items)) : machine.makeTuple(std::move(items));
}

static Value repeat(Machine &machine, const Value &value, std::int64_t times) {
  std::uint64_t count = static_cast<std::uint64_t>(std::max<std::int64_t>(times, 0));
  std::uint64_t size = value.isString() ? value.text().size() : value.as<SequenceObject>().items.size() * sizeof(Value);
  if (size != 0 && (count > UINT64_MAX / size || !machine.charge(size * count) || !machine.step(count)))
    return machine.fail("the result of '*' is too large");
  if (value.isString()) {
    std::string text;
    for (std::uint64_t i = 0; i < count && size != 0; ++i)
      text += value.text();
    return Value::string(std::move(text), value.isMarkup());
  }
  std::vector<Value> items;
  const std::vector<Value> &once = value.as<SequenceObject>().items;
  for (std::uint64_t i = 0; i < count && size != 0; ++i)
    items.insert(items.end(), once.begin(), once.end());
  return value.is(Kind::List) ? machine.makeList(std::move(items)) : machine.makeTuple(std::move(items));
}

Value jinja::arithmetic(Machine &machine, std::string_view sign, const Value &left, const Value &right) {
  if (left.isNumber() && right.isNumber())
    return numberArithmetic(machine, sign, left, right);
  if (sign == "%" && left.isString())
    return formatPercent(machine, left, right);
  if (sign == "+" && left.isString() && right.isString())
    return joinStrings(machine, left, right);
  if (sign == "+" && left.isSequence() && left.kind() == right.kind())
    return joinSequences(machine, left, right);
  auto repeatable = [](const Value &value) { return value.isString() || value.isSequence(); };
  if (sign == "*" && repeatable(left) && right.isIntegral())
    return repeat(machine, left, right.asInt());
  if (sign == "*" && left.isIntegral() && repeatable(right))
    return repeat(machine, right, left.asInt());
  return failOperands(machine, sign, left, right);
}

Value jinja::negate(Machine &machine, const Value &value) {
  if (value.is(Kind::Float))
    return Value::real(-value.asDouble());
  if (value.isIntegral())
    return value.asInt() == INT64_MIN ? failRange(machine) : Value::integer(-value.asInt());
  return value.isUndefined() ? machine.failUndefined(value)
                             : machine.fail("'-' cannot be applied to a " + typeName(value));
}

Value jinja::positive(Machine &machine, const Value &value) {
  if (value.is(Kind::Float))
    return value;
  if (value.isIntegral())
    return Value::integer(value.asInt());
  return value.isUndefined() ? machine.failUndefined(value)
                             : machine.fail("'+' cannot be applied to a " + typeName(value));
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

template <typename T> static bool ordered(std::string_view sign, const T &left, const T &right) {
  return sign == "<" ? left < right : sign == "<=" ? left <= right : sign == ">" ? left > right : left >= right;
}

static bool order(Machine &machine, std::string_view sign, const Value &left, const Value &right) {
  if (left.isIntegral() && right.isIntegral())
    return ordered(sign, left.asInt(), right.asInt());
  if (left.isNumber() && right.isNumber()) { // a long double holds both exactly
    auto wide = [](const Value &value) -> long double {
      return value.isIntegral() ? static_cast<long double>(value.asInt()) : value.asDouble();
    };
    return ordered(sign, wide(left), wide(right));
  }
  if (left.isString() && right.isString())
    return ordered(sign, left.text(), right.text()); // UTF-8 sorts as code points do
  if (left.isSequence() && left.kind() == right.kind()) {
    const std::vector<Value> &one = left.as<SequenceObject>().items, &other = right.as<SequenceObject>().items;
    auto [here, there] = std::mismatch(one.begin(), one.end(), other.begin(), other.end(), equal);
    if (here == one.end() || there == other.end())
      return ordered(sign, one.size(), other.size());
    return order(machine, sign, *here, *there);
  }
  failOperands(machine, sign, left, right);
  return false;
}

bool jinja::lessThan(Machine &machine, const Value &left, const Value &right) {
  return order(machine, "<", left, right);
}

/// Whether a dict has the key, or what an item of it has as key and value.
static bool viewContains(Machine &machine, const ViewObject &view, const Value &item) {
  if (view.what == ViewObject::Keys)
    return contains(machine, view.dict, item);
  if (!item.is(Kind::Tuple) || item.as<SequenceObject>().items.size() != 2)
    return false;
  const std::vector<Value> &pair = item.as<SequenceObject>().items;
  return contains(machine, view.dict, pair[0]) && equal(*view.dict.as<DictObject>().find(pair[0]), pair[1]);
}

bool jinja::contains(Machine &machine, const Value &container, const Value &item) {
  switch (container.kind()) {
  case Kind::String:
    if (item.isString())
      return container.text().find(item.text()) != std::string::npos;
    machine.fail("'in' a string needs a string, not a " + typeName(item));
    return false;
  case Kind::Dict:
    if (!isHashable(item)) {
      machine.fail("a " + typeName(item) + " cannot be a key");
      return false;
    }
    return container.as<DictObject>().find(item) != nullptr;
  case Kind::View:
    if (container.as<ViewObject>().what == ViewObject::Values)
      break;
    return viewContains(machine, container.as<ViewObject>(), item);
  case Kind::Undefined:
    return false;
  default:
    break;
  }
  if (!isIterable(container)) {
    machine.fail("'in' needs something with members, not a " + typeName(container));
    return false;
  }
  Value iterator = iterate(machine, container), member;
  while (nextOf(machine, iterator, member))
    if (equal(member, item))
      return true;
  return false;
}

bool jinja::compare(Machine &machine, std::string_view sign, const Value &left, const Value &right) {
  if (!machine.walk(left) || !machine.walk(right))
    return false;
  if (sign == "==")
    return equal(left, right);
  if (sign == "!=")
    return !equal(left, right);
  if (sign == "in")
    return contains(machine, right, left);
  if (sign == "not in")
    return !contains(machine, right, left);
  return order(machine, sign, left, right);
}
