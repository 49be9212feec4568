//===- OpenArtifact.cpp - An artifact as compiled code --------------------===//

#include "tools/tern/CompiledModel.h"

using namespace tern;

CompiledModel tern::openArtifact(const std::string &path, const LoadOptions &options) {
  CompiledModel model;
  Result<std::unique_ptr<LoadedModel>> loaded = LoadedModel::open(path, options);
  if (loaded)
    model.loaded = std::move(*loaded);
  else
    model.problems.push_back(loaded.problem());
  return model;
}

CompiledModel tern::openArtifact(const ModelFlags &flags) {
  if (Status status = flags.checkFor(/*isArtifact=*/true); !status)
    return {nullptr, {status.problem()}};
  return openArtifact(flags.path, {flags.threads, flags.target, flags.backend});
}

Json tern::memoryAsJson(const MemoryUse &use) {
  return {{"weights", use.weights},
          {"arena", use.arena},
          {"states", use.states},
          {"scratch", use.scratch},
          {"total", use.total()}};
}
