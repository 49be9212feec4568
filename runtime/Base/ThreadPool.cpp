//===- ThreadPool.cpp - Loops over ranges on several threads --------------===//

#include "runtime/Base/ThreadPool.h"

#include <algorithm>
#include <system_error>
#include <utility>

using namespace tern;

/// Whether this thread is inside a body: an inner loop must then not wait for the pool.
static thread_local bool insideBody = false;

ThreadPool::ThreadPool(unsigned threads) {
  if (threads == 0)
    threads = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < threads; ++i) {
    try {
      workers.emplace_back([this] { work(); });
    } catch (const std::exception &) { // too many threads, or too little memory: those that there are do the work
      return;
    }
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

void ThreadPool::parallelFor(std::int64_t begin, std::int64_t end, std::int64_t grain, const Body &body) {
  grain = std::max<std::int64_t>(grain, 1);
  if (begin >= end)
    return;
  if (insideBody || workers.empty() || end - begin <= grain) {
    while (begin < end) {
      std::int64_t pieceEnd = end - begin > grain ? begin + grain : end;
      body(begin, pieceEnd);
      begin = pieceEnd;
    }
    return;
  }
  std::lock_guard<std::mutex> turn(callers);
  {
    std::lock_guard<std::mutex> lock(mutex);
    loop = &body;
    last = end;
    step = grain;
    next.store(begin, std::memory_order_relaxed);
    busy = static_cast<unsigned>(workers.size());
    ++generation;
  }
  wake.notify_all();
  takePieces();
  std::unique_lock<std::mutex> lock(mutex);
  done.wait(lock, [this] { return busy == 0; });
  if (std::exception_ptr problem = std::exchange(thrown, nullptr))
    std::rethrow_exception(problem);
}

void ThreadPool::takePieces() {
  insideBody = true;
  for (;;) {
    std::int64_t begin = next.load(std::memory_order_relaxed);
    std::int64_t end;
    do {
      if (begin >= last) {
        insideBody = false;
        return;
      }
      end = last - begin > step ? begin + step : last;
    } while (!next.compare_exchange_weak(begin, end, std::memory_order_relaxed));
    try {
      (*loop)(begin, end);
    } catch (...) { // the caller's to deal with; nobody begins another piece
      next.store(last, std::memory_order_relaxed);
      std::lock_guard<std::mutex> lock(mutex);
      thrown = std::current_exception();
    }
  }
}

void ThreadPool::work() {
  std::uint64_t seen = 0;
  std::unique_lock<std::mutex> lock(mutex);
  for (;;) {
    wake.wait(lock, [&] { return stopping || generation != seen; });
    if (stopping)
      return;
    seen = generation;
    lock.unlock();
    takePieces();
    lock.lock();
    if (--busy == 0)
      done.notify_one();
  }
}
