//===- ReadCeiling.h - How fast this machine reads memory --------*- C++ -*-===//
//
// A decoder reads all of its weights for every token, so tokens a second cannot pass bytes a second over bytes a token.
// What a machine reads depends on how many threads read, how much of it the caches hold, and who else runs: it is
// measured in the same run as the model, with as many threads and over as many bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_READCEILING_H
#define TERN_RUNTIME_CPU_READCEILING_H

#include "runtime/Cpu/CountedMemory.h"

#include <memory>

namespace tern {

/// Memory to read, kept from one measurement to the next.
class ReadCeiling {
public:
  /// `bytes` are read again and again by `threads`, each a part of its own. Problem: no memory.
  static Result<ReadCeiling> create(std::uint64_t bytes, unsigned threads);

  /// Reads for about `seconds` and answers bytes a second, of the fastest of a few parts of that time.
  double measure(double seconds = 0.1) const;

private:
  ReadCeiling(std::unique_ptr<std::uint64_t> counter, MemoryBlock block, unsigned threads)
      : counter(std::move(counter)), block(std::move(block)), threads(threads) {}
  double readAll(unsigned passes) const;

  std::unique_ptr<std::uint64_t> counter; ///< Of `block`, so it must outlive it.
  MemoryBlock block;
  unsigned threads;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_READCEILING_H
