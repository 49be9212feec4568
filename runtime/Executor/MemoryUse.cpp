//===- MemoryUse.cpp - Bytes by what they are for -------------------------===//

#include "runtime/Executor/MemoryUse.h"

#include <cstdio>

using namespace tern;

std::string tern::readableBytes(std::uint64_t bytes) {
  static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024)
    return std::to_string(bytes) + " bytes";
  double value = static_cast<double>(bytes) / 1024;
  int unit = 0;
  for (; value >= 1024 && unit < 5; ++unit)
    value /= 1024;
  char text[32];
  std::snprintf(text, sizeof(text), value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text;
}
