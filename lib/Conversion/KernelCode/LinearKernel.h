//===- LinearKernel.h - Kernels of kind linear -------------------*- C++ -*-===//
//
// A linear kernel multiplies one input by one or more weights and finishes each sum while it is in registers:
//
//   %n = graph.rms_norm %x, ...                      prologue: each worker computes the rows of the input into its
//   %q = graph.quantize %n                           scratch, on its first piece of the launch
//   %g = graph.linear %q, %gate                      products: tiles of 16 rows times tokens (LinearLoops.h); those
//   %u = graph.linear %q, %up                        that meet in a root are computed side by side
//   %r = graph.gated %g, %u                          finish: element by element
//   kernel.return %r
//
// Prologue and finish are pulled from what they lead to by the TensorEmitter; the sums of a product are provided to it
// as the elements of the op's result. The weights lie in the layout tiles16; a kernel with one that does not is
// computed row by row instead.
//
// Tasks are [N, tokens...] with tiles of whole tiles16 rows, and tokens of a task that are neighbours.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELCODE_LINEARKERNEL_H
#define TERN_CONVERSION_KERNELCODE_LINEARKERNEL_H

#include "lib/Conversion/KernelCode/RowsKernel.h"

namespace tern::code {

/// The rows (tokens) that are multiplied: F32, F16, BF16, I8_32 or I15_32.
struct LinearInput {
  StorageFormat format;
  int32_t padding;  ///< Numbers between a row and the next, where the kernel copied them.
  Val base;         ///< Where they lie; the arrays of a quantized format one after another.
  int64_t columns;  ///< K.
  int64_t capacity; ///< Rows that the buffer was planned for.

  bool isQuantized() const { return format == StorageFormat::I8_32 || format == StorageFormat::I15_32; }
};

/// A packed matrix [rows, K] that a task multiplies by.
struct LinearWeight {
  PackedFormat format;
  Val pointer;
};

/// Which part of the product is computed.
struct LinearRange {
  Val tileBegin, tileEnd;
  Val tokenBegin, tokenEnd;
  /// tokenEnd - tokenBegin, where the compiler knows it.
  std::optional<int64_t> tokens = std::nullopt;
  int64_t maxTokens = 1;  ///< The most that it can be.
  int64_t maxTiles = 1;   ///< Likewise of tileEnd - tileBegin, where a task is one call.
  bool isOneTile = false; ///< Exactly `tileBegin`.
};

/// What a task computes: tiles of the weights times tokens, and the roots that follow. `products` are in the order of
/// `weights`, which have `rows` rows each.
struct LinearTask {
  LinearInput input;
  llvm::SmallVector<LinearWeight> weights;
  llvm::ArrayRef<graph::LinearOp> products;
  llvm::ArrayRef<int64_t> roots;
  int64_t rows;
  LinearRange range;
};

/// The body of a kernel of kind `linear`.
void emitLinearKernel(TensorEmitter &e);

/// What `input` of a product only gives another shape to, or `input` itself: rows of a tensor that lies in rows follow
/// without gaps, so both are the same memory.
mlir::Value tensorUnderShape(mlir::Value input);

/// The rows of `input`, an argument of the kernel or another shape of one, or what the worker's scratch holds after its
/// first piece; the code that fills it is written here. Nothing after an error.
std::optional<LinearInput> prepareLinearInput(TensorEmitter &e, mlir::Value input);

/// The linear layers that the roots of a space come from, in the order of the body.
llvm::SmallVector<graph::LinearOp> productsOf(kernel::FuncOp function, kernel::TasksAttr tasks);

/// The index of row `row` of a tensor in the dimensions of `type` before the last, which lie in the order of their
/// indices.
Index indexOfRow(TensorEmitter &e, graph::SymbolicTensorType type, Val row);
/// That of the input's row `token` in a product.
Index indexOfToken(TensorEmitter &e, graph::LinearOp product, Val token);

/// Writes the roots' elements at `index` that come from the task's products: their sums there, one or more rows of the
/// weights from `index.back()` on in the lanes.
void finishProducts(TensorEmitter &e, const LinearTask &task, llvm::ArrayRef<Val> index, llvm::ArrayRef<Val> sums);

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_LINEARKERNEL_H
