//===- LoadedModel.h - An artifact that is ready to run -----------*- C++ -*-===//
//
// From a file to something that computes: the artifact is opened and checked, the best variant that this CPU can
// execute is chosen, its kernels are loaded, and weights that the artifact does not hold are fetched.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_RUN_LOADEDMODEL_H
#define TERN_RUNTIME_RUN_LOADEDMODEL_H

#include "runtime/Artifact/ModelText.h"
#include "runtime/Cpu/CpuFeatures.h"
#include "runtime/Cpu/Decoder.h"

#include <mutex>

namespace tern {

struct LoadOptions {
  unsigned threads = 0; ///< 0: one a core.
  std::string target;   ///< Of the variant; empty: the best that this CPU can execute.
};

/// The first variant of `artifact` that `cpu` can execute; with a target given, the one of that target. Problems: what
/// each variant asks for and the CPU lacks, no such target.
Result<const ArtifactVariant *> chooseVariant(const ArtifactReader &artifact, const CpuFeatures &cpu,
                                              const std::string &target);

/// Const members may be called from several threads.
class LoadedModel {
public:
  /// Problems: those of ArtifactReader, chooseVariant, KernelLibrary and CpuModel.
  static Result<std::unique_ptr<LoadedModel>> open(const std::string &path, const LoadOptions &options = {});

  const ArtifactReader &artifact() const { return *reader; }
  const ArtifactVariant &variant() const { return *chosen; }
  const std::shared_ptr<CpuModel> &cpu() const { return model; }

  /// The text side, read when first asked for. Problems: those of readModelText.
  Result<const ModelText *> text() const;

private:
  LoadedModel() = default;

  std::shared_ptr<const ArtifactReader> reader; ///< Shared with the model, whose weights lie in it.
  const ArtifactVariant *chosen = nullptr;
  std::shared_ptr<CpuModel> model;
  mutable std::once_flag textOnce;
  mutable std::optional<Result<ModelText>> textRead;
};

} // namespace tern

#endif // TERN_RUNTIME_RUN_LOADEDMODEL_H
