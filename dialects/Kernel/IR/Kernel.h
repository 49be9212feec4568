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

/// Attribute of an entry: the largest size of each symbol that its caller chooses. Attribute of a kernel: the bytes of
/// scratch that its code needs for each worker, once that is known.
inline constexpr llvm::StringLiteral maximaAttrName = "kernel.maxima";
inline constexpr llvm::StringLiteral scratchAttrName = "kernel.scratch";

/// Attribute of a module: the names of the symbols that kernels find in their call, in order; "capacity" is the first.
inline constexpr llvm::StringLiteral symbolsAttrName = "kernel.symbols";

/// Attributes of what a kernel became: its spaces of tasks, and what one task of each moves.
inline constexpr llvm::StringLiteral tasksAttrName = "kernel.tasks";
inline constexpr llvm::StringLiteral taskBytesAttrName = "kernel.task_bytes";

/// Attribute of a kernel whose tiles a person or a tuner chose: no pass chooses others.
inline constexpr llvm::StringLiteral fixedTilesAttrName = "kernel.fixed_tiles";

/// Attribute of an entry: the names of its arguments and then of its results.
inline constexpr llvm::StringLiteral namesAttrName = "kernel.names";

/// Bytes of a value of `type` in memory with each symbol at its size in `maxima`; nothing if a symbol has none or the
/// number passes 2^63 - 1. Activations in blocks of integers are laid out as runtime/Packing says.
std::optional<int64_t> bytesAtMaxima(graph::SymbolicTensorType type, mlir::DictionaryAttr maxima);

} // namespace tern::kernel

#endif // TERN_DIALECTS_KERNEL_IR_KERNEL_H
