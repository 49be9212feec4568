//===- Block.h - A block of threads, run one thread at a time ----*- C++ -*-===//
//
// The threads of a block are fibers of one thread of this machine. A fiber runs until it must wait: for the other
// threads of its block (a barrier), the other lanes of its warp (a shuffle, a ballot, a matrix product), or the end of
// a phase of bulk copies. Whoever arrives last lets all go on. So every interleaving is one that the GPU could take,
// and the order is chosen by a seed:
//
//   0          warps and lanes from the first to the last; a warp runs as far as it can before the next begins
//   1          from the last to the first
//   others     random: after each step of a warp any warp is next, its lanes in any order
//
// A read that no barrier orders after its write sees, in one of these orders, what lay there before: shared memory is
// filled with a pattern before each block (of floats, a NaN).
//
// An asynchronous copy is done at once, or, in orders of an odd number, as late as it may be: when its thread waits for
// it. So a stage that is read before its copies were waited for, or written while it is still read, shows. So are bulk
// copies and products of warpgroups, whose matrix in shared memory is read when they are done.
//
// What a GPU would not forgive, or not always, ends the launch with a message:
//   - threads that wait at different places, or for a thread that has ended;
//   - a 16-byte access at an address that is no multiple of 16 (HostPrimitives.h);
//   - a launch that may begin early and has a block that ends without a wait for the launch before: what comes after it
//     could not know that that one is over;
//   - in code compiled for it, a race (RaceDetector.h).
//
// A launch can be run beside those before it, as programmatic dependent launch lets it: its first block goes as far as
// it can without waiting for them, then they run, then it goes on.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_BLOCK_H
#define TERN_RUNTIME_CUDA_EMULATION_BLOCK_H

#include "runtime/Cuda/Emulation/Fiber.h"
#include "runtime/Cuda/Emulation/RaceDetector.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

extern "C" {
/// The ends of the section that holds every `__shared__` variable of this program or library; null if there is none.
extern __attribute__((weak, visibility("hidden"))) char __start_tern_shared[];
extern __attribute__((weak, visibility("hidden"))) char __stop_tern_shared[];
}

namespace tern::emulation {

constexpr unsigned warpLanes = 32;
constexpr unsigned maxThreads = 1024;
/// Of shared memory: pieces that are swizzled begin at multiples of it.
constexpr unsigned sharedAlignment = 1024;
/// A float of these bytes is a NaN.
constexpr unsigned char poison = 0xff;

struct Index3 {
  unsigned x = 0, y = 0, z = 0;
};

/// An asynchronous copy to shared memory: of `bytes` bytes, or of zeros without a source.
struct Copy {
  void *target;
  const void *source;
  unsigned bytes;
  unsigned group; ///< Groups that the thread had committed before.
  bool isMade;

  void make() const {
    if (isMade)
      return;
    if (source)
      std::memcpy(target, source, bytes);
    else
      std::memset(target, 0, bytes);
  }
};

/// What a phase (Primitives.h) is here, in its 8 bytes.
struct PhaseState {
  std::uint16_t parity, arrivals; ///< Of the phase that has not ended; of each phase.
  std::uint16_t missing;          ///< Arrivals until it ends.
  std::int16_t copies;            ///< Bytes announced and not yet here, in units of 16.

  /// `threads` arrive, and `bytes` more are to come.
  void change(unsigned threads, int bytes) {
    missing = static_cast<std::uint16_t>(missing - threads);
    copies = static_cast<std::int16_t>(copies + bytes / 16);
    if (missing || copies)
      return;
    parity ^= 1;
    missing = arrivals;
  }
};

/// A bulk copy, and the phase that counts it.
struct BulkCopy {
  Copy copy;
  PhaseState *phase;

  void make() const {
    copy.make();
    phase->change(0, -static_cast<int>(copy.bytes));
  }
};

/// A thread's part of a product of a warpgroup: its rows of a, words as the lanes of four have them; where b lies.
struct GroupProduct {
  float *sums;
  unsigned columns;
  unsigned a[4][4];
  unsigned long long matrix;
  unsigned group; ///< Groups that the thread had committed before.
};

struct Thread {
  enum class State { Ready, AtWarp, AtBlock, AtPhase, AtLaunch, Ended };

