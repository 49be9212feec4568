//===- Tests.cpp - What may follow `is` -----------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

/// A test that takes no arguments and cannot fail.
template <bool (*holds)(const Value &)>
static Value plainTest(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "test", arguments, {});
  return Value::boolean(given && holds(self));
}

static bool isDefined(const Value &value) { return !value.isUndefined(); }
static bool isUndefined(const Value &value) { return value.isUndefined(); }
static bool isNone(const Value &value) { return value.is(Kind::None); }
static bool isBoolean(const Value &value) { return value.is(Kind::Bool); }
static bool isTrue(const Value &value) { return value.is(Kind::Bool) && value.asInt(); }
static bool isFalse(const Value &value) { return value.is(Kind::Bool) && !value.asInt(); }
static bool isInteger(const Value &value) { return value.is(Kind::Int); }
static bool isFloat(const Value &value) { return value.is(Kind::Float); }
static bool isNumber(const Value &value) { return value.isNumber(); }
static bool isString(const Value &value) { return value.isString(); }
static bool isMapping(const Value &value) { return value.is(Kind::Dict); }
static bool isEscaped(const Value &value) { return value.isMarkup(); }
static bool isSequence(const Value &value) {
  return value.isString() || value.isSequence() || value.is(Kind::Dict) || value.is(Kind::Range) || value.isUndefined();
}

/// Whether there is a filter or a test of that name, looked up as a key is.
template <NativeFunction (*find)(std::string_view)>
static Value testName(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "test", arguments, {});
  if (given && !isHashable(self))
    return machine.fail("a " + typeName(self) + " cannot be a name");
  return Value::boolean(given && self.isString() && find(self.text()));
}

/// Whether there is a letter of the case `wanted` and none of the other.
static bool hasCase(std::string_view text, bool (*wanted)(char32_t), bool (*other)(char32_t)) {
  bool found = false;
  for (std::size_t at = 0; at < text.size();) {
    char32_t code = readCharacter(text, at);
    if (other(code) || isTitle(code))
      return false;
    found |= wanted(code);
  }
  return found;
}

static Value testLower(Machine &machine, const Value &self, Arguments &) {
  return Value::boolean(hasCase(strOf(machine, self), isLower, isUpper));
}

static Value testUpper(Machine &machine, const Value &self, Arguments &) {
  return Value::boolean(hasCase(strOf(machine, self), isUpper, isLower));
}

/// Whether value % divisor is `remainder`.
static Value testRemainder(Machine &machine, const Value &self, const Value &divisor, std::int64_t remainder) {
  Value rest = arithmetic(machine, "%", self, divisor);
  return Value::boolean(!machine.failed() && equal(rest, Value::integer(remainder)));
}

static Value testOdd(Machine &machine, const Value &self, Arguments &) {
  return testRemainder(machine, self, Value::integer(2), 1);
}

static Value testEven(Machine &machine, const Value &self, Arguments &) {
  return testRemainder(machine, self, Value::integer(2), 0);
}

static Value testDivisibleBy(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "divisibleby", arguments, {"num"}, 1);
  return given ? testRemainder(machine, self, given[0], 0) : Value();
}

static Value testSameAs(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "sameas", arguments, {"other"}, 1);
  Value other = given[0];
  if (!given || self.kind() != other.kind())
    return Value::boolean(false);
  bool small = self.identity() || self.is(Kind::None) || self.isIntegral();
  return Value::boolean(small && self.identity() == other.identity() && (self.identity() || equal(self, other)));
}

static Value testIn(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "in", arguments, {"seq"}, 1);
  return given ? Value::boolean(compare(machine, "in", self, given[0])) : Value();
}

template <char first, char second = '\0'>
static Value testCompare(Machine &machine, const Value &self, Arguments &arguments) {
  static constexpr char sign[] = {first, second, '\0'};
  Parameters given(machine, sign, arguments, {"other"}, 1);
  return given ? Value::boolean(compare(machine, sign, self, given[0])) : Value();
}

NativeFunction jinja::findTest(std::string_view name) {
  static constexpr Builtin table[] = {
      {"defined", plainTest<isDefined>},
      {"undefined", plainTest<isUndefined>},
      {"none", plainTest<isNone>},
      {"boolean", plainTest<isBoolean>},
      {"true", plainTest<isTrue>},
      {"false", plainTest<isFalse>},
      {"integer", plainTest<isInteger>},
      {"float", plainTest<isFloat>},
      {"number", plainTest<isNumber>},
      {"string", plainTest<isString>},
      {"mapping", plainTest<isMapping>},
      {"sequence", plainTest<isSequence>},
      {"iterable", plainTest<isIterable>},
      {"callable", plainTest<isCallable>},
      {"escaped", plainTest<isEscaped>},
      {"filter", testName<findFilter>},
      {"test", testName<findTest>},
      {"lower", testLower},
      {"upper", testUpper},
      {"odd", testOdd},
      {"even", testEven},
      {"divisibleby", testDivisibleBy},
      {"sameas", testSameAs},
      {"in", testIn},
      {"==", testCompare<'=', '='>},
      {"eq", testCompare<'=', '='>},
      {"equalto", testCompare<'=', '='>},
      {"!=", testCompare<'!', '='>},
      {"ne", testCompare<'!', '='>},
      {">", testCompare<'>'>},
      {"gt", testCompare<'>'>},
      {"greaterthan", testCompare<'>'>},
      {">=", testCompare<'>', '='>},
      {"ge", testCompare<'>', '='>},
      {"<", testCompare<'<'>},
      {"lt", testCompare<'<'>},
      {"lessthan", testCompare<'<'>},
      {"<=", testCompare<'<', '='>},
      {"le", testCompare<'<', '='>},
  };
  const Builtin *found = findBuiltin(table, name);
  return found ? found->function : nullptr;
}
