//===- CudaOccupancy.cpp - Blocks that a multiprocessor holds -------------===//

#include "tern/Target/CudaOccupancy.h"

using namespace tern;

/// Registers: all architectures have 65536 of them for a multiprocessor, handed out to warps by 256. Shared memory:
/// each block takes 1 KiB more than it asks for, which is what a multiprocessor has beyond the most of a block. Both:
/// CUDA C++ Programming Guide, "Technical Specifications per Compute Capability".
Status tern::checkOccupancy(const CudaTarget &target, const KernelResources &kernel, const KernelBlocks &blocks) {
  if (Status fits = checkSharedMemory(target, kernel, blocks.dynamicBytes); !fits)
    return fits;
  constexpr std::int64_t reserved = 1024, registers = 65536, registerUnit = 8;
  std::string wanted = "is to have " + std::to_string(blocks.resident) + " blocks of " +
                       std::to_string(blocks.threads) + " threads on a multiprocessor, which need ";
  std::int64_t shared = (kernel.sharedBytes + blocks.dynamicBytes + reserved) * blocks.resident;
  if (shared > target.sharedBytes + reserved)
    return Problem{kernel.name,
                   wanted + std::to_string(shared) + " bytes of shared memory; " + target.name + " has " +
                       std::to_string(target.sharedBytes + reserved),
                   ""};
  std::int64_t ofThread = (kernel.registers + registerUnit - 1) / registerUnit * registerUnit;
  if (std::int64_t needed = ofThread * blocks.threads * blocks.resident; needed > registers)
    return Problem{kernel.name, wanted + std::to_string(needed) + " registers of " + std::to_string(registers), ""};
  return Done{};
}
