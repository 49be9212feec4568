//===- SequenceFilters.cpp - Filters over anything with members -----------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Selection.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

static Value filterDefault(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "default", arguments, {"default_value", "boolean"});
  bool replaced = self.isUndefined() || (given.flag(1, false) && !truth(self));
  return !replaced ? self : given.has(0) ? given[0] : machine.makeString("");
}

static Value filterFirst(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "first", arguments, {});
  Value iterator = given ? iterate(machine, self) : Value(), value;
  if (machine.failed() || nextOf(machine, iterator, value))
    return value;
  return undefined("no first item, the sequence is empty");
}

static Value filterLast(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "last", arguments, {});
  Value iterator, value;
  if (given && !reverse(machine, self, iterator))
    return machine.fail("a " + typeName(self) + " cannot be gone through backwards");
  if (machine.failed() || nextOf(machine, iterator, value))
    return value;
  return undefined("no last item, the sequence is empty");
}

static Value filterRandom(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "random", arguments, {});
  std::int64_t length = given ? lengthOf(machine, self) : 0;
  if (length < 0 || self.is(Kind::Dict))
    return machine.fail("'random' needs a sequence, not a " + typeName(self));
  if (!given || length == 0)
    return given ? undefined("no random item, the sequence is empty") : Value();
  return itemOf(machine, self, Value::integer(machine.random(length)));
}

static Value filterLength(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "length", arguments, {});
  std::int64_t length = lengthOf(machine, self);
  return length >= 0 && given ? Value::integer(length) : machine.fail("a " + typeName(self) + " has no length");
}

static Value filterList(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "list", arguments, {});
  std::vector<Value> items;
  return given && collect(machine, self, items) ? machine.makeList(std::move(items)) : Value();
}

static Value filterItems(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "items", arguments, {});
  bool isDict = self.is(Kind::Dict);
  Value view = isDict ? machine.make(Kind::View, std::make_shared<ViewObject>(self, ViewObject::Items)) : Value();
  Value source = isDict && given ? iterate(machine, view) : Value();
  std::string wrong = isDict || self.isUndefined() ? "" : "'items' needs a dict, not a " + typeName(self);
  return makeGenerator(machine, source.depth(), [source, wrong](Machine &machine, Value &value) {
    if (!wrong.empty())
      machine.fail(wrong);
    return source.is(Kind::Iterator) && nextOf(machine, source, value);
  });
}

static Value filterJoin(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "join", arguments, {"d", "attribute"});
  std::string separator = given.has(0) ? strOf(machine, given[0]) : "", text;
  std::vector<Value> items;
  AttributePath path(given[1]);
  if (!given || !collect(machine, self, items))
    return Value();
  for (std::size_t i = 0; i < items.size(); ++i) {
    Value item = path.of(machine, items[i]);
    if (machine.failed() || !machine.charge(separator.size()))
      return Value();
    text += i > 0 ? separator : std::string();
    text += strOf(machine, item);
  }
  return machine.makeString(std::move(text));
}

static Value filterReverse(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "reverse", arguments, {});
  if (!given)
    return Value();
  if (self.isString())
    return sliceOf(machine, self, Value::none(), Value::none(), Value::integer(-1));
  Value reversed;
  if (reverse(machine, self, reversed))
    return reversed;
  std::vector<Value> items;
  if (!collect(machine, self, items))
    return Value();
  std::reverse(items.begin(), items.end());
  return machine.makeList(std::move(items));
}

static Value filterBatch(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "batch", arguments, {"linecount", "fill_with"}, 1);
  if (given && !isIterable(self))
    return failLater(machine, "a " + typeName(self) + " cannot be iterated over");
  Value source = given ? iterate(machine, self) : Value(), fill = given[1];
  std::int64_t size = given.integer(0, 1);
  if (machine.failed())
    return Value();
  // The value that ended the last batch begins the next, so that a size below one yields an empty list first.
  auto pending = std::make_shared<std::vector<Value>>();
  return makeGenerator(machine, std::max(source.depth(), fill.depth()), [=](Machine &machine, Value &value) {
    std::vector<Value> batch = std::move(*pending);
    pending->clear();
    Value item;
    while (nextOf(machine, source, item)) {
      if (static_cast<std::int64_t>(batch.size()) == size) {
        pending->push_back(item);
        value = machine.makeList(std::move(batch));
        return !machine.failed();
      }
      batch.push_back(item);
    }
    if (batch.empty() || machine.failed())
      return false;
    if (!fill.is(Kind::None) &&
        machine.charge(static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0)) * sizeof(Value)))
      while (static_cast<std::int64_t>(batch.size()) < size)
        batch.push_back(fill);
    value = machine.makeList(std::move(batch));
    return !machine.failed();
  });
}

/// The columns of slice: items dealt out in order, the first columns one longer where they do not come out even.
static bool sliceColumns(Machine &machine, const Value &self, std::int64_t slices, const Value &fill,
                         std::vector<Value> &columns) {
  std::vector<Value> items;
  if (!collect(machine, self, items))
    return false;
  if (slices == 0)
    machine.fail("'slice' needs at least one slice");
  std::int64_t count = static_cast<std::int64_t>(items.size()), at = 0;
  for (std::int64_t column = 0; column < slices && machine.step(); ++column) {
    std::int64_t size = count / slices + (column < count % slices);
    std::vector<Value> members(items.begin() + at, items.begin() + at + size);
    at += size;
    if (!fill.is(Kind::None) && column >= count % slices)
      members.push_back(fill);
    columns.push_back(machine.makeList(std::move(members)));
  }
  return !machine.failed();
}

static Value filterSlice(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "slice", arguments, {"slices", "fill_with"}, 1);
  std::int64_t slices = given.integer(0, 1);
  Value fill = given[1];
  if (!given)
    return Value();
  auto columns = std::make_shared<std::vector<Value>>();
  unsigned depth = std::max(self.depth(), fill.depth());
  return makeGenerator(machine, depth,
                       [=, started = false, at = std::size_t(0)](Machine &machine, Value &value) mutable {
                         if (!std::exchange(started, true) && !sliceColumns(machine, self, slices, fill, *columns))
                           return false;
                         return at < columns->size() && (value = (*columns)[at++], true);
                       });
}

static Value filterSum(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "sum", arguments, {"attribute", "start"});
  Value sum = given.has(1) ? given[1] : Value::integer(0);
  AttributePath path(given[0]);
  std::vector<Value> items;
  if (!given || !collect(machine, self, items))
    return Value();
  if (sum.isString())
    return machine.fail("'sum' cannot add strings");
  for (const Value &item : items) {
    Value term = path.of(machine, item);
    sum = machine.failed() ? Value() : arithmetic(machine, "+", sum, term);
    if (machine.failed())
      return Value();
  }
  return sum;
}

const Builtin *jinja::findSequenceFilter(std::string_view name) {
  static constexpr Builtin table[] = {
      {"default", filterDefault}, {"d", filterDefault},       {"first", filterFirst}, {"last", filterLast},
      {"length", filterLength},   {"count", filterLength},    {"list", filterList},   {"items", filterItems},
      {"join", filterJoin},       {"reverse", filterReverse}, {"batch", filterBatch}, {"slice", filterSlice},
      {"sum", filterSum},         {"random", filterRandom},
  };
  return findBuiltin(table, name);
}

NativeFunction jinja::findFilter(std::string_view name) {
  for (auto find :
       {findSequenceFilter, findSelectionFilter, findSortingFilter, findTextFilter, findMarkupFilter, findNumberFilter})
    if (const Builtin *found = find(name))
      return found->function;
  return nullptr;
}
