//===- Compiler.h - A model through all phases to an artifact ----*- C++ -*-===//
//
// What `tern compile` does, and `tern run MODEL` before it runs:
//
//   import ─ normalize ─ precision ─ fuse ─ schedule ─ plan ─┬─ lower ─ emit   for each target
//                                                            └─ weights ───────► artifact
//
// Schedules and plans of GPUs are others than those of CPUs: with targets of both kinds these phases run once for each.
// It can stop after any phase, or take up IR that another run left at one. docs/Pipeline.md has the contracts.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_PIPELINES_COMPILER_H
#define TERN_PIPELINES_COMPILER_H

#include "runtime/Base/Json.h"
#include "runtime/Base/Result.h"
#include "runtime/Cuda/KernelResources.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"

#include <functional>
#include <optional>

namespace tern {

/// "0.1.0".
llvm::StringRef compilerVersion();

/// The phases, in order.
llvm::ArrayRef<llvm::StringRef> phaseNames();

struct CompilerOptions {
  std::string input;                  ///< A model, or IR if `firstPhase` is set.
  std::string output;                 ///< The artifact, or IR if `lastPhase` is not emit; empty: IR to standard output.
  std::optional<std::string> program; ///< IR as text instead of the file `input`, which then names it in problems.
  std::string firstPhase;             ///< The phase that the IR has been through; empty for a model.
  std::string lastPhase = "emit";
  std::string dumpDirectory; ///< For the program after each phase; empty for none.
  std::vector<std::string> targets{"cpu"};
  std::string precision = "default";
  std::vector<std::int64_t> batches{1};    ///< Sequences decoded at once: an entry for each.
  /// Tokens of a prompt that are read at once, at most. Else 256 on a CPU, whose caches then hold them, and 512 on a
  /// GPU, whose multiprocessors all have work then.
  std::optional<std::int64_t> chunk;
  std::int64_t outputs = 16;               ///< Tokens of a chunk whose logits can be asked for.
  std::int64_t maxContext = 0;             ///< 0: the model's.
  std::vector<std::string> scheduleRules;  ///< Of kernel-override-schedules: PATTERN NAME=NUMBER ...
  std::optional<std::uint64_t> randomSeed; ///< Weights from the generator.
  bool embedWeights = true;
  bool embeddings = false;                 ///< A decoder's vectors instead of its logits; encoders give nothing else.
  /// Whether the artifact gets a golden prompt, which `tern run --verify` checks; if not said, those of models do that
  /// the interpreter runs in about a second (256 MB of weights).
  std::optional<bool> golden;
  unsigned threads = 0;
  bool verifyEach = false; ///< Compare what each pass leaves with what it was given, by running both.

  /// Called with the passes of a phase before they run.
  std::function<void(llvm::StringRef phase, mlir::PassManager &passes)> onPasses;
  /// Called when a phase has ended, and while weights are packed.
  std::function<void(llvm::StringRef phase, double seconds)> onPhase;
  std::function<void(std::uint64_t done, std::uint64_t total)> onWeights;
  /// If set, is given the IR of a `lastPhase` before emit instead of the output.
  std::function<void(std::string program)> onProgram;
};

/// What was compiled.
struct Compilation {
  struct Phase {
    std::string name;
    double seconds = 0;
  };
  struct Memory {
    std::uint64_t weights = 0, arena = 0, scratchPerThread = 0, statePerPosition = 0, stateFixed = 0;
  };

  std::vector<Phase> phases;
  std::vector<std::string> entryPoints, targets;
  Memory memory;
  std::size_t goldenPrompts = 0;
  std::vector<KernelResources> gpuKernels; ///< What the assembler says of kernels for GPUs.
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< After the last phase that is IR.
};

/// Compiles; writes the output and the dumps. Problems: everything that is wrong with the model, the options or the
/// machine; then no output is written.
struct CompilationResult {
  Compilation compilation;
  Problems problems; ///< Empty if it worked.
};
CompilationResult compileModel(mlir::MLIRContext &context, const CompilerOptions &options);

/// `module` as it is dumped: each op with its location in place, so that the text reads alone and parses back.
std::string printProgram(mlir::ModuleOp module);

} // namespace tern

#endif // TERN_PIPELINES_COMPILER_H
