//===- LaunchList.h - An entry's launches, cut into pieces of work -*- C++ -*-===//
//
// The launches of an entry become phases. Between phases all workers meet; inside a phase nothing depends on anything,
// so its launches are one long row of tasks, cut by bytes:
//
//     launches     | q: 36 tasks         | k: 12   | v: 12   |          one phase: no launch waits for another
//     pieces       | worker 0's     | worker 1's        |d0|d1|d2|d3|   d: taken by whoever is free
//
// A worker's own piece needs no agreement with the others. The short pieces at the end even out what the cuts cannot
// know: a core that runs slower, a kernel whose bytes are only estimated. Phases too small to share are one piece, and
// such phases in a row are one phase: a single worker runs them in order, and nobody meets in between.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_LAUNCHLIST_H
#define TERN_RUNTIME_CPU_LAUNCHLIST_H

#include "runtime/Artifact/Program.h"
#include "runtime/Cpu/KernelAbi.h"
#include "runtime/Cpu/KernelLibrary.h"

namespace tern {

/// A launch that is ready to run: its kernel and the pointers of its operands, which the maker of the list owns.
struct BoundLaunch {
  TernKernel kernel = nullptr;
  void *const *operands = nullptr;
  std::int64_t tasks = 0; ///< For the sizes last set.
};

/// A place in the row of all tasks: before task `task` of launch `launch`.
struct TaskCut {
  std::uint32_t launch = 0;
  std::int64_t task = 0;
};

/// Piece i is what lies between cuts `firstCut + i` and the next. The first pieces belong to the workers, one to each
/// (empty ones included); `shared` more go to whoever comes first.
struct Phase {
  std::uint32_t firstCut = 0, shared = 0;
};

class LaunchList {
public:
  /// How phases are cut. test/benchmark/WorkerTeamBenchmark compares other numbers; the defaults are not tuned yet.
  struct Cutting {
    double ownShare = 0.75;            ///< Of a phase's bytes, in the workers' own pieces.
    unsigned sharedPieces = 2;         ///< For each worker, at most.
    std::uint64_t sharedBytes = 16384; ///< Of a shared piece, at least.
    std::uint64_t smallBytes = 8192;   ///< Phases up to this are one piece.
    std::uint64_t unknownBytes = 4096; ///< For a task whose bytes the program leaves at 0.
  };

  /// Binds `entry`, which must outlive the list. `operands` holds the pointers of all launches one after another.
  LaunchList(const Entry &entry, const KernelLibrary &kernels, void *const *operands);

  /// Counts tasks for symbol sizes `dims` and cuts them for `workers`; cheap when nothing has changed.
  void resize(const std::int64_t *dims, unsigned workers);
  void resize(const std::int64_t *dims, unsigned workers, const Cutting &cutting);

  const Entry &entry() const { return source; }
  const std::vector<BoundLaunch> &launches() const { return bound; }
  const std::vector<Phase> &phases() const { return phaseList; }
  const std::vector<TaskCut> &cuts() const { return cutList; }

private:
  bool count(const std::int64_t *dims, const Cutting &cutting);
  void cut(unsigned workers, const Cutting &cutting);
  double phaseBytes(std::uint32_t begin, std::uint32_t end) const;
  void cutPhase(std::uint32_t begin, std::uint32_t end, double bytes, unsigned workers, const Cutting &cutting);

  /// Tasks of equal size, `bytes` each, of launch `launch`.
  struct Run {
    std::uint32_t launch;
    std::int64_t firstTask, tasks;
    double bytes;
  };
  class Walker;

  const Entry &source;
  std::vector<BoundLaunch> bound;
  std::vector<Run> runs;               ///< Of all launches in order.
  std::vector<std::uint32_t> firstRun; ///< By launch, and one past the last.
  std::vector<Phase> phaseList;
  std::vector<TaskCut> cutList;
  unsigned cutFor = 0; ///< Workers that the cuts are for; 0 before the first.
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_LAUNCHLIST_H
