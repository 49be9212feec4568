//===- ArtifactAssembly.h - Code, plan and weights in one file ---*- C++ -*-===//

#ifndef TERN_LIB_PIPELINES_ARTIFACTASSEMBLY_H
#define TERN_LIB_PIPELINES_ARTIFACTASSEMBLY_H

#include "Lowering.h"
#include "runtime/Artifact/Golden.h"
#include "tern/Pipelines/Compiler.h"

namespace tern {

/// The phase emit: gathers the code of each target, then writes the artifact.
class ArtifactAssembly {
public:
  /// `graphText` is the program after normalize, kept in the artifact; may be empty.
  ArtifactAssembly(const CompilerOptions &options, std::string graphText)
      : options(options), graphText(std::move(graphText)) {}

  /// Emits the code of `lowered`. Problems: LLVM or the linker refuses it; there is no NVRTC, or it refuses the source.
  Status addTarget(LoweredTarget &lowered);

  /// Writes everything to the options' output, unless `check` has a problem with it. `module` says what the model is;
  /// `golden` may be null.
  Status write(mlir::ModuleOp module, const Golden *golden, const FileCheck &check);

  const Program &program() const { return variants.front().program; }
  Compilation::Memory memory() const;
  /// Of the kernels of GPUs, by architecture.
  const std::vector<KernelResources> &resources() const { return kernelResources; }

private:
  struct Variant {
    std::string target;
    std::vector<std::string> needs; ///< What a CPU must have.
    Program program;
    std::string code, source;
  };

  Status emitCode(mlir::ModuleOp lowered, const CpuTarget &target, Variant &variant);
  Status emitCode(mlir::ModuleOp lowered, const CudaTarget &target, Variant &variant);
  Status writeWeights(ArtifactWriter &writer);

  const CompilerOptions &options;
  std::string graphText;
  std::vector<Variant> variants;
  std::vector<KernelResources> kernelResources;
};

} // namespace tern

#endif // TERN_LIB_PIPELINES_ARTIFACTASSEMBLY_H
