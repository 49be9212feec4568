//===- Parameters.cpp - Arguments bound to names --------------------------===//

#include "runtime/Template/Parameters.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

Parameters::Parameters(Machine &machine, const char *function, const Arguments &arguments,
                       std::initializer_list<const char *> names, std::size_t required)
    : machine(machine), function(function), names(names), values(names.size()) {
  std::string who = std::string("'") + function + "'";
  if (arguments.positional.size() > names.size()) {
    machine.fail(who + " takes at most " + std::to_string(names.size()) + " arguments, not " +
                 std::to_string(arguments.positional.size()));
    return;
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i)
    values[i] = &arguments.positional[i];
  for (const auto &named : arguments.named) {
    const std::string &name = named.first;
    auto place = std::find_if(names.begin(), names.end(), [&](const char *known) { return name == known; });
    std::size_t index = static_cast<std::size_t>(place - names.begin());
    if (place == names.end())
      machine.fail(who + " has no argument '" + name.substr(0, 80) + "'");
    else if (values[index])
      machine.fail(who + " is given '" + name + "' twice");
    else
      values[index] = &named.second;
    if (machine.failed())
      return;
  }
  for (std::size_t i = 0; i < required; ++i)
    if (!values[i])
      machine.fail(who + " needs an argument '" + names.begin()[i] + "'");
}

std::int64_t Parameters::integer(std::size_t index, std::int64_t absent) const {
  if (!has(index))
    return absent;
  if (values[index]->isIntegral())
    return values[index]->asInt();
  if (values[index]->isUndefined())
    machine.failUndefined(*values[index]);
  machine.fail(std::string("'") + function + "' needs an integer for '" + names.begin()[index] + "', not a " +
               typeName(*values[index]));
  return absent;
}

bool Parameters::flag(std::size_t index, bool absent) const { return has(index) ? truth(*values[index]) : absent; }

std::string Parameters::text(std::size_t index, std::string absent) const {
  if (!has(index))
    return absent;
  if (values[index]->isString())
    return values[index]->text();
  machine.fail(std::string("'") + function + "' needs a string for '" + names.begin()[index] + "', not a " +
               typeName(*values[index]));
  return absent;
}
