//===- RandomInputs.h - Arguments to try a function on -----------*- C++ -*-===//

#ifndef TERN_LIB_INTERPRETER_RANDOMINPUTS_H
#define TERN_LIB_INTERPRETER_RANDOMINPUTS_H

#include "dialects/Graph/IR/Graph.h"
#include "tern/Interpreter/Tensor.h"

#include "llvm/ADT/StringMap.h"

namespace tern {

/// Arguments for `function`, as the documentation of the pass check-equivalence says they are chosen. `dims` says what
/// symbols stand for; a symbol that is not there is reported at `function`.
mlir::FailureOr<llvm::SmallVector<Tensor>> randomInputs(mlir::func::FuncOp function, uint64_t seed,
                                                        const llvm::StringMap<int64_t> &dims);

} // namespace tern

#endif // TERN_LIB_INTERPRETER_RANDOMINPUTS_H
