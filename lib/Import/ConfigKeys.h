//===- ConfigKeys.h - What is known of keys that no family reads -*- C++ -*-===//
//
// A configuration holds much that has no part in the forward pass: training, bookkeeping, generation, variants that are
// switched off. What is not listed here and not read by the family could change the numbers.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_IMPORT_CONFIGKEYS_H
#define TERN_LIB_IMPORT_CONFIGKEYS_H

#include "runtime/Base/Result.h"

#include <optional>
#include <string_view>

namespace tern {

/// The problem with a key that nobody read, or nothing if it has no influence. `key` is without an architecture's
/// prefix; `value` is its number, with flags as 0 and 1.
std::optional<Problem> problemOfUnreadKey(std::string where, std::string_view key, std::optional<double> value);

/// Whether a GGUF key describes the file or belongs to the text side.
bool isHarmlessMetadata(std::string_view key);

} // namespace tern

#endif // TERN_LIB_IMPORT_CONFIGKEYS_H
