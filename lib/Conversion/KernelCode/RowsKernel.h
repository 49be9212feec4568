//===- RowsKernel.h - Kernels of rows and of single ops ----------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELCODE_ROWSKERNEL_H
#define TERN_CONVERSION_KERNELCODE_ROWSKERNEL_H

#include "lib/Conversion/KernelCode/TensorEmitter.h"

namespace tern::code {

/// What a task covers of one dimension.
struct TaskRange {
  Val begin, end;
  bool isOne = false; ///< Exactly `begin`.
};

/// Calls `body` for each task of `tasks` among those of this call, with what it covers of each dimension. `first` is
/// the number of the space's first task; returns that of the next space's.
Val forEachTask(TensorEmitter &e, kernel::TasksAttr tasks, Val first,
                llvm::function_ref<void(llvm::ArrayRef<TaskRange>)> body);

/// What a root of a kernel writes: a result's value, or a state's.
struct Root {
  mlir::Value value;
  TensorPlace place;
  mlir::Operation *write = nullptr; ///< The op that writes a state, if any.
};
Root rootOf(TensorEmitter &e, int64_t number);

/// Writes root `number` where its first dimensions lie in `ranges`.
void emitRoot(TensorEmitter &e, const Root &root, llvm::ArrayRef<TaskRange> ranges);

/// The body of a kernel of kind `rows` or `serial`.
void emitRowsKernel(TensorEmitter &e);

/// The places of the program's symbols, by name: the module's `kernel.symbols`.
llvm::StringMap<int64_t> symbolsOf(mlir::ModuleOp module);

/// The body of a kernel, by its kind.
void emitKernel(TensorEmitter &e);

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_ROWSKERNEL_H
