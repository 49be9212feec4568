//===- WorkerTeam.h - Workers that walk a launch list together ----*- C++ -*-===//
//
// A step of a model is some two hundred launches of a few microseconds each, so what workers need to agree on must cost
// next to nothing. One counter does both things that a phase needs, handing out shared pieces and noticing the end:
//
//     ticket < shared              run that shared piece, take another ticket
//     shared <= ticket < last      this worker has arrived; wait for the next phase
//     last = shared + workers - 1  everyone has arrived: open the next phase
//
// A worker's own piece is claimed by an exchange on its own cache line. If a worker is late, because its core is given
// to somebody else or it is still waking up, one that waits claims the late worker's piece and arrives in its stead;
// the late one finds out by its own claim failing and goes on to the phase that is open. So nobody waits for a worker
// that is not inside a piece.
//
// Waiting spins for a while, since the next phase is usually a microsecond away, and then sleeps in the kernel, since a
// spinning worker takes the core from the one that it waits for. Between runs all workers sleep.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_WORKERTEAM_H
#define TERN_RUNTIME_CPU_WORKERTEAM_H

#include "runtime/Cpu/LaunchList.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

namespace tern {

/// Each worker's scratch: `bytes` apart from `base`, aligned to 64 bytes.
struct WorkerScratch {
  char *base = nullptr;
  std::size_t bytes = 0;
};

/// How a run ended. A problem is the code that a kernel left, and the launch that left it.
struct RunOutcome {
  bool cancelled = false;
  std::int64_t problem = TERN_KERNEL_OK;
  std::uint32_t launch = 0;
};

class WorkerTeam {
public:
  /// `workers` counts the caller; 0 stands for as many as the process has cores. A thread that the system refuses to
  /// start is done without.
  explicit WorkerTeam(unsigned workers = 0);
  ~WorkerTeam();
  WorkerTeam(const WorkerTeam &) = delete;
  WorkerTeam &operator=(const WorkerTeam &) = delete;

  unsigned size() const { return count; }

  /// Runs all launches of `list`, which must be cut for size() workers, and returns when they are done, when `cancel`
  /// (may be null) has become true, or when a kernel has reported a problem; the last two are seen between phases.
  /// Callers from several threads take turns.
  RunOutcome run(const LaunchList &list, const std::int64_t *dims, WorkerScratch scratch,
                 const std::atomic<bool> *cancel = nullptr);

private:
  using Clock = std::uint64_t; ///< Phases are numbered through all runs, from 1.

  /// What one worker writes in every phase, on cache lines of its own.
  struct alignas(128) Worker {
    std::atomic<Clock> claimed{0}; ///< The last phase whose own piece is taken.
    std::int64_t problem = TERN_KERNEL_OK;
    std::uint32_t problemLaunch = 0;
    std::uint32_t lastLaunch = 0; ///< The launch whose shared values are in the scratch.
    Clock lastPhase = 0;          ///< And the phase in which they were put there.
    Clock helped = 0;             ///< The last phase in which it did a late worker's piece.
  };

  /// The run that goes on; written by the caller before its first phase opens.
  struct Run {
    const LaunchList *list = nullptr;
    const std::int64_t *dims = nullptr;
    WorkerScratch scratch;
    const std::atomic<bool> *cancel = nullptr;
    Clock base = 1; ///< The number of its first phase.
  };

  RunOutcome runAlone();
  RunOutcome outcome();
  void work(unsigned self);
  bool claim(unsigned worker, Clock phase);
  void runOwn(unsigned self, unsigned owner, Clock phase);
  void runPiece(unsigned self, Clock phase, const Phase &shape, unsigned piece);
  void arrive(unsigned self, Clock phase, const Phase &shape);
  void endPhase(Clock phase);
  std::uint64_t waitBeyond(std::uint64_t old, unsigned self, bool insideRun);
  void sleep(std::uint64_t old);
  bool helpLate(unsigned self, Clock phase);
  void publish(std::uint64_t next);

  unsigned count = 1;
  std::unique_ptr<Worker[]> workers;
  std::vector<std::thread> threads;
  std::mutex callers; ///< Held by the caller whose run goes on.
  Run current;
  std::atomic<bool> stopping{false}, failed{false}, cancelled{false};

  /// Twice the number of the open phase; one more when the run has ended with that phase. Only ever rises.
  alignas(128) std::atomic<std::uint64_t> state{1};
  std::atomic<unsigned> sleepers{0};
  alignas(128) std::atomic<std::uint32_t> ticket{0};
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_WORKERTEAM_H
