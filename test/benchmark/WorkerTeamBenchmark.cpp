//===- WorkerTeamBenchmark.cpp - What agreement between workers costs -----===//
//
// usage: worker-team-benchmark WORKERS [BUSY [OWN_SHARE [SHARED_PIECES]]]
//
// Three lists, each with BUSY threads of other work beside it: 200 empty launches, whose time is pure overhead; the
// launches of a decode step of SmolLM2-135M, each reading as many bytes as its weights take; and one phase that reads
// the same bytes, which is the ceiling.
//
//===----------------------------------------------------------------------===//

#include "runtime/Cpu/WorkerTeam.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace tern;

namespace {

constexpr std::int64_t taskBytes = 5760; ///< A tile of 16 rows of 576 columns in q4_1.

void readTasks(const TernKernelCall *call) {
  const char *bytes = static_cast<const char *>(call->operands[0]) + call->begin * taskBytes;
  typedef long long Vector __attribute__((vector_size(64)));
  Vector sum[4] = {};
  for (std::int64_t i = 0; i < (call->end - call->begin) * taskBytes / 64; ++i) {
    Vector part;
    std::memcpy(&part, bytes + i * 64, 64);
    sum[i % 4] += part;
  }
  Vector total = sum[0] + sum[1] + sum[2] + sum[3];
  std::memcpy(call->scratch, &total, sizeof(total));
}

void nothing(const TernKernelCall *) {}

Entry entryOf(const std::vector<std::int64_t> &tasks, std::int32_t kernel) {
  Entry entry;
  for (std::int64_t count : tasks) {
    Launch launch;
    launch.kernel = kernel;
    launch.operands.resize(1);
    launch.tasks = {{{{{-1, count}, 1}}, taskBytes}};
    entry.launches.push_back(launch);
  }
  return entry;
}

struct Setup {
  WorkerTeam &team;
  LaunchList::Cutting cutting;
  std::vector<char> scratch;
};

double medianMicroseconds(Setup &setup, const Entry &entry, char *data, int repeats) {
  KernelLibrary kernels({nothing, readTasks});
  std::vector<void *> operands;
  for (const Launch &launch : entry.launches) {
    operands.push_back(data);
    if (launch.kernel == 1)
      data += launch.tasks[0].factors[0].extent.size * taskBytes;
  }
  LaunchList list(entry, kernels, operands.data());
  std::int64_t dims[] = {64};
  list.resize(dims, setup.team.size(), setup.cutting);
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    auto begin = std::chrono::steady_clock::now();
    setup.team.run(list, dims, {setup.scratch.data(), 4096});
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

} // namespace

int main(int argc, char **argv) {
  auto argument = [&](int i, double other) { return argc > i ? std::atof(argv[i]) : other; };
  WorkerTeam team(static_cast<unsigned>(argument(1, 0)));
  std::atomic<bool> stop{false};
  std::vector<std::thread> busy;
  for (int i = 0; i < static_cast<int>(argument(2, 0)); ++i)
    busy.emplace_back([&] {
      while (!stop.load(std::memory_order_relaxed))
        ;
    });

  Setup setup{team, {}, std::vector<char>(4096 * (team.size() + 1))};
  setup.cutting.ownShare = argument(3, setup.cutting.ownShare);
  setup.cutting.sharedPieces = static_cast<unsigned>(argument(4, setup.cutting.sharedPieces));

  std::vector<std::int64_t> step;
  for (int layer = 0; layer < 30; ++layer)
    for (std::int64_t tasks : {60, 36, 192, 96})
      step.push_back(tasks);
  step.push_back(5222); // The head in q8_0.
  std::int64_t total = 0;
  for (std::int64_t tasks : step)
    total += tasks;
  auto *data = static_cast<char *>(
      std::aligned_alloc(1 << 21, static_cast<std::size_t>(total * taskBytes + (1 << 21)) >> 21 << 21));
  std::memset(data, 1, static_cast<std::size_t>(total * taskBytes));

  Entry empty = entryOf(std::vector<std::int64_t>(200, 64), 0);
  Entry decode = entryOf(step, 1), ceiling = entryOf({total}, 1);
  double overhead = medianMicroseconds(setup, empty, data, 2000);
  double whole = medianMicroseconds(setup, ceiling, data, 200);
  double steps = medianMicroseconds(setup, decode, data, 200);
  double bytes = static_cast<double>(total * taskBytes);
  std::printf(
      "%u workers, %zu busy: empty launch %.3f us; %zu launches %.0f us (%.1f GB/s), in one %.0f us (%.1f GB/s)\n",
      team.size(), busy.size(), overhead / 200, step.size(), steps, bytes / steps / 1e3, whole, bytes / whole / 1e3);
  stop = true;
  for (std::thread &thread : busy)
    thread.join();
  return 0;
}
