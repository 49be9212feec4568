//===- Value.h - The values of a chat template -------------------*- C++ -*-===//
//
// Chat templates are written for Jinja2, so their values are Python's: integers and floats that print as Python prints
// them, strings that are counted in code points, ordered dictionaries, tuples, one-shot iterators that are always true,
// and Jinja's Undefined. A Value is a small handle: numbers lie in it, everything else is a shared object that never
// changes once made. The two exceptions, namespaces and iterators, change in place as they do in Python.
//
// Objects carry their depth (one more than their deepest member) and their weight (about how many values one meets when
// walking through them, so that `[x, x]` weighs twice what x does). Depth is bounded, so that comparing and destroying
// a value can recurse without fear of the stack; weight is what an operation over whole values costs. Namespaces can
// form cycles; they count as depth 0 and weight 1, and the Machine that made them releases them at the end of a
// rendering.
//
// Integers have 64 bits where Python's are unbounded; arithmetic that leaves the range is an error, never a wrong
// value.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_VALUE_H
#define TERN_RUNTIME_TEMPLATE_VALUE_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tern::jinja {

class Machine;
class Value;
struct Arguments;

enum class Kind : std::uint8_t {
  Undefined, ///< A name, attribute or item that is not there; knows why.
  None,
  Bool,
  Int,
  Float,
  String,
  List,
  Tuple,
  Dict,
  View, ///< What dict.keys(), values() and items() answer.
  Range,
  Iterator, ///< One pass over something; what map, select and their like answer.
  Namespace,
  Function, ///< A built-in function or a method bound to its object.
  Native,   ///< A macro, a loop, a cycler or a joiner.
};

/// Deepest nesting of containers.
constexpr unsigned maxValueDepth = 300;

struct Object {
  explicit Object(unsigned depth = 0, std::uint64_t weight = 1) : depth(depth), weight(weight) {}
  virtual ~Object() = default;
  virtual void release() {} ///< Lets go of other values, so that cycles end.
  unsigned depth;
  std::uint64_t weight;
};

class Value {
public:
  Value() = default; ///< An Undefined that says nothing more.
  static Value none() { return Value(Kind::None); }
  static Value boolean(bool value);
  static Value integer(std::int64_t value);
  static Value real(double value);
  /// `markup` marks text that counts as escaped HTML (markupsafe.Markup), which matters to `+` and the string methods.
  static Value string(std::string text, bool markup = false);
  Value(Kind kind, std::shared_ptr<Object> object) : tag(kind), object(std::move(object)) {}

  Kind kind() const { return tag; }
  bool is(Kind kind) const { return tag == kind; }
  bool isUndefined() const { return tag == Kind::Undefined; }
  bool isString() const { return tag == Kind::String; }
  bool isIntegral() const { return tag == Kind::Int || tag == Kind::Bool; } ///< bool is an int in Python.
  bool isNumber() const { return isIntegral() || tag == Kind::Float; }
  bool isSequence() const { return tag == Kind::List || tag == Kind::Tuple; }

  std::int64_t asInt() const { return tag == Kind::Bool ? bits.boolean : bits.integer; }
  double asDouble() const { return tag == Kind::Float ? bits.real : static_cast<double>(asInt()); }
  const std::string &text() const; ///< Of a String.
  bool isMarkup() const;           ///< Whether this is a String marked as escaped HTML.

  /// The object behind the handle, which the caller knows to be a T.
  template <typename T> T &as() const { return static_cast<T &>(*object); }
  /// The object, or null for what lies in the handle.
  Object *identity() const { return object.get(); }
  const std::shared_ptr<Object> &share() const { return object; }
  unsigned depth() const { return object ? object->depth : 0; }
  std::uint64_t weight() const { return object ? object->weight : 1; }

private:
  explicit Value(Kind kind) : tag(kind) {}

  Kind tag = Kind::Undefined;
  union {
    bool boolean;
    std::int64_t integer = 0;
    double real;
  } bits;
  std::shared_ptr<Object> object;
};

struct UndefinedObject : Object {
  explicit UndefinedObject(std::string message) : message(std::move(message)) {}
  std::string message; ///< Why it is undefined; the text of the error when it is used.
};

struct StringObject : Object {
  StringObject(std::string content, bool markup)
      : Object(0, 1 + content.size() / 64), text(std::move(content)), markup(markup) {}
  std::string text; ///< UTF-8.
  bool markup;
};

/// Items of a List or Tuple.
struct SequenceObject : Object {
  explicit SequenceObject(std::vector<Value> members);
  std::vector<Value> items;
  bool grouped = false; ///< A tuple from groupby, whose items are also called grouper and list.
};

/// Hash and equality as Python has them: 1, 1.0 and True are one key.
std::size_t hashOf(const Value &value);
bool equal(const Value &left, const Value &right);
/// Whether `value` can be a key (lists, dictionaries and namespaces cannot).
bool isHashable(const Value &value);

struct DictObject : Object {
  std::vector<std::pair<Value, Value>> entries;

  const Value *find(const Value &key) const;
  const Value *find(std::string_view key) const;
  /// Adds or replaces, keeping the place of a key that is already there.
  void set(Value key, Value value);

private:
  std::unordered_multimap<std::size_t, std::size_t> index; ///< Hash to entry, once there are many.
  std::size_t locate(const Value &key) const;
};

struct ViewObject : Object {
  enum What { Keys, Values, Items };
  ViewObject(Value viewed, What what)
      : Object(viewed.depth() + 1, viewed.weight()), dict(std::move(viewed)), what(what) {}
  Value dict;
  What what;
};

struct RangeObject : Object {
  std::int64_t start = 0, stop = 0, step = 1;
  std::int64_t length() const;
};

/// One pass over values. `typeName` is Python's name of what stands for it there.
struct IteratorObject : Object {
  IteratorObject(const char *typeName, unsigned depth) : Object(depth), typeName(typeName) {}
  /// Puts the next value into `value`; false at the end or once the machine has failed.
  virtual bool next(Machine &machine, Value &value) = 0;
  const char *typeName;
};

struct NamespaceObject : Object {
  void release() override { attributes.entries.clear(); }
  DictObject attributes;
};

/// A built-in: `self` is the object of a method, the input of a filter or test, or Undefined.
using NativeFunction = Value (*)(Machine &machine, const Value &self, Arguments &arguments);

struct FunctionObject : Object {
  FunctionObject(std::string name, NativeFunction function, Value owner)
      : Object(owner.depth() + 1), name(std::move(name)), function(function), self(std::move(owner)) {}
  std::string name;
  NativeFunction function;
  Value self;
};

/// An object with behaviour of its own.
struct NativeObject : Object {
  virtual const char *typeName() const = 0;
  /// The attribute, or false if there is none.
  virtual bool attribute(Machine &machine, const Value &self, std::string_view name, Value &value) = 0;
  virtual Value call(Machine &machine, Arguments &arguments);
  virtual bool callable() const { return true; }
  virtual std::string repr() const { return std::string("<") + typeName() + " object>"; }
  virtual std::int64_t length(Machine &) { return -1; } ///< Negative if it has none.
};

/// What stands between the parentheses of a call, evaluated.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

/// Truth as Python has it: empty things and zeros are false, iterators and functions true.
bool truth(const Value &value);

/// Python's name of the type: "str", "dict", "NoneType".
std::string typeName(const Value &value);

/// An Undefined with the reason that an error will give.
Value undefined(std::string message);
/// "'name' is undefined".
Value undefinedName(std::string_view name);
/// "'dict object' has no attribute 'name'".
Value undefinedMember(const Value &object, const Value &member);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_VALUE_H
