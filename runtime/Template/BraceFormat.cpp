//===- BraceFormat.cpp - "{}".format(values) ------------------------------===//
//
// Python's str.format in the sandbox: fields may follow attributes and items, which are reached as a template would.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/FormatSpec.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Printing.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

class BraceFormatter {
public:
  BraceFormatter(Machine &machine, bool markup, const Arguments &arguments)
      : machine(machine), markup(markup), arguments(arguments) {}

  /// `level` 1 is the specification inside a field, whose own fields may not nest further.
  std::string run(std::string_view format, int level = 0) {
    std::string text;
    for (std::size_t at = 0; at < format.size() && !machine.failed();) {
      char c = format[at];
      bool doubled = (c == '{' || c == '}') && at + 1 < format.size() && format[at + 1] == c;
      if (doubled || (c != '{' && c != '}')) {
        text += c;
        at += doubled ? 2 : 1;
      } else if (c == '}') {
        machine.fail("a '}' in the format stands alone");
      } else {
        std::size_t end = fieldEnd(format, at + 1);
        if (end == std::string_view::npos || level > 1)
          machine.fail("a field of the format has no end or nests too deep");
        else
          text += field(format.substr(at + 1, end - at - 1), level);
        at = end + 1;
      }
    }
    return text;
  }

private:
  Machine &machine;
  bool markup;
  const Arguments &arguments;
  std::size_t automatic = 0;
  bool usesAutomatic = false, usesNumbers = false;

  static std::size_t fieldEnd(std::string_view format, std::size_t at) {
    for (int depth = 1; at < format.size(); ++at) {
      depth += format[at] == '{' ? 1 : format[at] == '}' ? -1 : 0;
      if (depth == 0)
        return at;
    }
    return std::string_view::npos;
  }

