//===- ProgramCost.h - What a program's steps read ---------------*- C++ -*-===//
//
// The plan says how many tasks a launch has and what a task moves. From it come the bytes that a step must read at
// least: each weight once, as far as it is used, and the states up to the positions that are taken.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TOOLS_TERN_PROGRAMCOST_H
#define TERN_TOOLS_TERN_PROGRAMCOST_H

#include "runtime/Artifact/Program.h"

namespace tern {

/// The sizes of one call of a decoder's entry.
struct StepSizes {
  std::int64_t batch = 1, tokens = 1, outputs = 1;
  std::int64_t positions = 1; ///< That it reaches to.
};

/// The sizes of the program's symbols in such a call, the least of its range for those that it does not determine.
std::vector<std::int64_t> symbolSizes(const Program &program, const Entry &entry, const StepSizes &sizes);

struct LaunchCost {
  std::int64_t tasks = 0;
  std::uint64_t bytes = 0; ///< Read and written.
};

LaunchCost costOf(const Launch &launch, const std::vector<std::int64_t> &dims);

/// Bytes of weights that a call reads. A launch that touches less than the whole weight, as a lookup in a table does,
/// counts with what it touches.
std::uint64_t weightBytesOf(const Program &program, const Entry &entry, const std::vector<std::int64_t> &dims);

/// Bytes of states that `batch` sequences of `positions` tokens hold.
std::uint64_t stateBytesOf(const Program &program, std::int64_t batch, std::int64_t positions);

} // namespace tern

#endif // TERN_TOOLS_TERN_PROGRAMCOST_H
