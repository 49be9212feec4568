//===- Parameters.h - Arguments bound to names -------------------*- C++ -*-===//
//
// What Python's call machinery does for a function written as `def replace(s, old, new, count=None)`:
//
//   Parameters given(machine, "replace", arguments, {"old", "new", "count"}, 2);
//   if (!given) return Value();
//   given[0] ... given.has(2) ... given.integer(2, -1)
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_PARAMETERS_H
#define TERN_RUNTIME_TEMPLATE_PARAMETERS_H

#include "runtime/Template/Machine.h"

#include <initializer_list>

namespace tern::jinja {

class Parameters {
public:
  /// Binds positional and named arguments to `names`, of which the first `required` must be given.
  Parameters(Machine &machine, const char *function, const Arguments &arguments,
             std::initializer_list<const char *> names, std::size_t required = 0);

  /// False, with a failure, if the arguments do not fit.
  explicit operator bool() const { return !machine.failed(); }

  /// Whether the parameter was given at all.
  bool has(std::size_t index) const { return index < values.size() && values[index].value; }
  /// The argument, or None.
  Value operator[](std::size_t index) const { return has(index) ? *values[index].value : Value::none(); }
  /// The argument as an integer, boolean or text; `absent` if it was not given. Fail on other types.
  std::int64_t integer(std::size_t index, std::int64_t absent) const;
  bool flag(std::size_t index, bool absent) const;
  std::string text(std::size_t index, std::string absent) const;

private:
  Machine &machine;
  const char *function;
  struct Bound {
    const char *name;
    const Value *value; ///< Null if it was not given.
  };
  std::vector<Bound> values;
};

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_PARAMETERS_H
