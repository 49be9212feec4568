//===- Value.cpp - The values of a chat template --------------------------===//

#include "runtime/Template/Value.h"

#include "runtime/Template/Machine.h"

#include <algorithm>
#include <cmath>

using namespace tern;
using namespace tern::jinja;

Value Value::boolean(bool value) {
  Value result(Kind::Bool);
  result.bits.boolean = value;
  return result;
}

Value Value::integer(std::int64_t value) {
  Value result(Kind::Int);
  result.bits.integer = value;
  return result;
}

Value Value::real(double value) {
  Value result(Kind::Float);
  result.bits.real = value;
  return result;
}

Value Value::string(std::string text, bool markup) {
  return Value(Kind::String, std::make_shared<StringObject>(std::move(text), markup));
}

const std::string &Value::text() const { return as<StringObject>().text; }

bool Value::isMarkup() const { return isString() && as<StringObject>().markup; }

SequenceObject::SequenceObject(std::vector<Value> members) : items(std::move(members)) {
  for (const Value &item : items) {
    depth = std::max(depth, item.depth());
    weight += item.weight(); // cannot overflow: no member is heavier than Machine::make allows
  }
  ++depth;
}

//===----------------------------------------------------------------------===//
// Dictionaries
//===----------------------------------------------------------------------===//

/// Below this many entries a scan is faster than the index.
static constexpr std::size_t indexedFrom = 16;

std::size_t DictObject::locate(const Value &key) const {
  if (entries.size() < indexedFrom) {
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (equal(entries[i].first, key))
        return i;
    return entries.size();
  }
  auto [first, last] = index.equal_range(hashOf(key));
  for (auto candidate = first; candidate != last; ++candidate)
    if (equal(entries[candidate->second].first, key))
      return candidate->second;
  return entries.size();
}

const Value *DictObject::find(const Value &key) const {
  std::size_t place = locate(key);
  return place < entries.size() ? &entries[place].second : nullptr;
}

const Value *DictObject::find(std::string_view key) const {
  if (entries.size() >= indexedFrom)
    return find(Value::string(std::string(key)));
  for (const auto &[name, value] : entries)
    if (name.isString() && name.text() == key)
      return &value;
  return nullptr;
}

void DictObject::set(Value key, Value value) {
  depth = std::max({depth, key.depth() + 1, value.depth() + 1});
  weight += key.weight() + value.weight();
  if (std::size_t place = locate(key); place < entries.size()) {
    entries[place].second = std::move(value);
    return;
  }
  entries.emplace_back(std::move(key), std::move(value));
  if (entries.size() == indexedFrom)
    for (std::size_t i = 0; i < entries.size(); ++i)
      index.emplace(hashOf(entries[i].first), i);
  else if (entries.size() > indexedFrom)
    index.emplace(hashOf(entries.back().first), entries.size() - 1);
}

//===----------------------------------------------------------------------===//
// Equality, hash, truth
//===----------------------------------------------------------------------===//

static bool equalSequences(const SequenceObject &left, const SequenceObject &right) {
  return left.items.size() == right.items.size() &&
         std::equal(left.items.begin(), left.items.end(), right.items.begin(), equal);
}

static bool equalDicts(const DictObject &left, const DictObject &right) {
  if (left.entries.size() != right.entries.size())
    return false;
  return std::all_of(left.entries.begin(), left.entries.end(), [&](const auto &entry) {
    const Value *other = right.find(entry.first);
    return other && equal(entry.second, *other);
  });
}

static bool equalRanges(const RangeObject &left, const RangeObject &right) {
  std::int64_t length = left.length();
  if (length != right.length())
    return false;
  return length == 0 || (left.start == right.start && (length == 1 || left.step == right.step));
}

static bool equalNumbers(const Value &left, const Value &right) {
  // A long double holds every 64-bit integer and every double.
  if (left.isIntegral() && right.isIntegral())
    return left.asInt() == right.asInt();
  auto wide = [](const Value &value) -> long double {
    return value.isIntegral() ? static_cast<long double>(value.asInt()) : value.asDouble();
  };
  return wide(left) == wide(right);
}

bool jinja::equal(const Value &left, const Value &right) {
  if (left.isNumber() && right.isNumber())
    return equalNumbers(left, right);
  if (left.kind() != right.kind())
    return false;
  if (left.identity() && left.identity() == right.identity())
    return true;
  switch (left.kind()) {
  case Kind::Undefined:
  case Kind::None:
    return true;
  case Kind::String:
    return left.text() == right.text();
  case Kind::List:
  case Kind::Tuple:
    return equalSequences(left.as<SequenceObject>(), right.as<SequenceObject>());
  case Kind::Dict:
    return equalDicts(left.as<DictObject>(), right.as<DictObject>());
  case Kind::Range:
    return equalRanges(left.as<RangeObject>(), right.as<RangeObject>());
  case Kind::Function: {
    auto &one = left.as<FunctionObject>(), &other = right.as<FunctionObject>();
    return one.function == other.function && one.self.identity() == other.self.identity();
  }
  default:
    return false;
  }
}

