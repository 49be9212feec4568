//===- RaceDetector.h - Accesses that nothing orders -------------*- C++ -*-===//
//
// Code that is compiled with clang's instrumentation for threads and with TERN_EMULATE_RACES calls a function before
// each access to memory (`__tsan_read4` and others). The sanitizer's own runtime is not linked: the functions are here.
// They tell the detector which thread of the emulated block accesses what, and HappensBefore.h decides.
//
// Watched are shared memory and all other memory that is not on a thread's stack: operands of kernels, over all
// launches that may run at the same time. A read of shared memory that nobody in the block has written is a mistake as
// well.
//
//   thread 7 writes 4 bytes at byte 64 of dynamic shared memory, after a barrier at A.h:12;
//   nothing orders that after thread 40 reads it, after a barrier at A.h:10
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_RACEDETECTOR_H
#define TERN_RUNTIME_CUDA_EMULATION_RACEDETECTOR_H

#include "runtime/Cuda/Emulation/HappensBefore.h"
#include "runtime/Cuda/Emulation/Site.h"

#include <string>

namespace tern::emulation {

#ifdef TERN_EMULATE_RACES
constexpr bool detectsRaces = true;
#else
constexpr bool detectsRaces = false;
#endif

/// Bytes of memory with a name.
struct Range {
  std::string name;
  std::uintptr_t begin = 0, end = 0;

  bool holds(std::uintptr_t address) const { return address >= begin && address < end; }
  std::string place(std::uintptr_t address) const { return "byte " + std::to_string(address - begin) + " of " + name; }
};

/// The accesses of a grid. Those to memory of the device are remembered from launch to launch.
class RaceDetector {
public:
  /// Of a launch with number `launch`, counted from 1; launch `over` and all before were over when it began.
  RaceDetector(std::string kernel, unsigned launch, unsigned over) : launch(launch), over(over) {
    if (kernels().empty() || over >= kernels().rbegin()->first) {
      device().clear();
      kernels().clear();
    }
    kernels()[launch] = std::move(kernel);
  }

  /// Shared memory, and the operands of the kernel, of which the end is not known.
  std::vector<Range> shared, operands;

  void beginBlock(unsigned block, unsigned threads) {
    sharedHistory.clear();
    standings.assign(threads, Standing());
    sites.assign(threads, {});
    auto none = std::make_shared<std::vector<Clock>>(threads);
    for (unsigned i = 0; i < threads; ++i) {
      Standing &standing = standings[i];
      standing.launch = launch;
      standing.block = block;
      standing.thread = i;
      standing.knowledge.block = standing.fenced.block = none;
      standing.knowledge.launches = standing.fenced.launches = over;
      sites[i].push_back({});
    }
  }

  /// Threads [first, last) have met at a barrier.
  void meet(unsigned first, unsigned last, const Site &site) {
    Knowledge all = standings[first].knowledge;
    for (unsigned i = first + 1; i < last; ++i)
      all.add(standings[i].knowledge);
    auto clocks = std::make_shared<std::vector<Clock>>(*all.block);
    for (unsigned i = first; i < last; ++i)
      (*clocks)[i] = standings[i].clock;
    all.block = clocks;
    for (unsigned i = first; i < last; ++i) {
      ++standings[i].clock;
      standings[i].knowledge = all;
      sites[i].push_back(site);
    }
  }

  void fence(unsigned thread) {
    Standing &self = standings[thread];
    self.knowledge.acquire(self.block, self.acquired);
    self.fenced = self.publish();
    sites[thread].push_back(sites[thread].back());
  }

  void waitForLaunches(unsigned thread) { standings[thread].knowledge.launches = launch - 1; }

  /// What is wrong with an access, or "".
  std::string access(unsigned thread, const void *address, unsigned bytes, AccessKind kind, bool isUnderWay = false) {
    auto at = reinterpret_cast<std::uintptr_t>(address);
    Standing &self = standings[thread];
    const Range *range = sharedRangeOf(at);
    AccessHistory &history = range ? sharedHistory : device();
    if (const Access *other = history.add(at, bytes, kind, self, isUnderWay))
      return describe(thread, at, bytes, kind) + "; nothing orders that after " + describe(*other);
    if (range && kind != AccessKind::Write && !history.isWritten(at, bytes))
      return describe(thread, at, bytes, kind) + ", which no thread has written";
    if (kind == AccessKind::Atomic) {
      Knowledge &seen = atomics[at];
      self.acquired.addRest(seen);
      seen.addFrom(self.block, self.fenced);
    }
    return "";
  }

  void finishCopy(unsigned thread, const void *target, unsigned bytes) {
    sharedHistory.finish(reinterpret_cast<std::uintptr_t>(target), bytes, standings[thread]);
  }

private:
  static AccessHistory &device() {
    static AccessHistory history;
    return history;
  }
  static std::map<unsigned, std::string> &kernels() {
    static std::map<unsigned, std::string> names;
    return names;
  }

  const Range *sharedRangeOf(std::uintptr_t at) const {
    for (const Range &range : shared)
      if (range.holds(at))
        return &range;
    return nullptr;
  }

  std::string placeOf(std::uintptr_t at) const {
    if (const Range *range = sharedRangeOf(at))
      return range->place(at);
    const Range *nearest = nullptr;
    for (const Range &operand : operands)
      if (operand.begin <= at && (!nearest || operand.begin > nearest->begin))
        nearest = &operand;
    return nearest ? nearest->place(at) : "memory of the device";
  }

  static std::string verb(AccessKind kind) {
    return kind == AccessKind::Read ? "reads" : kind == AccessKind::Write ? "writes" : "changes at once";
  }

  std::string after(unsigned thread, Clock clock) const {
    const std::vector<Site> &passed = sites[thread];
    const Site *site = clock <= passed.size() ? &passed[clock - 1] : nullptr;
    return site && site->what ? ", after " + site->text() : "";
  }

  std::string describe(unsigned thread, std::uintptr_t at, unsigned bytes, AccessKind kind) const {
    const Standing &self = standings[thread];
    return "block " + std::to_string(self.block) + ": thread " + std::to_string(thread) + " " + verb(kind) + " " +
           std::to_string(bytes) + " bytes at " + placeOf(at) + after(thread, self.clock);
  }

  std::string describe(const Access &other) const {
    unsigned thread = other.warp * 32u + other.firstLane();
    std::string text = "thread " + std::to_string(thread);
    bool isHere = other.launch == launch && other.block == standings[0].block;
    if (!isHere)
      text += " of block " + std::to_string(other.block);
    if (other.launch != launch)
      text += " of " + kernels()[other.launch] + ", launch " + std::to_string(other.launch) + " beside this one, " +
              std::to_string(launch) + ",";
    text += " " + verb(other.kind) + " it";
    text += other.isUnderWay ? " by a copy that it has not waited for" : "";
    return text + (isHere ? after(thread, other.clock) : "");
  }

  unsigned launch, over;
  std::vector<Standing> standings;
  /// What each thread passed last when its count became 1, 2 and so on.
  std::vector<std::vector<Site>> sites;
  AccessHistory sharedHistory;
  std::map<std::uintptr_t, Knowledge> atomics;
};

} // namespace tern::emulation

#endif // TERN_RUNTIME_CUDA_EMULATION_RACEDETECTOR_H
