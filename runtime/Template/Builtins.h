//===- Builtins.h - Filters, tests, methods and globals ----------*- C++ -*-===//
//
// Everything that a template can call without defining it. All have the signature NativeFunction; what they take is
// bound by a Parameters object (Parameters.h), which reports wrong arguments.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_BUILTINS_H
#define TERN_RUNTIME_TEMPLATE_BUILTINS_H

#include "runtime/Template/Value.h"

namespace tern::jinja {

struct Builtin {
  const char *name;
  NativeFunction function;
};

/// The function of that name in `table`, or null.
template <std::size_t N> const Builtin *findBuiltin(const Builtin (&table)[N], std::string_view name) {
  for (const Builtin &row : table)
    if (name == row.name)
      return &row;
  return nullptr;
}

/// The filter or test called `name`, or null.
NativeFunction findFilter(std::string_view name);
NativeFunction findTest(std::string_view name);

/// One family of filters each; null if the name is not in it.
const Builtin *findTextFilter(std::string_view name);
const Builtin *findMarkupFilter(std::string_view name);
const Builtin *findNumberFilter(std::string_view name);
const Builtin *findSequenceFilter(std::string_view name);
const Builtin *findSelectionFilter(std::string_view name);
const Builtin *findSortingFilter(std::string_view name);

/// Filters with a file of their own.
Value filterWordWrap(Machine &machine, const Value &self, Arguments &arguments);
Value filterUrlize(Machine &machine, const Value &self, Arguments &arguments);
Value filterPrettyPrint(Machine &machine, const Value &self, Arguments &arguments);

/// Methods of str; what markup has beside them; of numbers; of dict, list, tuple and the rest.
const Builtin *findStringMethod(std::string_view name);
const Builtin *findMarkupMethod(std::string_view name);
const Builtin *findNumberMethod(const Value &number, std::string_view name);
const Builtin *findContainerMethod(const Value &object, std::string_view name);

/// Methods of str with a file of their own: maketrans and translate.
Value methodMakeTranslation(Machine &machine, const Value &self, Arguments &arguments);
Value methodTranslate(Machine &machine, const Value &self, Arguments &arguments);

/// Puts range, dict, namespace, cycler, joiner, lipsum, raise_exception and strftime_now into `value`; false for other
/// names.
bool findGlobal(Machine &machine, std::string_view name, Value &value);

/// str % arguments; str.format(arguments).
Value formatPercent(Machine &machine, const Value &format, const Value &arguments);
Value formatBraces(Machine &machine, const Value &format, Arguments &arguments);

/// json.dumps(value) with the options of transformers' tojson.
Value filterToJson(Machine &machine, const Value &self, Arguments &arguments);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_BUILTINS_H