  Index3 index;
  State state = State::Ready;
  Site site{};
  unsigned exchanges = 0;   ///< Made so far; its parity picks the slots of the next.
  unsigned groups = 0;      ///< Of copies, committed so far.
  std::vector<Copy> copies; ///< Not waited for yet.
  unsigned productGroups = 0;
  std::vector<GroupProduct> products; ///< Not made yet.
  PhaseState *phase = nullptr;        ///< That it waits for, the one of this parity.
  unsigned parity = 0;
  bool isEmulator = false; ///< Whether it runs code of the emulation, whose accesses are no kernel's.
  Fiber fiber;

  unsigned lane() const { return index.x % warpLanes; }
  unsigned warp() const { return index.x / warpLanes; }
};

/// Words that the lanes of a warp show each other. There are two sets: a lane can be one exchange ahead of another.
struct Exchange {
  unsigned words[2][warpLanes][8];
  unsigned arrived = 0;
};

/// Numbers for the order of threads and blocks (SplitMix64, https://doi.org/10.1145/2714064.2660195).
class Random {
public:
  explicit Random(unsigned long long seed) : state(seed) {}
  unsigned below(unsigned bound) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<unsigned>((z ^ (z >> 31)) % bound);
  }
  template <typename Items> void shuffle(Items &items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[below(static_cast<unsigned>(i))]);
  }

private:
  std::uint64_t state;
};

/// The place of a launch among others.
struct LaunchOrder {
  unsigned number = 0; ///< Counted from 1 in the order of the launches; 0 is the one after the last.
  unsigned over = 0;   ///< The last launch that was over, as all before, when this one began.
  /// Runs the launches between, if they are not over yet; null if they are.
  void (*before)(void *) = nullptr;
  void *argument = nullptr;
};

/// The grid that runs. Of a program or library there is one at a time, as its shared variables are, or one within
/// another's `before`.
class Grid {
public:
  /// The kernel with its arguments.
  using Body = void (*)(void *);

  Grid(std::string kernel, Body body, void *argument, unsigned blocks, unsigned threads, unsigned sharedBytes,
       unsigned long long seed);
  Grid(const Grid &) = delete;
  Grid &operator=(const Grid &) = delete;
  ~Grid() { --depth; }

  /// For the grid that is made next.
  static void setNextOrder(const LaunchOrder &order) { nextOrder = order; }
  /// An operand of the kernel, for messages.
  void addOperand(unsigned index, const void *begin);

  /// Null if every block ran to its end, else what went wrong, kept until the next launch.
  const char *run();

  static bool isRunning() { return running != nullptr; }
  static Grid &current() { return *running; }
  /// Tells the grid that runs of an access of its running thread; device functions that the host calls are no grid's.
  static void note(const void *address, unsigned bytes, AccessKind kind) {
    if (running)
      running->access(address, bytes, kind);
  }
  Thread &thread() { return *thread_; }
  Index3 block{}, blocks{}, threads{};
  unsigned char *dynamicShared() { return shared; }
  unsigned sharedBytes() const { return sharedSize; }

  /// Copies of the running thread; waitForCopies makes those of all groups but the last `pending`.
  void copy(void *target, const void *source, unsigned bytes);
  void commitCopies() { ++thread_->groups; }
  void waitForCopies(unsigned pending);

  /// Likewise bulk copies; those of a phase are made when a thread waits for it.
  void copyBulk(void *target, const void *source, unsigned bytes, PhaseState *phase);
  void waitForPhase(PhaseState *phase, unsigned parity, const Site &site);

  /// Likewise products; `make` makes one.
  void multiply(const GroupProduct &product, void (*make)(const GroupProduct &));
  void waitForProducts(unsigned pending, void (*make)(const GroupProduct &));

  /// Waits until all threads of the block are here.
  void waitForBlock(const Site &site);

  /// Waits until the launches before this one are over.
  void waitForLaunch();

