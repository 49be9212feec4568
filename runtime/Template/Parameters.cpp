//===- Parameters.cpp - Arguments bound to names --------------------------===//

#include "runtime/Template/Parameters.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

Parameters::Parameters(Machine &machine, const char *function, const Arguments &arguments,
                       std::initializer_list<const char *> names, std::size_t required)
    : machine(machine), function(function) {
  values.reserve(names.size());
  for (const char *name : names)
    values.push_back({name, nullptr});
  std::string who = std::string("'") + function + "'";
  if (arguments.positional.size() > names.size()) {
    machine.fail(who + " takes at most " + std::to_string(names.size()) + " arguments, not " +
                 std::to_string(arguments.positional.size()));
    return;
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i)
    values[i].value = &arguments.positional[i];
  for (const auto &named : arguments.named) {
    const std::string &name = named.first;
    auto place = std::find_if(values.begin(), values.end(), [&](const Bound &known) { return name == known.name; });
    if (place == values.end())
      machine.fail(who + " has no argument '" + name.substr(0, 80) + "'");
    else if (place->value)
      machine.fail(who + " is given '" + name + "' twice");
    else
      place->value = &named.second;
    if (machine.failed())
      return;
  }
  for (std::size_t i = 0; i < required; ++i)
    if (!values[i].value)
      machine.fail(who + " needs an argument '" + values[i].name + "'");
}

std::int64_t Parameters::integer(std::size_t index, std::int64_t absent) const {
  if (!has(index))
    return absent;
  const Value &value = *values[index].value;
  if (value.isIntegral())
    return value.asInt();
  if (value.isUndefined())
    machine.failUndefined(value);
  machine.fail(std::string("'") + function + "' needs an integer for '" + values[index].name + "', not a " +
               typeName(value));
  return absent;
}

bool Parameters::flag(std::size_t index, bool absent) const {
  return has(index) ? truth(*values[index].value) : absent;
}

std::string Parameters::text(std::size_t index, std::string absent) const {
  if (!has(index))
    return absent;
  const Value &value = *values[index].value;
  if (value.isString())
    return value.text();
  machine.fail(std::string("'") + function + "' needs a string for '" + values[index].name + "', not a " +
               typeName(value));
  return absent;
}
