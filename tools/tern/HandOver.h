//===- HandOver.h - From tern to tern-compiler -------------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_HANDOVER_H
#define TERN_TOOLS_TERN_HANDOVER_H

#include "runtime/Base/Result.h"

namespace tern {

/// Goes on as the `tern-compiler` beside this program, with the same command line. Returns only if that cannot be
/// started.
Problem becomeCompiler();

} // namespace tern

#endif // TERN_TOOLS_TERN_HANDOVER_H
