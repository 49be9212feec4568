//===- Json.h - JSON text that may be hostile --------------------*- C++ -*-===//
//
// Parses with nlohmann/json under the rules that files from strangers need: bounded nesting, no duplicate keys (two
// readers would see two models), valid UTF-8, and an error that names line and column.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_JSON_H
#define TERN_RUNTIME_BASE_JSON_H

#include "runtime/Base/Result.h"

#include <nlohmann/json.hpp>
#include <string_view>

/// Destroying a value must not fail, and as the library has it, it can: it takes memory for a list of what is still to
/// be destroyed, and where that is refused the process ends. Here children are destroyed by their parents; nesting is
/// bounded (maxJsonDepth), so that the stack is too. Null is a value whose making failed half-way.
template <> inline void nlohmann::ordered_json::json_value::destroy(nlohmann::ordered_json::value_t type) {
  using Value = nlohmann::ordered_json;
  if (type == Value::value_t::object)
    delete object;
  else if (type == Value::value_t::array)
    delete array;
  else if (type == Value::value_t::string)
    delete string;
  else if (type == Value::value_t::binary)
    delete binary;
}

namespace tern {

/// JSON values keep the order of the file, so that whatever is printed from them is in the order that the author chose.
using Json = nlohmann::ordered_json;

/// Deepest nesting accepted; real model files stay below ten.
constexpr int maxJsonDepth = 256;

/// Parses `text`. `where` names the source in the problem ("config.json"). Python's NaN and Infinity, which some model
/// files contain, are refused with their place.
Result<Json> parseJson(std::string_view text, const std::string &where);

/// Maps and parses the file at `path`.
Result<Json> readJsonFile(const std::string &path);

} // namespace tern

#endif // TERN_RUNTIME_BASE_JSON_H