  /// The running thread accesses memory for its kernel; the launch ends if that is a race.
  void access(const void *address, unsigned bytes, AccessKind kind);
  void fence();

  /// Shows `count` words, at most 8, to the lanes of this warp and waits until all have shown theirs; theirs are then
  /// in the result until the exchange after the next.
  const unsigned (*exchange(const unsigned *words, unsigned count, const Site &site))[8];

  /// Says why the launch ends; what said it must then leave.
  void report(std::string message);
  /// Ends this thread, and the launch. Nothing on the thread's stack is destroyed, so nothing there may own memory.
  [[noreturn]] void leave();

private:
  /// Accesses in its life are none of a kernel.
  struct Emulator {
    explicit Emulator(Grid &grid) : thread(*grid.thread_), outer(thread.isEmulator) { thread.isEmulator = true; }
    ~Emulator() { thread.isEmulator = outer; }
    Thread &thread;
    bool outer;
  };

  static void enter();
  void startThreads(unsigned index);
  void runBlock(unsigned index);
  bool runWarp(unsigned warp);
  bool runLaunchesBefore();
  bool releaseBarrier();
  bool hasEnded(PhaseState *phase, unsigned parity);
  void check(const std::string &mistake);
  /// Ends a launch whose races would be looked for where its accesses are not seen.
  void refuseRaces(const char *what);
  bool mayBeEarly() const { return order.over + 1 < order.number; }
  void poisonShared();
  std::vector<Range> sharedRanges() const;
  std::string whoWaits() const;
  std::vector<unsigned> orderOf(unsigned count);

  std::string kernel;
  Body body;
  void *argument;
  unsigned sharedSize;
  unsigned long long seed;
  Random random;
  LaunchOrder order;
  bool hasWaited = false; ///< A thread of the block, for the launch before.
  unsigned char *shared = nullptr;
  std::unique_ptr<Thread[]> &pool;
  std::vector<Exchange> warps;
  std::vector<BulkCopy> bulkCopies; ///< Not made yet.
  Thread *thread_ = nullptr;
  Fiber scheduler;
  bool failed = false;
  std::unique_ptr<RaceDetector> races;

  static std::unique_ptr<Thread[]> &threadPool();
  static inline unsigned depth = 0; ///< Grids that run.
  static inline LaunchOrder nextOrder;
  static inline unsigned lastNumber = 0;
  static inline Grid *running = nullptr;
  static inline std::string problem;
};

/// One for each depth: a grid that waits keeps its threads.
inline std::unique_ptr<Thread[]> &Grid::threadPool() {
  static std::vector<std::unique_ptr<std::unique_ptr<Thread[]>>> pools;
  while (pools.size() <= depth)
    pools.push_back(std::make_unique<std::unique_ptr<Thread[]>>(new Thread[maxThreads]));
  return *pools[depth++];
}

inline Grid::Grid(std::string kernel, Body body, void *argument, unsigned blocks, unsigned threads,
                  unsigned sharedBytes, unsigned long long seed)
    : kernel(std::move(kernel)), body(body), argument(argument), sharedSize(sharedBytes), seed(seed), random(seed),
      order(nextOrder), pool(threadPool()) {
  nextOrder = {};
  if (order.number == 0) {
    order.number = lastNumber + 1;
    order.over = lastNumber;
  }
  lastNumber = std::max(lastNumber, order.number);
  this->blocks = {blocks, 1, 1};
  this->threads = {threads, 1, 1};
  if (detectsRaces)
    races = std::make_unique<RaceDetector>(this->kernel, order.number, order.over);
}

inline void Grid::addOperand(unsigned index, const void *begin) {
  if (races)
    races->operands.push_back({"operand " + std::to_string(index), reinterpret_cast<std::uintptr_t>(begin), 0});
}

inline std::vector<unsigned> Grid::orderOf(unsigned count) {
  std::vector<unsigned> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (seed == 1)
    std::reverse(order.begin(), order.end());
  else if (seed > 1)
    random.shuffle(order);
  return order;
}

