//===- KernelFunction.h - The frame of an emitted kernel ---------*- C++ -*-===//
//
// A kernel is emitted as two functions. `tern_<name>` is what the runtime calls (runtime/Cpu/KernelAbi.h): it reads the
// call's fields and passes them on. `<name>.body` has them as parameters:
//
//   tern_rms(call):            rms.body(noalias ptr operand 0, ..., noalias ptr scratch, ptr dims, begin, end, first,
//   problem)
//     load call->operands[0] ...
//     call rms.body(...)
//
// so that LLVM knows that the operands of a kernel do not overlap (the plan sees to it) and vectorises without checks.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_KERNELFUNCTION_H
#define TERN_CONVERSION_KERNELTOCPU_KERNELFUNCTION_H

#include "lib/Conversion/KernelToCpu/CodeBuilder.h"

#include "mlir/IR/BuiltinOps.h"

namespace tern::cpu {

/// The parameters of a kernel's body, as values in its entry block.
struct KernelFrame {
  Vals operands; ///< A pointer for each operand.
  Val scratch;   ///< This worker's scratch, aligned to 64 bytes.
  Val dims;      ///< Sizes of the program's symbols: see dim().
  Val begin;     ///< Tasks of this call: [begin, end).
  Val end;
  Val first;   ///< i1: whether this is the worker's first piece of the launch.
  Val problem; ///< Where to store a code of TERN_KERNEL_*.

  /// The size of the program's symbol `index`.
  Val dim(int64_t index) const;
  /// Records the error `code` if `condition` (i1) holds.
  void report(Val condition, int64_t code) const;
};

/// Adds both functions of the kernel `name` at the end of `module` and lets `emitBody` write the body; the builder
/// given to it stands in the body's entry block and its return is added afterwards. `alignments` says for each operand
/// to how many bytes it is aligned.
void emitKernelFunction(mlir::ModuleOp module, mlir::Location loc, llvm::StringRef name,
                        llvm::ArrayRef<int64_t> alignments,
                        llvm::function_ref<void(CodeBuilder &, const KernelFrame &)> emitBody);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_KERNELFUNCTION_H
