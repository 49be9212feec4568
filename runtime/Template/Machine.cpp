//===- Machine.cpp - What a rendering may use, and where it stands --------===//

#include "runtime/Template/Machine.h"

using namespace tern;
using namespace tern::jinja;

Machine::~Machine() {
  for (const std::shared_ptr<Object> &object : releases)
    object->release();
}

Value Machine::fail(std::string what) {
  if (!failed()) {
    failure = what.empty() ? "failed without a message" : std::move(what);
    failurePlace = at;
  }
  return Value();
}

Value Machine::failUndefined(const Value &value) {
  return fail(value.identity() ? value.as<UndefinedObject>().message : "value is undefined");
}

bool Machine::step(std::uint64_t count) {
  if (failed())
    return false;
  steps += count;
  if (steps <= limits.maxSteps)
    return true;
  fail("the template may take " + std::to_string(limits.maxSteps) + " steps and is not done");
  return false;
}

bool Machine::charge(std::uint64_t bytes) {
  if (failed())
    return false;
  if (bytes <= limits.maxMemory - memory) {
    memory += bytes;
    return true;
  }
  fail("the template may build " + std::to_string(limits.maxMemory) + " bytes of values and asks for more");
  return false;
}

bool Machine::enter() {
  if (++nesting <= limits.maxDepth)
    return !failed();
  fail("the template nests evaluation deeper than " + std::to_string(limits.maxDepth) + " levels");
  return false;
}

Value Machine::makeString(std::string text, bool markup) {
  if (!charge(text.size() + sizeof(StringObject)))
    return Value();
  return Value::string(std::move(text), markup);
}

Value Machine::make(Kind kind, std::shared_ptr<Object> object) {
  if (object->depth > maxValueDepth)
    return fail("values may nest " + std::to_string(maxValueDepth) + " levels deep");
  if (object->weight > limits.maxMemory / sizeof(Value))
    return fail("a value may consist of " + std::to_string(limits.maxMemory / sizeof(Value)) + " values");
  if (!charge(sizeof(SequenceObject)))
    return Value();
  return Value(kind, std::move(object));
}

Value Machine::makeList(std::vector<Value> items) {
  if (!charge(items.size() * sizeof(Value)))
    return Value();
  return make(Kind::List, std::make_shared<SequenceObject>(std::move(items)));
}

Value Machine::makeTuple(std::vector<Value> items) {
  if (!charge(items.size() * sizeof(Value)))
    return Value();
  return make(Kind::Tuple, std::make_shared<SequenceObject>(std::move(items)));
}

Value Machine::makeDict(std::shared_ptr<DictObject> dict) {
  if (!charge(dict->entries.size() * 2 * sizeof(Value)))
    return Value();
  return make(Kind::Dict, std::move(dict));
}

Value Machine::makeNamespace(std::shared_ptr<NamespaceObject> object) {
  if (!charge(sizeof(NamespaceObject)))
    return Value();
  releaseAtEnd(object);
  return Value(Kind::Namespace, std::move(object));
}

Value Machine::makeMethod(const char *name, NativeFunction function, const Value &self) {
  return make(Kind::Function, std::make_shared<FunctionObject>(name, function, self));
}

std::int64_t Machine::random(std::int64_t count) {
  // SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators").
  std::uint64_t bits = ++draws * 0x9E3779B97F4A7C15u;
  bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
  bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
  return static_cast<std::int64_t>((bits ^ bits >> 31) % static_cast<std::uint64_t>(count));
}

std::tm Machine::now() const {
  if (clock)
    return *clock;
  std::time_t seconds = std::time(nullptr);
  std::tm local{};
  localtime_r(&seconds, &local);
  return local;
}
