//===- CountedMemory.h - Memory that is counted by kind -----------*- C++ -*-===//
//
// The memory plan says how much a model takes; everything that the executor takes for it comes from here, so that what
// was planned can be compared with what was taken.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_COUNTEDMEMORY_H
#define TERN_RUNTIME_CPU_COUNTEDMEMORY_H

#include "runtime/Base/Result.h"
#include "runtime/Executor/MemoryUse.h"

#include <cstddef>
#include <cstdint>

namespace tern {

/// Zeroed pages of the system. A page takes memory when it is first touched, so a long context costs nothing until it
/// is used. Blocks of a huge page (2 MiB) and more are aligned to one. Movable, not copyable.
class MemoryBlock {
public:
  MemoryBlock() = default;

  /// `counter` is raised by `bytes` as long as the block lives and must outlive it. `what` is for the problem:
  /// "caches".
  static Result<MemoryBlock> allocate(std::uint64_t bytes, std::uint64_t &counter, const std::string &what);

  MemoryBlock(MemoryBlock &&other) noexcept;
  MemoryBlock &operator=(MemoryBlock &&other) noexcept;
  MemoryBlock(const MemoryBlock &) = delete;
  MemoryBlock &operator=(const MemoryBlock &) = delete;
  ~MemoryBlock();

  char *data() const { return bytes; }
  std::uint64_t size() const { return length; }

  /// Asks for huge pages where [offset, offset + count) is not touched yet. Kernels read them nearly twice as fast
  /// where a virtual machine translates addresses twice (measured: 29 against 17 GB/s), but each takes 2 MiB when one
  /// byte of it is touched. A wish: without them it is slower, not wrong.
  void wishHugePages(std::uint64_t offset, std::uint64_t count) const;
  void wishHugePages() const { wishHugePages(0, length); }

private:
  char *bytes = nullptr;
  std::uint64_t length = 0;
  void *mapping = nullptr; ///< What the system gave: `bytes` lies inside it, aligned.
  std::size_t mapped = 0;
  std::uint64_t *counter = nullptr;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_COUNTEDMEMORY_H