inline const char *Grid::run() {
  if (threads.x == 0 || threads.x > maxThreads || threads.x % warpLanes != 0) {
    problem = "a block must have 32 to 1024 threads, a multiple of 32, got " + std::to_string(threads.x);
    return problem.c_str();
  }
  // Exactly as many bytes as asked for, so that the address sanitizer sees what lies beyond.
  unsigned padding = (sharedAlignment - sharedSize % sharedAlignment) % sharedAlignment;
  shared = static_cast<unsigned char *>(
      std::aligned_alloc(sharedAlignment, std::max(sharedSize + padding, sharedAlignment)));
#ifdef TERN_FIBER_ASAN
  __asan_poison_memory_region(shared + sharedSize, padding);
#endif
  if (races)
    races->shared = sharedRanges();
  Grid *outer = running;
  running = this;
  for (unsigned index : orderOf(blocks.x))
    if (!failed)
      runBlock(index);
  running = outer;
#ifdef TERN_FIBER_ASAN
  __asan_unpoison_memory_region(shared + sharedSize, padding);
#endif
  std::free(shared);
  return failed ? problem.c_str() : nullptr;
}

inline void Grid::poisonShared() {
  std::memset(shared, poison, sharedSize);
  if (__start_tern_shared)
    std::memset(__start_tern_shared, poison, static_cast<std::size_t>(__stop_tern_shared - __start_tern_shared));
}

inline std::vector<Range> Grid::sharedRanges() const {
  auto begin = reinterpret_cast<std::uintptr_t>(shared);
  return {{"dynamic shared memory", begin, begin + sharedSize},
          {"shared variables", reinterpret_cast<std::uintptr_t>(__start_tern_shared),
           reinterpret_cast<std::uintptr_t>(__stop_tern_shared)}};
}

inline void Grid::enter() {
  Fiber::begun();
  Grid &grid = current();
  grid.body(grid.argument);
  grid.thread_->state = Thread::State::Ended;
  grid.thread_->fiber.endWith(grid.scheduler);
}

inline void Grid::startThreads(unsigned index) {
  block = {index, 0, 0};
  hasWaited = false;
  poisonShared();
  warps.assign(threads.x / warpLanes, Exchange());
  bulkCopies.clear();
  if (races)
    races->beginBlock(index, threads.x);
  for (unsigned i = 0; i < threads.x; ++i) {
    Thread &thread = pool[i];
    thread.index = {i, 0, 0};
    thread.state = Thread::State::Ready;
    thread.exchanges = thread.groups = thread.productGroups = 0;
    thread.copies.clear();
    thread.products.clear();
    thread.isEmulator = false;
    thread.fiber.start(enter);
  }
}

inline void Grid::runBlock(unsigned index) {
  startThreads(index);
  do {
    for (bool progress = true; progress && !failed;) {
      progress = false;
      for (unsigned warp : orderOf(threads.x / warpLanes))
        while (!failed && runWarp(warp)) {
          progress = true;
          if (seed > 1)
            break;
        }
    }
  } while (!failed && (runLaunchesBefore() || releaseBarrier()));
  if (!failed && mayBeEarly() && !hasWaited) {
    problem = "block " + std::to_string(block.x) +
              " ends without a wait for the launch before, which those after this one take to be over";
    failed = true;
  }
}

/// Called when no thread can run. False if the launches before are over, or need not be yet.
inline bool Grid::runLaunchesBefore() {
  bool isWaiting = false, allEnded = true;
  for (unsigned i = 0; i < threads.x; ++i) {
    isWaiting |= pool[i].state == Thread::State::AtLaunch;
    allEnded &= pool[i].state == Thread::State::Ended;
  }
  if (!order.before || !(isWaiting || allEnded))
    return false;
  std::vector<char> variables(__start_tern_shared, __stop_tern_shared);
  auto before = order.before;
  order.before = nullptr;
  before(order.argument);
  running = this;
  std::copy(variables.begin(), variables.end(), __start_tern_shared);
  for (unsigned i = 0; i < threads.x; ++i)
    if (pool[i].state == Thread::State::AtLaunch)
      pool[i].state = Thread::State::Ready;
  return true;
}

