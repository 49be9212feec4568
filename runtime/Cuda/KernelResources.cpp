//===- KernelResources.cpp - What compiled kernels take of a GPU ----------===//

#include "runtime/Cuda/KernelResources.h"

#include <charconv>
#include <optional>

using namespace tern;

/// What stands between `before` and `after` in `line`.
static std::optional<std::string_view> between(std::string_view line, std::string_view before, std::string_view after) {
  std::size_t begin = line.find(before);
  if (begin == std::string_view::npos)
    return std::nullopt;
  begin += before.size();
  std::size_t end = line.find(after, begin);
  return end == std::string_view::npos ? std::nullopt : std::optional(line.substr(begin, end - begin));
}

/// The number before `unit` in `line`, which ends in "12 bytes smem"; unchanged if there is none.
static void readNumber(std::string_view line, std::string_view unit, std::uint32_t &number) {
  std::size_t end = line.find(unit);
  if (end == std::string_view::npos)
    return;
  std::size_t begin = line.find_last_not_of("0123456789", end - 1) + 1; // npos + 1 is 0
  std::from_chars(line.data() + begin, line.data() + end, number);
}

std::vector<KernelResources> tern::readKernelResources(std::string_view log) {
  std::vector<KernelResources> kernels;
  bool ofKernel =
      false; // The lines that follow are of the kernel that was named last, not of a function that it calls.
  while (!log.empty()) {
    std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(log.size(), line.size() + 1));
    if (std::optional<std::string_view> name = between(line, "entry function '", "'")) {
      kernels.emplace_back();
      kernels.back().name = *name;
      kernels.back().architecture = between(line, "for '", "'").value_or("");
      ofKernel = true;
    } else if (std::size_t at = line.find("Function properties for "); at != std::string_view::npos) {
      ofKernel = !kernels.empty() && line.substr(line.rfind(' ') + 1) == kernels.back().name;
    } else if (ofKernel && line.find(" bytes stack frame") != std::string_view::npos) {
      readNumber(line, " bytes stack frame", kernels.back().stackBytes);
      readNumber(line, " bytes spill stores", kernels.back().spillStores);
      readNumber(line, " bytes spill loads", kernels.back().spillLoads);
    } else if (!kernels.empty() && line.find("Used ") != std::string_view::npos) {
      readNumber(line, " registers", kernels.back().registers);
      readNumber(line, " bytes smem", kernels.back().sharedBytes);
    }
  }
  return kernels;
}
