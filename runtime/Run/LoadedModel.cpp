//===- LoadedModel.cpp - An artifact that is ready to run -----------------===//

#include "runtime/Run/LoadedModel.h"

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

static std::string joined(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Nothing if `cpu` can execute the variant, else what it lacks.
static std::string lackOf(const ArtifactReader &artifact, const ArtifactVariant &variant, const CpuFeatures &cpu) {
  if (std::string architecture = architectureOf(artifact.code(variant)); architecture != cpu.architecture())
    return "is for " + (architecture.empty() ? "another architecture" : architecture);
  std::vector<std::string> missing = cpu.missing(variant.features);
  return missing.empty() ? "" : "needs " + joined(missing);
}

Result<const ArtifactVariant *> tern::chooseVariant(const ArtifactReader &artifact, const CpuFeatures &cpu,
                                                    const std::string &target) {
  std::vector<std::string> targets;
  std::string lacks;
  for (const ArtifactVariant &variant : artifact.manifest().variants) {
    targets.push_back(variant.target);
    if (!target.empty() && variant.target != target)
      continue;
    std::string lack = lackOf(artifact, variant, cpu);
    if (lack.empty())
      return &variant;
    lacks += (lacks.empty() ? "" : "; ") + variant.target + " " + lack;
  }
  if (lacks.empty())
    return Problem{artifact.path(),
                   target.empty() ? "holds code for no CPU"
                                  : "holds no code for the target '" + target + "', only for " + joined(targets),
                   "compile the model with --target " + (target.empty() ? "cpu" : target)};
  return Problem{artifact.path(), "this CPU (" + cpu.architecture() + ") can execute none of its code: " + lacks,
                 "compile the model with --target cpu on this machine"};
}

Result<std::unique_ptr<LoadedModel>> LoadedModel::open(const std::string &path, const LoadOptions &options) {
  Result<ArtifactReader> opened = ArtifactReader::open(path);
  if (!opened)
    return opened.problem();
  std::unique_ptr<LoadedModel> loaded(new LoadedModel);
  loaded->reader = std::make_shared<const ArtifactReader>(std::move(*opened));
  const ArtifactReader &artifact = *loaded->reader;
  Result<const ArtifactVariant *> variant = chooseVariant(artifact, CpuFeatures::detect(), options.target);
  if (!variant)
    return variant.problem();
  loaded->chosen = *variant;
  Result<Program> program = artifact.program(**variant);
  if (!program)
    return program.problem();
  Result<KernelLibrary> kernels =
      KernelLibrary::load(artifact.code(**variant), program->kernels, path + ": " + (*variant)->code);
  if (!kernels)
    return kernels.problem();
  Result<std::shared_ptr<CpuModel>> model = CpuModel::create(
      {std::move(*program), std::move(*kernels), artifact.weights(), loaded->reader, path}, options.threads);
  if (!model)
    return model.problem();
  loaded->model = std::move(*model);
  return loaded;
}

Result<const ModelText *> LoadedModel::text() const {
  std::call_once(textOnce, [&] { textRead.emplace(readModelText(*reader)); });
  if (!*textRead)
    return textRead->problem();
  return const_cast<const ModelText *>(&**textRead);
}
