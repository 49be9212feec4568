//===- Machine.h - What a rendering may use, and where it stands -*- C++ -*-===//
//
// A Machine is the state of one rendering that everything in the engine shares: the place in the template that is being
// evaluated, the first failure, and what is left of the limits. Chat templates come from strangers, so each evaluation
// is a step, each string and list is charged, and nesting is bounded.
//
// Failing: fail() records the problem with its place and answers an Undefined. Whoever sees failed() returns at once;
// later failures are dropped, so code may finish a few harmless operations before it looks.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_MACHINE_H
#define TERN_RUNTIME_TEMPLATE_MACHINE_H

#include "runtime/Template/Template.h"
#include "runtime/Template/Value.h"

#include <ctime>
#include <optional>

namespace tern::jinja {

/// A place in the template: line and column from 1, the column in code points.
struct Location {
  std::uint32_t line = 1, column = 1;
};

class Machine {
public:
  Machine(const RenderLimits &limits, std::optional<std::tm> clock) : limits(limits), clock(clock) {}
  ~Machine();
  Machine(const Machine &) = delete;
  Machine &operator=(const Machine &) = delete;

  /// Records what broke a rule at the place that is being evaluated. Always answers Undefined.
  Value fail(std::string what);
  /// Fails with the reason that `value`, an Undefined, carries.
  Value failUndefined(const Value &value);
  bool failed() const { return !failure.empty(); }
  const std::string &message() const { return failure; }
  Location failedAt() const { return failurePlace; }

  /// Counts one unit of work. False once the machine has failed or the steps are used up.
  bool step(std::uint64_t count = 1);
  /// Counts the work of walking through `value`.
  bool walk(const Value &value) { return step(1 + value.weight() / 16); }
  /// Counts `bytes` of memory that the template asked for, before they are allocated.
  bool charge(std::uint64_t bytes);
  /// False, with a failure, when `depth` of nested evaluation passes the limit.
  bool enter();
  void leave() { --nesting; }

  Value makeString(std::string text, bool markup = false);
  Value makeList(std::vector<Value> items);
  Value makeTuple(std::vector<Value> items);
  Value makeDict(std::shared_ptr<DictObject> dict);
  Value makeNamespace(std::shared_ptr<NamespaceObject> object);
  /// Any other object with members, which is checked for depth.
  Value make(Kind kind, std::shared_ptr<Object> object);
  /// Has `object`, which may come to hold itself, released at the end.
  void releaseAtEnd(std::shared_ptr<Object> object) { releases.push_back(std::move(object)); }
  Value makeMethod(const char *name, NativeFunction function, const Value &self);

  /// One of 0 to `count` - 1, another one each time; the same ones in each rendering, which can so be repeated.
  std::int64_t random(std::int64_t count);
  /// The local time that strftime_now sees.
  std::tm now() const;

  Location at;

private:
  const RenderLimits &limits;
  std::optional<std::tm> clock;
  std::uint64_t steps = 0, memory = 0, draws = 0;
  unsigned nesting = 0;
  std::string failure;
  Location failurePlace;
  std::vector<std::shared_ptr<Object>> releases;
};

/// Keeps one level of nesting open for a C++ scope.
class Nested {
public:
  explicit Nested(Machine &machine) : machine(machine), entered(machine.enter()) {}
  ~Nested() { machine.leave(); }
  Nested(const Nested &) = delete;
  Nested &operator=(const Nested &) = delete;
  explicit operator bool() const { return entered; }

private:
  Machine &machine;
  bool entered;
};

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_MACHINE_H
