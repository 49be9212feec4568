//===- TranslationMethods.cpp - maketrans and translate of str ------------===//
//
// A translation table has for a character's code, an integer, what comes in its place: the code of another character, a
// text, or None for nothing. Characters that it lacks stay as they are. maketrans makes dicts of that kind, but Python
// takes whatever has items: in a list, tuple, range or string the code is the index.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"

using namespace tern;
using namespace tern::jinja;

//===----------------------------------------------------------------------===//
// maketrans
//===----------------------------------------------------------------------===//

/// From each character of the first text to that of the second in its place; those of the third text to nothing.
static bool tableOfTexts(Machine &machine, const Parameters &given, DictObject &table) {
  std::string from = given.text(0, ""), to = given.text(1, ""), dropped = given.text(2, "");
  // Each character becomes an entry, which makeDict charges; this is for the time until then.
  if (!given || !machine.charge((from.size() + dropped.size()) * sizeof(Value)))
    return false;
  if (countCharacters(from) != countCharacters(to)) {
    machine.fail("'maketrans' needs two texts of one length, not " + std::to_string(countCharacters(from)) + " and " +
                 std::to_string(countCharacters(to)) + " characters");
    return false;
  }
  for (std::size_t at = 0, toAt = 0; at < from.size();) {
    char32_t code = readCharacter(from, at);
    table.set(Value::integer(code), Value::integer(readCharacter(to, toAt)));
  }
  for (std::size_t at = 0; at < dropped.size();)
    table.set(Value::integer(readCharacter(dropped, at)), Value::none());
  return true;
}

/// A dict whose keys may be characters, with their codes instead.
static bool tableOfDict(Machine &machine, const Value &given, DictObject &table) {
  if (!given.is(Kind::Dict)) {
    machine.fail("'maketrans' needs a dict, or two texts of one length, not a " + typeName(given));
    return false;
  }
  const auto &entries = given.as<DictObject>().entries;
  if (!machine.walk(given) || !machine.charge(entries.size() * 2 * sizeof(Value)))
    return false;
  for (const auto &[key, value] : entries) {
    bool isCharacter = key.isString() && countCharacters(key.text()) == 1;
    if (!isCharacter && !key.isIntegral()) {
      machine.fail(
          "'maketrans' needs keys that are one character or an integer, not " +
          (key.isString() ? "a text of " + std::to_string(countCharacters(key.text())) : "a " + typeName(key)));
      return false;
    }
    std::size_t at = 0;
    table.set(isCharacter ? Value::integer(readCharacter(key.text(), at)) : key, value);
  }
  return true;
}

Value jinja::methodMakeTranslation(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "maketrans", arguments, {"x", "y", "z"}, 1);
  if (!given)
    return Value();
  auto table = std::make_shared<DictObject>();
  bool isMade = given.has(1) ? tableOfTexts(machine, given, *table) : tableOfDict(machine, given[0], *table);
  return isMade ? machine.makeDict(std::move(table)) : Value();
}

//===----------------------------------------------------------------------===//
// translate
//===----------------------------------------------------------------------===//

namespace {

/// What a table has for a code. The items of what is no dict are taken out once.
class TranslationTable {
public:
  TranslationTable(Machine &machine, Value given) : table(std::move(given)) {
    bool hasItems = table.isSequence() || table.is(Kind::Range) || table.isString();
    if (table.isUndefined())
      machine.failUndefined(table);
    else if (hasItems)
      collect(machine, table, items);
    else if (!table.is(Kind::Dict))
      machine.fail("'translate' needs a table, such as maketrans gives, not a " + typeName(table));
  }

  const Value *find(char32_t code) const {
    if (table.is(Kind::Dict))
      return table.as<DictObject>().find(Value::integer(code));
    return code < items.size() ? &items[code] : nullptr;
  }

private:
  Value table;
  std::vector<Value> items; ///< Of a table that is no dict.
};

} // namespace

static bool appendTranslated(Machine &machine, const Value &replacement, std::string &text) {
  if (replacement.is(Kind::None))
    return true;
  if (replacement.isString()) {
    text += machine.charge(replacement.text().size()) ? replacement.text() : std::string();
    return !machine.failed();
  }
  if (!replacement.isIntegral()) {
    machine.fail("'translate' needs a table of integers, texts and None, not of a " + typeName(replacement));
    return false;
  }
  std::int64_t code = replacement.asInt();
  bool isCharacter = code >= 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  if (isCharacter)
    appendCharacter(text, static_cast<char32_t>(code));
  else
    machine.fail("'translate' needs the codes of characters, and " + std::to_string(code) + " is none");
  return isCharacter;
}

Value jinja::methodTranslate(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "translate", arguments, {"table"}, 1);
  const std::string &text = self.text();
  if (!given || !machine.charge(text.size() * 8))
    return Value();
  if (text.empty()) // Python does not look at the table.
    return self;
  TranslationTable table(machine, given[0]);
  std::string translated;
  for (std::size_t at = 0; at < text.size() && !machine.failed();) {
    std::size_t start = at;
    const Value *replacement = table.find(readCharacter(text, at));
    if (!replacement)
      translated.append(text, start, at - start);
    else if (!appendTranslated(machine, *replacement, translated))
      return Value();
  }
  return machine.failed() ? Value() : machine.makeString(std::move(translated), self.isMarkup());
}
