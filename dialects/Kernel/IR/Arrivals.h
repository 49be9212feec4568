//===- Arrivals.h - What tasks count themselves by ---------------*- C++ -*-===//
//
// Tasks of a kernel do not depend on each other, but on a GPU the last of some to be done may take what all have left:
// of a kernel that computes attention in parts and combines them, each task counts itself when its part is in memory,
// and who makes the number full combines.
//
//   %zeros = kernel.launch @constant_0()                  i32[B, G], a number for each sequence and key head
//   kernel.launch @attend_part_1(%q, ..., %zeros)         the argument is marked {kernel.arrivals}
//
// The kernel's body does not use the argument. Its numbers are 0 before a launch, and after it: who is last puts 0 back,
// so that what the program says of the tensor stays true, and all launches of an entry share it.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_KERNEL_IR_ARRIVALS_H
#define TERN_DIALECTS_KERNEL_IR_ARRIVALS_H

#include "llvm/ADT/StringRef.h"

namespace tern::kernel {

/// Marks the argument of a kernel.func, a unit attribute.
inline constexpr llvm::StringLiteral arrivalsAttrName = "kernel.arrivals";

} // namespace tern::kernel

#endif // TERN_DIALECTS_KERNEL_IR_ARRIVALS_H
