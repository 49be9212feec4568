//===- TextFilters.cpp - Filters over text --------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Strings.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

/// What a filter works on: strings as they are, other values as they print.
static Value soft(Machine &machine, const Value &value) {
  return value.isString() ? value : machine.makeString(strOf(machine, value));
}

template <std::string (*convert)(std::string_view)>
static Value filterCase(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "case conversion", arguments, {});
  Value text = soft(machine, self);
  if (!given || !machine.charge(text.text().size() * 8))
    return Value();
  return machine.makeString(convert(text.text()), text.isMarkup());
}

/// Upper case at the start and after blanks, hyphens and opening brackets, lower case elsewhere.
static std::string titled(std::string_view text) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t start = at;
    bool separator = false;
    while (at < text.size() && !separator) {
      std::size_t next = at;
      char32_t code = readCharacter(text, next);
      separator = isSpace(code) || (code < 0x80 && std::string_view("-({[<").find(static_cast<char>(code)) < 5);
      if (!separator)
        at = next;
      else if (at == start)
        result += text.substr(at, next - at), at = start = next, separator = false;
    }
    std::size_t second = start;
    if (start < at) {
      readCharacter(text, second);
      result += toUpper(text.substr(start, second - start)) + toLower(text.substr(second, at - second));
    }
  }
  return result;
}

static Value filterTrim(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "trim", arguments, {"chars"});
  Value text = soft(machine, self);
  std::string chars = given[0].is(Kind::None) ? "" : given.text(0, "");
  std::string_view set = chars;
  if (!given)
    return Value();
  return machine.makeString(std::string(strip(text.text(), true, true, given[0].is(Kind::None) ? nullptr : &set)),
                            text.isMarkup());
}

static Value filterReplace(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "replace", arguments, {"old", "new", "count"}, 2);
  if (!given)
    return Value();
  std::int64_t limit = given[2].is(Kind::None) ? -1 : given.integer(2, -1);
  std::string text = strOf(machine, self), from = strOf(machine, given[0]), to = strOf(machine, given[1]);
  return given ? machine.makeString(replaceAll(machine, text, from, to, limit)) : Value();
}

static Value filterCenter(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "center", arguments, {"width"});
  Value text = soft(machine, self);
  std::int64_t width = given.integer(0, 80);
  return given ? machine.makeString(centered(machine, text.text(), width), text.isMarkup()) : Value();
}

static Value filterIndent(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "indent", arguments, {"width", "first", "blank"});
  if (given && !self.isString())
    return self.isUndefined() ? machine.failUndefined(self)
                              : machine.fail("'indent' needs text, not a " + typeName(self));
  bool first = given.flag(1, false), blank = given.flag(2, false);
  std::string indention = given[0].isString() ? given.text(0, "") : repeated(machine, " ", given.integer(0, 4));
  if (!given)
    return Value();
  std::string padded = self.text() + "\n", text;
  std::vector<std::string_view> lines = splitLines(padded, false);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    bool indented = i == 0 ? first : blank || !lines[i].empty();
    if (!machine.charge(indention.size() + lines[i].size() + 1))
      return Value();
    text += i > 0 ? "\n" : "";
    text += indented ? indention : std::string();
    text += lines[i];
  }
  return machine.makeString(std::move(text), self.isMarkup());
}

static Value filterTruncate(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "truncate", arguments, {"length", "killwords", "end", "leeway"});
  std::int64_t length = given.integer(0, 255), leeway = given[3].is(Kind::None) ? 5 : given.integer(3, 5);
  std::string end = given.text(2, "...");
  std::int64_t keep = length - static_cast<std::int64_t>(countCharacters(end));
  if (given && (keep < 0 || leeway < 0))
    return machine.fail("'truncate' needs a length of at least that of its end, and a leeway that is not negative");
  std::int64_t present = lengthOf(machine, self);
  if (!given || (present >= 0 && present <= length + leeway)) // whatever it is
    return self;
  if (!self.isString())
    return machine.fail("'truncate' needs text, not a " + typeName(self));
  std::string text = self.text().substr(0, byteOffset(self.text(), static_cast<std::size_t>(keep)));
  if (std::size_t blank = text.rfind(' '); !given.flag(1, false) && blank != std::string::npos)
    text.resize(blank);
  return machine.makeString(text + end, self.isMarkup());
}

static Value filterWordCount(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "wordcount", arguments, {});
  std::string text = strOf(machine, self);
  std::int64_t words = 0;
  bool inWord = false;
  for (std::size_t at = 0; at < text.size();) {
    bool wasInWord = inWord;
    inWord = isWordCharacter(readCharacter(text, at));
    words += inWord && !wasInWord;
  }
  return given ? Value::integer(words) : Value();
}

static Value filterString(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "string", arguments, {});
  return given ? soft(machine, self) : Value();
}

static Value filterFormat(Machine &machine, const Value &self, Arguments &arguments) {
  if (!arguments.positional.empty() && !arguments.named.empty())
    return machine.fail("'format' takes positional or named arguments, not both");
  Value values;
  if (arguments.named.empty()) {
    values = machine.makeTuple(arguments.positional);
  } else {
    auto dict = std::make_shared<DictObject>();
    for (const auto &[name, value] : arguments.named)
      dict->set(Value::string(name), value);
    values = machine.makeDict(std::move(dict));
  }
  return machine.failed() ? Value() : formatPercent(machine, soft(machine, self), values);
}

const Builtin *jinja::findTextFilter(std::string_view name) {
  static constexpr Builtin table[] = {
      {"upper", filterCase<toUpper>}, {"lower", filterCase<toLower>}, {"capitalize", filterCase<toCapitalized>},
      {"title", filterCase<titled>},  {"trim", filterTrim},           {"replace", filterReplace},
      {"center", filterCenter},       {"indent", filterIndent},       {"truncate", filterTruncate},
      {"wordcount", filterWordCount}, {"string", filterString},       {"format", filterFormat},
      {"tojson", filterToJson},       {"wordwrap", filterWordWrap},   {"pprint", filterPrettyPrint},
  };
  return findBuiltin(table, name);
}
