//===- SortingFilters.cpp - sort, unique, groupby, min, max, dictsort -----===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Parameters.h"
#include "runtime/Template/Selection.h"
#include "runtime/Template/Strings.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

/// A value and what it is ordered by.
struct Keyed {
  Value key, value;
};

} // namespace

/// Stable, as Python's sorted. Fails where keys have no order.
static void sortByKey(Machine &machine, std::vector<Keyed> &items, bool descending) {
  auto before = [&](const Keyed &left, const Keyed &right) {
    if (!machine.step(1 + (left.key.weight() + right.key.weight()) / 16))
      return false;
    bool less = descending ? lessThan(machine, right.key, left.key) : lessThan(machine, left.key, right.key);
    return less && !machine.failed();
  };
  mergeSort(items, before);
}

static bool keyed(Machine &machine, const Value &self, const AttributePath &path, bool caseSensitive,
                  std::vector<Keyed> &items) {
  std::vector<Value> values;
  if (!collect(machine, self, values))
    return false;
  for (Value &value : values) {
    Value key = caseSensitive ? path.of(machine, value) : path.folded(machine, value);
    if (machine.failed())
      return false;
    items.push_back({std::move(key), std::move(value)});
  }
  return true;
}

static Value valuesOf(Machine &machine, std::vector<Keyed> &items) {
  std::vector<Value> values;
  for (Keyed &item : items)
    values.push_back(std::move(item.value));
  return machine.failed() ? Value() : machine.makeList(std::move(values));
}

static Value filterSort(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "sort", arguments, {"reverse", "case_sensitive", "attribute"});
  std::vector<Value> values;
  if (!given || !collect(machine, self, values))
    return Value();
  std::vector<AttributePath> paths;
  if (given[2].isString())
    for (std::string_view part : splitAt(given[2].text(), ",", -1, false))
      paths.emplace_back(Value::string(std::string(part)));
  else
    paths.emplace_back(given[2]);
  std::vector<Keyed> items;
  for (const Value &value : values) {
    std::vector<Value> keys;
    for (const AttributePath &path : paths)
      keys.push_back(given.flag(1, false) ? path.of(machine, value) : path.folded(machine, value));
    items.push_back({machine.makeList(std::move(keys)), value});
    if (machine.failed())
      return Value();
  }
  sortByKey(machine, items, given.flag(0, false));
  return valuesOf(machine, items);
}

static Value filterUnique(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "unique", arguments, {"case_sensitive", "attribute"});
  if (given && !isIterable(self))
    return failLater(machine, "a " + typeName(self) + " cannot be iterated over");
  Value source = given ? iterate(machine, self) : Value();
  if (machine.failed())
    return Value();
  AttributePath path(given[1]);
  bool caseSensitive = given.flag(0, false);
  auto seen = std::make_shared<DictObject>();
  return makeGenerator(machine, source.depth(), [=](Machine &machine, Value &value) {
    while (nextOf(machine, source, value)) {
      Value key = caseSensitive ? path.of(machine, value) : path.folded(machine, value);
      if (machine.failed() || !machine.walk(key))
        return false;
      if (!isHashable(key)) {
        machine.fail("'unique' needs values that can be keys, not a " + typeName(key));
        return false;
      }
      if (!seen->find(key)) {
        seen->set(key, Value::none());
        return machine.charge(2 * sizeof(Value));
      }
    }
    return false;
  });
}

template <bool largest> static Value filterExtreme(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, largest ? "max" : "min", arguments, {"case_sensitive", "attribute"});
  std::vector<Keyed> items;
  if (!given || !keyed(machine, self, AttributePath(given[1]), given.flag(0, false), items))
    return Value();
  if (items.empty())
    return undefined("no aggregated item, the sequence is empty");
  const Keyed *best = &items[0];
  for (const Keyed &item : items) {
    bool better = &item != best &&
                  (largest ? compare(machine, ">", item.key, best->key) : compare(machine, "<", item.key, best->key));
    best = better ? &item : best;
  }
  return best->value;
}

static Value filterGroupBy(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "groupby", arguments, {"attribute", "default", "case_sensitive"}, 1);
  AttributePath path(given[0], given[1]);
  bool caseSensitive = given.flag(2, false);
  std::vector<Keyed> items;
  if (!given || !keyed(machine, self, path, caseSensitive, items))
    return Value();
  sortByKey(machine, items, false);
  std::vector<Value> groups;
  for (std::size_t start = 0, end = 0; start < items.size() && !machine.failed(); start = end) {
    std::vector<Value> members;
    for (end = start; end < items.size() && equal(items[start].key, items[end].key); ++end)
      members.push_back(items[end].value);
    if (members.empty()) // a key that does not equal itself: not a number
      members.push_back(items[end++].value);
    Value key = caseSensitive ? items[start].key : path.of(machine, members.front());
    Value group = machine.makeTuple({key, machine.makeList(std::move(members))});
    if (!machine.failed())
      group.as<SequenceObject>().grouped = true;
    groups.push_back(std::move(group));
  }
  return machine.failed() ? Value() : machine.makeList(std::move(groups));
}

static Value filterDictSort(Machine &machine, const Value &self, Arguments &arguments) {
  Parameters given(machine, "dictsort", arguments, {"case_sensitive", "by", "reverse"});
  Value by = given.has(1) ? given[1] : Value::string("key");
  bool byValue = by.isString() && by.text() == "value";
  if (given && !byValue && !(by.isString() && by.text() == "key"))
    return machine.fail("'dictsort' sorts by 'key' or 'value'");
  if (given && !self.is(Kind::Dict))
    return self.isUndefined() ? machine.failUndefined(self)
                              : machine.fail("'dictsort' needs a dict, not a " + typeName(self));
  if (!given)
    return Value();
  std::vector<Keyed> items;
  for (const auto &[key, value] : self.as<DictObject>().entries) {
    const Value &sortedBy = byValue ? value : key;
    items.push_back(
        {given.flag(0, false) ? sortedBy : ignoringCase(machine, sortedBy), machine.makeTuple({key, value})});
  }
  sortByKey(machine, items, given.flag(2, false));
  return valuesOf(machine, items);
}

const Builtin *jinja::findSortingFilter(std::string_view name) {
  static constexpr Builtin table[] = {
      {"sort", filterSort},         {"unique", filterUnique},   {"min", filterExtreme<false>},
      {"max", filterExtreme<true>}, {"groupby", filterGroupBy}, {"dictsort", filterDictSort},
  };
  return findBuiltin(table, name);
}
