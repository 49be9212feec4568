//===- CudaBackend.cpp - NVIDIA GPUs as a backend -------------------------===//

#include "runtime/Cuda/CudaBackend.h"

#include "runtime/Base/CacheDirectory.h"
#include "runtime/Cuda/CubinCache.h"
#include "runtime/Cuda/CudaModel.h"
#include "runtime/Cuda/Nvrtc.h"

#include <algorithm>

using namespace tern;

const Result<std::shared_ptr<const Driver>> &CudaBackend::driver() const {
  if (paths.driver.empty())
    return Driver::system();
  std::call_once(driverOnce, [&] { opened.emplace(Driver::open(paths.driver)); });
  return *opened;
}

std::vector<Device> CudaBackend::devices() const {
  std::vector<Device> list;
  if (const Result<std::shared_ptr<const Driver>> &found = driver())
    for (const GpuDevice &gpu : (*found)->devices())
      list.push_back({name(), gpu.name, gpu.architecture(), gpu.memoryBytes});
  return list;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

static CubinCache cacheAt(const CudaPaths &paths) {
  return CubinCache(paths.cache.empty() ? defaultCacheDirectory() : paths.cache);
}

/// Whether the artifact has a cubin that `gpu` executes.
static bool hasCubinFor(const GpuDevice &gpu, const ArtifactReader &artifact) {
  const std::vector<ArtifactVariant> &variants = artifact.manifest().variants;
  return std::any_of(variants.begin(), variants.end(), [&](const ArtifactVariant &variant) {
    return gpu.runs(variant.target) && !artifact.code(variant).empty();
  });
}

std::string CudaBackend::lackOn(const GpuDevice &gpu, const ArtifactReader &artifact,
                                const ArtifactVariant &variant) const {
  if (gpu.runs(variant.target) && !artifact.code(variant).empty())
    return "";
  std::string_view source = artifact.source(variant);
  // Source is compiled only where no variant fits as it is.
  if (source.empty() || hasCubinFor(gpu, artifact))
    return "is for another GPU, " + gpu.name + " is " + gpu.architecture();
  if (cacheAt(paths).find(source, gpu.bestArchitecture()))
    return "";
  Result<Nvrtc> nvrtc = Nvrtc::open(paths.nvrtc);
  return nvrtc ? "" : "must be compiled for " + gpu.architecture() + ", but NVRTC " + nvrtc.problem().what;
}

std::string CudaBackend::lackOf(const ArtifactReader &artifact, const ArtifactVariant &variant) const {
  if (!isFor(variant))
    return "is for a CPU";
  const Result<std::shared_ptr<const Driver>> &found = driver();
  if (!found)
    return "needs a GPU, but the NVIDIA driver " + found.problem().what;
  std::string lack = "needs a GPU, and the NVIDIA driver finds none";
  for (const GpuDevice &gpu : (*found)->devices())
    if (lack = lackOn(gpu, artifact, variant); lack.empty())
      return lack;
  return lack;
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

Result<GpuKernels> CudaBackend::loadKernels(const std::shared_ptr<GpuContext> &context, const Code &code) const {
  std::string_view cubin = code.artifact.code(code.variant);
  if (!context->device().runs(code.variant.target) || cubin.empty())
    return compileKernels(context, code);
  GpuKernels::Loading loading;
  Result<GpuKernels> kernels = GpuKernels::load(context, cubin, code.program, code.where(), &loading);
  // A cubin of a toolkit newer than the driver, for one: an NVRTC of this machine may suit the driver.
  if (kernels || !loading.refused || code.artifact.source(code.variant).empty())
    return kernels;
  return compileKernels(context, code);
}

Result<GpuKernels> CudaBackend::compileKernels(const std::shared_ptr<GpuContext> &context, const Code &code) const {
  std::string_view source = code.artifact.source(code.variant);
  std::string architecture = context->device().bestArchitecture();
  std::string where = code.artifact.path() + ": " + code.variant.source;
  CubinCache cache = cacheAt(paths);
  if (std::optional<std::string> kept = cache.find(source, architecture)) {
    GpuKernels::Loading loading;
    Result<GpuKernels> kernels =
        GpuKernels::load(context, *kept, code.program, cache.pathOf(source, architecture), &loading);
    if (kernels || !loading.refused)
      return kernels;
  }
  Result<Nvrtc> nvrtc = Nvrtc::open(paths.nvrtc);
  if (!nvrtc)
    return Problem{where, "must be compiled for " + architecture + ": " + nvrtc.problem().what, nvrtc.problem().remedy};
  Result<CompiledCubin> made = nvrtc->compile({source, code.variant.source, code.artifact.path()}, architecture);
  if (!made)
    return made.problem();
  Result<GpuKernels> kernels = GpuKernels::load(context, made->cubin, code.program, where + " for " + architecture);
  if (kernels)
    cache.store(source, architecture, made->cubin); // Without it the next start compiles again.
  return kernels;
}

Result<std::shared_ptr<ExecutorModel>> CudaBackend::load(std::shared_ptr<const ArtifactReader> artifact,
                                                         const ArtifactVariant &variant, unsigned threads) const {
  const Result<std::shared_ptr<const Driver>> &found = driver();
  if (!found)
    return found.problem();
  const std::vector<GpuDevice> &gpus = (*found)->devices();
  auto gpu = std::find_if(gpus.begin(), gpus.end(),
                          [&](const GpuDevice &each) { return lackOn(each, *artifact, variant).empty(); });
  if (gpu == gpus.end())
    return Problem{artifact->path(), "its code for " + variant.target + " " + lackOf(*artifact, variant), ""};
  Result<Program> program = artifact->program(variant);
  if (!program)
    return program.problem();
  Result<std::shared_ptr<GpuContext>> context = GpuContext::create(*found, *gpu);
  if (!context)
    return context.problem();
  Result<GpuKernels> kernels = loadKernels(*context, {*artifact, variant, *program});
  if (!kernels)
    return kernels.problem();
  Result<std::shared_ptr<CudaModel>> model = CudaModel::create(
      {std::move(*program), std::move(*kernels), *context, artifact->weights(), artifact->path()}, threads);
  if (!model)
    return model.problem();
  return std::shared_ptr<ExecutorModel>(std::move(*model));
}
