//===- ContainerMethods.cpp - Methods of dict, list, tuple, range ---------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"

#include <algorithm>

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
// keys and items of a dict
//===----------------------------------------------------------------------===//

static Value viewIsDisjoint(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "isdisjoint", arguments, {"other"}, 1);
  std::vector<Value> others;
  if (!given || !collect(machine, given[0], others))
    return Value();
  for (const Value &other : others)
    if (!machine.walk(other) || contains(machine, self, other) || machine.failed())
      return machine.failed() ? Value() : Value::boolean(false);
  return Value::boolean(true);
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
  static constexpr Builtin ofView[] = {{"isdisjoint", viewIsDisjoint}};
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
  case Kind::View:
    return object.as<ViewObject>().what == ViewObject::Values ? nullptr : findBuiltin(ofView, name);
  case Kind::Function: { // the class dict
    static constexpr Builtin ofDictClass[] = {{"fromkeys", dictFromKeys}};
    return object.as<FunctionObject>().name == "dict" ? findBuiltin(ofDictClass, name) : nullptr;
  }
  default:
    return nullptr;
  }
}
