//===- Backends.cpp - What this build can compute with --------------------===//

#include "runtime/Run/Backends.h"
#include "runtime/Cpu/CpuBackend.h"

using namespace tern;

std::vector<const Backend *> tern::allBackends() {
  static const CpuBackend cpu;
  return {&cpu};
}
