//===- CpuModel.h - A program that is ready to run ----------------*- C++ -*-===//
//
// What sessions share and never write: the program, its kernels in this process, and the weights in memory. Embedded
// weights of a large model stay where they are in the mapped artifact. Those of a small one are copied into huge pages:
// decoding then spends no time on page tables (5 to 30 % faster, by how the page cache happens to hold the file), and
// copying takes some 10 ms for 100 MB. All others are packed into one block.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_CPUMODEL_H
#define TERN_RUNTIME_CPU_CPUMODEL_H

#include "runtime/Base/ThreadPool.h"
#include "runtime/Cpu/CountedMemory.h"
#include "runtime/Cpu/KernelLibrary.h"
#include "runtime/Cpu/WorkerTeam.h"
#include "runtime/Executor/Executor.h"

#include <memory>

namespace tern {

/// Embedded weights of up to so many bytes are copied into huge pages.
inline constexpr std::uint64_t mostCopiedBytes = std::uint64_t(512) << 20;

/// Owns program, kernels, loaded weights and workers. Sessions on several threads may share it; their steps take turns.
class CpuModel final : public ExecutorModel {
public:
  /// What a model is made of.
  struct Parts {
    Program program;
    KernelLibrary kernels;
    std::string_view weights;           ///< The artifact's weight section, aligned to 64 bytes.
    std::shared_ptr<const void> keeper; ///< Keeps `weights` alive.
    std::string where;                  ///< Names the artifact in problems.
  };

  /// Brings all weights into memory. `workers` as for WorkerTeam. Problems: kernels or weights that do not fit the
  /// program, those of openWeightFiles and loadWeights, too little memory.
  static Result<std::shared_ptr<CpuModel>> create(Parts parts, unsigned workers = 0);

  const Program &program() const override { return parts.program; }
  const KernelLibrary &kernels() const { return parts.kernels; }
  const std::string &where() const override { return parts.where; }

  /// Where weight `index` lies.
  const void *weight(std::size_t index) const { return addresses[index]; }

  WorkerTeam &team() { return workers; }
  unsigned workerCount() const override { return workers.size(); }
  Result<MemoryUse> plan(SessionSize size) const override;
  Result<std::unique_ptr<ExecutorSession>> newSession(SessionSize size) override;

  /// Bytes of weights, as the program plans them, and as they were mapped and allocated.
  std::uint64_t plannedWeightBytes() const;
  std::uint64_t measuredWeightBytes() const { return loadedBytes + embeddedBytes; }
  std::uint64_t embeddedWeightBytes() const { return embeddedBytes; }

private:
  CpuModel(Parts parts, unsigned workers) : parts(std::move(parts)), workers(workers) {}
  Status check() const;
  Status placeWeights();
  bool staysMapped(const ProgramWeight &weight) const;

  struct WeightCopy {
    const char *source;
    char *target;
    std::uint64_t bytes;
  };
  void copyWeights(const std::vector<WeightCopy> &copies, ThreadPool &pool) const;

  Parts parts;
  WorkerTeam workers;
  std::vector<const void *> addresses;
  std::uint64_t embeddedBytes = 0;
  std::uint64_t loadedBytes = 0; ///< Counts `loaded`, so it must outlive it.
  MemoryBlock loaded;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_CPUMODEL_H
