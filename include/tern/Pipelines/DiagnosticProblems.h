//===- DiagnosticProblems.h - MLIR diagnostics as problems -------*- C++ -*-===//

#ifndef TERN_PIPELINES_DIAGNOSTICPROBLEMS_H
#define TERN_PIPELINES_DIAGNOSTICPROBLEMS_H

#include "runtime/Base/Result.h"

#include "mlir/IR/Diagnostics.h"

namespace tern {

/// Collects the MLIR diagnostics of a context as problems, for as long as it lives.
class DiagnosticProblems {
public:
  explicit DiagnosticProblems(mlir::MLIRContext &context);

  /// What was reported so far; if nothing was, a problem that says so.
  Problems problems() const;

private:
  Problems found;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace tern

#endif // TERN_PIPELINES_DIAGNOSTICPROBLEMS_H
