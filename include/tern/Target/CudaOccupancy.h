//===- CudaOccupancy.h - Blocks that a multiprocessor holds ------*- C++ -*-===//
//
// A schedule says how many blocks of a kernel a multiprocessor shall hold at once; whether it can is seen when the
// assembler has said what the kernel takes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TARGET_CUDAOCCUPANCY_H
#define TERN_TARGET_CUDAOCCUPANCY_H

#include "tern/Target/CudaTarget.h"

namespace tern {

/// What a kernel's schedule says of its blocks.
struct KernelBlocks {
  std::int64_t threads = 0;      ///< Of a block.
  std::int64_t resident = 1;     ///< Blocks that a multiprocessor shall hold at once.
  std::int64_t dynamicBytes = 0; ///< Shared memory that a launch asks for; what device functions declare comes on top.
};

/// Whether what the assembler says of `kernel` leaves a multiprocessor of `target` room for `blocks`: registers and
/// shared memory, as both are handed out. Problem: it does not, with the numbers.
Status checkOccupancy(const CudaTarget &target, const KernelResources &kernel, const KernelBlocks &blocks);

} // namespace tern

#endif // TERN_TARGET_CUDAOCCUPANCY_H
