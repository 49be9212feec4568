//===- WeightLoader.h - Weights that the artifact does not hold ---*- C++ -*-===//
//
// A weight that stays in the model's own file, or that is generated from a seed, is brought into the program's layout
// when the model is loaded:
//
//     file, row-major ──┐
//                       ├─ rows, converted if the program wants another scalar ──┬─ rows: copied
//     seed ── floats ───┘                                                        └─ tiles16: packed 16 rows at a time
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_WEIGHTLOADER_H
#define TERN_RUNTIME_CPU_WEIGHTLOADER_H

#include "runtime/Artifact/Program.h"
#include "runtime/Base/MappedFile.h"
#include "runtime/Base/ThreadPool.h"

namespace tern {

class WeightLoader {
public:
  /// Opens the files of `program`. Problems: a file that is gone or is not the one that
  /// the model was compiled from, by its size and the hash of its header.
  static Result<WeightLoader> open(const Program &program);

  /// Writes `weight.bytes` bytes to `target`. Problems: bytes that do not have the weight's hash, a conversion that
  /// loses blocks, sizes that contradict each other.
  Status load(const ProgramWeight &weight, std::uint8_t *target, ThreadPool &pool) const;

private:
  WeightLoader() = default;

  std::vector<MappedFile> files; ///< As Program::files.
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_WEIGHTLOADER_H
