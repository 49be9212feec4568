//===- Operators.h - What operators, dots and brackets do --------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_OPERATORS_H
#define TERN_RUNTIME_TEMPLATE_OPERATORS_H

#include "runtime/Template/Machine.h"

namespace tern::jinja {

/// `left sign right` for + - * / // % **.
Value arithmetic(Machine &machine, std::string_view sign, const Value &left, const Value &right);
/// -value, +value.
Value negate(Machine &machine, const Value &value);
Value positive(Machine &machine, const Value &value);

/// `left sign right` for == != < <= > >= in and "not in".
bool compare(Machine &machine, std::string_view sign, const Value &left, const Value &right);
/// left < right; fails where Python has no order.
bool lessThan(Machine &machine, const Value &left, const Value &right);
/// item in container.
bool contains(Machine &machine, const Value &container, const Value &item);

/// value.name: an attribute or method, else an item, else Undefined.
Value memberOf(Machine &machine, const Value &value, const std::string &name);
/// value[key]: an item, else an attribute or method, else Undefined.
Value itemOf(Machine &machine, const Value &value, const Value &key);
/// value[start:stop:step]; bounds are integers or None.
Value sliceOf(Machine &machine, const Value &value, const Value &start, const Value &stop, const Value &step);
/// Only an attribute or method: false if there is none.
bool attributeOf(Machine &machine, const Value &value, const std::string &name, Value &attribute);

bool isCallable(const Value &value);
Value callValue(Machine &machine, const Value &callee, Arguments &arguments);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_OPERATORS_H
