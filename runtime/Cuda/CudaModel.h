//===- CudaModel.h - A program that is ready to run on a GPU -------*- C++ -*-===//
//
// What sessions share and never write: the program, its kernels on the device, and the weights in one block of device
// memory. Weights that the artifact holds are in their layout already; others are brought into it on the host
// (runtime/Packing), piece by piece on the way to the device.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_CUDAMODEL_H
#define TERN_RUNTIME_CUDA_CUDAMODEL_H

#include "runtime/Cuda/GpuKernels.h"
#include "runtime/Cuda/GpuMemory.h"
#include "runtime/Executor/Executor.h"

namespace tern {

class CudaModel final : public ExecutorModel {
public:
  /// What a model is made of.
  struct Parts {
    Program program;
    GpuKernels kernels;
    std::shared_ptr<GpuContext> context;
    std::string_view weights; ///< The artifact's weight section; used while the model is made.
    std::string where;        ///< Names the artifact in problems.
  };

  /// Brings all weights to the device. `threads` of the host pack those that must be; 0 for one a core. Problems: a
  /// program that is not for a GPU, those of openWeightFiles and streamWeight, too little memory on the device.
  static Result<std::shared_ptr<CudaModel>> create(Parts parts, unsigned threads = 0);

  const Program &program() const override { return parts.program; }
  const std::string &where() const override { return parts.where; }
  /// The GPU computes; one thread of the host tells it what.
  unsigned workerCount() const override { return 1; }
  /// Kernels look at positions, not at how far a call is said to reach: all of a session are alike.
  std::int64_t reachStep() const override { return std::int64_t(1) << 40; }
  Result<MemoryUse> plan(SessionSize size) const override;
  Result<std::unique_ptr<ExecutorSession>> newSession(SessionSize size) override;

  const GpuKernels &kernels() const { return parts.kernels; }
  const std::shared_ptr<GpuContext> &context() const { return parts.context; }

  /// Where weight `index` lies on the device.
  cuda::Address weight(std::size_t index) const { return addresses[index]; }

  /// Bytes of weights, as the program plans them, and as the driver was asked for them.
  std::uint64_t plannedWeightBytes() const;
  std::uint64_t measuredWeightBytes() const { return weightBytes; }

  /// The launches of the entry that has most: each has a word to report a problem in.
  std::size_t mostLaunches() const;

private:
  explicit CudaModel(Parts parts) : parts(std::move(parts)) {}
  Status check() const;
  Status placeWeights(unsigned threads);
  Status uploadWeights(unsigned threads);

  Parts parts;
  std::vector<cuda::Address> addresses;
  std::uint64_t weightBytes = 0; ///< Counts `weights`, so it must outlive it.
  GpuMemory weights;
};

/// Weights, states and other parts of a block on the device start at multiples of this: what the driver aligns
/// allocations to, and enough for every way of fetching them.
constexpr std::uint64_t gpuAlignment = 256;

} // namespace tern

#endif // TERN_RUNTIME_CUDA_CUDAMODEL_H
