//===- CpuBackend.cpp - The cores of this machine as a backend ------------===//

#include "runtime/Cpu/CpuBackend.h"
#include "runtime/Cpu/CpuFeatures.h"
#include "runtime/Cpu/CpuModel.h"
#include "runtime/Cpu/Machine.h"

#include <cstring>
#include <elf.h>

using namespace tern;

/// The architecture that an ELF object is for, as in a target triple; empty for any other.
static std::string architectureOf(std::string_view code) {
  Elf64_Ehdr header;
  if (code.size() < sizeof(header))
    return "";
  std::memcpy(&header, code.data(), sizeof(header));
  switch (header.e_machine) {
  case EM_X86_64:
    return "x86_64";
  case EM_AARCH64:
    return "aarch64";
  default:
    return "";
  }
}

static std::string joined(const std::vector<std::string> &words, const char *separator) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : separator) + word;
  return text;
}

std::vector<Device> CpuBackend::devices() const {
  CpuFeatures cpu = CpuFeatures::detect();
  unsigned cores = availableCores();
  return {{name(), cpu.architecture() + ", " + std::to_string(cores) + (cores == 1 ? " core" : " cores"),
           joined(cpu.names(), " "), availableMemory().value_or(0)}};
}

std::string CpuBackend::lackOf(const ArtifactReader &artifact, const ArtifactVariant &variant) const {
  if (!isFor(variant))
    return "is for the GPU " + variant.target;
  CpuFeatures cpu = CpuFeatures::detect();
  if (std::string architecture = architectureOf(artifact.code(variant)); architecture != cpu.architecture())
    return "is for " + (architecture.empty() ? "another architecture" : architecture);
  std::vector<std::string> missing = cpu.missing(variant.features);
  return missing.empty() ? "" : "needs " + joined(missing, ", ");
}

Result<std::shared_ptr<ExecutorModel>> CpuBackend::load(std::shared_ptr<const ArtifactReader> artifact,
                                                        const ArtifactVariant &variant, unsigned threads) const {
  Result<Program> program = artifact->program(variant);
  if (!program)
    return program.problem();
  std::string_view code = artifact->code(variant), weights = artifact->weights();
  std::string path = artifact->path();
  Result<KernelLibrary> kernels = KernelLibrary::load(code, program->kernels, path + ": " + variant.code);
  if (!kernels)
    return kernels.problem();
  Result<std::shared_ptr<CpuModel>> model =
      CpuModel::create({std::move(*program), std::move(*kernels), weights, std::move(artifact), path}, threads);
  if (!model)
    return model.problem();
  return std::shared_ptr<ExecutorModel>(std::move(*model));
}
