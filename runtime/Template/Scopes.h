//===- Scopes.h - Which names a scope hides ----------------------*- C++ -*-===//
//
// Names are looked up from the innermost scope outwards while a template runs. That agrees with Jinja2 but for one
// rule, which comes from Jinja2 compiling each scope to Python locals: a name whose first mention in a scope is an
// unconditional assignment is undefined from the start of that scope, though the context may have it.
//
//   {% for m in messages %}{{ tools }}{% endfor %}{% set tools = [] %}     prints nothing, whatever tools was
//
// This pass finds those names, and notes which macros read caller, kwargs and varargs.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_SCOPES_H
#define TERN_RUNTIME_TEMPLATE_SCOPES_H

#include "runtime/Template/Tree.h"

namespace tern::jinja {

void analyzeScopes(Tree &tree);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_SCOPES_H
