//===- TestEntries.h - Small programs for tests of the executor ---*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CPU_TESTENTRIES_H
#define TERN_TEST_UNIT_CPU_TESTENTRIES_H

#include "runtime/Cpu/LaunchList.h"

namespace tern::testing {

/// `size` of symbol -1, or the size of a symbol, in tiles.
inline TaskSegment segment(std::int32_t symbol, std::int64_t size, std::int64_t tile, std::uint64_t bytes) {
  return {{{{symbol, size}, tile}}, bytes};
}

inline Launch launchOf(std::int32_t kernel, std::vector<TaskSegment> tasks, bool wait = true,
                       std::size_t operands = 1) {
  Launch launch;
  launch.kernel = kernel;
  launch.operands.resize(operands);
  launch.tasks = std::move(tasks);
  launch.wait = wait;
  return launch;
}

} // namespace tern::testing

#endif // TERN_TEST_UNIT_CPU_TESTENTRIES_H