/// Runs each lane that can until it must wait; false if none could.
inline bool Grid::runWarp(unsigned warp) {
  bool progress = false;
  for (unsigned lane : orderOf(warpLanes)) {
    Thread &thread = pool[warp * warpLanes + lane];
    bool goesOn = thread.state == Thread::State::Ready ||
                  (thread.state == Thread::State::AtPhase && hasEnded(thread.phase, thread.parity));
    if (failed || !goesOn)
      continue;
    thread.state = Thread::State::Ready;
    thread_ = &thread;
    scheduler.switchTo(thread.fiber);
    thread_ = nullptr;
    progress = true;
  }
  return progress;
}

/// Called when no thread can run. False when the block is done.
inline bool Grid::releaseBarrier() {
  bool allEnded = true, allHere = true;
  for (unsigned i = 0; i < threads.x; ++i) {
    allEnded &= pool[i].state == Thread::State::Ended;
    allHere &= pool[i].state == Thread::State::AtBlock && pool[i].site == pool[0].site;
  }
  if (allEnded)
    return false;
  if (!allHere) {
    problem = "block " + std::to_string(block.x) + ": threads wait for each other at different places: " + whoWaits();
    failed = true;
    return false;
  }
  if (races)
    races->meet(0, threads.x, pool[0].site);
  for (unsigned i = 0; i < threads.x; ++i)
    pool[i].state = Thread::State::Ready;
  return true;
}

/// "threads 0..31 have ended, threads 32..63 wait for the block at a.cu:12".
inline std::string Grid::whoWaits() const {
  std::string text;
  for (unsigned begin = 0, end; begin < threads.x; begin = end) {
    const Thread &first = pool[begin];
    for (end = begin + 1; end < threads.x && pool[end].state == first.state &&
                          (first.state == Thread::State::Ended || pool[end].site == first.site);)
      ++end;
    text += std::string(begin ? ", " : "") + "threads " + std::to_string(begin) + ".." + std::to_string(end - 1);
    text += first.state == Thread::State::Ended ? " have ended" : " wait for " + first.site.text();
  }
  return text;
}

/// Ends the launch if there is a mistake.
inline void Grid::check(const std::string &mistake) {
  if (mistake.empty())
    return;
  report(mistake);
  leave();
}

inline void Grid::refuseRaces(const char *what) {
  if (races)
    check(std::string(what) + " are not followed by the detection of races: run this kernel without it");
}

inline void Grid::access(const void *address, unsigned bytes, AccessKind kind) {
  if (!races || !thread_ || thread_->isEmulator || thread_->fiber.holds(address))
    return;
  Emulator emulator(*this);
  check(races->access(thread_->index.x, address, bytes, kind));
}

inline void Grid::fence() {
  Emulator emulator(*this);
  if (races)
    races->fence(thread_->index.x);
}

inline void Grid::copy(void *target, const void *source, unsigned bytes) {
  Emulator emulator(*this);
  Copy copy{target, source, bytes, thread_->groups, /*isMade=*/false};
  if (races) {
    if (source)
      check(races->access(thread_->index.x, source, bytes, AccessKind::Read));
    check(races->access(thread_->index.x, target, bytes, AccessKind::Write, /*isUnderWay=*/true));
  }
  if (seed % 2 == 0) {
    copy.make();
    copy.isMade = true;
  }
  thread_->copies.push_back(copy);
}

inline void Grid::waitForCopies(unsigned pending) {
  Emulator emulator(*this);
  std::vector<Copy> &copies = thread_->copies;
  auto isDue = [&](const Copy &copy) { return copy.group + pending < thread_->groups; };
  auto firstLater = std::find_if_not(copies.begin(), copies.end(), isDue);
  std::for_each(copies.begin(), firstLater, [&](const Copy &copy) {
    copy.make();
    if (races)
      races->finishCopy(thread_->index.x, copy.target, copy.bytes);
  });
  copies.erase(copies.begin(), firstLater);
}