std::size_t jinja::hashOf(const Value &value) {
  switch (value.kind()) {
  case Kind::Bool:
  case Kind::Int:
    return std::hash<double>()(static_cast<double>(value.asInt()));
  case Kind::Float:
    return std::hash<double>()(value.asDouble());
  case Kind::String:
    return std::hash<std::string>()(value.text());
  case Kind::Tuple: {
    std::size_t hash = 0x345678;
    for (const Value &item : value.as<SequenceObject>().items)
      hash = hash * 1000003 ^ hashOf(item);
    return hash;
  }
  case Kind::Undefined:
  case Kind::None:
  case Kind::Range:
    return static_cast<std::size_t>(value.kind());
  default:
    return std::hash<const void *>()(value.identity());
  }
}

bool jinja::isHashable(const Value &value) {
  if (value.is(Kind::Tuple)) {
    const auto &items = value.as<SequenceObject>().items;
    return std::all_of(items.begin(), items.end(), isHashable);
  }
  return !value.is(Kind::List) && !value.is(Kind::Dict) && !value.is(Kind::View);
}

bool jinja::truth(const Value &value) {
  switch (value.kind()) {
  case Kind::Undefined:
  case Kind::None:
    return false;
  case Kind::Bool:
  case Kind::Int:
    return value.asInt() != 0;
  case Kind::Float:
    return value.asDouble() != 0;
  case Kind::String:
    return !value.text().empty();
  case Kind::List:
  case Kind::Tuple:
    return !value.as<SequenceObject>().items.empty();
  case Kind::Dict:
    return !value.as<DictObject>().entries.empty();
  case Kind::View:
    return truth(value.as<ViewObject>().dict);
  case Kind::Range:
    return value.as<RangeObject>().length() != 0;
  default:
    return true;
  }
}

std::int64_t RangeObject::length() const {
  // In 128 bits, because stop - start may not fit.
  __int128 span = step > 0 ? static_cast<__int128>(stop) - start : static_cast<__int128>(start) - stop;
  __int128 stride = step > 0 ? static_cast<__int128>(step) : -static_cast<__int128>(step);
  return span <= 0 ? 0 : static_cast<std::int64_t>((span + stride - 1) / stride);
}

//===----------------------------------------------------------------------===//
// Names and undefined values
//===----------------------------------------------------------------------===//

std::string jinja::typeName(const Value &value) {
  switch (value.kind()) {
  case Kind::Undefined:
    return "Undefined";
  case Kind::None:
    return "NoneType";
  case Kind::Bool:
    return "bool";
  case Kind::Int:
    return "int";
  case Kind::Float:
    return "float";
  case Kind::String:
    return value.isMarkup() ? "Markup" : "str";
  case Kind::List:
    return "list";
  case Kind::Tuple:
    return "tuple";
  case Kind::Dict:
    return "dict";
  case Kind::View: {
    auto what = value.as<ViewObject>().what;
    return what == ViewObject::Keys ? "dict_keys" : what == ViewObject::Values ? "dict_values" : "dict_items";
  }
  case Kind::Range:
    return "range";
  case Kind::Iterator:
    return value.as<IteratorObject>().typeName;
  case Kind::Namespace:
    return "Namespace";
  case Kind::Function:
    return "function";
  case Kind::Native:
    return value.as<NativeObject>().typeName();
  }
  return "object";
}

Value jinja::undefined(std::string message) {
  return Value(Kind::Undefined, std::make_shared<UndefinedObject>(std::move(message)));
}

Value jinja::undefinedName(std::string_view name) { return undefined("'" + std::string(name) + "' is undefined"); }

Value jinja::undefinedMember(const Value &object, const Value &member) {
  std::string owner = object.is(Kind::None) ? "None" : typeName(object) + " object";
  if (member.isString())
    return undefined("'" + owner + "' has no attribute '" + member.text().substr(0, 80) + "'");
  std::string element = member.is(Kind::Int) ? std::to_string(member.asInt()) : "of type " + typeName(member);
  return undefined(owner + " has no element " + element);
}

Value NativeObject::call(Machine &machine, Arguments &) {
  return machine.fail(std::string("a ") + typeName() + " cannot be called");
}
