//===- Selection.h - Attributes and orders that filters name -----*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_SELECTION_H
#define TERN_RUNTIME_TEMPLATE_SELECTION_H

#include "runtime/Template/Machine.h"

namespace tern::jinja {

/// The path that a filter's `attribute` names: "address.city", "0.name", 3. Digits are indexes.
class AttributePath {
public:
  /// None is the value itself. `fallback`, unless None, stands for what is undefined on the way.
  AttributePath(const Value &attribute, Value fallback = Value::none());

  Value of(Machine &machine, Value item) const;
  /// The same with strings in lower case, as filters that ignore case compare.
  Value folded(Machine &machine, const Value &item) const;
  unsigned depth() const { return fallback.depth(); }

private:
  std::vector<Value> parts;
  Value fallback;
};

/// Strings in lower case, other values as they are.
Value ignoringCase(Machine &machine, const Value &value);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_SELECTION_H
