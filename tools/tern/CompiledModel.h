//===- CompiledModel.h - A model or artifact as compiled code ----*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_COMPILEDMODEL_H
#define TERN_TOOLS_TERN_COMPILEDMODEL_H

#include "runtime/Base/Json.h"
#include "runtime/Run/LoadedModel.h"
#include "tools/tern/ModelFlags.h"

namespace tern {

/// Compiled code of a model in this process.
struct CompiledModel {
  std::unique_ptr<LoadedModel> loaded; ///< Null unless `problems` is empty.
  Problems problems;

  std::int64_t maxContext() const { return loaded->artifact().manifest().model.maxContext; }
};

/// Opens an artifact.
CompiledModel openArtifact(const std::string &path, const LoadOptions &options);

/// Opens the artifact that `flags` names.
CompiledModel openArtifact(const ModelFlags &flags);

/// Opens the artifact that `flags` names, or the one that the cache has of the model, which is compiled if need be.
CompiledModel openCompiled(const ModelFlags &flags);

/// {"weights", "arena", "states", "scratch", "total"}, in bytes.
Json memoryAsJson(const MemoryUse &use);

} // namespace tern

#endif // TERN_TOOLS_TERN_COMPILEDMODEL_H
