//===- Inspection.h - What is inside an artifact -----------------*- C++ -*-===//
//
// The views of `tern inspect`, each as data; text is made from the data, so that both say the same.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_INSPECTION_H
#define TERN_TOOLS_TERN_INSPECTION_H

#include "runtime/Artifact/ArtifactReader.h"
#include "tools/tern/ProgramCost.h"

namespace tern {

/// {"producer", "model", "variants", "sections"}.
Json overviewOf(const ArtifactReader &artifact);
std::string overviewText(const Json &overview);

/// {"memory", "symbols", "states", "entries": [{"name", "ranges", "inputs", "outputs", "launches"}]}: every byte and
/// every launch, with the costs of a call at the largest sizes that an entry takes and `positions` in the cache.
Json planOf(const Program &program, std::int64_t positions);
std::string planText(const Json &plan);

/// [{"kernel", "launches", "layers", "entries", "tasks", "bytes"}], the largest first; costs as in planOf, of all
/// launches together.
Json kernelsOf(const Program &program, std::int64_t positions);
std::string kernelsText(const Json &kernels);

} // namespace tern

#endif // TERN_TOOLS_TERN_INSPECTION_H
