//===- Target.cpp - What code is generated for ----------------------------===//

#include "tern/Target/Target.h"

using namespace tern;

Result<Target> tern::parseTarget(llvm::StringRef name) {
  if (isCudaTargetName(name)) {
    Result<CudaTarget> gpu = parseCudaTarget(name);
    return gpu ? Result<Target>(std::move(*gpu)) : gpu.problem();
  }
  Result<CpuTarget> cpu = parseCpuTarget(name);
  if (cpu)
    return Target(std::move(*cpu));
  Problem problem = cpu.problem();
  problem.remedy += ", " + cudaTargetNames();
  return problem;
}

const std::string &tern::nameOf(const Target &target) {
  return std::visit([](const auto &kind) -> const std::string & { return kind.name; }, target);
}

bool tern::isGpu(const Target &target) { return std::holds_alternative<CudaTarget>(target); }
