//===- ComponentSpec.cpp - Options of one component of a tokenizer --------===//

#include "runtime/Text/ComponentSpec.h"

#include "runtime/Text/Utf8.h"

using namespace tern;

ComponentSpec::ComponentSpec(const Json &json, std::string where) : json(json), place(std::move(where)) {
  if (!json.is_object()) {
    firstProblem = Problem{place, std::string("must be an object, is ") + json.type_name(), ""};
    return;
  }
  if (const Json *type = find("type", false)) {
    if (type->is_string())
      typeName = type->get<std::string>();
    else
      fail("type", std::string("must be a string, is ") + type->type_name());
  }
}

void ComponentSpec::fail(const std::string &name, std::string what) {
  if (!firstProblem)
    firstProblem = Problem{where(name), std::move(what), ""};
}

std::optional<Problem> ComponentSpec::problem() const {
  if (firstProblem)
    return firstProblem;
  for (const auto &item : json.items())
    if (!known.count(item.key()))
      return Problem{where(item.key().substr(0, 80)),
                     "option is not known" + (typeName.empty() ? std::string() : " for type '" + typeName + "'"), ""};
  return std::nullopt;
}

/// The member, or null when it is absent or null; absence of a required one is a problem.
const Json *ComponentSpec::find(const char *name, bool required) {
  known.insert(name);
  if (!json.is_object())
    return nullptr;
  auto found = json.find(name);
  if (found != json.end() && !found->is_null())
    return &*found;
  if (required)
    fail(name, "must be given");
  return nullptr;
}

bool ComponentSpec::boolean(const char *name, std::optional<bool> absent) {
  const Json *value = find(name, !absent);
  if (value && !value->is_boolean())
    fail(name, std::string("must be true or false, is ") + value->type_name());
  return value && value->is_boolean() ? value->get<bool>() : absent.value_or(false);
}

std::optional<std::string> ComponentSpec::optionalString(const char *name) {
  const Json *value = find(name, false);
  if (!value)
    return std::nullopt;
  if (!value->is_string()) {
    fail(name, std::string("must be a string, is ") + value->type_name());
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::string ComponentSpec::string(const char *name, std::optional<std::string> absent) {
  find(name, !absent);
  return optionalString(name).value_or(absent.value_or(""));
}

std::uint64_t ComponentSpec::integer(const char *name, std::optional<std::uint64_t> absent) {
  const Json *value = find(name, !absent);
  bool whole = value && value->is_number_integer() && *value >= 0;
  if (value && !whole)
    fail(name, "must be a whole number that is not negative, is " + value->dump().substr(0, 40));
  return whole ? value->get<std::uint64_t>() : absent.value_or(0);
}

double ComponentSpec::number(const char *name, std::optional<double> absent) {
  const Json *value = find(name, !absent);
  if (value && !value->is_number())
    fail(name, std::string("must be a number, is ") + value->type_name());
  return value && value->is_number() ? value->get<double>() : absent.value_or(0);
}

char32_t ComponentSpec::character(const char *name, std::optional<char32_t> absent) {
  if (!find(name, !absent))
    return absent.value_or(0);
  std::string text = optionalString(name).value_or("");
  if (!text.empty())
    if (Utf8Step step = readUtf8(text, 0); step.valid && step.length == text.size())
      return step.code;
  fail(name, "must be a string of one character, is '" + text.substr(0, 40) + "'");
  return 0;
}

std::size_t ComponentSpec::choice(const char *name, const std::vector<std::string> &names,
                                  std::optional<std::size_t> absent) {
  if (!find(name, !absent))
    return absent.value_or(0);
  std::string text = optionalString(name).value_or("");
  std::string known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text)
      return i;
    known += (i ? ", " : "") + names[i];
  }
  fail(name, "'" + text.substr(0, 40) + "' is not one of " + known);
  return 0;
}

const Json &ComponentSpec::array(const char *name) {
  static const Json empty = Json::array();
  const Json *value = find(name, false);
  if (value && !value->is_array())
    fail(name, std::string("must be an array, is ") + value->type_name());
  return value && value->is_array() ? *value : empty;
}

const Json &ComponentSpec::member(const char *name) {
  static const Json null;
  const Json *value = find(name, false);
  return value ? *value : null;
}
