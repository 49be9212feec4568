//===- CpuBackend.h - The cores of this machine as a backend ------*- C++ -*-===//

#ifndef TERN_RUNTIME_CPU_CPUBACKEND_H
#define TERN_RUNTIME_CPU_CPUBACKEND_H

#include "runtime/Executor/Executor.h"

namespace tern {

/// Executes variants whose code is an ELF object for this machine's architecture and whose features the CPU has.
class CpuBackend final : public Backend {
public:
  const char *name() const override { return "cpu"; }
  std::vector<Device> devices() const override;
  bool isFor(const ArtifactVariant &variant) const override { return !isGpuTarget(variant.target); }
  std::string lackOf(const ArtifactReader &artifact, const ArtifactVariant &variant) const override;
  /// Problems: those of ArtifactReader::program, KernelLibrary and CpuModel.
  Result<std::shared_ptr<ExecutorModel>> load(std::shared_ptr<const ArtifactReader> artifact,
                                              const ArtifactVariant &variant, unsigned threads) const override;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_CPUBACKEND_H
