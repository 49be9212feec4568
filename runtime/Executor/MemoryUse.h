//===- MemoryUse.h - Bytes by what they are for -------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_EXECUTOR_MEMORYUSE_H
#define TERN_RUNTIME_EXECUTOR_MEMORYUSE_H

#include <cstdint>
#include <string>

namespace tern {

/// Bytes by what they are for.
struct MemoryUse {
  std::uint64_t weights = 0; ///< Mapped from the artifact, or packed on load.
  std::uint64_t arena = 0;   ///< Inputs, outputs and everything between launches.
  std::uint64_t states = 0;  ///< Caches and other states of all slots.
  std::uint64_t scratch = 0; ///< Of all workers.

  std::uint64_t total() const { return weights + arena + states + scratch; }
  bool operator==(const MemoryUse &other) const {
    return weights == other.weights && arena == other.arena && states == other.states && scratch == other.scratch;
  }
  MemoryUse operator+(const MemoryUse &other) const {
    return {weights + other.weights, arena + other.arena, states + other.states, scratch + other.scratch};
  }
};

/// "1.5 GiB", "300 MiB", "12 KiB", "7 bytes".
std::string readableBytes(std::uint64_t bytes);

} // namespace tern

#endif // TERN_RUNTIME_EXECUTOR_MEMORYUSE_H
