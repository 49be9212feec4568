//===- CudaTarget.cpp - GPUs as data --------------------------------------===//

#include "tern/Target/CudaTarget.h"

#include "llvm/ADT/STLExtras.h"

using namespace tern;

namespace {

struct Row {
  llvm::StringLiteral name;
  int64_t sharedKiB, gigabytesPerSecond;
  double teraflops;
  int64_t multiprocessors;
  bool hasWarpgroups = false;
};

} // namespace

// Shared memory: CUDA C++ Programming Guide, "Technical Specifications per Compute Capability". Memory and tensor cores
// (bf16, dense, sums in f32) and multiprocessors: NVIDIA's data sheets of A100 SXM 80 GB, RTX 3090 Ti, RTX 4090, H100
// SXM, B200, RTX 5090.
static constexpr Row rows[] = {
    {"sm_80", 163, 2039, 312, 108},        {"sm_86", 99, 1008, 80, 84},       {"sm_89", 99, 1008, 165.2, 128},
    {"sm_90a", 227, 3350, 989, 132, true}, {"sm_100a", 227, 8000, 2250, 148}, {"sm_120", 99, 1792, 209.5, 170},
};

bool tern::isCudaTargetName(llvm::StringRef name) { return name.starts_with("sm_") || name.starts_with("cuda"); }

std::string tern::cudaTargetNames() {
  std::string names;
  for (const Row &row : rows)
    names += (names.empty() ? "" : ", ") + row.name.str();
  return names;
}

Result<CudaTarget> tern::parseCudaTarget(llvm::StringRef name) {
  llvm::StringRef architecture = name;
  architecture.consume_front("cuda:");
  for (const Row &row : rows)
    if (row.name == architecture)
      return CudaTarget{row.name.str(),       row.sharedKiB * 1024, row.gigabytesPerSecond * 1e9,
                        row.teraflops * 1e12, row.multiprocessors,  row.hasWarpgroups};
  return Problem{"--target", "there is no GPU target '" + name.str() + "'", "choose one of " + cudaTargetNames()};
}

Status tern::checkSharedMemory(const CudaTarget &target, const KernelResources &kernel, int64_t dynamicBytes) {
  if (kernel.sharedBytes + dynamicBytes <= target.sharedBytes)
    return Done{};
  return Problem{kernel.name,
                 "needs " + std::to_string(dynamicBytes) + " bytes of dynamic shared memory beside " +
                     std::to_string(kernel.sharedBytes) + " of its functions, and a block of " + target.name + " has " +
                     std::to_string(target.sharedBytes),
                 "compile for fewer sequences at once (--batch)"};
}
