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
