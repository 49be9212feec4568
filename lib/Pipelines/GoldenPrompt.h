//===- GoldenPrompt.h - What the compiled model must compute -----*- C++ -*-===//

#ifndef TERN_LIB_PIPELINES_GOLDENPROMPT_H
#define TERN_LIB_PIPELINES_GOLDENPROMPT_H

#include "runtime/Artifact/Golden.h"
#include "tern/Pipelines/Compiler.h"

namespace tern {

/// Models up to this many bytes of weights get a golden prompt unless told otherwise: the interpreter takes about a
/// second for it.
constexpr std::uint64_t goldenWeightBytes = std::uint64_t{256} << 20;

/// A short prompt and the logits after it, by the interpreter in f32, of `module`, which is in normal form. The prompt
/// is text where the model has a tokenizer, else some ids. Problems: the interpreter's are diagnostics.
Result<Golden> makeGolden(mlir::ModuleOp module, const CompilerOptions &options);

} // namespace tern

#endif // TERN_LIB_PIPELINES_GOLDENPROMPT_H
