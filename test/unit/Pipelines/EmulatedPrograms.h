//===- EmulatedPrograms.h - Programs for a GPU in one source -----*- C++ -*-===//

#ifndef TERN_TEST_UNIT_PIPELINES_EMULATEDPROGRAMS_H
#define TERN_TEST_UNIT_PIPELINES_EMULATEDPROGRAMS_H

#include "test/unit/Pipelines/EmulatedSession.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern::testing {

/// The kernels of several programs, compiled as one file of CUDA C++ for emulation.
class EmulatedPrograms {
public:
  explicit EmulatedPrograms(mlir::MLIRContext &context);

  /// Takes the kernels of `lowered`, whose program is `program`, under names that begin with `prefix`. The program is
  /// made to name them so.
  void add(mlir::ModuleOp lowered, Program &program, const std::string &prefix);

  /// After the last program. Problems: what cannot be printed, and what the compiler says.
  Status compile();

  /// A session of a program that was added.
  Result<std::unique_ptr<EmulatedSession>> newSession(const Program &program, SessionSize size, std::uint64_t seed) {
    return EmulatedSession::create(program, *kernels, size, seed);
  }

  const std::string &source() const { return text; }

private:
  mlir::OwningOpRef<mlir::ModuleOp> all;
  std::string text;
  std::optional<EmulatedKernels> kernels;
};

} // namespace tern::testing

#endif // TERN_TEST_UNIT_PIPELINES_EMULATEDPROGRAMS_H
