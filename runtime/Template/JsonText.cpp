//===- JsonText.cpp - The filter tojson -----------------------------------===//
//
// transformers replaces Jinja2's tojson with json.dumps(x, ensure_ascii, indent, separators, sort_keys), so nothing is
// escaped for HTML and the separators are ", " and ": ", or "," and ": " with an indent.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Selection.h"
#include "runtime/Template/Strings.h"

#include <algorithm>
#include <cmath>

using namespace tern;
using namespace tern::jinja;

namespace {

struct JsonStyle {
  bool ascii = false, sorted = false, indented = false;
  std::string indent, itemSeparator, keySeparator;
};

class JsonWriter {
public:
  JsonWriter(Machine &machine, JsonStyle style) : machine(machine), style(std::move(style)) {}
  std::string text;

  void write(const Value &value) {
    Nested nested(machine);
    if (!nested || !machine.step() || !machine.charge(16 + level * style.indent.size()))
      return;
    switch (value.kind()) {
    case Kind::String:
      return writeString(value.text());
    case Kind::List:
    case Kind::Tuple:
      return writeList(value.as<SequenceObject>().items);
    case Kind::Dict:
      return writeDict(value.as<DictObject>());
    default:
      if (!scalar(value, text))
        machine.fail("a " + typeName(value) + " has no JSON form");
    }
  }

private:
  Machine &machine;
  JsonStyle style;
  std::size_t level = 0;

  static bool scalar(const Value &value, std::string &text) {
    if (value.is(Kind::None))
      text += "null";
    else if (value.is(Kind::Bool))
      text += value.asInt() ? "true" : "false";
    else if (value.is(Kind::Int))
      text += std::to_string(value.asInt());
    else if (value.is(Kind::Float) && std::isfinite(value.asDouble()))
      text += floatRepr(value.asDouble());
    else if (value.is(Kind::Float))
      text += std::isnan(value.asDouble()) ? "NaN" : value.asDouble() > 0 ? "Infinity" : "-Infinity";
    else
      return false;
    return true;
  }

  void newLine() {
    if (!style.indented)
      return;
    text += '\n';
    for (std::size_t i = 0; i < level; ++i)
      text += style.indent;
  }

  void writeList(const std::vector<Value> &items) {
    text += '[';
    ++level;
    for (std::size_t i = 0; i < items.size() && !machine.failed(); ++i) {
      text += i > 0 ? style.itemSeparator : "";
      newLine();
      write(items[i]);
    }
    --level;
    if (!items.empty())
      newLine();
    text += ']';
  }

  void writeDict(const DictObject &dict) {
    std::vector<const std::pair<Value, Value> *> entries;
    for (const auto &entry : dict.entries)
      entries.push_back(&entry);
    if (style.sorted)
      mergeSort(entries, [&](const auto *left, const auto *right) {
        return machine.step() && lessThan(machine, left->first, right->first) && !machine.failed();
      });
    text += '{';
    ++level;
    for (std::size_t i = 0; i < entries.size() && !machine.failed(); ++i) {
      text += i > 0 ? style.itemSeparator : "";
      newLine();
      writeKey(entries[i]->first);
      text += style.keySeparator;
      write(entries[i]->second);
    }
    --level;
    if (!entries.empty())
      newLine();
    text += '}';
  }

  void writeKey(const Value &key) {
    if (key.isString())
      return writeString(key.text());
    text += '"';
    if (!scalar(key, text))
      machine.fail("a " + typeName(key) + " cannot be a key in JSON");
    text += '"';
  }

  void writeUnit(char32_t unit) {
    static constexpr char hex[] = "0123456789abcdef";
    text += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
      text += hex[unit >> shift & 15];
  }

  void writeString(const std::string &value) {
    if (!machine.charge(value.size()))
      return;
    text += '"';
    for (std::size_t at = 0; at < value.size();) {
      std::size_t start = at;
      char32_t code = readCharacter(value, at);
      static constexpr std::string_view special = "\"\\\n\r\t\f\b", letters = "\"\\nrtfb";
      std::size_t which = code < 0x80 ? special.find(static_cast<char>(code)) : std::string_view::npos;
      if (which != std::string_view::npos) {
        (text += '\\') += letters[which];
      } else if (code < 0x20 || (style.ascii && code == 0x7F)) {
        writeUnit(code);
      } else if (code < 0x80 || !style.ascii) {
        text.append(value, start, at - start);
      } else if (code < 0x10000) {
        writeUnit(code);
      } else {
        writeUnit(0xD800 + ((code - 0x10000) >> 10));
        writeUnit(0xDC00 + ((code - 0x10000) & 0x3FF));
      }
    }
    text += '"';
  }
};

} // namespace

Value jinja::filterToJson(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "tojson", arguments, {"ensure_ascii", "indent", "separators", "sort_keys"});
  JsonStyle style;
  style.ascii = given.flag(0, false);
  style.sorted = given.flag(3, false);
  style.indented = !given[1].is(Kind::None);
  if (style.indented)
    style.indent = given[1].isString() ? given.text(1, "") : repeated(machine, " ", given.integer(1, 0));
  style.itemSeparator = style.indented ? "," : ", ";
  style.keySeparator = ": ";
  if (!given[2].is(Kind::None)) {
    std::vector<Value> separators;
    if (!given || !collect(machine, given[2], separators))
      return Value();
    if (separators.size() != 2 || !separators[0].isString() || !separators[1].isString())
      return machine.fail("'tojson' needs two strings as separators");
    style.itemSeparator = separators[0].text();
    style.keySeparator = separators[1].text();
  }
  if (!given)
    return Value();
  JsonWriter writer(machine, std::move(style));
  writer.write(self);
  return machine.makeString(std::move(writer.text));
}
