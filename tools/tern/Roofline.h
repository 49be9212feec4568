//===- Roofline.h - What the kernels of a program must cost ------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_ROOFLINE_H
#define TERN_TOOLS_TERN_ROOFLINE_H

#include "dialects/Kernel/Analysis/KernelCost.h"
#include "runtime/Base/Json.h"

namespace tern {

/// [{"name", "sizes", "bytes", "flops", "floor_us", "kernels": [{"kernel", "launches", "first", "bytes", "flops",
/// "floor_us", "bound"}]}] of a module that the phase plan left: what a call of each entry must move and compute,
/// kernel by kernel, with the least time that it takes where `ceilings` are known. Sizes as in planOf.
Json rooflineOf(mlir::ModuleOp planned, std::int64_t positions, const kernel::Ceilings &ceilings);
std::string rooflineText(const Json &roofline);

} // namespace tern

#endif // TERN_TOOLS_TERN_ROOFLINE_H
