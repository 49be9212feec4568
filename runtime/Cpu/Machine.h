//===- Machine.h - What this process may use of the machine -------*- C++ -*-===//
//
// In a container the machine is larger than what the process is given: the affinity mask and the CPU quota of its
// control groups bound the cores, the memory limit of its control groups bounds the memory. Both versions of control
// groups are read (https://docs.kernel.org/admin-guide/cgroup-v2.html), of the process's own group and all above it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CPU_MACHINE_H
#define TERN_RUNTIME_CPU_MACHINE_H

#include <cstdint>
#include <optional>
#include <string>

namespace tern {

/// Cores that this process can keep busy: those of its affinity mask, at most its quota rounded up. At least 1.
unsigned availableCores();

/// Bytes that this process can still take without swapping or being killed: the system's MemAvailable, and what is left
/// below the memory limits of its control groups. Nothing if the system does not say.
std::optional<std::uint64_t> availableMemory();

/// Bytes that this process can still map below its own limit (`ulimit -v`); nothing without a limit.
std::optional<std::uint64_t> availableAddresses();

/// What these functions read, below the given roots ("/proc" and "/sys/fs/cgroup"); tests lay out their own.
struct MachineFiles {
  std::string proc = "/proc", cgroup = "/sys/fs/cgroup";

  /// Cores of CPU time that the tightest control group grants; nothing without a quota.
  std::optional<double> cpuQuota() const;
  std::optional<std::uint64_t> memoryLeft() const;
  std::optional<std::uint64_t> addressesLeft() const;
};

} // namespace tern

#endif // TERN_RUNTIME_CPU_MACHINE_H