inline void Grid::copyBulk(void *target, const void *source, unsigned bytes, PhaseState *phase) {
  Emulator emulator(*this);
  refuseRaces("bulk copies");
  BulkCopy copy{{target, source, bytes, 0, /*isMade=*/false}, phase};
  if (seed % 2 == 0)
    copy.make();
  else
    bulkCopies.push_back(copy);
}

/// Makes the copies that the phase waits for.
inline bool Grid::hasEnded(PhaseState *phase, unsigned parity) {
  for (std::size_t i = 0; i < bulkCopies.size();) {
    if (bulkCopies[i].phase != phase) {
      ++i;
      continue;
    }
    bulkCopies[i].make();
    bulkCopies.erase(bulkCopies.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return phase->parity != parity;
}

inline void Grid::waitForPhase(PhaseState *phase, unsigned parity, const Site &site) {
  Emulator emulator(*this);
  if (hasEnded(phase, parity))
    return;
  Thread &self = *thread_;
  self.site = site;
  self.phase = phase;
  self.parity = parity;
  self.state = Thread::State::AtPhase;
  self.fiber.switchTo(scheduler);
}

inline void Grid::multiply(const GroupProduct &product, void (*make)(const GroupProduct &)) {
  Emulator emulator(*this);
  refuseRaces("products of warpgroups");
  if (seed % 2 == 0)
    make(product);
  else
    thread_->products.push_back(product);
}

inline void Grid::waitForProducts(unsigned pending, void (*make)(const GroupProduct &)) {
  Emulator emulator(*this);
  std::vector<GroupProduct> &products = thread_->products;
  auto isDue = [&](const GroupProduct &product) { return product.group + pending < thread_->productGroups; };
  auto firstLater = std::find_if_not(products.begin(), products.end(), isDue);
  std::for_each(products.begin(), firstLater, make);
  products.erase(products.begin(), firstLater);
}

inline void Grid::waitForBlock(const Site &site) {
  Emulator emulator(*this);
  Thread &self = *thread_;
  self.site = site;
  self.state = Thread::State::AtBlock;
  self.fiber.switchTo(scheduler);
}

inline void Grid::waitForLaunch() {
  Emulator emulator(*this);
  Thread &self = *thread_;
  if (order.before) {
    self.state = Thread::State::AtLaunch;
    self.fiber.switchTo(scheduler);
  }
  hasWaited = true;
  if (races)
    races->waitForLaunches(self.index.x);
}

inline const unsigned (*Grid::exchange(const unsigned *words, unsigned count, const Site &site))[8] {
  Emulator emulator(*this);
  Thread &self = *thread_;
  Exchange &warp = warps[self.warp()];
  unsigned parity = self.exchanges++ & 1;
  std::copy_n(words, count, warp.words[parity][self.lane()]);
  self.site = site;
  Thread *lanes = &pool[self.warp() * warpLanes];
  if (++warp.arrived < warpLanes) {
    self.state = Thread::State::AtWarp;
    self.fiber.switchTo(scheduler);
  } else {
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      if (!(lanes[lane].site == site)) {
        report("block " + std::to_string(block.x) + ": lanes of warp " + std::to_string(self.warp()) +
               " exchange at different places: " + site.text() + " and " + lanes[lane].site.text());
        leave();
      }
    warp.arrived = 0;
    if (races && count == 0) // the others order no memory
      races->meet(self.warp() * warpLanes, (self.warp() + 1) * warpLanes, site);
    for (unsigned lane = 0; lane < warpLanes; ++lane)
      lanes[lane].state = Thread::State::Ready;
  }
  return warp.words[parity];
}

inline void Grid::report(std::string message) {
  problem = std::move(message);
  failed = true;
}

inline void Grid::leave() {
  thread_->fiber.endWith(scheduler);
  __builtin_unreachable();
}

/// Replaces a number in memory by next(number), in one step; what it was.
template <typename T, typename Next> T change(T *address, Next next) {
  Grid::note(address, sizeof(T), AccessKind::Atomic);
  T old = *address;
  *address = next(old);
  return old;
}

} // namespace tern::emulation

#endif // TERN_RUNTIME_CUDA_EMULATION_BLOCK_H
