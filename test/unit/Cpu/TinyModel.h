//===- TinyModel.h - The model of TestKernels.c -------------------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_CPU_TINYMODEL_H
#define TERN_TEST_UNIT_CPU_TINYMODEL_H

#include "TestEntries.h"
#include "TinyProgram.h"
#include "runtime/Base/MappedFile.h"
#include "runtime/Cpu/CpuModel.h"

#include <fstream>
#include <unistd.h>

namespace tern::testing {

/// The model on `workers`, or null with a test failure.
inline std::shared_ptr<CpuModel> makeTinyModel(unsigned workers = 2, Program program = tinyProgram()) {
  Result<MappedFile> object = MappedFile::open(TERN_TEST_KERNELS);
  if (!object)
    return nullptr;
  Result<KernelLibrary> kernels = KernelLibrary::load(object->text(), program.kernels, "tiny.tern");
  if (!kernels)
    return nullptr;
  std::string_view weights(reinterpret_cast<const char *>(tinyWeights()), tinyVocabulary * 4);
  Result<std::shared_ptr<CpuModel>> model =
      CpuModel::create({std::move(program), std::move(*kernels), weights, nullptr, "tiny.tern"}, workers);
  return model ? *model : nullptr;
}

/// Memory that the process holds now.
inline std::uint64_t residentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

} // namespace tern::testing

#endif // TERN_TEST_UNIT_CPU_TINYMODEL_H
