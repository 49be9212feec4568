//===- LaunchList.cpp - An entry's launches, cut into pieces of work ------===//

#include "runtime/Cpu/LaunchList.h"
#include "runtime/Executor/CallSizes.h"

#include <algorithm>

using namespace tern;

LaunchList::LaunchList(const Entry &entry, const KernelLibrary &kernels, void *const *operands) : source(entry) {
  for (const Launch &launch : entry.launches) {
    firstRun.push_back(static_cast<std::uint32_t>(runs.size()));
    auto index = static_cast<std::uint32_t>(bound.size());
    for (const TaskSegment &segment : launch.tasks)
      runs.push_back({index, 0, 0, static_cast<double>(segment.bytes)});
    bound.push_back({kernels[static_cast<std::size_t>(launch.kernel)], operands, 0});
    operands += launch.operands.size();
  }
  firstRun.push_back(static_cast<std::uint32_t>(runs.size()));
}

/// Brings the numbers of tasks up to date; whether any has changed.
bool LaunchList::count(const std::int64_t *dims, const Cutting &cutting) {
  bool changed = false;
  for (std::uint32_t launch = 0; launch != bound.size(); ++launch) {
    std::int64_t total = 0;
    for (std::uint32_t run = firstRun[launch]; run != firstRun[launch + 1]; ++run) {
      const TaskSegment &segment = source.launches[launch].tasks[run - firstRun[launch]];
      std::int64_t tasks = countTasks(segment, dims);
      changed |= tasks != runs[run].tasks;
      runs[run].firstTask = total;
      runs[run].tasks = tasks;
      runs[run].bytes = static_cast<double>(segment.bytes ? segment.bytes : cutting.unknownBytes);
      total += tasks;
    }
    bound[launch].tasks = total;
  }
  return changed;
}

void LaunchList::resize(const std::int64_t *dims, unsigned workers) { resize(dims, workers, Cutting()); }

void LaunchList::resize(const std::int64_t *dims, unsigned workers, const Cutting &cutting) {
  if (!count(dims, cutting) && cutFor == workers)
    return;
  cutFor = workers;
  cut(workers, cutting);
}

double LaunchList::phaseBytes(std::uint32_t begin, std::uint32_t end) const {
  double bytes = 0;
  for (std::uint32_t run = firstRun[begin]; run != firstRun[end]; ++run)
    bytes += runs[run].bytes * static_cast<double>(runs[run].tasks);
  return bytes;
}

/// Makes phases of launches between waits; small ones in a row become one.
void LaunchList::cut(unsigned workers, const Cutting &cutting) {
  phaseList.clear();
  cutList.clear();
  auto last = static_cast<std::uint32_t>(bound.size());
  bool previousIsSmall = false;
  for (std::uint32_t begin = 0, end = 0; begin != last; begin = end) {
    end = begin + 1;
    while (end != last && !source.launches[end].wait)
      ++end;
    double bytes = phaseBytes(begin, end);
    bool isSmall = bytes <= static_cast<double>(cutting.smallBytes);
    if (isSmall && previousIsSmall)
      for (std::size_t i = phaseList.back().firstCut + 1; i != cutList.size(); ++i)
        cutList[i] = {end, 0};
    else
      cutPhase(begin, end, bytes, workers, cutting);
    previousIsSmall = isSmall;
  }
}

/// Finds the task that starts at or after a number of bytes into a phase. Numbers must not fall from call to call.
class LaunchList::Walker {
public:
  Walker(const LaunchList &list, std::uint32_t begin, std::uint32_t end)
      : list(list), run(list.firstRun[begin]), last(list.firstRun[end]), end{end, 0} {}

  TaskCut at(double bytes) {
    for (; run != last; ++run) {
      const Run &tasks = list.runs[run];
      double into = (bytes - before) / tasks.bytes;
      // Half a task past its start, a task belongs to the piece before.
      if (into + 0.5 < static_cast<double>(tasks.tasks))
        return {tasks.launch, tasks.firstTask + std::max<std::int64_t>(0, static_cast<std::int64_t>(into + 0.5))};
      before += tasks.bytes * static_cast<double>(tasks.tasks);
    }
    return end;
  }

private:
  const LaunchList &list;
  std::uint32_t run, last;
  TaskCut end;
  double before = 0; ///< Bytes of the runs that were passed.
};

void LaunchList::cutPhase(std::uint32_t begin, std::uint32_t end, double bytes, unsigned workers,
                          const Cutting &cutting) {
  Phase phase;
  phase.firstCut = static_cast<std::uint32_t>(cutList.size());
  bool isWhole = workers == 1 || bytes <= static_cast<double>(cutting.smallBytes);
  double rest = bytes * (1 - cutting.ownShare);
  if (!isWhole)
    phase.shared = static_cast<std::uint32_t>(
        std::min(rest / static_cast<double>(cutting.sharedBytes), double(cutting.sharedPieces) * workers));
  phaseList.push_back(phase);

  cutList.push_back({begin, 0});
  if (isWhole) {
    cutList.insert(cutList.end(), workers, {end, 0});
    return;
  }
  double own = phase.shared == 0 ? bytes : bytes - rest;
  Walker walker(*this, begin, end);
  for (unsigned worker = 1; worker <= workers; ++worker)
    cutList.push_back(walker.at(own * worker / workers));
  for (unsigned piece = 1; piece <= phase.shared; ++piece)
    cutList.push_back(walker.at(own + rest * piece / phase.shared));
  cutList.back() = {end, 0};
}
