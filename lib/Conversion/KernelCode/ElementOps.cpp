//===- ElementOps.cpp - Which family computes an op -----------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

using namespace mlir;

namespace tern::code {

Val Request::inRow(Value tensor, Val i, int64_t count) const {
  Index place(row());
  place.push_back(i);
  return e.element(tensor, place, count);
}

Val Request::broadcast(Value tensor) const {
  auto from = cast<graph::SymbolicTensorType>(tensor.getType());
  Index place(index.take_back(from.getRank()));
  // Where both are 1 the index stays as it is: a product is known by the index that it was provided for.
  for (int64_t axis = 0, missing = type().getRank() - from.getRank(); axis < from.getRank(); ++axis)
    if (from.getStaticDim(axis) == 1 && type().getStaticDim(missing + axis) != 1)
      place[axis] = e.number(0);
  bool repeats = from.getRank() == 0 || (from.getStaticDim(-1) == 1 && type().getStaticDim(-1) != 1);
  return repeats ? splat(e.element(tensor, place)) : e.element(tensor, place, lanes);
}

Val emitElement(TensorEmitter &e, OpResult result, ArrayRef<Val> index, int64_t lanes) {
  Request request{e, result, index, lanes};
  for (auto family : {emitElementwise, emitShape, emitNorm, emitReduction, emitRope, emitTable, emitProduct,
                      emitRecurrent, emitAttention})
    if (Val value = family(request))
      return value;
  return Val();
}

/// Whether all operands with a last dimension of their own may be asked for `lanes` at a time.
static bool areOperandsVectorizable(TensorEmitter &e, Operation *op, int64_t lanes) {
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    auto type = dyn_cast<graph::SymbolicTensorType>(operand.getType());
    return !type || type.getRank() == 0 || type.getStaticDim(-1) == 1 || e.isVectorizable(operand, lanes);
  });
}

bool isElementVectorizable(TensorEmitter &e, OpResult result, int64_t lanes) {
  Operation *op = result.getOwner();
  // Rows of these lie in scratch, or are made of whole vectors whatever their operands are.
  if (isa<graph::EmbeddingOp, graph::ConstantOp, graph::TopKOp, graph::GatedDeltaRuleOp, graph::SelectiveScanOp>(op))
    return true;
  if (isa<graph::ArgmaxOp, graph::DequantizeOp, graph::ExpertLinearOp, graph::LinearOp>(op))
    return false;
  if (auto matmul = dyn_cast<graph::MatmulOp>(op))
    return e.isVectorizable(matmul.getRhs(), lanes);
  if (auto reduce = dyn_cast<graph::ReduceOp>(op))
    return static_cast<int64_t>(reduce.getAxis()) + 1 < cast<graph::SymbolicTensorType>(result.getType()).getRank() &&
           e.isVectorizable(reduce.getInput(), lanes);
  if (auto conv = dyn_cast<graph::ShortConvOp>(op))
    return e.isVectorizable(conv.getInput(), lanes) && e.isVectorizable(conv.getState(), lanes);
  if (auto table = dyn_cast<graph::RopeTableOp>(op))
    return table.getRotary().getDims() / 2 % lanes == 0;
  if (auto rotate = dyn_cast<graph::RotateOp>(op)) {
    auto turned = cast<graph::SymbolicTensorType>(rotate.getTable().getType()).getStaticDim(-1);
    return *turned / 2 % lanes == 0 && e.isVectorizable(rotate.getInput(), lanes);
  }
  if (auto rope = dyn_cast<graph::RopeOp>(op))
    return rope.getRotary().getDims() / 2 % lanes == 0 && e.isVectorizable(rope.getInput(), lanes);
  if (isa<kernel::AttendCombineOp>(op))
    return e.isVectorizable(op->getOperand(0), 1);
  return isShapeVectorizable(e, op, lanes) && areOperandsVectorizable(e, op, lanes);
}

} // namespace tern::code
