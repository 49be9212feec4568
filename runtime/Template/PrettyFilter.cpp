//===- PrettyFilter.cpp - pprint --------------------------------------------===//
//
// What Python's pprint.pformat prints: a value on one line if it fits 80 characters, else one item a line. Dicts are
// sorted by key.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Strings.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

/// Keys of one kind by their order, others by the names of their types.
bool keyComesFirst(Machine &machine, const Value &left, const Value &right) {
  if ((left.isString() && right.isString()) || (left.isNumber() && right.isNumber()))
    return lessThan(machine, left, right);
  return typeName(left) < typeName(right);
}

/// The value with all dicts in it sorted.
Value sorted(Machine &machine, const Value &value) {
  Nested nested(machine);
  if (!nested || !machine.walk(value))
    return Value();
  if (value.isSequence()) {
    std::vector<Value> items;
    for (const Value &item : value.as<SequenceObject>().items)
      items.push_back(sorted(machine, item));
    return value.is(Kind::List) ? machine.makeList(std::move(items)) : machine.makeTuple(std::move(items));
  }
  if (!value.is(Kind::Dict))
    return value;
  auto entries = value.as<DictObject>().entries;
  std::stable_sort(entries.begin(), entries.end(), [&](const auto &left, const auto &right) {
    return keyComesFirst(machine, left.first, right.first);
  });
  auto dict = std::make_shared<DictObject>();
  for (const auto &[key, item] : entries)
    dict->set(key, sorted(machine, item));
  return machine.makeDict(std::move(dict));
}

class Printer {
public:
  explicit Printer(Machine &machine) : machine(machine) {}

  std::string text;

  /// Prints behind `indent` characters, leaving `allowance` at the end of the line for what closes.
  void print(const Value &value, std::int64_t indent, std::int64_t allowance, unsigned level) {
    Nested nested(machine);
    if (!nested || !machine.step())
      return;
    std::string all = reprOf(machine, value);
    if (!machine.step(all.size() / 4)) // Each level of nesting is written once for itself.
      return;
    bool fits = length(all) <= width - indent - allowance;
    if (!fits && value.is(Kind::Dict))
      printDict(value.as<DictObject>(), indent, allowance, level);
    else if (!fits && value.isSequence())
      printItems(value, indent, allowance, level);
    else if (!fits && value.isString() && !value.isMarkup() && !value.text().empty())
      printText(value.text(), indent, allowance, level);
    else
      write(all);
  }

private:
  static constexpr std::int64_t width = 80;

  static std::int64_t length(std::string_view text) { return static_cast<std::int64_t>(countCharacters(text)); }
  void write(const std::string &part) {
    if (machine.charge(part.size()))
      text += part;
  }
  void newLine(std::int64_t indent) { write("\n" + std::string(static_cast<std::size_t>(indent), ' ')); }

  void printDict(const DictObject &dict, std::int64_t indent, std::int64_t allowance, unsigned level) {
    write("{");
    std::size_t left = dict.entries.size();
    for (const auto &[key, item] : dict.entries) {
      std::string name = reprOf(machine, key);
      write(name + ": ");
      print(item, indent + 1 + length(name) + 2, --left == 0 ? allowance + 1 : 1, level + 1);
      if (left != 0)
        write(","), newLine(indent + 1);
    }
    write("}");
  }

  void printItems(const Value &value, std::int64_t indent, std::int64_t allowance, unsigned level) {
    const std::vector<Value> &items = value.as<SequenceObject>().items;
    std::string close = value.is(Kind::List) ? "]" : items.size() == 1 ? ",)" : ")";
    write(value.is(Kind::List) ? "[" : "(");
    std::size_t left = items.size();
    for (const Value &item : items) {
      print(item, indent + 1, --left == 0 ? allowance + length(close) : 1, level + 1);
      if (left != 0)
        write(","), newLine(indent + 1);
    }
    write(close);
  }

  /// Words with the blanks that follow them.
  static std::vector<std::string_view> wordsOf(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < line.size();) {
      std::size_t begin = at, next = at;
      for (bool blanks : {false, true})
        while (at < line.size() && (next = at, isSpace(readCharacter(line, next)) == blanks))
          at = next;
      words.push_back(line.substr(begin, at - begin));
    }
    return words;
  }

  /// Adjacent literals, one a line.
  void printText(const std::string &value, std::int64_t indent, std::int64_t allowance, unsigned level) {
    if (level == 1)
      ++indent, ++allowance;
    std::vector<std::string> chunks;
    std::vector<std::string_view> lines = splitLines(value, true);
    for (std::size_t i = 0; i < lines.size() && machine.step(1 + lines[i].size() / 16); ++i) {
      bool isLast = i + 1 == lines.size();
      std::string all = pythonQuoted(lines[i]);
      if (length(all) <= width - indent - (isLast ? allowance : 0))
        chunks.push_back(std::move(all));
      else
        addWords(chunks, wordsOf(lines[i]), width - indent, isLast ? allowance : 0);
    }
    if (chunks.size() == 1)
      return write(chunks.front());
    write(level == 1 ? "(" : "");
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (i != 0)
        newLine(indent);
      write(chunks[i]);
    }
    write(level == 1 ? ")" : "");
  }

  void addWords(std::vector<std::string> &chunks, const std::vector<std::string_view> &words, std::int64_t room,
                std::int64_t allowance) {
    std::string current;
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::string candidate = current + std::string(words[i]);
      if (!machine.step(1 + candidate.size() / 16))
        return;
      if (length(pythonQuoted(candidate)) <= room - (i + 1 == words.size() ? allowance : 0)) {
        current = std::move(candidate);
        continue;
      }
      if (!current.empty())
        chunks.push_back(pythonQuoted(current));
      current = words[i];
    }
    if (!current.empty())
      chunks.push_back(pythonQuoted(current));
  }

  Machine &machine;
};

} // namespace

Value jinja::filterPrettyPrint(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "pprint", arguments, {});
  Value value = given ? sorted(machine, self) : Value();
  if (machine.failed())
    return Value();
  Printer printer(machine);
  printer.print(value, 0, 0, 1);
  return machine.makeString(std::move(printer.text));
}
