//===- Printing.cpp - Values as text --------------------------------------===//

#include "runtime/Template/Printing.h"

#include "runtime/Template/Characters.h"
#include "runtime/Template/Numbers.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

class Printer {
public:
  explicit Printer(Machine &machine) : machine(machine) {}
  std::string text;

  void repr(const Value &value) {
    Nested nested(machine);
    if (!nested || !machine.step())
      return;
    std::size_t before = text.size();
    print(value);
    bool isLeaf = !value.isSequence() && !value.is(Kind::Dict);
    if (isLeaf)
      machine.charge(text.size() - before);
  }

private:
  Machine &machine;
  std::vector<const Object *> active; ///< Containers being printed, which print as "..." inside themselves.

  bool isActive(const Value &value) const {
    return std::find(active.begin(), active.end(), value.identity()) != active.end();
  }

  void print(const Value &value) {
    switch (value.kind()) {
    case Kind::Undefined:
      text += "Undefined";
      return;
    case Kind::None:
      text += "None";
      return;
    case Kind::Bool:
      text += value.asInt() ? "True" : "False";
      return;
    case Kind::Int:
      text += std::to_string(value.asInt());
      return;
    case Kind::Float:
      text += floatRepr(value.asDouble());
      return;
    case Kind::String:
      text += value.isMarkup() ? "Markup(" + pythonQuoted(value.text()) + ")" : pythonQuoted(value.text());
      return;
    case Kind::List:
      return printSequence(value, '[', ']');
    case Kind::Tuple:
      return printSequence(value, '(', ')');
    case Kind::Dict:
      if (isActive(value))
        text += "{...}";
      else
        printDict(value, value.as<DictObject>());
      return;
    case Kind::View:
      return printView(value);
    case Kind::Range:
      return printRange(value.as<RangeObject>());
    case Kind::Iterator:
      text += std::string("<") + value.as<IteratorObject>().typeName + " object>";
      return;
    case Kind::Namespace:
      return printNamespace(value);
    case Kind::Function:
      text += "<function " + value.as<FunctionObject>().name + ">";
      return;
    case Kind::Native:
      text += value.as<NativeObject>().repr();
      return;
    }
  }

  void printSequence(const Value &value, char open, char close) {
    const std::vector<Value> &items = value.as<SequenceObject>().items;
    if (isActive(value)) {
      text += std::string(1, open) + "..." + close;
      return;
    }
    active.push_back(value.identity());
    text += open;
    for (std::size_t i = 0; i < items.size() && !machine.failed(); ++i) {
      if (i > 0)
        text += ", ";
      repr(items[i]);
    }
    text += value.is(Kind::Tuple) && items.size() == 1 ? "," : "";
    text += close;
    active.pop_back();
  }

  void printDict(const Value &value, const DictObject &dict) {
    active.push_back(value.identity());
    text += '{';
    for (std::size_t i = 0; i < dict.entries.size() && !machine.failed(); ++i) {
      if (i > 0)
        text += ", ";
      repr(dict.entries[i].first);
      text += ": ";
      repr(dict.entries[i].second);
    }
    text += '}';
    active.pop_back();
  }

  void printNamespace(const Value &value) {
    text += "<Namespace ";
    if (isActive(value))
      text += "{...}";
    else
      printDict(value, value.as<NamespaceObject>().attributes);
    text += ">";
  }

  void printView(const Value &value) {
    const ViewObject &view = value.as<ViewObject>();
    text += typeName(value) + "([";
    const char *separator = "";
    for (const auto &[key, item] : view.dict.as<DictObject>().entries) {
      text += separator;
      separator = ", ";
      bool isPair = view.what == ViewObject::Items;
      text += isPair ? "(" : "";
      if (view.what != ViewObject::Values)
        repr(key);
      text += isPair ? ", " : "";
      if (view.what != ViewObject::Keys)
        repr(item);
      text += isPair ? ")" : "";
      if (machine.failed())
        return;
    }
    text += "])";
  }

  void printRange(const RangeObject &range) {
    text += "range(" + std::to_string(range.start) + ", " + std::to_string(range.stop);
    text += range.step == 1 ? ")" : ", " + std::to_string(range.step) + ")";
  }
};

} // namespace

std::string jinja::reprOf(Machine &machine, const Value &value) {
  Printer printer(machine);
  printer.repr(value);
  return std::move(printer.text);
}

std::string jinja::strOf(Machine &machine, const Value &value) {
  if (value.isString())
    return machine.charge(value.text().size()) ? value.text() : std::string();
  return value.isUndefined() ? std::string() : reprOf(machine, value);
}

std::string jinja::pythonQuoted(std::string_view text) {
  bool hasSingle = text.find('\'') != std::string_view::npos, hasDouble = text.find('"') != std::string_view::npos;
  char quote = hasSingle && !hasDouble ? '"' : '\'';
  static constexpr char hex[] = "0123456789abcdef";
  std::string result(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t start = at;
    char32_t code = readCharacter(text, at);
    if (code == static_cast<unsigned char>(quote) || code == '\\') {
      result += '\\';
      result += static_cast<char>(code);
    } else if (code == '\n') {
      result += "\\n";
    } else if (code == '\r') {
      result += "\\r";
    } else if (code == '\t') {
      result += "\\t";
    } else if (isPrintable(code)) {
      result += text.substr(start, at - start);
    } else {
      int digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
      result += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
      for (int digit = digits - 1; digit >= 0; --digit)
        result += hex[code >> (4 * digit) & 15];
    }
  }
  return result + quote;
}

std::string jinja::escapeHtml(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '\'':
      result += "&#39;";
      break;
    case '"':
      result += "&#34;";
      break;
    default:
      result += c;
    }
  }
  return result;
}
