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

#include "lib/Conversion/KernelCode/KernelFrame.h"

#include "mlir/IR/BuiltinOps.h"

namespace tern::cpu {

using namespace code;

/// Adds both functions of the kernel `name` at the end of `module` and lets `emitBody` write the body; the builder
/// given to it stands in the body's entry block and its return is added afterwards. `alignments` says for each operand
/// to how many bytes it is aligned.
void emitKernelFunction(mlir::ModuleOp module, mlir::Location loc, llvm::StringRef name,
                        llvm::ArrayRef<int64_t> alignments,
                        llvm::function_ref<void(CodeBuilder &, const KernelFrame &)> emitBody);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_KERNELFUNCTION_H
