//===- Pattern.cpp - Patterns in tokenizer.json ---------------------------===//

#include "runtime/Text/Pattern.h"

using namespace tern;

/// The regular expression that matches `text` and nothing else.
static std::string escape(const std::string &text) {
  std::string escaped;
  for (char byte : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(byte) != std::string_view::npos)
      escaped += '\\';
    escaped += byte;
  }
  return escaped;
}

Result<Regex> tern::readPattern(ComponentSpec &spec, const char *name) {
  const Json &pattern = spec.member(name);
  for (const char *kind : {"Regex", "String"}) {
    if (!pattern.is_object() || pattern.size() != 1 || !pattern.contains(kind) || !pattern[kind].is_string())
      continue;
    std::string text = pattern[kind].get<std::string>();
    return Regex::compile(kind == std::string_view("Regex") ? text : escape(text), spec.where(name));
  }
  return Problem{spec.where(name),
                 "must be {\"Regex\": text} or {\"String\": text}, is " + pattern.dump().substr(0, 80), ""};
}
