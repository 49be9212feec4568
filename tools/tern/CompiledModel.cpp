//===- CompiledModel.cpp - A model as compiled code -----------------------===//

#include "tools/tern/CompiledModel.h"
#include "runtime/Base/CacheDirectory.h"
#include "runtime/Cuda/Driver.h"
#include "tern/Pipelines/CompileCache.h"
#include "tern/RegisterAll.h"
#include "tools/tern/Command.h"
#include "tools/tern/Progress.h"

#include "mlir/IR/MLIRContext.h"

using namespace tern;

/// Compiles to the options' output, showing how far it is.
static Problems compileShowing(CompilerOptions options) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  Progress progress("compiling " + options.input, static_cast<std::int64_t>(phaseNames().size()), "phases");
  std::int64_t done = 0;
  options.onPhase = [&](llvm::StringRef, double) { progress.show(++done); };
  return compileModel(context, options).problems;
}

/// What to compile for if no target was named: the CPU, or the GPU if that is to compute.
static Result<std::vector<std::string>> defaultTargets(const ModelFlags &flags) {
  CompilerOptions options;
  if (flags.backend != "cuda")
    return options.targets;
  const Result<std::shared_ptr<const Driver>> &driver = Driver::system();
  if (!driver)
    return driver.problem();
  if ((*driver)->devices().empty())
    return Problem{"--backend cuda", "needs a GPU, and the NVIDIA driver finds none", "see what nvidia-smi says"};
  return std::vector<std::string>{(*driver)->devices().front().bestArchitecture()};
}

/// The artifact of a model, from the cache; empty with problems.
static std::string artifactOf(const ModelFlags &flags, Problems &problems) {
  Result<std::optional<std::uint64_t>> seed = parseWeights(flags.weights);
  if (!seed) {
    problems.push_back(seed.problem());
    return "";
  }
  CompilerOptions options;
  options.input = flags.path;
  options.precision = flags.precision;
  options.batches = flags.batches;
  options.randomSeed = *seed;
  options.golden = flags.golden;
  Result<std::vector<std::string>> targets =
      flags.target.empty() ? defaultTargets(flags) : std::vector<std::string>{flags.target};
  if (!targets) {
    problems.push_back(targets.problem());
    return "";
  }
  options.targets = std::move(*targets);
  CachedArtifact cached = cachedArtifact(
      options, flags.cacheDirectory.empty() ? defaultCacheDirectory() : flags.cacheDirectory, compileShowing);
  problems = std::move(cached.problems);
  return cached.path;
}

CompiledModel tern::openCompiled(const ModelFlags &flags) {
  if (isArtifactFile(flags.path))
    return openArtifact(flags);
  CompiledModel model;
  if (Status status = flags.checkFor(/*isArtifact=*/false); !status) {
    model.problems.push_back(status.problem());
    return model;
  }
  std::string path = artifactOf(flags, model.problems);
  // An artifact from the cache was compiled for the target and has no other code.
  return model.problems.empty() ? openArtifact(path, {flags.threads, "", flags.backend}) : std::move(model);
}
