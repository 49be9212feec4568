//===- Iteration.cpp - Going through values -------------------------------===//

#include "runtime/Template/Iteration.h"

#include "runtime/Template/Characters.h"

using namespace tern;
using namespace tern::jinja;

namespace {

const char *iteratorName(Kind kind) {
  switch (kind) {
  case Kind::String:
    return "str_iterator";
  case Kind::Tuple:
    return "tuple_iterator";
  case Kind::Dict:
    return "dict_keyiterator";
  case Kind::Range:
    return "range_iterator";
  default:
    return "list_iterator";
  }
}

Value entryOf(Machine &machine, const std::pair<Value, Value> &entry, ViewObject::What what) {
  if (what == ViewObject::Keys)
    return entry.first;
  return what == ViewObject::Values ? entry.second : machine.makeTuple({entry.first, entry.second});
}

/// Forward through everything that has places.
struct ForwardIterator : IteratorObject {
  explicit ForwardIterator(Value over)
      : IteratorObject(iteratorName(over.kind()), over.depth() + 1), source(std::move(over)) {}

  bool next(Machine &machine, Value &value) override {
    switch (source.kind()) {
    case Kind::List:
    case Kind::Tuple: {
      const std::vector<Value> &items = source.as<SequenceObject>().items;
      return at < items.size() && (value = items[at++], true);
    }
    case Kind::String: {
      const StringObject &string = source.as<StringObject>();
      std::size_t start = at;
      if (at >= string.text.size())
        return false;
      readCharacter(string.text, at);
      value = machine.makeString(string.text.substr(start, at - start));
      return true;
    }
    case Kind::Dict: {
      const auto &entries = source.as<DictObject>().entries;
      return at < entries.size() && (value = entries[at++].first, true);
    }
    case Kind::View: {
      const ViewObject &view = source.as<ViewObject>();
      const auto &entries = view.dict.as<DictObject>().entries;
      return at < entries.size() && (value = entryOf(machine, entries[at++], view.what), true);
    }
    case Kind::Range: {
      const RangeObject &range = source.as<RangeObject>();
      if (static_cast<std::int64_t>(at) >= range.length())
        return false;
      value = Value::integer(range.start + static_cast<std::int64_t>(at++) * range.step);
      return true;
    }
    default: // Undefined
      return false;
    }
  }

  Value source;
  std::size_t at = 0;
};

/// From the last of some collected values to the first.
struct ReverseIterator : IteratorObject {
  ReverseIterator(const char *name, unsigned depth, std::vector<Value> items)
      : IteratorObject(name, depth), items(std::move(items)) {}
  bool next(Machine &, Value &value) override {
    if (items.empty())
      return false;
    value = std::move(items.back());
    items.pop_back();
    return true;
  }
  std::vector<Value> items;
};

} // namespace

bool jinja::isIterable(const Value &value) {
  switch (value.kind()) {
  case Kind::None:
  case Kind::Bool:
  case Kind::Int:
  case Kind::Float:
  case Kind::Namespace:
  case Kind::Function:
  case Kind::Native:
    return false;
  default:
    return true;
  }
}

Value jinja::iterate(Machine &machine, const Value &value) {
  if (value.is(Kind::Iterator))
    return value;
  if (!isIterable(value))
    return machine.fail("a " + typeName(value) + " cannot be iterated over");
  return machine.make(Kind::Iterator, std::make_shared<ForwardIterator>(value));
}

bool jinja::collect(Machine &machine, const Value &value, std::vector<Value> &items) {
  if (value.isSequence()) {
    items = value.as<SequenceObject>().items;
    return machine.charge(items.size() * sizeof(Value)) && machine.step(items.size() / 16);
  }
  Value iterator = iterate(machine, value), item;
  if (machine.failed())
    return false;
  while (nextOf(machine, iterator, item)) {
    if (!machine.charge(sizeof(Value)))
      return false;
    items.push_back(item);
  }
  return !machine.failed();
}

bool jinja::reverse(Machine &machine, const Value &value, Value &reversed) {
  const char *name = value.is(Kind::List)    ? "list_reverseiterator"
                     : value.is(Kind::Dict)  ? "dict_reversekeyiterator"
                     : value.is(Kind::View)  ? "dict_reverseitemiterator"
                     : value.is(Kind::Range) ? "range_iterator"
                                             : "reversed";
  if (value.is(Kind::Iterator) || !isIterable(value))
    return false;
  std::vector<Value> items;
  if (collect(machine, value, items))
    reversed =
        machine.make(Kind::Iterator, std::make_shared<ReverseIterator>(name, value.depth() + 1, std::move(items)));
  return true;
}

std::int64_t jinja::lengthOf(Machine &machine, const Value &value) {
  switch (value.kind()) {
  case Kind::Undefined:
    return 0;
  case Kind::String:
    return static_cast<std::int64_t>(countCharacters(value.text()));
  case Kind::List:
  case Kind::Tuple:
    return static_cast<std::int64_t>(value.as<SequenceObject>().items.size());
  case Kind::Dict:
    return static_cast<std::int64_t>(value.as<DictObject>().entries.size());
  case Kind::View:
    return lengthOf(machine, value.as<ViewObject>().dict);
  case Kind::Range:
    return value.as<RangeObject>().length();
  case Kind::Native:
    return value.as<NativeObject>().length(machine);
  default:
    return -1;
  }
}
