//===- Globals.cpp - range, dict, namespace and transformers' own ---------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

/// Longest range that Jinja2's sandbox makes.
static constexpr std::int64_t maxRange = 100000;

static Value globalRange(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "range", arguments, {"start", "stop", "step"}, 1);
  if (!arguments.named.empty())
    machine.fail("'range' takes no named arguments");
  bool single = arguments.positional.size() == 1;
  auto range = std::make_shared<RangeObject>();
  range->start = single ? 0 : given.integer(0, 0);
  range->stop = single ? given.integer(0, 0) : given.integer(1, 0);
  range->step = given.integer(2, 1);
  if (!given)
    return Value();
  if (range->step == 0)
    return machine.fail("the step of 'range' cannot be zero");
  if (range->length() > maxRange)
    return machine.fail("'range' may have " + std::to_string(maxRange) + " members, not " +
                        std::to_string(range->length()));
  return machine.make(Kind::Range, std::move(range));
}

/// Fills `dict` as Python's dict(...) does: a dict or pairs, then named values.
static bool fillDict(Machine &machine, const char *who, const Arguments &arguments, DictObject &dict) {
  if (arguments.positional.size() > 1) {
    machine.fail(std::string("'") + who + "' takes at most one positional argument");
    return false;
  }
  if (!arguments.positional.empty() && arguments.positional[0].is(Kind::Dict)) {
    for (const auto &[key, value] : arguments.positional[0].as<DictObject>().entries)
      dict.set(key, value);
  } else if (!arguments.positional.empty()) {
    std::vector<Value> pairs, pair;
    if (!collect(machine, arguments.positional[0], pairs))
      return false;
    for (const Value &item : pairs) {
      pair.clear();
      if (!collect(machine, item, pair))
        return false;
      if (pair.size() != 2 || !isHashable(pair[0])) {
        machine.fail(std::string("'") + who + "' needs pairs of keys and values");
        return false;
      }
      dict.set(pair[0], pair[1]);
    }
  }
  for (const auto &[name, value] : arguments.named)
    dict.set(Value::string(name), value);
  return machine.charge(dict.entries.size() * sizeof(Value)) && machine.step(dict.weight / 16);
}

static Value globalDict(Machine &machine, const Value &, Arguments &arguments) {
  auto dict = std::make_shared<DictObject>();
  return fillDict(machine, "dict", arguments, *dict) ? machine.makeDict(std::move(dict)) : Value();
}

static Value globalNamespace(Machine &machine, const Value &, Arguments &arguments) {
  auto object = std::make_shared<NamespaceObject>();
  if (!fillDict(machine, "namespace", arguments, object->attributes))
    return Value();
  for (const auto &[name, value] : object->attributes.entries)
    if (name.isString() && !name.text().empty() && name.text().front() == '_')
      return machine.fail("attributes of a namespace cannot begin with an underscore");
  return machine.makeNamespace(std::move(object));
}

static Value globalRaiseException(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "raise_exception", arguments, {"message"}, 1);
  return given ? machine.fail(strOf(machine, given[0])) : Value();
}

static Value globalStrftimeNow(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "strftime_now", arguments, {"format"}, 1);
  std::string format = given.text(0, "");
  if (!given)
    return Value();
  // Python's naive times have no zone, and microseconds are finer than a prompt needs.
  std::string plain;
  for (std::size_t i = 0; i < format.size(); ++i) {
    char next = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
    if (next == 'f')
      plain += "000000";
    else if (next != 'z' && next != 'Z')
      plain += next ? format.substr(i, 2) : format.substr(i, 1);
    i += next != '\0';
  }
  if (plain.empty() || plain.size() > 1024)
    return plain.empty() ? machine.makeString("") : machine.fail("'strftime_now' takes a format of at most 1024 bytes");
  std::tm now = machine.now();
  std::string text(plain.size() * 32 + 256, '\0');
  plain += '\1'; // tells an empty result from one that does not fit
  text.resize(std::strftime(text.data(), text.size(), plain.c_str(), &now));
  return machine.makeString(text.substr(0, text.empty() ? 0 : text.size() - 1));
}

//===----------------------------------------------------------------------===//
// cycler and joiner
//===----------------------------------------------------------------------===//

