//===- Printing.h - Values as text -------------------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEMPLATE_PRINTING_H
#define TERN_RUNTIME_TEMPLATE_PRINTING_H

#include "runtime/Template/Machine.h"

namespace tern::jinja {

/// str(value) and repr(value) of Python; an Undefined prints as nothing. Charged to the machine.
std::string strOf(Machine &machine, const Value &value);
std::string reprOf(Machine &machine, const Value &value);

/// 'text' with Python's choice of quotes and escapes.
std::string pythonQuoted(std::string_view text);

/// The text with & < > ' " as HTML entities, as markupsafe writes them.
std::string escapeHtml(std::string_view text);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_PRINTING_H
