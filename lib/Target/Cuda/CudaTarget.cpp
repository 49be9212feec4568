//===- CudaTarget.cpp - GPUs as data --------------------------------------===//

#include "tern/Target/CudaTarget.h"

#include "llvm/ADT/STLExtras.h"

using namespace tern;

namespace {

struct Row {
  llvm::StringLiteral name;
  int64_t sharedKiB, multiprocessors;
};

} // namespace

// Shared memory: CUDA C++ Programming Guide, "Technical Specifications per Compute Capability".
static constexpr Row rows[] = {
    {"sm_80", 163, 108},  {"sm_86", 99, 84},     {"sm_89", 99, 144},
    {"sm_90a", 227, 132}, {"sm_100a", 227, 160}, {"sm_120", 99, 188},
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
      return CudaTarget{row.name.str(), row.sharedKiB * 1024, row.multiprocessors};
  return Problem{"--target", "there is no GPU target '" + name.str() + "'", "choose one of " + cudaTargetNames()};
}
