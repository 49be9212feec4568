//===- PercentFormat.cpp - "%s" % values ----------------------------------===//
//
// Python's printf-style formatting: %(name)flags width.precision type, where width and precision may be `*`.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/FormatSpec.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Printing.h"

#include <cmath>

using namespace tern;
using namespace tern::jinja;

namespace {

class PercentFormatter {
public:
  PercentFormatter(Machine &machine, const Value &format, const Value &values)
      : machine(machine), format(format.text()), markup(format.isMarkup()), values(values) {}

  Value run() {
    while (at < format.size() && !machine.failed()) {
      std::size_t percent = std::min(format.find('%', at), format.size());
      append(format.substr(at, percent - at));
      at = percent;
      if (at < format.size())
        directive();
    }
    bool isSingle = !values.is(Kind::Tuple);
    bool mayIgnore = values.is(Kind::Dict) || values.is(Kind::List) || values.isUndefined() || values.is(Kind::Range);
    bool all = isSingle ? used > 0 || mayIgnore || byName : used == values.as<SequenceObject>().items.size();
    if (!all)
      machine.fail("the format does not use all values");
    return machine.failed() ? Value() : machine.makeString(std::move(text), markup);
  }

private:
  Machine &machine;
  const std::string &format;
  bool markup;
  const Value &values;
  std::string text;
  std::size_t at = 0, used = 0;
  bool byName = false;

  void append(std::string_view piece) {
    if (machine.charge(piece.size()))
      text += piece;
  }

  Value nextValue() {
    bool isTuple = values.is(Kind::Tuple);
    std::size_t count = isTuple ? values.as<SequenceObject>().items.size() : 1;
    if (used >= count)
      return machine.fail("the format needs more values");
    return isTuple ? values.as<SequenceObject>().items[used++] : (++used, values);
  }

  /// A number in the format, or the next value for `*`.
  std::int64_t number(std::int64_t absent) {
    if (at < format.size() && format[at] == '*') {
      ++at;
      Value value = nextValue();
      if (!machine.failed() && !value.isIntegral())
        machine.fail("'*' in a format needs an integer");
      return value.isIntegral() ? value.asInt() : 0;
    }
    std::int64_t result = absent;
    for (; at < format.size() && digitValue(format[at]) < 10; ++at)
      result = std::min<std::int64_t>((result < 0 ? 0 : result) * 10 + digitValue(format[at]), INT32_MAX);
    return result;
  }

  bool takeName(Value &value) {
    std::size_t start = ++at, depth = 1;
    for (; at < format.size() && depth > 0; ++at)
      depth += format[at] == '(' ? 1 : format[at] == ')' ? -1 : 0;
    if (depth > 0)
      return machine.fail("a name in the format has no end"), false;
    std::string name = format.substr(start, at - 1 - start);
    if (!values.is(Kind::Dict))
      return machine.fail("a format with names needs a dict"), false;
    const Value *found = values.as<DictObject>().find(name);
    if (!found)
      return machine.fail("the format names '" + name.substr(0, 80) + "', which is not there"), false;
    value = *found;
    return byName = true;
  }

  void directive() {
    ++at;
    Value value;
    bool named = false;
    FormatSpec spec;
    if (at < format.size() && format[at] == '(' && !(named = takeName(value)))
      return;
    for (; at < format.size() && std::string_view("-+ #0").find(format[at]) != std::string_view::npos; ++at) {
      switch (format[at]) {
      case '-':
        spec.align = '<';
        break;
      case '0':
        spec.zeroPad = true;
        break;
      case '#':
        spec.alternate = true;
        break;
      default:
        spec.sign = spec.sign == '+' ? '+' : format[at];
      }
    }
    spec.width = number(-1);
    if (spec.width < -1) {
      spec.align = '<';
      spec.width = -spec.width;
    }
    if (at < format.size() && format[at] == '.') {
      ++at;
      spec.precision = std::max<std::int64_t>(number(0), 0);
    }
    while (at < format.size() && std::string_view("hlL").find(format[at]) != std::string_view::npos)
      ++at;
    if (at >= format.size()) {
      machine.fail("the format ends inside a directive");
      return;
    }
    spec.type = format[at++];
    if (spec.type == '%')
      return append("%");
    if (!named)
      value = nextValue();
    if (!machine.failed())
      convert(value, spec);
  }

  void convert(const Value &value, FormatSpec &spec) {
    bool left = spec.align == '<';
    spec.zeroPad &= !left;
    switch (spec.type) {
    case 's':
    case 'r':
    case 'a': {
      std::string piece = spec.type == 's' ? strOf(machine, value) : reprOf(machine, value);
      if (markup && !value.isMarkup())
        piece = escapeHtml(piece);
      spec.align = left ? '<' : '>';
      spec.zeroPad = false;
      return append(formatString(machine, piece, spec));
    }
    case 'c':
      return convertCharacter(value, spec, left);
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return convertInteger(value, spec);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      if (!value.isNumber())
        return failType(value, spec.type);
      if (spec.precision < 0)
        spec.precision = 6;
      return append(formatFloat(machine, value.asDouble(), spec));
    default:
      machine.fail(std::string("a format has no type '") + spec.type + "'");
    }
  }

  void failType(const Value &value, char type) {
    if (value.isUndefined())
      machine.failUndefined(value);
    machine.fail(std::string("'%") + type + "' cannot format a " + typeName(value));
  }

  void convertCharacter(const Value &value, FormatSpec &spec, bool left) {
    std::string piece;
    if (value.isString() && countCharacters(value.text()) == 1)
      piece = value.text();
    else if (value.isIntegral() && value.asInt() >= 0 && value.asInt() < 0x110000 &&
             (value.asInt() < 0xD800 || value.asInt() > 0xDFFF))
      appendCharacter(piece, static_cast<char32_t>(value.asInt()));
    else
      return failType(value, 'c');
    spec.align = left ? '<' : '>';
    spec.zeroPad = false;
    spec.precision = -1;
    append(formatString(machine, piece, spec));
  }

  void convertInteger(const Value &value, FormatSpec &spec) {
    bool decimal = spec.type == 'd' || spec.type == 'i' || spec.type == 'u';
    std::int64_t integer = value.isIntegral() ? value.asInt() : 0;
    if (value.is(Kind::Float) && decimal && std::fabs(value.asDouble()) < 9.2e18)
      integer = static_cast<std::int64_t>(value.asDouble());
    else if (!value.isIntegral())
      return failType(value, spec.type);
    spec.type = decimal ? 'd' : spec.type;
    append(formatInteger(machine, integer, spec));
  }
};

} // namespace

Value jinja::formatPercent(Machine &machine, const Value &format, const Value &values) {
  return PercentFormatter(machine, format, values).run();
}
