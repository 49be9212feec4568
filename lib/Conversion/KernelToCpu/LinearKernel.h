//===- LinearKernel.h - Kernels of kind linear -------------------*- C++ -*-===//
//
// A linear kernel multiplies one input by one or more weights and finishes each sum while it is in registers:
//
//   %n = graph.rms_norm %x, ...                      prologue: each worker computes the rows of the input into its
//   %q = graph.quantize %n                           scratch, on its first piece of the launch
//   %g = graph.linear %q, %gate                      products: tiles of 16 rows times tokens (LinearLoops.h); those
//   %u = graph.linear %q, %up                        that meet in a root are computed side by side
//   %r = graph.gated %g, %u                          finish: element by element, 16 rows in the lanes
//   kernel.return %r
//
// Prologue and finish are pulled from what they lead to by the TensorEmitter; the sums of a product are provided to it
// as the elements of the op's result. The weights lie in the layout tiles16; a kernel with one that does not is
// computed row by row instead.
//
// Tasks are [N, tokens...] with tiles of whole tiles16 rows, and tokens of a task that are neighbours.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARKERNEL_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARKERNEL_H

#include "lib/Conversion/KernelToCpu/LinearLoops.h"
#include "lib/Conversion/KernelToCpu/TensorEmitter.h"

namespace tern::cpu {

/// The body of a kernel of kind `linear`.
void emitLinearKernel(TensorEmitter &e);

/// The rows of `input`, an argument of the kernel, or what the worker's scratch holds after its first piece; the code
/// that fills it is written here. Nothing after an error.
std::optional<LinearInput> prepareLinearInput(TensorEmitter &e, mlir::Value input);

/// What follows the products of one tile space.
class LinearFinish {
public:
  /// `products` lead to the roots with these numbers.
  LinearFinish(TensorEmitter &e, llvm::ArrayRef<graph::LinearOp> products, llvm::ArrayRef<int64_t> roots)
      : e(e), b(e.b), products(products), roots(roots) {}

  /// Writes the roots' elements that come from `result`; the sums are those of the products, in order.
  void emit(const LinearResult &result);

private:
  Index indexOf(Val token);
  bool isVectorizable(mlir::Value value);
  void finishLanes(Index index, llvm::ArrayRef<Val> sums);
  void finishRows(Index index, llvm::ArrayRef<Val> sums, Val rows);
  void storeRoots(llvm::ArrayRef<Val> index, llvm::ArrayRef<Val> sums);

  TensorEmitter &e;
  CodeBuilder &b;
  llvm::ArrayRef<graph::LinearOp> products;
  llvm::ArrayRef<int64_t> roots;
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARKERNEL_H
