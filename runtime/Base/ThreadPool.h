//===- ThreadPool.h - Loops over ranges on several threads -------*- C++ -*-===//
//
// One kind of parallelism: a range is cut into pieces, and idle threads take the next piece. What a piece computes must
// not depend on where the cuts are; then results are the same for any number of threads.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_BASE_THREADPOOL_H
#define TERN_RUNTIME_BASE_THREADPOOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tern {

/// Threads that wait for loops. The caller of parallelFor works too, so a pool of 1 starts no thread. Owns its threads;
/// the destructor joins them.
class ThreadPool {
public:
  /// `threads` counts the caller; 0 stands for as many as the machine runs at once. A thread that the system refuses to
  /// start is done without.
  explicit ThreadPool(unsigned threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// Threads that work on a loop, the caller included.
  unsigned size() const { return static_cast<unsigned>(workers.size()) + 1; }

  using Body = std::function<void(std::int64_t begin, std::int64_t end)>;

  /// Calls `body` on pieces of at most `grain` (at least 1) that together make up [begin, end), and returns when all
  /// are done. What a piece throws is thrown on, and others may then be missing. Called from inside a body it runs the
  /// inner loop on the same thread; callers from several threads take turns.
  void parallelFor(std::int64_t begin, std::int64_t end, std::int64_t grain, const Body &body);

private:
  void work();
  void takePieces();

  std::vector<std::thread> workers;
  std::mutex callers; ///< Held by the caller whose loop runs.

  std::mutex mutex; ///< Guards everything up to the atomic.
  std::condition_variable wake, done;
  std::uint64_t generation = 0; ///< Counts loops, so that each worker joins each loop once.
  unsigned busy = 0;            ///< Workers that have not left the present loop.
  bool stopping = false;
  std::exception_ptr thrown; ///< By a piece of the present loop.
  const Body *loop = nullptr;
  std::int64_t last = 0, step = 1;

  std::atomic<std::int64_t> next{0}; ///< Where the next piece begins.
};

} // namespace tern

#endif // TERN_RUNTIME_BASE_THREADPOOL_H
