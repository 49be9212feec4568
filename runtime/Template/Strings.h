//===- Strings.h - Work on text shared by filters and methods ----*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_STRINGS_H
#define TERN_RUNTIME_TEMPLATE_STRINGS_H

#include "runtime/Template/Machine.h"

namespace tern::jinja {

/// `text` `times` times over, charged; empty for a negative count or on failure.
std::string repeated(Machine &machine, std::string_view text, std::int64_t times);

/// Replaces the first `limit` places of `from` (all if negative). An empty `from` stands between all characters.
std::string replaceAll(Machine &machine, std::string_view text, std::string_view from, std::string_view to,
                       std::int64_t limit);

/// str.split() and str.rsplit(): at runs of white space, at a separator; at most `limit` times unless negative.
std::vector<std::string_view> splitSpace(std::string_view text, std::int64_t limit, bool fromRight);
std::vector<std::string_view> splitAt(std::string_view text, std::string_view separator, std::int64_t limit,
                                      bool fromRight);
/// str.splitlines().
std::vector<std::string_view> splitLines(std::string_view text, bool keepEnds);

/// str.center(width).
std::string centered(Machine &machine, const std::string &text, std::int64_t width);

/// Fails, as the method of that name gives or takes bytes, which are no values of templates here.
Value refuseBytes(Machine &machine, const char *method);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_STRINGS_H
