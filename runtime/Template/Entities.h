//===- Entities.h - Characters by their names in HTML --------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_ENTITIES_H
#define TERN_RUNTIME_TEMPLATE_ENTITIES_H

#include <string>
#include <string_view>

namespace tern::jinja {

/// The text with its character references (&amp;, &#228;, &#xE4;) replaced, as Python's html.unescape does: also those
/// that lack their semicolon, where HTML allows it.
std::string unescapeHtml(std::string_view text);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_ENTITIES_H