  std::string field(std::string_view field, int level) {
    std::size_t nameEnd = 0;
    for (bool inBrackets = false; nameEnd < field.size(); ++nameEnd) {
      char c = field[nameEnd];
      inBrackets = c == '[' || (inBrackets && c != ']');
      if (!inBrackets && (c == '!' || c == ':'))
        break;
    }
    char conversion = '\0';
    std::string_view rest = field.substr(nameEnd);
    if (!rest.empty() && rest[0] == '!') {
      if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':'))
        return machine.fail("a field of the format has a broken conversion"), std::string();
      conversion = rest[1];
      rest.remove_prefix(2);
    }
    Value value = lookUp(std::string(field.substr(0, nameEnd)));
    std::string spec = rest.empty() ? "" : run(rest.substr(1), level + 1);
    if (machine.failed())
      return {};
    if (conversion == 'r' || conversion == 's' || conversion == 'a')
      value = machine.makeString(conversion == 's' ? strOf(machine, value) : reprOf(machine, value));
    else if (conversion)
      machine.fail("a field may be converted with !r, !s or !a");
    std::string text = machine.failed() ? std::string() : formatted(value, spec);
    return markup && !value.isMarkup() ? escapeHtml(text) : text;
  }

  Value argument(const std::string &name) {
    bool isNumber = std::all_of(name.begin(), name.end(), [](char c) { return digitValue(c) < 10; });
    if (!isNumber) {
      for (const auto &[known, value] : arguments.named)
        if (known == name)
          return value;
      return machine.fail("the format names '" + name.substr(0, 80) + "', which is not given");
    }
    (name.empty() ? usesAutomatic : usesNumbers) = true;
    if (usesAutomatic && usesNumbers)
      return machine.fail("a format numbers all of its fields or none");
    std::size_t index =
        name.empty() ? automatic++ : static_cast<std::size_t>(parseInteger(name, 10).value_or(INT64_MAX));
    if (index >= arguments.positional.size())
      return machine.fail("the format needs " + std::to_string(index + 1) + " values");
    return arguments.positional[index];
  }

  Value lookUp(const std::string &path) {
    std::size_t at = std::min(path.find_first_of(".["), path.size());
    Value value = argument(path.substr(0, at));
    while (at < path.size() && !machine.failed()) {
      bool isItem = path[at] == '[';
      std::size_t end = isItem ? path.find(']', at) : std::min(path.find_first_of(".[", at + 1), path.size());
      if (end == std::string::npos || end == at + 1)
        return machine.fail("a field of the format has a broken path");
      std::string name = path.substr(at + 1, end - at - 1);
      bool isIndex = isItem && std::all_of(name.begin(), name.end(), [](char c) { return digitValue(c) < 10; });
      if (isIndex)
        value = itemOf(machine, value, Value::integer(parseInteger(name, 10).value_or(INT64_MAX)));
      else
        value = isItem ? itemOf(machine, value, Value::string(name)) : memberOf(machine, value, name);
      at = end + isItem;
      if (isItem && at < path.size() && path[at] != '.' && path[at] != '[')
        return machine.fail("a field of the format has a broken path");
    }
    return value;
  }

  std::string formatted(const Value &value, const std::string &specText) {
    if (specText.empty())
      return strOf(machine, value);
    FormatSpec spec;
    bool isText = value.isString();
    if (!value.isNumber() && !isText) {
      machine.fail("a " + typeName(value) + " cannot be formatted with '" + specText.substr(0, 80) + "'");
      return {};
    }
    std::string_view types = isText ? "s" : value.isIntegral() ? "bcdoxXneEfFgG%" : "eEfFgGn%";
    if (!parseSpec(specText, spec) || (spec.type && types.find(spec.type) == std::string_view::npos) ||
        (isText && (spec.sign || spec.alternate || spec.grouping || spec.align == '='))) {
      machine.fail("'" + specText.substr(0, 80) + "' does not format a " + typeName(value));
      return {};
    }
    if (isText)
      return formatString(machine, value.text(), spec);
    bool asFloat = value.is(Kind::Float) || (spec.type && std::string_view("eEfFgG%").find(spec.type) < 7);
    if (asFloat)
      return formatFloat(machine, value.asDouble(), spec);
    return integer(value.asInt(), spec);
  }

  std::string integer(std::int64_t value, FormatSpec &spec) {
    if (spec.precision >= 0) {
      machine.fail("an integer has no precision");
      return {};
    }
    if (spec.type != 'c')
      return formatInteger(machine, value, spec);
    if (value < 0 || value >= 0x110000 || (value >= 0xD800 && value < 0xE000)) {
      machine.fail("no character has the number " + std::to_string(value));
      return {};
    }
    std::string text;
    appendCharacter(text, static_cast<char32_t>(value));
    return formatString(machine, text, spec);
  }

  /// [[fill]align][sign][z][#][0][width][grouping][.precision][type]
  bool parseSpec(std::string_view text, FormatSpec &spec) {
    auto isAlign = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
    std::size_t at = 0, next = 0;
    readCharacter(text, next);
    if (next < text.size() && isAlign(text[next])) {
      spec.fill = std::string(text.substr(0, next));
      spec.align = text[next];
      at = next + 1;
    } else if (isAlign(text[0])) {
      spec.align = text[at++];
    }
    auto take = [&](std::string_view wanted) {
      bool found = at < text.size() && wanted.find(text[at]) != std::string_view::npos;
      return found ? text[at++] : '\0';
    };
    auto number = [&](std::int64_t &value) {
      for (; at < text.size() && digitValue(text[at]) < 10; ++at)
        value = std::min<std::int64_t>((value < 0 ? 0 : value) * 10 + digitValue(text[at]), INT32_MAX);
    };
    char sign = take("+- ");
    spec.sign = sign == '-' ? '\0' : sign;
    spec.alternate = take("#");
    spec.zeroPad = take("0");
    number(spec.width);
    spec.grouping = take(",_");
    if (take(".")) {
      number(spec.precision);
      if (spec.precision < 0)
        return false;
    }
    spec.type = at < text.size() ? text[at++] : '\0';
    return at == text.size();
  }
};

} // namespace

Value jinja::formatBraces(Machine &machine, const Value &format, Arguments &arguments) {
  std::string text = BraceFormatter(machine, format.isMarkup(), arguments).run(format.text());
  return machine.failed() ? Value() : machine.makeString(std::move(text), format.isMarkup());
}
