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

  /// Emits the code of `lowered`. Problems: LLVM or the linker refuses it.
  Status addTarget(LoweredTarget &lowered);

  /// Writes everything to the options' output. `module` says what the model is; `golden` may be null.
  Status write(mlir::ModuleOp module, const Golden *golden);

  const Program &program() const { return variants.front().program; }
  Compilation::Memory memory() const;

private:
  struct Variant {
    CpuTarget target;
    Program program;
    std::vector<char> code;
  };

  Status writeWeights(ArtifactWriter &writer);

  const CompilerOptions &options;
  std::string graphText;
  std::vector<Variant> variants;
};

} // namespace tern

#endif // TERN_LIB_PIPELINES_ARTIFACTASSEMBLY_H
