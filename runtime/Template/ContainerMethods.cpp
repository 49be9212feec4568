//===- ContainerMethods.cpp - Methods of dict, list and tuple -------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Parameters.h"

#include <cmath>

using namespace tern;
using namespace tern::jinja;

//===----------------------------------------------------------------------===//
// dict
//===----------------------------------------------------------------------===//

template <ViewObject::What what> static Value dictView(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "dict view", arguments, {});
  return given ? machine.make(Kind::View, std::make_shared<ViewObject>(self, what)) : Value();
}

static Value dictGet(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "get", arguments, {"key", "default"}, 1);
  if (!arguments.named.empty())
    return machine.fail("'get' takes no named arguments");
  if (!given)
    return Value();
  if (!isHashable(given[0]))
    return machine.fail("a " + typeName(given[0]) + " cannot be a key");
  const Value *found = self.as<DictObject>().find(given[0]);
  return found ? *found : given[1];
}

static Value dictCopy(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "copy", arguments, {});
  return given ? machine.makeDict(std::make_shared<DictObject>(self.as<DictObject>())) : Value();
}

static Value dictFromKeys(Machine &machine, const Value &, Arguments &arguments) {
  Parameters given(machine, "fromkeys", arguments, {"iterable", "value"}, 1);
  std::vector<Value> keys;
  if (!given || !collect(machine, given[0], keys))
    return Value();
  auto dict = std::make_shared<DictObject>();
  for (const Value &key : keys) {
    if (!isHashable(key))
      return machine.fail("a " + typeName(key) + " cannot be a key");
    dict->set(key, given[1]);
  }
  return machine.makeDict(std::move(dict));
}

//===----------------------------------------------------------------------===//
// list, tuple, range
//===----------------------------------------------------------------------===//

static Value sequenceCount(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "count", arguments, {"value"}, 1);
  std::vector<Value> items;
  if (!given || !collect(machine, self, items) || !machine.walk(given[0]))
    return Value();
  std::int64_t count = 0;
  for (const Value &item : items)
    count += equal(item, given[0]);
  return Value::integer(count);
}

static Value sequenceIndex(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "index", arguments, {"value", "start", "stop"}, 1);
  std::vector<Value> items;
  if (!given || !collect(machine, self, items) || !machine.walk(given[0]))
    return Value();
  std::int64_t length = static_cast<std::int64_t>(items.size());
  auto place = [&](std::int64_t bound) { return bound < 0 ? std::max<std::int64_t>(bound + length, 0) : bound; };
  std::int64_t start = place(given.integer(1, 0)), stop = std::min(place(given.integer(2, length)), length);
  for (std::int64_t i = start; i < stop && given; ++i)
    if (equal(items[static_cast<std::size_t>(i)], given[0]))
      return Value::integer(i);
  return machine.fail("the value is not in the " + typeName(self));
}

static Value listCopy(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "copy", arguments, {});
  return given ? machine.makeList(self.as<SequenceObject>().items) : Value();
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

static Value floatIsInteger(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "is_integer", arguments, {});
  return Value::boolean(given && std::isfinite(self.asDouble()) && std::floor(self.asDouble()) == self.asDouble());
}

static Value intBitLength(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "bit_length", arguments, {});
  std::uint64_t magnitude =
      self.asInt() < 0 ? 0 - static_cast<std::uint64_t>(self.asInt()) : static_cast<std::uint64_t>(self.asInt());
  return given ? Value::integer(magnitude ? 64 - __builtin_clzll(magnitude) : 0) : Value();
}

static Value intBitCount(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "bit_count", arguments, {});
  std::uint64_t magnitude =
      self.asInt() < 0 ? 0 - static_cast<std::uint64_t>(self.asInt()) : static_cast<std::uint64_t>(self.asInt());
  return given ? Value::integer(__builtin_popcountll(magnitude)) : Value();
}

static Value intAsRatio(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "as_integer_ratio", arguments, {});
  return given ? machine.makeTuple({Value::integer(self.asInt()), Value::integer(1)}) : Value();
}

static Value intConjugate(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "conjugate", arguments, {});
  return given ? Value::integer(self.asInt()) : Value();
}

static Value floatConjugate(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "conjugate", arguments, {});
  return given ? self : Value();
}

const Builtin *jinja::findContainerMethod(const Value &object, std::string_view name) {
  static constexpr Builtin ofDict[] = {
      {"items", dictView<ViewObject::Items>},
      {"keys", dictView<ViewObject::Keys>},
      {"values", dictView<ViewObject::Values>},
      {"get", dictGet},
      {"copy", dictCopy},
      {"fromkeys", dictFromKeys},
  };
  static constexpr Builtin ofSequence[] = {{"count", sequenceCount}, {"index", sequenceIndex}};
  static constexpr Builtin ofList[] = {{"copy", listCopy}};
  static constexpr Builtin ofFloat[] = {{"is_integer", floatIsInteger}, {"conjugate", floatConjugate}};
  static constexpr Builtin ofInt[] = {{"bit_length", intBitLength},
                                      {"bit_count", intBitCount},
                                      {"as_integer_ratio", intAsRatio},
                                      {"conjugate", intConjugate}};
  switch (object.kind()) {
  case Kind::Dict:
    return findBuiltin(ofDict, name);
  case Kind::List:
    if (const Builtin *found = findBuiltin(ofList, name))
      return found;
    return findBuiltin(ofSequence, name);
  case Kind::Tuple:
  case Kind::Range:
    return findBuiltin(ofSequence, name);
  case Kind::Float:
    return findBuiltin(ofFloat, name);
  case Kind::Bool:
  case Kind::Int:
    return findBuiltin(ofInt, name);
  case Kind::Function: { // the class dict
    static constexpr Builtin ofDictClass[] = {{"fromkeys", dictFromKeys}};
    return object.as<FunctionObject>().name == "dict" ? findBuiltin(ofDictClass, name) : nullptr;
  }
  default:
    return nullptr;
  }
}
