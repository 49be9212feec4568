//===- Backends.h - What this build can compute with --------------*- C++ -*-===//

#ifndef TERN_RUNTIME_RUN_BACKENDS_H
#define TERN_RUNTIME_RUN_BACKENDS_H

#include "runtime/Executor/Executor.h"

namespace tern {

/// In order of preference: where several can execute a variant, the first does. They live as long as the process.
std::vector<const Backend *> allBackends();

} // namespace tern

#endif // TERN_RUNTIME_RUN_BACKENDS_H
