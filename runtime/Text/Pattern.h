//===- Pattern.h - Patterns in tokenizer.json --------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_PATTERN_H
#define TERN_RUNTIME_TEXT_PATTERN_H

#include "runtime/Text/ComponentSpec.h"
#include "runtime/Text/Regex.h"

namespace tern {

/// Reads the option `name`: {"Regex": "..."} for a regular expression, {"String": "..."} for a text as it stands.
Result<Regex> readPattern(ComponentSpec &spec, const char *name);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_PATTERN_H
