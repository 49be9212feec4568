//===- KernelCost.h - What a kernel moves and computes -----------*- C++ -*-===//
//
// Lower bounds, for rooflines: no schedule of a kernel does with less than this, and a good one needs hardly more.
//
//   bytes   each operand once, as far as it is read: of a table the rows that are looked up, of a mixture the experts
//           that are picked, of keys and values those that some query may see (of sequences as long as the context);
//           each result once; what is appended to a state. Formats as the kernel finds them in memory.
//   flops   2 for each multiply and add of a product, attention or recurrence; 1 for each element that any other op
//           computes, none where it only moves or converts them.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_KERNEL_ANALYSIS_KERNELCOST_H
#define TERN_DIALECTS_KERNEL_ANALYSIS_KERNELCOST_H

#include "dialects/Kernel/IR/Kernel.h"

namespace tern::kernel {

struct KernelCost {
  double bytes = 0, flops = 0;
};

/// The cost of one launch with each symbol at its size in `sizes`, the queries of attention being the last `T` of `C`
/// positions; nothing if a symbol has no size there. `sizes` may be null where there are no symbols.
std::optional<KernelCost> costOf(FuncOp kernel, mlir::DictionaryAttr sizes);

/// What a machine does at best in a second; 0 where that is not known.
struct Ceilings {
  double bytes = 0, flops = 0;
};

/// The least seconds that a launch takes there, as far as that is known.
double floorSeconds(const KernelCost &cost, const Ceilings &ceilings);

/// Whether memory, and not arithmetic, is what sets that floor.
bool isMemoryBound(const KernelCost &cost, const Ceilings &ceilings);

} // namespace tern::kernel

#endif // TERN_DIALECTS_KERNEL_ANALYSIS_KERNELCOST_H
