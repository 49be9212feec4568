//===- Members.cpp - What dots and brackets reach -------------------------===//
//
// Jinja2 tries attributes first after a dot and items first in brackets, so `message.items` is the method even if the
// message has a key of that name. The sandbox hides names that begin with an underscore and methods that change their
// object: they answer an Undefined that says so when it is used.
//
//===----------------------------------------------------------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Operators.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

static bool isMutator(const Value &value, std::string_view name) {
  static constexpr std::string_view ofDict[] = {"clear", "pop", "popitem", "setdefault", "update"};
  static constexpr std::string_view ofList[] = {"append", "clear", "pop",    "reverse",
                                                "insert", "sort",  "extend", "remove"};
  auto in = [&](const auto &names) { return std::find(std::begin(names), std::end(names), name) != std::end(names); };
  return (value.is(Kind::Dict) && in(ofDict)) || (value.is(Kind::List) && in(ofList));
}

/// The attributes that every Python object has and that chat templates have been seen to probe.
static bool isInternal(std::string_view name) {
  static constexpr std::string_view names[] = {"__class__", "__init__", "__dict__", "__doc__", "__eq__",    "__str__",
                                               "__repr__",  "__hash__", "__new__",  "__dir__", "__reduce__"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

static bool plainAttribute(Machine &machine, const Value &value, const std::string &name, Value &attribute) {
  const Builtin *method = nullptr;
  switch (value.kind()) {
  case Kind::Namespace: {
    const Value *found = value.as<NamespaceObject>().attributes.find(name);
    return found && (attribute = *found, true);
  }
  case Kind::Native:
    return value.as<NativeObject>().attribute(machine, value, name, attribute);
  case Kind::String:
    method = findStringMethod(name);
    if (!method && value.isMarkup())
      method = findMarkupMethod(name);
    break;
  case Kind::Tuple:
    if (const SequenceObject &tuple = value.as<SequenceObject>();
        tuple.grouped && (name == "grouper" || name == "list"))
      return attribute = tuple.items[name == "list"], true;
    method = findContainerMethod(value, name);
    break;
  case Kind::Range: {
    const RangeObject &range = value.as<RangeObject>();
    if (name == "start" || name == "stop" || name == "step")
      return attribute = Value::integer(name == "start" ? range.start : name == "stop" ? range.stop : range.step), true;
    method = findContainerMethod(value, name);
    break;
  }
  case Kind::Bool:
  case Kind::Int:
    if (name == "real" || name == "numerator" || name == "imag" || name == "denominator") {
      bool own = name == "real" || name == "numerator";
      return attribute = Value::integer(own ? value.asInt() : name == "denominator"), true;
    }
    method = findNumberMethod(value, name);
    break;
  case Kind::Float:
    if (name == "real" || name == "imag")
      return attribute = name == "real" ? value : Value::real(0), true;
    method = findNumberMethod(value, name);
    break;
  default:
    method = findContainerMethod(value, name);
    break;
  }
  if (method)
    attribute = machine.makeMethod(method->name, method->function, value);
  return method;
}

bool jinja::attributeOf(Machine &machine, const Value &value, const std::string &name, Value &attribute) {
  if (value.isUndefined()) {
    machine.failUndefined(value);
    return false;
  }
  bool isNamespace = value.is(Kind::Namespace);
  if (isMutator(value, name) || (!isNamespace && isInternal(name))) {
    attribute = undefined("the sandbox does not allow '" + name + "' of a " + typeName(value));
    return true;
  }
  return plainAttribute(machine, value, name, attribute);
}

/// value[key] proper. False, without a failure, where Python raises TypeError or LookupError.
static bool plainItem(Machine &machine, const Value &value, const Value &key, Value &item) {
  switch (value.kind()) {
  case Kind::Dict: {
    if (!isHashable(key) || !machine.walk(key))
      return false;
    const Value *found = value.as<DictObject>().find(key);
    return found && (item = *found, true);
  }
  case Kind::List:
  case Kind::Tuple:
  case Kind::Range:
  case Kind::String:
    break;
  default:
    return false;
  }
  if (!key.isIntegral())
    return false;
  std::int64_t index = key.asInt(), length = 0;
  if (value.isSequence())
    length = static_cast<std::int64_t>(value.as<SequenceObject>().items.size());
  else if (value.is(Kind::Range))
    length = value.as<RangeObject>().length();
  else if (machine.walk(value))
    length = static_cast<std::int64_t>(countCharacters(value.text()));
  index += index < 0 ? length : 0;
  if (index < 0 || index >= length)
    return false;
  if (value.isSequence()) {
    item = value.as<SequenceObject>().items[static_cast<std::size_t>(index)];
  } else if (value.is(Kind::Range)) {
    item = Value::integer(value.as<RangeObject>().start + index * value.as<RangeObject>().step);
  } else {
    std::size_t start = byteOffset(value.text(), static_cast<std::size_t>(index)), end = start;
    readCharacter(value.text(), end);
    item = machine.makeString(value.text().substr(start, end - start), value.isMarkup());
  }
  return true;
}

Value jinja::memberOf(Machine &machine, const Value &value, const std::string &name) {
  Value found;
  if (attributeOf(machine, value, name, found) || machine.failed())
    return found;
  if (value.is(Kind::Dict))
    if (const Value *item = value.as<DictObject>().find(name))
      return *item;
  return undefinedMember(value, Value::string(name));
}

Value jinja::itemOf(Machine &machine, const Value &value, const Value &key) {
  if (value.isUndefined())
    return machine.failUndefined(value);
  Value found;
  if (plainItem(machine, value, key, found) || machine.failed())
    return found;
  if (key.isString() && (attributeOf(machine, value, key.text(), found) || machine.failed()))
    return found;
  return undefinedMember(value, key);
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

namespace {

/// A slice of something `length` long: `count` places from `first`, `step` apart, before `last`.
struct Places {
  std::int64_t first = 0, last = 0, step = 1, count = 0;
};

} // namespace

static bool placesOf(Machine &machine, std::int64_t length, const Value (&bounds)[3], Places &places) {
  for (const Value &bound : bounds) {
    if (bound.isIntegral() || bound.is(Kind::None))
      continue;
    machine.fail("slices need integers, not a " + typeName(bound));
    return false;
  }
  places.step = bounds[2].isIntegral() ? bounds[2].asInt() : 1;
  if (places.step == 0) {
    machine.fail("the step of a slice cannot be zero");
    return false;
  }
  bool forward = places.step > 0;
  std::int64_t lowest = forward ? 0 : -1, highest = forward ? length : length - 1;
  auto clamp = [&](const Value &bound, std::int64_t absent) {
    if (!bound.isIntegral())
      return absent;
    std::int64_t place = bound.asInt() < 0 ? bound.asInt() + length : bound.asInt();
    return std::min(std::max(place, lowest), highest);
  };
  places.first = clamp(bounds[0], forward ? 0 : length - 1);
  places.last = clamp(bounds[1], forward ? length : -1);
  RangeObject range;
  range.start = places.first;
  range.stop = places.last;
  range.step = places.step;
  places.count = range.length();
  return true;
}

static Value sliceString(Machine &machine, const Value &value, const Places &places, std::int64_t length) {
  const std::string &text = value.text();
  if (places.step == 1) {
    std::size_t start = byteOffset(text, static_cast<std::size_t>(places.first));
    std::string_view rest = std::string_view(text).substr(start);
    bool toEnd = places.first + places.count == length;
    std::size_t size = toEnd ? rest.size() : byteOffset(rest, static_cast<std::size_t>(places.count));
    return machine.makeString(std::string(rest.substr(0, size)), value.isMarkup());
  }
  if (!machine.charge(text.size() * sizeof(char32_t)))
    return Value();
  std::u32string codes = toCodePoints(text), taken;
  for (std::int64_t i = 0; i < places.count; ++i)
    taken += codes[static_cast<std::size_t>(places.first + i * places.step)];
  return machine.makeString(fromCodePoints(taken), value.isMarkup());
}

static Value sliceRange(const RangeObject &range, const Places &places) {
  auto slice = std::make_shared<RangeObject>();
  slice->start = range.start + places.first * range.step;
  slice->step = range.step * places.step;
  slice->stop = range.start + places.last * range.step;
  return Value(Kind::Range, std::move(slice));
}

Value jinja::sliceOf(Machine &machine, const Value &value, const Value &start, const Value &stop, const Value &step) {
  if (value.isUndefined())
    return machine.failUndefined(value);
  bool sliceable = value.isString() || value.isSequence() || value.is(Kind::Range);
  if (!sliceable)
    return machine.fail("a " + typeName(value) + " cannot be sliced");
  if (!machine.walk(value))
    return Value();
  std::int64_t length = value.isString()     ? static_cast<std::int64_t>(countCharacters(value.text()))
                        : value.isSequence() ? static_cast<std::int64_t>(value.as<SequenceObject>().items.size())
                                             : value.as<RangeObject>().length();
  Places places;
  if (!placesOf(machine, length, {start, stop, step}, places))
    return Value();
  if (value.isString())
    return sliceString(machine, value, places, length);
  if (value.is(Kind::Range))
    return sliceRange(value.as<RangeObject>(), places);
  const std::vector<Value> &items = value.as<SequenceObject>().items;
  std::vector<Value> taken;
  taken.reserve(static_cast<std::size_t>(places.count));
  for (std::int64_t i = 0; i < places.count; ++i)
    taken.push_back(items[static_cast<std::size_t>(places.first + i * places.step)]);
  return value.is(Kind::List) ? machine.makeList(std::move(taken)) : machine.makeTuple(std::move(taken));
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Whether what is called takes arguments by name. Methods of Python's own types do not, but for a few.
static bool takesNames(const FunctionObject &function) {
  static constexpr std::string_view methods[] = {"split",  "rsplit", "splitlines", "expandtabs",
                                                 "format", "encode", "to_bytes",   "from_bytes"};
  return function.self.isUndefined() ||
         std::find(std::begin(methods), std::end(methods), function.name) != std::end(methods);
}

bool jinja::isCallable(const Value &value) {
  return value.isUndefined() || value.is(Kind::Function) ||
         (value.is(Kind::Native) && value.as<NativeObject>().callable());
}

Value jinja::callValue(Machine &machine, const Value &callee, Arguments &arguments) {
  if (callee.isUndefined())
    return machine.failUndefined(callee);
  Nested nested(machine);
  if (!nested || !machine.step())
    return Value();
  if (callee.is(Kind::Function)) {
    const FunctionObject &function = callee.as<FunctionObject>();
    if (!arguments.named.empty() && !takesNames(function))
      return machine.fail("'" + function.name + "' takes no named arguments");
    return machine.walk(function.self) ? function.function(machine, function.self, arguments) : Value();
  }
  if (callee.is(Kind::Native))
    return callee.as<NativeObject>().call(machine, arguments);
  return machine.fail("a " + typeName(callee) + " cannot be called");
}
