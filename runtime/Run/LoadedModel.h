//===- LoadedModel.h - An artifact that is ready to run -----------*- C++ -*-===//
//
// From a file to something that computes: the artifact is opened and checked, the best variant that a backend can
// execute here is chosen, its kernels are loaded, and weights that the artifact does not hold are fetched.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_RUN_LOADEDMODEL_H
#define TERN_RUNTIME_RUN_LOADEDMODEL_H

#include "runtime/Artifact/ModelText.h"
#include "runtime/Executor/Decoder.h"

#include <mutex>

namespace tern {

struct LoadOptions {
  unsigned threads = 0;     ///< 0: one a core.
  std::string target;       ///< Of the variant; empty: the best that can be executed here.
  std::string backend = {}; ///< "cpu"; empty: any.
};

/// A variant and what executes it.
struct VariantChoice {
  const Backend *backend = nullptr;
  const ArtifactVariant *variant = nullptr;
};

/// The first variant of `artifact` that a backend can execute here; with a target or backend given, of those. Problems:
/// what each variant asks for and the machine lacks, no such target, no such backend.
Result<VariantChoice> chooseVariant(const ArtifactReader &artifact, const LoadOptions &options);

/// Const members may be called from several threads.
class LoadedModel {
public:
  /// Problems: those of ArtifactReader, chooseVariant and Backend::load.
  static Result<std::unique_ptr<LoadedModel>> open(const std::string &path, const LoadOptions &options = {});

  const ArtifactReader &artifact() const { return *reader; }
  const ArtifactVariant &variant() const { return *chosen.variant; }
  const Backend &backend() const { return *chosen.backend; }
  const std::shared_ptr<ExecutorModel> &executor() const { return model; }

  /// The text side, read when first asked for. Problems: those of readModelText.
  Result<const ModelText *> text() const;

private:
  LoadedModel() = default;

  std::shared_ptr<const ArtifactReader> reader; ///< Shared with the model, whose weights lie in it.
  VariantChoice chosen;
  std::shared_ptr<ExecutorModel> model;
  mutable std::once_flag textOnce;
  mutable std::optional<Result<ModelText>> textRead;
};

} // namespace tern

#endif // TERN_RUNTIME_RUN_LOADEDMODEL_H
