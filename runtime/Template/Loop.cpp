//===- Loop.cpp - The loop variable of a for tag --------------------------===//

#include "runtime/Template/Loop.h"

#include "runtime/Template/Iteration.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

Loop::Loop(Renderer &renderer, Value over, Value values, const Statement *recursive, Scope *scope, unsigned level)
    : renderer(renderer), iterable(std::move(over)), iterator(std::move(values)), recursive(recursive), scope(scope),
      level(level) {
  depth = std::max(iterable.depth(), iterator.depth()) + 1;
}

bool Loop::peek(Machine &machine) {
  if (!hasAfter)
    hasAfter = nextOf(machine, iterator, after);
  return hasAfter;
}

bool Loop::advance(Machine &machine, Value &value) {
  if (!peek(machine))
    return false;
  hasAfter = false;
  ++index0;
  before = std::move(current);
  current = after;
  value = std::move(after);
  return true;
}

std::int64_t Loop::length(Machine &machine) {
  if (knownLength < 0)
    knownLength = lengthOf(machine, iterable);
  if (knownLength < 0) { // an iterator: what is left of it has to be collected
    std::vector<Value> rest;
    if (!collect(machine, iterator, rest))
      return 0;
    knownLength = static_cast<std::int64_t>(rest.size()) + index0 + 1 + hasAfter;
    Value list = machine.makeList(std::move(rest));
    iterator = machine.failed() ? iterator : iterate(machine, list);
  }
  return knownLength;
}

bool Loop::attribute(Machine &machine, const Value &self, std::string_view name, Value &value) {
  auto is = [&](const char *known) { return name == known; };
  auto set = [&](Value found) { return value = std::move(found), true; };
  if (is("index0") || is("index"))
    return set(Value::integer(index0 + is("index")));
  if (is("first"))
    return set(Value::boolean(index0 == 0));
  if (is("last"))
    return set(Value::boolean(!peek(machine)));
  if (is("length"))
    return set(Value::integer(length(machine)));
  if (is("revindex0") || is("revindex"))
    return set(Value::integer(length(machine) - index0 - is("revindex0")));
  if (is("depth0") || is("depth"))
    return set(Value::integer(level + is("depth")));
  if (is("previtem"))
    return set(index0 == 0 ? undefined("there is no previous item") : before);
  if (is("nextitem"))
    return set(peek(machine) ? after : undefined("there is no next item"));
  if (!is("cycle") && !is("changed"))
    return false;
  return set(is("cycle") ? machine.makeMethod("cycle", cycle, self) : machine.makeMethod("changed", changed, self));
}

Value Loop::call(Machine &machine, Arguments &arguments) {
  if (!recursive)
    return machine.fail("only a loop marked 'recursive' can be called");
  if (arguments.positional.size() != 1 || !arguments.named.empty())
    return machine.fail("a loop is called with one iterable");
  return renderer.recurse(*recursive, scope, arguments.positional[0], level + 1);
}

Value Loop::cycle(Machine &machine, const Value &self, Arguments &arguments) {
  if (arguments.positional.empty() || !arguments.named.empty())
    return machine.fail("'cycle' needs values to choose from");
  std::int64_t count = static_cast<std::int64_t>(arguments.positional.size());
  std::int64_t place = (self.as<Loop>().index0 % count + count) % count;
  return arguments.positional[static_cast<std::size_t>(place)];
}

Value Loop::changed(Machine &machine, const Value &self, Arguments &arguments) {
  Loop &loop = self.as<Loop>();
  Value now = machine.makeTuple(arguments.positional);
  if (machine.failed() || !machine.walk(now) || (loop.hasChanged && equal(loop.lastChanged, now)))
    return Value::boolean(false);
  // What is remembered may hold other loops that remember in turn; the depth keeps such chains short.
  loop.depth = std::max(loop.depth, now.depth() + 1);
  if (loop.depth > maxValueDepth)
    return machine.fail("values may nest " + std::to_string(maxValueDepth) + " levels deep");
  if (!std::exchange(loop.hasChanged, true))
    machine.releaseAtEnd(self.share());
  loop.lastChanged = std::move(now);
  return Value::boolean(true);
}
