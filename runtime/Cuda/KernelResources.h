//===- KernelResources.h - What compiled kernels take of a GPU -----*- C++ -*-===//
//
// Registers, shared memory and spills decide how many blocks a multiprocessor holds. The assembler says them in its
// verbose log, kernel by kernel; format: https://docs.nvidia.com/cuda/cuda-compiler-driver-nvcc, "ptxas options".
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_KERNELRESOURCES_H
#define TERN_RUNTIME_CUDA_KERNELRESOURCES_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// Of one kernel: registers of a thread, the rest in bytes. Spills and stack are of a thread, shared memory is what the
/// block has besides its dynamic memory.
struct KernelResources {
  std::string name;         ///< "tern_norm".
  std::string architecture; ///< "sm_90a".
  std::uint32_t registers = 0;
  std::uint32_t sharedBytes = 0;
  std::uint32_t spillStores = 0, spillLoads = 0;
  std::uint32_t stackBytes = 0;
};

/// What the log of `ptxas -v` says, kernels in its order. Lines of another form are passed over.
std::vector<KernelResources> readKernelResources(std::string_view log);

} // namespace tern

#endif // TERN_RUNTIME_CUDA_KERNELRESOURCES_H
