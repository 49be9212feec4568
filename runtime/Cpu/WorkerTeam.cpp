//===- WorkerTeam.cpp - Workers that walk a launch list together ----------===//

#include "runtime/Cpu/WorkerTeam.h"
#include "runtime/Cpu/Machine.h"

#include <chrono>
#include <climits>
#include <csignal>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

using namespace tern;

namespace {

using SteadyClock = std::chrono::steady_clock;

/// How long to spin before sleeping. Inside a run the next phase is near; waking a thread takes some 50 us where the
/// core has gone idle. Between runs lies the sampling of a token.
constexpr std::chrono::microseconds spinInsideRun{50}, spinBetweenRuns{100};

/// Pauses between looks at the clock and for late workers: about a microsecond. A worker that was late in the phase
/// before is most likely not running at all, and is not given that long.
constexpr unsigned pausesPerLook = 32, pausesForTheLate = 4;

void pauseCore() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

/// The half of a counter that the kernel compares before it puts a thread to sleep.
std::uint32_t *lowHalf(std::atomic<std::uint64_t> &value) {
  auto *halves = reinterpret_cast<std::uint32_t *>(&value);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  return halves;
#else
  return halves + 1;
#endif
}

/// Signals are the program's own threads' business; threads made meanwhile inherit the mask.
class SignalsBlocked {
public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  SignalsBlocked(const SignalsBlocked &) = delete;
  SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
  sigset_t before;
};

} // namespace

WorkerTeam::WorkerTeam(unsigned wanted) {
  if (wanted == 0)
    wanted = availableCores();
  workers = std::make_unique<Worker[]>(wanted);
  SignalsBlocked guard;
  threads.reserve(wanted - 1);
  for (; count < wanted; ++count) {
    try {
      threads.emplace_back([this, self = count] { work(self); });
    } catch (const std::exception &) { // too many threads, or too little memory: those that there are do the work
      return;
    }
    pthread_setname_np(threads.back().native_handle(), ("tern-worker-" + std::to_string(count)).c_str());
  }
}

WorkerTeam::~WorkerTeam() {
  stopping = true;
  publish(state.load() + 1); // Opens a phase that nobody will claim.
  for (std::thread &thread : threads)
    thread.join();
}

RunOutcome WorkerTeam::run(const LaunchList &list, const std::int64_t *dims, WorkerScratch scratch,
                           const std::atomic<bool> *cancel) {
  std::lock_guard<std::mutex> turn(callers);
  Clock base = state.load() / 2 + 1;
  current = {&list, dims, scratch, cancel, base};
  failed = cancelled = false;
  if (cancel && cancel->load())
    return {true, TERN_KERNEL_OK, 0};
  if (list.phases().empty())
    return {};
  if (count == 1)
    return runAlone();

  publish(base * 2);
  for (Clock phase = base;;) {
    if (claim(0, phase)) {
      runOwn(0, 0, phase);
      arrive(0, phase, list.phases()[phase - base]);
    }
    phase = workers[0].claimed.load(std::memory_order_relaxed);
    std::uint64_t now = waitBeyond(phase * 2, 0, true);
    if (now & 1)
      return outcome();
    phase = now / 2;
  }
}

RunOutcome WorkerTeam::runAlone() {
  const std::vector<Phase> &phases = current.list->phases();
  for (std::size_t i = 0; i != phases.size(); ++i) {
    if (current.cancel && current.cancel->load(std::memory_order_relaxed)) {
      cancelled = true;
      break;
    }
    runPiece(0, current.base + i, phases[i], 0);
    if (failed.load(std::memory_order_relaxed))
      break;
  }
  state = (current.base + phases.size()) * 2 + 1;
  return outcome();
}

/// Collects what the workers left, of problems the one in the earliest launch, and clears it.
RunOutcome WorkerTeam::outcome() {
  RunOutcome result;
  result.cancelled = cancelled;
  for (unsigned i = 0; i != count; ++i) {
    Worker &worker = workers[i];
    if (worker.problem != TERN_KERNEL_OK && (!result.problem || worker.problemLaunch < result.launch)) {
      result.problem = worker.problem;
      result.launch = worker.problemLaunch;
    }
    worker.problem = TERN_KERNEL_OK;
  }
  return result;
}

void WorkerTeam::work(unsigned self) {
  for (Clock phase = 1;;) {
    bool insideRun = state.load(std::memory_order_relaxed) % 2 == 0;
    waitBeyond(phase * 2 - 1, self, insideRun);
    if (stopping.load(std::memory_order_relaxed))
      return;
    if (claim(self, phase)) {
      runOwn(self, self, phase);
      arrive(self, phase, current.list->phases()[phase - current.base]);
    }
    phase = workers[self].claimed.load(std::memory_order_relaxed) + 1;
  }
}

