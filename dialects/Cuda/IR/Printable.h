//===- Printable.h - When a kernel is text already ---------------*- C++ -*-===//
//
// A printable kernel consists of ops of cuda alone, which are text in the order they stand in. Four things make sure
// that this text means what the ops mean:
//
//   - types are those of C++: no untyped pointer is left;
//   - an expression has one use, in its own block, and between it and the statement that prints it stand expressions
//     alone: no store, assignment or call can come between a value and its place in the text. Names and literals
//     (trait Name) may be used by several;
//   - a call that touches memory is all that its statement evaluates: `const float x = f(a);`, never `f(a) + g(b)`,
//     whose order C++ leaves open;
//   - no name hides another, nor that of a table.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_CUDA_IR_PRINTABLE_H
#define TERN_DIALECTS_CUDA_IR_PRINTABLE_H

#include "dialects/Cuda/IR/Cuda.h"

namespace tern::cuda {

/// Whether `kernel` can be printed; if not, a diagnostic at the op that stands in the way.
mlir::LogicalResult verifyPrintable(KernelOp kernel);

} // namespace tern::cuda

#endif // TERN_DIALECTS_CUDA_IR_PRINTABLE_H
