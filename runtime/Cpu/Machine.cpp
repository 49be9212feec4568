//===- Machine.cpp - What this process may use of the machine -------------===//

#include "runtime/Cpu/Machine.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sched.h>
#include <sstream>
#include <unistd.h>
#include <vector>

using namespace tern;

static std::string firstLine(const std::string &path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

static std::optional<std::uint64_t> numberIn(const std::string &path) {
  std::istringstream text(firstLine(path));
  std::uint64_t value = 0;
  if (text >> value)
    return value;
  return std::nullopt;
}

/// The folders of the process's control group for `controller` and of all groups above it. Lines of /proc/self/cgroup
/// are "id:controllers:path"; version 2 has the one line "0::path".
static std::vector<std::string> groupFolders(const MachineFiles &files, const std::string &controller, bool version2) {
  std::vector<std::string> folders;
  std::ifstream lines(files.proc + "/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      continue;
    std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    bool matches = version2 ? controllers == ",," : controllers.find("," + controller + ",") != std::string::npos;
    if (!matches)
      continue;
    std::string root = version2 ? files.cgroup : files.cgroup + "/" + controller;
    std::string path = line.substr(second + 1);
    while (!path.empty() && path != "/") {
      folders.push_back(root + path);
      path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
    folders.push_back(root);
  }
  return folders;
}

static void keepSmaller(std::optional<double> &best, double value) { best = best ? std::min(*best, value) : value; }

std::optional<double> MachineFiles::cpuQuota() const {
  std::optional<double> quota;
  for (const std::string &folder : groupFolders(*this, "cpu", true)) {
    std::istringstream text(firstLine(folder + "/cpu.max")); // "max 100000" or "150000 100000"
    double time = 0, period = 0;
    if (text >> time >> period && period > 0)
      keepSmaller(quota, time / period);
  }
  for (const std::string &folder : groupFolders(*this, "cpu", false)) {
    std::istringstream time(firstLine(folder + "/cpu.cfs_quota_us"));
    std::optional<std::uint64_t> period = numberIn(folder + "/cpu.cfs_period_us");
    double value = 0;
    if (time >> value && value > 0 && period && *period > 0)
      keepSmaller(quota, value / static_cast<double>(*period));
  }
  return quota;
}

std::optional<std::uint64_t> MachineFiles::memoryLeft() const {
  std::optional<std::uint64_t> left;
  auto keep = [&](std::uint64_t value) { left = left ? std::min(*left, value) : value; };

  std::ifstream info(proc + "/meminfo");
  for (std::string line; std::getline(info, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kilobytes = 0;
    if (words >> key >> kilobytes && key == "MemAvailable:")
      keep(kilobytes * 1024);
  }
  auto keepLimit = [&](const std::string &limit, const std::string &usage) {
    std::optional<std::uint64_t> most = numberIn(limit), used = numberIn(usage);
    if (most && used)
      keep(*most > *used ? *most - *used : 0);
  };
  for (const std::string &folder : groupFolders(*this, "memory", true))
    keepLimit(folder + "/memory.max", folder + "/memory.current");
  for (const std::string &folder : groupFolders(*this, "memory", false))
    keepLimit(folder + "/memory.limit_in_bytes", folder + "/memory.usage_in_bytes");
  return left;
}

std::optional<std::uint64_t> MachineFiles::addressesLeft() const {
  std::optional<std::uint64_t> pages = numberIn(proc + "/self/statm");
  std::ifstream limits(proc + "/self/limits");
  const std::string name = "Max address space";
  for (std::string line; std::getline(limits, line);) {
    if (line.compare(0, name.size(), name) != 0)
      continue;
    std::istringstream words(line.substr(name.size()));
    std::uint64_t most = 0;
    if (!(words >> most) || !pages) // "unlimited"
      return std::nullopt;
    std::uint64_t used = *pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return most > used ? most - used : 0;
  }
  return std::nullopt;
}

unsigned tern::availableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  unsigned cores = 1;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    cores = static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  if (std::optional<double> quota = MachineFiles().cpuQuota())
    cores = std::min(cores, static_cast<unsigned>(std::max(1.0, std::ceil(*quota))));
  return cores;
}

std::optional<std::uint64_t> tern::availableMemory() { return MachineFiles().memoryLeft(); }

std::optional<std::uint64_t> tern::availableAddresses() { return MachineFiles().addressesLeft(); }