/// Takes the piece of `worker` in `phase`. Whoever succeeds has to arrive, and until then the phase cannot end.
bool WorkerTeam::claim(unsigned worker, Clock phase) {
  Clock before = phase - 1;
  return workers[worker].claimed.compare_exchange_strong(before, phase, std::memory_order_acquire,
                                                         std::memory_order_relaxed);
}

void WorkerTeam::runOwn(unsigned self, unsigned owner, Clock phase) {
  runPiece(self, phase, current.list->phases()[phase - current.base], owner);
}

void WorkerTeam::runPiece(unsigned self, Clock phase, const Phase &shape, unsigned piece) {
  const LaunchList &list = *current.list;
  Worker &worker = workers[self];
  TaskCut from = list.cuts()[shape.firstCut + piece], to = list.cuts()[shape.firstCut + piece + 1];
  while (from.launch < to.launch || (from.launch == to.launch && from.task < to.task)) {
    const BoundLaunch &launch = list.launches()[from.launch];
    std::int64_t end = from.launch == to.launch ? to.task : launch.tasks;
    if (from.task < end) {
      bool first = worker.lastPhase != phase || worker.lastLaunch != from.launch;
      worker.lastPhase = phase;
      worker.lastLaunch = from.launch;
      TernKernelCall call{launch.operands, current.dims, current.scratch.base + self * current.scratch.bytes,
                          from.task,       end,          first,
                          &worker.problem};
      std::int64_t before = worker.problem;
      launch.kernel(&call);
      if (worker.problem != before) {
        worker.problemLaunch = from.launch;
        failed.store(true, std::memory_order_relaxed);
        return;
      }
    }
    from = {from.launch + 1, 0};
  }
}

/// Runs shared pieces until there are none; the ticket that says so is the arrival.
void WorkerTeam::arrive(unsigned self, Clock phase, const Phase &shape) {
  // Once this worker has arrived, the list may be gone: nothing of it may be looked at after the last ticket.
  const std::uint32_t shared = shape.shared;
  for (;;) {
    std::uint32_t mine = ticket.fetch_add(1, std::memory_order_acq_rel);
    if (mine == shared + count - 1)
      return endPhase(phase);
    if (mine >= shared)
      return;
    runPiece(self, phase, shape, count + mine);
  }
}

/// Called by the last to arrive, when no one else touches the ticket.
void WorkerTeam::endPhase(Clock phase) {
  ticket.store(0, std::memory_order_relaxed);
  bool last = phase - current.base + 1 == current.list->phases().size();
  if (!last && current.cancel && current.cancel->load(std::memory_order_relaxed)) {
    cancelled.store(true, std::memory_order_relaxed);
    last = true;
  }
  last |= failed.load(std::memory_order_relaxed);
  publish(last ? phase * 2 + 1 : phase * 2 + 2);
}

void WorkerTeam::publish(std::uint64_t next) {
  // In one order with sleep(): either the sleeper sees the new state, or it is seen here.
  state.store(next, std::memory_order_seq_cst);
  if (sleepers.load(std::memory_order_seq_cst) != 0)
    syscall(SYS_futex, lowHalf(state), FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

void WorkerTeam::sleep(std::uint64_t old) {
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  std::uint64_t now = state.load(std::memory_order_seq_cst);
  if (now <= old)
    syscall(SYS_futex, lowHalf(state), FUTEX_WAIT_PRIVATE, static_cast<std::uint32_t>(now), nullptr, nullptr, 0);
  sleepers.fetch_sub(1, std::memory_order_relaxed);
}

/// Returns the state once it is above `old`. Inside a run, works for late ones meanwhile.
std::uint64_t WorkerTeam::waitBeyond(std::uint64_t old, unsigned self, bool insideRun) {
  SteadyClock::time_point until{};
  unsigned look = workers[self].helped + 1 >= old / 2 ? pausesForTheLate : pausesPerLook;
  for (unsigned spins = 1;; ++spins) {
    std::uint64_t now = state.load(std::memory_order_acquire);
    if (now > old)
      return now;
    pauseCore();
    if (spins < look)
      continue;
    look += pausesPerLook;
    if (now % 2 == 0 && helpLate(self, now / 2)) {
      until = {};
      continue;
    }
    SteadyClock::time_point time = SteadyClock::now();
    if (until == SteadyClock::time_point{})
      until = time + (insideRun ? spinInsideRun : spinBetweenRuns);
    else if (time >= until)
      sleep(old);
  }
}

/// Does the piece of a worker that has not begun the open phase, and arrives for it.
bool WorkerTeam::helpLate(unsigned self, Clock phase) {
  for (unsigned i = 1; i != count; ++i) {
    unsigned other = (self + i) % count;
    if (workers[other].claimed.load(std::memory_order_relaxed) != phase - 1 || !claim(other, phase))
      continue;
    workers[self].helped = phase;
    runOwn(self, other, phase);
    arrive(self, phase, current.list->phases()[phase - current.base]);
    return true;
  }
  return false;
}
