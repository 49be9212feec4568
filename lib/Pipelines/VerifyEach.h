//===- VerifyEach.h - Whether a pass changed what is computed ----*- C++ -*-===//
//
// A prompt and two tokens more, from a fixed seed, go through the program after each pass that changed it, from import
// to schedule, and in the end through the artifact on this machine. Logits are compared with those of the program
// before.
//
// Where they are off by more than the pass may round, so are values on the way. Ops keep kind and layer through passes,
// so the n-th graph.linear of a layer is the same op in both programs:
//
//   before   norm   linear   silu   mul     linear        the first value that is off is this linear's, and what is new
//   now      norm   linear   gated          linear  <-    ahead of it, the gated, is what the pass made
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_PIPELINES_VERIFYEACH_H
#define TERN_LIB_PIPELINES_VERIFYEACH_H

#include "runtime/Base/Result.h"
#include "tern/Interpreter/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <optional>

namespace tern {

class PassVerifier {
public:
  /// `precision` is the policy, which says how far graph-assign-precision may move logits.
  PassVerifier(std::string precision, unsigned threads) : precision(std::move(precision)), threads(threads) {}

  /// Has each pass of `passes` checked when it has run. The context must not run passes side by side. Programs of the
  /// phases plan and lower are beyond the interpreter, and left to checkArtifact.
  void watch(mlir::PassManager &passes);

  /// What the first pass was blamed for, or why its program does not run.
  const std::optional<Problem> &problem() const { return found; }

  /// Runs the artifact that emit made, which can be opened at `path`. Problems: its logits are off from those of the
  /// last program; it does not run.
  Status checkArtifact(const std::string &path);

private:
  class Watcher;

  /// What an op gave in the first call.
  struct Step {
    std::string op, layer;
    Tensor value;
  };
  struct Trace {
    std::vector<Step> steps;
    std::vector<std::vector<float>> logits; ///< Of each call.
    int64_t vocabulary = 0;
  };

  Status run(mlir::ModuleOp module, Trace &trace) const;
  Status check(const std::string &pass, mlir::ModuleOp module);
  Status compare(const std::string &pass, const Trace &now) const;
  static std::string blame(const Trace &before, const Trace &now, double tolerance);
  double toleranceOf(llvm::StringRef pass) const;
  std::vector<std::vector<int32_t>> tokens(int64_t vocabulary) const;

  std::string precision;
  unsigned threads;
  bool isRounded = false; ///< graph-assign-precision has run.
  std::optional<Trace> before;
  std::optional<Problem> found;
};

} // namespace tern

#endif // TERN_LIB_PIPELINES_VERIFYEACH_H
