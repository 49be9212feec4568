//===- Roofline.h - What the kernels of a program must cost ------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_ROOFLINE_H
#define TERN_TOOLS_TERN_ROOFLINE_H

#include "dialects/Kernel/Analysis/KernelCost.h"
#include "runtime/Base/Json.h"
#include "runtime/Base/Result.h"

namespace tern {

/// [{"name", "sizes", "bytes", "flops", "floor_us", "kernels": [{"kernel", "launches", "first", "bytes", "flops",
/// "floor_us", "bound"}]}] of a module that the phase plan left: what a call of each entry must move and compute,
/// kernel by kernel. "floor_us" is the least time that takes, as far as `ceilings` are known, "bound" which of the two
/// sets it; null where that is not known. Sizes as in planOf. Problem: a kernel has a size that its entry does not
/// know.
Result<Json> rooflineOf(mlir::ModuleOp planned, std::int64_t positions, const kernel::Ceilings &ceilings);
std::string rooflineText(const Json &roofline);

} // namespace tern

#endif // TERN_TOOLS_TERN_ROOFLINE_H
