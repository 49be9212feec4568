//===- ElementOps.h - The code of one element of each op ---------*- C++ -*-===//
//
// For each op a function that writes the code of one element of its result, or of `lanes` neighbours along the last
// dimension: the op's semantics in index notation, as dialects/Graph/IR says it. Files hold one family each.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELCODE_ELEMENTOPS_H
#define TERN_CONVERSION_KERNELCODE_ELEMENTOPS_H

#include "lib/Conversion/KernelCode/TensorEmitter.h"

namespace tern::code {

/// What is asked of an op: the element at `index` of its result `result`, and `lanes - 1` neighbours to the right.
struct Request {
  TensorEmitter &e;
  mlir::OpResult result;
  llvm::ArrayRef<Val> index;
  int64_t lanes;

  CodeBuilder &b() const { return e.b; }
  graph::SymbolicTensorType type() const { return llvm::cast<graph::SymbolicTensorType>(result.getType()); }
  /// The indices of the row: all but the last.
  llvm::ArrayRef<Val> row() const { return index.drop_back(); }
  Val last() const { return index.back(); }
  /// The element of `tensor` at the same index.
  Val same(mlir::Value tensor) const { return e.element(tensor, index, lanes); }
  /// The element of row `row()` of `tensor` at place `i`.
  Val inRow(mlir::Value tensor, Val i, int64_t count) const;
  /// The element of the vector `tensor`, such as a norm's weight, at the last index.
  Val alongRow(mlir::Value tensor) const { return e.element(tensor, {last()}, lanes); }
  /// The element of `tensor` that NumPy broadcasting puts at this index.
  Val broadcast(mlir::Value tensor) const;
  /// `scalar` in all lanes.
  Val splat(Val scalar) const { return lanes == 1 ? scalar : e.b.broadcast(scalar, lanes); }
  /// `number` as f32 in all lanes.
  Val splat(double number) const { return splat(e.b.constant(e.b.f32, number)); }
};

/// Dispatch over all families; an empty Val if the op is not one that elements can be asked of.
Val emitElement(TensorEmitter &e, mlir::OpResult result, llvm::ArrayRef<Val> index, int64_t lanes);
bool isElementVectorizable(TensorEmitter &e, mlir::OpResult result, int64_t lanes);

/// Families: an empty Val if the op is not theirs.
Val emitElementwise(const Request &request);
Val emitShape(const Request &request);
Val emitNorm(const Request &request);
Val emitReduction(const Request &request);
Val emitRope(const Request &request);
Val emitTable(const Request &request);
Val emitProduct(const Request &request);
Val emitRecurrent(const Request &request);
Val emitAttention(const Request &request);

/// activation(x) of f32.
Val emitActivation(CodeBuilder &b, graph::Activation activation, Val x);

/// Whether a shape op keeps `lanes` neighbours neighbours.
bool isShapeVectorizable(TensorEmitter &e, mlir::Operation *op, int64_t lanes);

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_ELEMENTOPS_H
