//===- RunChecks.cpp - Run the functions of a test ------------------------===//

#include "dialects/Graph/IR/Graph.h"
#include "tern/Interpreter/Interpreter.h"
#include "tern/Interpreter/Passes.h"

namespace tern {
#define GEN_PASS_DEF_RUNCHECKS
#include "include/tern/Interpreter/Passes.h.inc"
} // namespace tern

using namespace mlir;
using namespace tern;

namespace {

struct RunChecks : public tern::impl::RunChecksBase<RunChecks> {
  using RunChecksBase::RunChecksBase;

  void runOnOperation() override {
    markAllAnalysesPreserved();
    InterpreterOptions options;
    options.threads = threads;
    FailureOr<Interpreter> interpreter = Interpreter::create(getOperation(), options);
    if (failed(interpreter))
      return signalPassFailure();
    bool ran = false;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function.isPublic() || function.isDeclaration() || function.getNumArguments() > 0)
        continue;
      ran = true;
      interpreter->resetState();
      if (failed(interpreter->call(function.getSymName(), {})))
        signalPassFailure();
    }
    if (!ran) {
      getOperation().emitError() << "the module must have a public function without parameters to run";
      signalPassFailure();
    }
  }
};

} // namespace
