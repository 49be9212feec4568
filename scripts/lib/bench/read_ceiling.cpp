//===- read_ceiling.cpp - How fast memory can be read ---------------------===//
//
// usage: read_ceiling MIB THREADS REPEATS
//
// Reads a block of memory again and again, each thread its own part from end to end, and prints the GB/s of each pass.
// No engine that reads so many bytes for a token can be faster than the best of them.
//
//===----------------------------------------------------------------------===//

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace {

/// All threads wait until all have come; a sleeping thread would be measured, so it spins.
class Barrier {
public:
  explicit Barrier(unsigned count) : count(count) {}
  void wait() {
    unsigned before = round.load();
    if (arrived.fetch_add(1) + 1 == count) {
      arrived = 0;
      round = before + 1;
      return;
    }
    while (round.load() == before) {
    }
  }

private:
  unsigned count;
  std::atomic<unsigned> arrived{0}, round{0};
};

using Lanes = std::uint64_t __attribute__((vector_size(64), aligned(64)));

/// Four sums, so that none waits for the one before. Fetching 8 KiB ahead read more than the hardware's own fetching
/// did: 34 and 85 GB/s on one and two threads, 28 and 64 without.
std::uint64_t readAll(const char *begin, const char *end) {
  Lanes sums[4] = {};
  for (; begin != end; begin += sizeof(sums))
    for (int i = 0; i != 4; ++i) {
      __builtin_prefetch(begin + 8192 + i * 64);
      sums[i] ^= reinterpret_cast<const Lanes *>(begin)[i];
    }
  Lanes all = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
  return all[0] ^ all[7];
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4)
    return std::fprintf(stderr, "usage: read_ceiling MIB THREADS REPEATS\n"), 2;
  std::size_t bytes = std::strtoull(argv[1], nullptr, 10) << 20;
  unsigned threads = std::strtoul(argv[2], nullptr, 10), repeats = std::strtoul(argv[3], nullptr, 10);
  std::size_t part = bytes / threads / 4096 * 4096;
  void *mapping = mmap(nullptr, bytes + (2 << 20), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (part == 0 || mapping == MAP_FAILED)
    return std::fprintf(stderr, "read_ceiling: cannot take %zu bytes for %u threads\n", bytes, threads), 1;
  auto aligned = (reinterpret_cast<std::uintptr_t>(mapping) + (2 << 20) - 1) >> 21 << 21;
  char *block = reinterpret_cast<char *>(aligned);
  madvise(block, bytes, MADV_HUGEPAGE);
  std::memset(block, 1, bytes);

  Barrier barrier(threads);
  std::atomic<std::uint64_t> keep{0};
  std::vector<double> rates;
  auto work = [&](unsigned self) {
    for (unsigned pass = 0; pass != repeats; ++pass) {
      barrier.wait();
      auto start = std::chrono::steady_clock::now();
      keep ^= readAll(block + self * part, block + (self + 1) * part);
      barrier.wait();
      if (self == 0)
        rates.push_back(part * threads /
                        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i != threads; ++i)
    others.emplace_back(work, i);
  work(0);
  for (std::thread &other : others)
    other.join();
  for (double rate : rates)
    std::printf("%.2f\n", rate / 1e9);
}
