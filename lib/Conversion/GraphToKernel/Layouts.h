//===- Layouts.h - How weights and states lie in memory ----------*- C++ -*-===//
//
// A layout serves every reader of a symbol, so it is chosen by looking at all of them: what only linear layers (and
// embeddings) read is packed in tiles, what only attention reads is laid out for streaming, everything else stays rows.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_CONVERSION_GRAPHTOKERNEL_LAYOUTS_H
#define TERN_LIB_CONVERSION_GRAPHTOKERNEL_LAYOUTS_H

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tern {

/// Tiles for the weights of `function` that are read in tiles alone, by a linear layer at least once.
void chooseWeightLayouts(mlir::func::FuncOp function);

/// Lanes for the keys of `function` and head-major values that attention alone reads, if it can stream both.
void chooseStateLayouts(mlir::func::FuncOp function);

/// The op that appends to the state whose contents `value` is, through the groups that hand it out; null if `value` is
/// something else.
graph::AppendStateOp appendOf(mlir::Value value);

} // namespace tern

#endif // TERN_LIB_CONVERSION_GRAPHTOKERNEL_LAYOUTS_H
