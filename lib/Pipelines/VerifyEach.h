//===- VerifyEach.h - Whether a phase changed what is computed ---*- C++ -*-===//
//
// A prompt and two tokens more, from a fixed seed, go through the program after each phase that leaves one the
// interpreter can run (import to schedule), and in the end through the artifact on this machine. Logits are compared
// with those of the phase before. Where they are off by more than rounding, so are values on the way: ops keep their kind
// and order through the phases, so the n-th graph.linear of both programs is the same layer, and the first one that is
// off is who is to blame.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_PIPELINES_VERIFYEACH_H
#define TERN_LIB_PIPELINES_VERIFYEACH_H

#include "runtime/Base/Result.h"
#include "tern/Interpreter/Tensor.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace tern {

class PhaseVerifier {
public:
  /// `precision` is the policy, which says how far the phase precision may move logits.
  PhaseVerifier(std::string precision, unsigned threads) : precision(std::move(precision)), threads(threads) {}

  /// Runs `module` as `phase` left it; the first call has nothing to compare with. Phases whose programs the interpreter
  /// does not run (plan, lower) are looked at through what emit makes of them. Problems: the logits are off, with the first value
  /// that is; the program does not run.
  Status check(llvm::StringRef phase, mlir::ModuleOp module);

  /// Runs the artifact that emit wrote.
  Status checkArtifact(const std::string &path);

private:
  /// What an op gave: the n-th of its kind in the first call.
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
  Status compare(llvm::StringRef phase, const Trace &now) const;
  static std::string blame(const Trace &before, const Trace &now, double tolerance);
  double toleranceOf(llvm::StringRef phase) const;
  std::vector<std::vector<int32_t>> tokens(int64_t vocabulary) const;

  std::string precision;
  unsigned threads;
  std::optional<Trace> before;
};

} // namespace tern

#endif // TERN_LIB_PIPELINES_VERIFYEACH_H
