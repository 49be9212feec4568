//===- Evaluate.cpp - From an op to its evaluation ------------------------===//

#include "Evaluation.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern;

EvalResult tern::evaluate(Operation *op, Frame &frame) {
#define TERN_CASE(OP) .Case([&](OP concrete) { return eval(concrete, frame); })
  return llvm::TypeSwitch<Operation *, EvalResult>(op) TERN_EVALUATED_OPS(TERN_CASE).Default(
      [](Operation *unknown) -> EvalResult {
        return unknown->emitError() << "the interpreter does not know the op '" << unknown->getName() << "'";
      });
#undef TERN_CASE
}

bool tern::readsRows(OpOperand &operand) {
  return llvm::TypeSwitch<Operation *, bool>(operand.getOwner())
      .Case([&](graph::LinearOp op) { return &operand == &op.getWeightMutable(); })
      .Case([&](graph::ExpertLinearOp op) { return &operand == &op.getWeightMutable(); })
      .Case([&](graph::EmbeddingOp op) { return &operand == &op.getTableMutable(); })
      .Case<graph::DequantizeOp, kernel::LaunchOp>([](auto) { return true; })
      .Default(false);
}
