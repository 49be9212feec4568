//===- SelectionFilters.cpp - map, select, reject and attr ----------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Numbers.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Selection.h"
#include "runtime/Template/Strings.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

//===----------------------------------------------------------------------===//
// Attribute paths
//===----------------------------------------------------------------------===//

AttributePath::AttributePath(const Value &attribute, Value fallback) : fallback(std::move(fallback)) {
  if (attribute.is(Kind::None))
    return;
  if (!attribute.isString()) {
    parts.push_back(attribute);
    return;
  }
  for (std::string_view part : splitAt(attribute.text(), ".", -1, false)) {
    bool isIndex = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    std::optional<std::int64_t> index = isIndex ? parseInteger(std::string(part), 10) : std::nullopt;
    parts.push_back(index ? Value::integer(*index) : Value::string(std::string(part)));
  }
}

Value AttributePath::of(Machine &machine, Value item) const {
  for (const Value &part : parts) {
    item = itemOf(machine, item, part);
    if (machine.failed())
      return Value();
    if (item.isUndefined() && !fallback.is(Kind::None))
      item = fallback;
  }
  return item;
}

Value AttributePath::folded(Machine &machine, const Value &item) const {
  return ignoringCase(machine, of(machine, item));
}

Value jinja::ignoringCase(Machine &machine, const Value &value) {
  return value.isString() && machine.charge(value.text().size() * 8) ? machine.makeString(toLower(value.text()))
                                                                     : value;
}

//===----------------------------------------------------------------------===//
// Filters
//===----------------------------------------------------------------------===//

static unsigned depthOf(const Value &value, const Arguments &arguments) {
  unsigned depth = value.depth();
  for (const Value &argument : arguments.positional)
    depth = std::max(depth, argument.depth());
  for (const auto &[name, argument] : arguments.named)
    depth = std::max(depth, argument.depth());
  return depth;
}

/// A function named by the first argument, to be called with the others.
static NativeFunction takeFunction(Machine &machine, Arguments &arguments, NativeFunction (*find)(std::string_view),
                                   const char *what) {
  Value name = arguments.positional.front();
  arguments.positional.erase(arguments.positional.begin());
  NativeFunction function = name.isString() ? find(name.text()) : nullptr;
  if (!function)
    machine.fail(std::string("no ") + what + " is called '" +
                 (name.isString() ? name.text().substr(0, 80) : typeName(name)) + "'");
  return function;
}

static Value mapAttribute(Machine &machine, const Value &self, const Arguments &arguments) {
  Value attribute, fallback = Value::none();
  for (const auto &[name, value] : arguments.named) {
    if (name == "attribute")
      attribute = value;
    else if (name == "default")
      fallback = value;
    else
      return failLater(machine, "'map' has no argument '" + name.substr(0, 80) + "'");
  }
  Value source = iterate(machine, self);
  AttributePath path(attribute, fallback);
  if (machine.failed())
    return Value();
  return makeGenerator(machine, depthOf(source, arguments), [source, path](Machine &machine, Value &value) {
    if (!nextOf(machine, source, value))
      return false;
    value = path.of(machine, value);
    return !machine.failed();
  });
}

static Value filterMap(Machine &machine, const Value &self, Arguments &arguments) {
  bool byAttribute =
      arguments.positional.empty() && std::any_of(arguments.named.begin(), arguments.named.end(),
                                                  [](const auto &argument) { return argument.first == "attribute"; });
  if (!truth(self))
    return makeGenerator(machine, 0, [](Machine &, Value &) { return false; });
  if (!isIterable(self))
    return failLater(machine, "a " + typeName(self) + " cannot be iterated over");
  if (byAttribute)
    return mapAttribute(machine, self, arguments);
  if (arguments.positional.empty())
    return failLater(machine, "'map' needs a filter or an attribute");
  Value source = iterate(machine, self);
  unsigned depth = depthOf(source, arguments);
  if (machine.failed())
    return Value();
  return makeGenerator(machine, depth, [source, arguments](Machine &machine, Value &value) {
    Value item;
    if (!nextOf(machine, source, item))
      return false;
    Arguments rest = arguments;
    NativeFunction filter = takeFunction(machine, rest, findFilter, "filter");
    value = filter ? filter(machine, item, rest) : Value();
    return !machine.failed();
  });
}

/// Values that a test, or their truth without one, holds for, or does not. With `byAttribute` the first argument names
/// what is tested.
template <bool wanted, bool byAttribute>
static Value filterSelect(Machine &machine, const Value &self, Arguments &arguments) {
  if (!truth(self))
    return makeGenerator(machine, 0, [](Machine &, Value &) { return false; });
  if (!isIterable(self))
    return failLater(machine, "a " + typeName(self) + " cannot be iterated over");
  if (byAttribute && arguments.positional.empty())
    return failLater(machine, "an attribute is needed");
  Value source = iterate(machine, self);
  unsigned depth = depthOf(source, arguments);
  AttributePath path(byAttribute ? arguments.positional.front() : Value::none());
  if (machine.failed())
    return Value();
  if (byAttribute)
    arguments.positional.erase(arguments.positional.begin());
  return makeGenerator(machine, depth, [source, path, arguments](Machine &machine, Value &value) {
    while (nextOf(machine, source, value)) {
      Value tested = path.of(machine, value);
      if (!arguments.positional.empty() && !machine.failed()) {
        Arguments rest = arguments;
        NativeFunction test = takeFunction(machine, rest, findTest, "test");
        tested = test ? test(machine, tested, rest) : Value();
      }
      if (machine.failed())
        return false;
      if (truth(tested) == wanted)
        return true;
    }
    return false;
  });
}

static Value filterAttr(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "attr", arguments, {"name"}, 1);
  std::string name = given.text(0, "");
  Value attribute;
  if (!given || attributeOf(machine, self, name, attribute) || machine.failed())
    return attribute;
  return undefinedMember(self, given[0]);
}

const Builtin *jinja::findSelectionFilter(std::string_view name) {
  static constexpr Builtin table[] = {
      {"map", filterMap},
      {"select", filterSelect<true, false>},
      {"reject", filterSelect<false, false>},
      {"selectattr", filterSelect<true, true>},
      {"rejectattr", filterSelect<false, true>},
      {"attr", filterAttr},
  };
  return findBuiltin(table, name);
}
