//===- ObjectCode.h - From LLVM dialect to a shared object -------*- C++ -*-===//
//
// The last step of compiling for a CPU: a module of llvm.func becomes LLVM IR, is optimised for the target, assembled,
// and linked to a shared object that needs nothing from where it is loaded. The same module gives the same bytes.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TARGET_OBJECTCODE_H
#define TERN_TARGET_OBJECTCODE_H

#include "tern/Target/CpuTarget.h"

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace tern {

struct ObjectCodeOptions {
  /// LLVM's -O level.
  unsigned level = 3;

  /// If set, receives the optimised LLVM IR, or the assembly, as text.
  std::string *llvmIr = nullptr;
  std::string *assembly = nullptr;
};

/// Registers the dialects' translation to LLVM IR. Before contexts are made from `registry`.
void registerObjectCodeDialects(mlir::DialectRegistry &registry);

/// Everything of `module` in one shared object (the bytes of an ELF file) for `target`. What is not in the LLVM dialect
/// is a diagnostic; a symbol that is not defined, or a failure to write temporary files, is a Problem.
Result<std::vector<char>> emitSharedObject(mlir::ModuleOp module, const CpuTarget &target,
                                           const ObjectCodeOptions &options = {});

/// Links the object files `objects`, each the bytes of one, to a shared object without imports.
Result<std::vector<char>> linkSharedObject(const std::vector<std::vector<char>> &objects, const CpuTarget &target);

} // namespace tern

#endif // TERN_TARGET_OBJECTCODE_H
