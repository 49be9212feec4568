//===- ReadCeiling.cpp - How fast this machine reads memory ---------------===//

#include "runtime/Cpu/ReadCeiling.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

using namespace tern;

namespace {
constexpr std::size_t stride = 512; ///< Bytes that one turn of the loop reads.
constexpr std::size_t ahead = 4096; ///< Fetched this far in advance; beyond the end it does no harm.
} // namespace

/// Reads all of [begin, end), whose length is a multiple of `stride`. Independent sums, so that no load waits for
/// another.
__attribute__((always_inline)) static inline std::uint64_t readWords(const char *begin, const char *end) {
  constexpr std::size_t words = stride / sizeof(std::uint64_t);
  std::uint64_t sums[words] = {};
  for (const char *at = begin; at != end; at += stride) {
    for (std::size_t i = 0; i != stride; i += 64)
      __builtin_prefetch(at + ahead + i);
    for (std::size_t i = 0; i != words; ++i) {
      std::uint64_t word;
      std::memcpy(&word, at + i * sizeof(word), sizeof(word));
      sums[i] ^= word;
    }
  }
  std::uint64_t all = 0;
  for (std::uint64_t sum : sums)
    all ^= sum;
  return all;
}

static std::uint64_t readPlain(const char *begin, const char *end) { return readWords(begin, end); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static std::uint64_t readAvx2(const char *begin, const char *end) {
  return readWords(begin, end);
}
__attribute__((target("avx512f"))) static std::uint64_t readAvx512(const char *begin, const char *end) {
  return readWords(begin, end);
}
#endif

using Reader = std::uint64_t (*)(const char *, const char *);

static Reader bestReader() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return readAvx512;
  if (__builtin_cpu_supports("avx2"))
    return readAvx2;
#endif
  return readPlain;
}

Result<ReadCeiling> ReadCeiling::create(std::uint64_t bytes, unsigned threads) {
  std::uint64_t unit = stride * std::uint64_t{threads};
  std::uint64_t rounded = std::max<std::uint64_t>((bytes + unit - 1) / unit, 1) * unit;
  auto counter = std::make_unique<std::uint64_t>(0);
  Result<MemoryBlock> block = MemoryBlock::allocate(rounded, *counter, "read ceiling");
  if (!block)
    return block.problem();
  block->wishHugePages();
  std::memset(block->data(), 1, rounded); // pages that were never written all are the same page of zeros
  return ReadCeiling(std::move(counter), std::move(*block), threads);
}

/// Bytes a second over `passes` passes of all threads.
double ReadCeiling::readAll(unsigned passes) const {
  std::uint64_t part = block.size() / threads;
  std::atomic<unsigned> ready{0};
  std::atomic<std::uint64_t> sink{0};
  auto work = [&](unsigned self) {
    const char *begin = block.data() + self * part;
    ready.fetch_add(1);
    while (ready.load() < threads)
      std::this_thread::yield();
    std::uint64_t sum = 0;
    Reader read = bestReader();
    for (unsigned pass = 0; pass != passes; ++pass)
      sum += read(begin, begin + part);
    sink.fetch_add(sum);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back(work, i);
  auto start = std::chrono::steady_clock::now();
  work(0);
  for (std::thread &other : others)
    other.join();
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return static_cast<double>(block.size()) * passes / seconds.count();
}

double ReadCeiling::measure(double seconds) const {
  constexpr unsigned parts = 4;
  double rate = readAll(1);
  double passes = seconds / parts * rate / static_cast<double>(block.size());
  auto count = static_cast<unsigned>(std::clamp(passes, 1.0, 1e6));
  for (unsigned i = 0; i != parts; ++i)
    rate = std::max(rate, readAll(count));
  return rate;
}
