//===- Kernel.h - The kernel dialect -----------------------------*- C++ -*-===//
//
// How one fused group runs. KernelDialect.td says what the dialect is for, KernelAttrs.td what a schedule holds,
// KernelOps.td defines kernels and their launches.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_DIALECTS_KERNEL_IR_KERNEL_H
#define TERN_DIALECTS_KERNEL_IR_KERNEL_H

#include "dialects/Graph/IR/Graph.h"

#include "mlir/Interfaces/FunctionInterfaces.h"

#include "dialects/Kernel/IR/KernelDialect.h.inc"
#include "dialects/Kernel/IR/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/IR/KernelAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Kernel/IR/KernelTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/Kernel/IR/KernelOps.h.inc"

namespace tern::kernel {

/// The layout of a weight or state of the module: its attribute `kernel.layout`, `rows` if it has none.
Layout layoutOf(mlir::Operation *symbol);
void setLayout(mlir::Operation *symbol, Layout layout);

/// Names of the attributes of arguments and symbols.
inline constexpr llvm::StringLiteral operandAttrName = "kernel.operand";
inline constexpr llvm::StringLiteral layoutAttrName = "kernel.layout";

} // namespace tern::kernel

#endif // TERN_DIALECTS_KERNEL_IR_KERNEL_H
