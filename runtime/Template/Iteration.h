//===- Iteration.h - Going through values ------------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_ITERATION_H
#define TERN_RUNTIME_TEMPLATE_ITERATION_H

#include "runtime/Template/Machine.h"

namespace tern::jinja {

bool isIterable(const Value &value);

/// iter(value): an Iterator, which is `value` itself if it is one. Fails on what cannot be iterated.
Value iterate(Machine &machine, const Value &value);

/// Puts the next value of the Iterator `iterator` into `value`; false at the end or on failure.
inline bool nextOf(Machine &machine, const Value &iterator, Value &value) {
  return machine.step() && iterator.as<IteratorObject>().next(machine, value) && !machine.failed();
}

/// list(value). False on failure.
bool collect(Machine &machine, const Value &value, std::vector<Value> &items);

/// reversed(value): an Iterator from the last to the first. False, without a failure, if that cannot be.
bool reverse(Machine &machine, const Value &value, Value &reversed);

/// len(value), or a negative number if it has none.
std::int64_t lengthOf(Machine &machine, const Value &value);

/// An Iterator that calls `step(machine, value)`, which answers false at the end. `depth` is that of the deepest value
/// that it keeps.
template <typename Step> Value makeGenerator(Machine &machine, unsigned depth, Step step) {
  struct Generator : IteratorObject {
    Generator(unsigned depth, Step step) : IteratorObject("generator", depth), step(std::move(step)) {}
    bool next(Machine &machine, Value &value) override {
      Nested nested(machine); // generators over generators
      return nested && step(machine, value);
    }
    Step step;
  };
  return machine.make(Kind::Iterator, std::make_shared<Generator>(depth + 1, std::move(step)));
}

/// An Iterator that fails when it is asked for a value: what is wrong with the input of a lazy filter shows only then.
inline Value failLater(Machine &machine, std::string what) {
  return makeGenerator(machine, 0, [what](Machine &machine, Value &) {
    machine.fail(what);
    return false;
  });
}

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_ITERATION_H
