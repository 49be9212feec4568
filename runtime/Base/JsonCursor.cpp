//===- JsonCursor.cpp - Reading JSON of a fixed shape ---------------------===//

#include "runtime/Base/JsonCursor.h"

#include <algorithm>
#include <cmath>

using namespace tern;

static const Json nullValue = nullptr;
static const std::string noText;

/// The member `key` of an object, or null. Objects here are small, so looking through them is quickest.
static const Json *findMember(const Json &object, std::string_view key) {
  if (!object.is_object())
    return nullptr;
  for (const auto &member : *object.get_ptr<const Json::object_t *>())
    if (member.first == key)
      return &member.second;
  return nullptr;
}

/// "entries[1].launches[17]"; keys are cut to a length that fits a message.
std::string JsonCursor::path() const {
  if (!parent)
    return "";
  std::string before = parent->path();
  if (key.empty() && parent->json->is_array())
    return before + "[" + std::to_string(index) + "]";
  return before + (before.empty() ? "" : ".") + std::string(key.substr(0, 80));
}

/// The value as a message shows it.
std::string JsonCursor::shown() const {
  switch (json->type()) {
  case Json::value_t::object:
    return "an object";
  case Json::value_t::array:
    return "an array of " + std::to_string(json->size()) + " elements";
  default:
    return json->dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80);
  }
}

void JsonCursor::fail(std::string what) const {
  if (failed())
    return;
  std::string at = path();
  document->problem =
      Problem{at.empty() ? document->where : document->where + ": " + at, std::move(what), document->remedy};
}

bool JsonCursor::isObject() const {
  if (failed())
    return false;
  if (!json->is_object())
    fail("must be an object, is " + shown());
  return json->is_object();
}

void JsonCursor::object(std::initializer_list<std::string_view> required,
                        std::initializer_list<std::string_view> optional) const {
  if (!isObject())
    return;
  for (std::string_view name : required)
    if (!findMember(*json, name))
      return fail("must have the key '" + std::string(name) + "'");
  auto holds = [](std::initializer_list<std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const auto &member : *json->get_ptr<const Json::object_t *>())
    if (!holds(required, member.first) && !holds(optional, member.first))
      return fail("key '" + member.first.substr(0, 80) + "' is not known");
}

JsonCursor JsonCursor::at(std::string_view name) const & {
  const Json *member = failed() ? nullptr : findMember(*json, name);
  return {member ? member : &nullValue, this, name};
}

bool JsonCursor::has(std::string_view name) const { return !failed() && findMember(*json, name); }

std::size_t JsonCursor::size() const {
  if (failed())
    return 0;
  if (!json->is_array())
    fail("must be an array, is " + shown());
  return json->is_array() ? json->size() : 0;
}

JsonCursor JsonCursor::element(std::size_t i) const & {
  const auto *array = json->get_ptr<const Json::array_t *>();
  return {array && i < array->size() ? &(*array)[i] : &nullValue, this, i};
}

bool JsonCursor::boolean() const {
  if (!failed() && !json->is_boolean())
    fail("must be true or false, is " + shown());
  return !failed() && json->get<bool>();
}

double JsonCursor::number() const {
  if (!failed() && (!json->is_number() || !std::isfinite(json->get<double>())))
    fail("must be a finite number, is " + shown());
  return failed() ? 0 : json->get<double>();
}

std::int64_t JsonCursor::integer(std::int64_t min, std::int64_t max) const {
  if (failed())
    return min;
  bool fits = json->is_number_integer();
  if (const auto *large = json->get_ptr<const Json::number_unsigned_t *>())
    fits = *large <= static_cast<std::uint64_t>(INT64_MAX);
  std::int64_t value = fits ? json->get<std::int64_t>() : 0;
  if (fits && value >= min && value <= max)
    return value;
  fail("must be an integer in [" + std::to_string(min) + ", " + std::to_string(max) + "], is " + shown());
  return min;
}

std::uint64_t JsonCursor::unsignedInteger() const {
  if (!failed() && !json->is_number_unsigned() && !(json->is_number_integer() && json->get<std::int64_t>() >= 0))
    fail("must be an integer of 64 bits without sign, is " + shown());
  return failed() ? 0 : json->get<std::uint64_t>();
}

const std::string &JsonCursor::string() const {
  if (!failed() && !json->is_string())
    fail("must be a string, is " + shown());
  return failed() ? noText : json->get_ref<const std::string &>();
}

const std::string &JsonCursor::name() const {
  const std::string &text = string();
  auto isControl = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (!failed() && (text.empty() || std::any_of(text.begin(), text.end(), isControl)))
    fail("must be a name without control characters, is " + shown());
  return failed() ? noText : text;
}
