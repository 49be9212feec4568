//===- CudaTarget.h - GPUs as data -------------------------------*- C++ -*-===//
//
// A target is a row of a table: what NVRTC calls the architecture, and the limits that kernels are written for.
//
//   sm_80 A100   sm_86 RTX 30   sm_89 RTX 40, L4   sm_90a H100, H200   sm_100a B200   sm_120 RTX 50
//
// Code of a name that ends in `a` runs on that architecture alone. The same names tell the runtime which of an
// artifact's variants a GPU can run.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TARGET_CUDATARGET_H
#define TERN_TARGET_CUDATARGET_H

#include "runtime/Base/Result.h"
#include "runtime/Cuda/KernelResources.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace tern {

struct CudaTarget {
  std::string name;             ///< "sm_90a".
  std::int64_t sharedBytes = 0; ///< Shared memory that one block can have.
  /// What the largest part of the architecture can read and, in products of bf16 summed in f32, compute in a second.
  double bytesPerSecond = 0, flopsPerSecond = 0;
  std::int64_t multiprocessors = 0; ///< Of that part.
  bool hasWarpgroups = false;       ///< Warpgroups multiply matrices of shared memory (wgmma).
};

/// Whether `name` is meant as a GPU: it begins with "sm_" or "cuda".
bool isCudaTargetName(llvm::StringRef name);

/// The target called `name`: "sm_90a" or "cuda:sm_90a". Problems name what exists.
Result<CudaTarget> parseCudaTarget(llvm::StringRef name);

/// Whether a block of `kernel` with `dynamicBytes` of dynamic shared memory fits: what device functions declare comes
/// on top. Problem: it does not, with both numbers.
Status checkSharedMemory(const CudaTarget &target, const KernelResources &kernel, std::int64_t dynamicBytes);

/// The names of targets: for help texts.
std::string cudaTargetNames();

} // namespace tern

#endif // TERN_TARGET_CUDATARGET_H
