//===- Loop.h - The loop variable of a for tag -------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_LOOP_H
#define TERN_RUNTIME_TEMPLATE_LOOP_H

#include "runtime/Template/Renderer.h"

namespace tern::jinja {

/// One run of a for tag: goes through the values, at most one ahead, and answers loop.index and the rest.
class Loop : public NativeObject {
public:
  /// `recursive` is the for tag if calling the loop may run it again, in `scope`.
  Loop(Renderer &renderer, Value iterable, Value iterator, const Statement *recursive, Scope *scope, unsigned depth);

  /// Moves on to the next value; false at the end.
  bool advance(Machine &machine, Value &value);

  const char *typeName() const override { return "LoopContext"; }
  bool attribute(Machine &machine, const Value &self, std::string_view name, Value &value) override;
  Value call(Machine &machine, Arguments &arguments) override;
  std::int64_t length(Machine &machine) override;
  void release() override { lastChanged = Value(); }

private:
  Renderer &renderer;
  Value iterable, iterator;
  const Statement *recursive;
  Scope *scope;
  unsigned level; ///< Recursive loops around this one.
  std::int64_t index0 = -1, knownLength = -1;
  Value before, current, after, lastChanged;
  bool hasAfter = false, hasChanged = false;

  bool peek(Machine &machine);
  static Value cycle(Machine &machine, const Value &self, Arguments &arguments);
  static Value changed(Machine &machine, const Value &self, Arguments &arguments);
};

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_LOOP_H
