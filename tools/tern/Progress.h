//===- Progress.h - What a person sees while waiting -------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_PROGRESS_H
#define TERN_TOOLS_TERN_PROGRESS_H

#include "runtime/Base/Result.h"

#include "mlir/IR/Diagnostics.h"

#include <cstdint>

namespace tern {

/// A line on a terminal's stderr that counts up and vanishes at the end; nothing when stderr is no terminal.
class Progress {
public:
  /// `what` is a present participle: "reading prompt".
  Progress(std::string what, std::int64_t total);
  ~Progress();
  void show(std::int64_t done);

private:
  std::string what;
  std::int64_t total;
  bool isTerminal;
};

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

#endif // TERN_TOOLS_TERN_PROGRESS_H
