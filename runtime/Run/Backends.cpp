//===- Backends.cpp - What this build can compute with --------------------===//

#include "runtime/Run/Backends.h"
#include "runtime/Cpu/CpuBackend.h"
#include "runtime/Cuda/CudaBackend.h"

using namespace tern;

std::vector<const Backend *> tern::allBackends() {
  static const CudaBackend cuda;
  static const CpuBackend cpu;
  return {&cuda, &cpu};
}