namespace {

struct Cycler : NativeObject {
  explicit Cycler(std::vector<Value> values) : items(std::move(values)) {
    for (const Value &item : items)
      depth = std::max(depth, item.depth() + 1);
  }
  const char *typeName() const override { return "Cycler"; }
  bool callable() const override { return false; }
  bool attribute(Machine &machine, const Value &self, std::string_view name, Value &value) override {
    if (name == "current")
      value = items[place];
    else if (name == "pos")
      value = Value::integer(static_cast<std::int64_t>(place));
    else if (name == "items")
      value = machine.makeTuple(items);
    else if (name == "next" || name == "reset")
      value = name == "next" ? machine.makeMethod("next", next, self) : machine.makeMethod("reset", reset, self);
    else
      return false;
    return true;
  }
  static Value next(Machine &, const Value &self, Arguments &) {
    Cycler &cycler = self.as<Cycler>();
    Value value = cycler.items[cycler.place];
    cycler.place = (cycler.place + 1) % cycler.items.size();
    return value;
  }
  static Value reset(Machine &, const Value &self, Arguments &) {
    self.as<Cycler>().place = 0;
    return Value::none();
  }
  std::vector<Value> items;
  std::size_t place = 0;
};

struct Joiner : NativeObject {
  explicit Joiner(Value separator) : separator(std::move(separator)) { depth = this->separator.depth() + 1; }
  const char *typeName() const override { return "Joiner"; }
  bool attribute(Machine &, const Value &, std::string_view name, Value &value) override {
    if (name != "sep" && name != "used")
      return false;
    value = name == "sep" ? separator : Value::boolean(used);
    return true;
  }
  Value call(Machine &machine, Arguments &) override {
    return std::exchange(used, true) ? separator : machine.makeString("");
  }
  Value separator;
  bool used = false;
};

} // namespace

static Value globalCycler(Machine &machine, const Value &, Arguments &arguments) {
  if (arguments.positional.empty() || !arguments.named.empty())
    return machine.fail("'cycler' needs values to choose from");
  return machine.make(Kind::Native, std::make_shared<Cycler>(arguments.positional));
}

static Value globalJoiner(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "joiner", arguments, {"sep"});
  Value separator = given.has(0) ? given[0] : machine.makeString(", ");
  return given ? machine.make(Kind::Native, std::make_shared<Joiner>(separator)) : Value();
}

/// Paragraphs of words that mean nothing, for layouts.
static Value globalLipsum(Machine &machine, const Value &, Arguments &arguments) {
  static constexpr const char *words[] = {"lorem", "ipsum", "dolor", "sit",   "amet", "elit", "sed",   "nunc", "quis",
                                          "urna",  "magna", "felis", "velit", "odio", "arcu", "neque", "ante", "porta"};
  Parameters given(machine, "lipsum", arguments, {"n", "html", "min", "max"});
  std::int64_t paragraphs = given.integer(0, 5), least = given.integer(2, 20), most = given.integer(3, 100);
  bool html = given.flag(1, true);
  if (given && (least < 0 || least >= most))
    return machine.fail("'lipsum' needs a 'min' of at least 0 and a 'max' above it");
  std::string text;
  for (std::int64_t i = 0; i < paragraphs && machine.step(); ++i) {
    std::string paragraph;
    std::int64_t count = least + machine.random(most - least), sentence = 0;
    for (std::int64_t word = 0; word < count && machine.step() && machine.charge(8); ++word) {
      std::string next = words[machine.random(std::size(words))];
      if (sentence == 0)
        next[0] = static_cast<char>(next[0] - 'a' + 'A');
      sentence = word + 1 == count || machine.random(12) == 0 ? 0 : sentence + 1;
      paragraph += (paragraph.empty() ? "" : " ") + next + (sentence == 0 ? "." : "");
    }
    text += html ? (i > 0 ? "\n<p>" : "<p>") + paragraph + "</p>" : (i > 0 ? "\n\n" : "") + paragraph;
  }
  return machine.makeString(std::move(text), html);
}

bool jinja::findGlobal(Machine &machine, std::string_view name, Value &value) {
  static constexpr Builtin table[] = {
      {"range", globalRange},
      {"dict", globalDict},
      {"namespace", globalNamespace},
      {"raise_exception", globalRaiseException},
      {"strftime_now", globalStrftimeNow},
      {"cycler", globalCycler},
      {"joiner", globalJoiner},
      {"lipsum", globalLipsum},
  };
  const Builtin *found = findBuiltin(table, name);
  if (found)
    value = machine.makeMethod(found->name, found->function, Value());
  return found;
}
