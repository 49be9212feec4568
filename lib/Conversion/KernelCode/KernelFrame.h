//===- KernelFrame.h - What a kernel's body is given -------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELCODE_KERNELFRAME_H
#define TERN_CONVERSION_KERNELCODE_KERNELFRAME_H

#include "lib/Conversion/KernelCode/CodeBuilder.h"

#include <functional>

namespace tern::code {

/// Values at the top of a kernel, the same on every target.
struct KernelFrame {
  Vals operands; ///< A pointer for each operand.
  Val scratch;   ///< This worker's scratch, aligned to 64 bytes.
  Val begin;     ///< Tasks of this call: [begin, end); `begin` alone if there is no `end`.
  Val end;
  Val first;   ///< i1: whether this is the worker's first piece of the launch; none if each piece is the first.
  Val problem; ///< Where to store a code of TERN_KERNEL_* (runtime/Cpu/KernelAbi.h).
  std::function<Val(int64_t)> dim; ///< The size of the program's symbol of that number.

  /// Records the error `code` if `condition` (i1) holds.
  void report(Val condition, int64_t code) const {
    CodeBuilder &b = condition.getBuilder();
    b.ifThen(condition, [&] { b.store(b.index(code), problem); });
  }
};

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_KERNELFRAME_H
