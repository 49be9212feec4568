//===- CudaBackend.h - NVIDIA GPUs as a backend --------------------*- C++ -*-===//
//
// Which code of an artifact runs on which GPU:
//
//   a cubin that the GPU executes          loaded as it is
//   a cubin for another GPU, its source    compiled by NVRTC for this one, once; kept on disk (CubinCache.h)
//   a cubin for another GPU, no source     not for this machine
//
// Driver and NVRTC are found when the program runs; without them there are no devices.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_CUDABACKEND_H
#define TERN_RUNTIME_CUDA_CUDABACKEND_H

#include "runtime/Cuda/GpuKernels.h"
#include "runtime/Executor/Executor.h"

namespace tern {

/// Where a backend finds what it needs; by default as the system has it.
struct CudaPaths {
  std::string driver; ///< Of libcuda; empty: as the loader finds it.
  std::string nvrtc;  ///< Of libnvrtc; empty: as Nvrtc::open finds it.
  std::string cache;  ///< Where compiled cubins are kept; empty: the default cache directory.
};

class CudaBackend final : public Backend {
public:
  explicit CudaBackend(CudaPaths paths = {}) : paths(std::move(paths)) {}

  const char *name() const override { return "cuda"; }
  std::vector<tern::Device> devices() const override;
  bool isFor(const ArtifactVariant &variant) const override { return isGpuTarget(variant.target); }
  std::string lackOf(const ArtifactReader &artifact, const ArtifactVariant &variant) const override;
  /// Problems: those of ArtifactReader::program, Driver, Nvrtc, GpuKernels and CudaModel.
  Result<std::shared_ptr<ExecutorModel>> load(std::shared_ptr<const ArtifactReader> artifact,
                                              const ArtifactVariant &variant, unsigned threads) const override;

private:
  /// A variant to be loaded.
  struct Code {
    const ArtifactReader &artifact;
    const ArtifactVariant &variant;
    const Program &program;
    std::string where() const { return artifact.path() + ": " + variant.code; }
  };

  const Result<std::shared_ptr<const Driver>> &driver() const;
  std::string lackOn(const GpuDevice &gpu, const ArtifactReader &artifact, const ArtifactVariant &variant) const;
  Result<GpuKernels> loadKernels(const std::shared_ptr<GpuContext> &context, const Code &code) const;
  Result<GpuKernels> compileKernels(const std::shared_ptr<GpuContext> &context, const Code &code) const;

  CudaPaths paths;
  mutable std::once_flag driverOnce;
  mutable std::optional<Result<std::shared_ptr<const Driver>>> opened; ///< Of paths.driver.
};

} // namespace tern

#endif // TERN_RUNTIME_CUDA_CUDABACKEND_H
