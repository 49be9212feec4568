//===- VerifyNormal.cpp - The normal form of graph programs holds ---------===//

#include "dialects/Graph/Transforms/GatedActivation.h"
#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::graph;

namespace tern::graph {
#define GEN_PASS_DEF_VERIFYNORMAL
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

/// Whether `location` is or contains a name, which is how importers write the path of a module.
bool hasModulePath(Location location) {
  return location
      ->walk([](Location inner) { return isa<NameLoc>(inner) ? WalkResult::interrupt() : WalkResult::advance(); })
      .wasInterrupted();
}

/// The operand that `op` would read as blocks, or null.
Value blockOperand(Operation *op) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([](LinearOp linear) { return linear.getWeight(); })
      .Case([](ExpertLinearOp linear) { return linear.getWeight(); })
      .Case([](EmbeddingOp embedding) { return embedding.getTable(); })
      .Default(Value());
}

bool leavesInputAsIs(Operation *op) {
  if (isa<ReshapeOp, CastOp>(op))
    return op->getOperand(0).getType() == op->getResult(0).getType();
  auto transpose = dyn_cast<TransposeOp>(op);
  return transpose && llvm::equal(transpose.getPermutation(), llvm::seq<int64_t>(0, transpose.getPermutation().size()));
}

/// The first rule that `op` breaks, reported at it.
LogicalResult checkNormal(Operation *op) {
  if (!isa<ModuleOp>(op) && !isa_and_nonnull<GraphDialect, func::FuncDialect>(op->getDialect())) // (N1)
    return op->emitOpError("belongs to neither graph nor func, the dialects of the normal form");
  Value blocks = blockOperand(op);
  if (auto dequantize = blocks ? blocks.getDefiningOp<DequantizeOp>() : DequantizeOp()) { // (N2)
    Type decoded = cast<SymbolicTensorType>(dequantize.getType()).getElementType();
    if (decoded.isF32() || decoded.isF64()) {
      InFlightDiagnostic error = op->emitOpError("must read the blocks, not what graph.dequantize makes of them");
      error.attachNote(dequantize.getLoc()) << "they are decoded here";
      return error;
    }
  }
  if (auto mul = dyn_cast<MulOp>(op)) // (N3)
    if (std::optional<GatedActivation> match = matchGatedActivation(mul); match && match->obstacle.empty())
      return op->emitOpError("of an activation must be a graph.gated, got ") << match->activationOp->getName();
  if (leavesInputAsIs(op)) // (N4)
    return op->emitOpError("leaves its input as it is");
  if (isa_and_nonnull<GraphDialect>(op->getDialect()) && !isa<ConstantOp>(op) && !hasModulePath(op->getLoc())) // (N5)
    return op->emitOpError("must have the path of a module as its location, got ") << op->getLoc();
  return success();
}

struct VerifyNormalPass : public tern::graph::impl::VerifyNormalBase<VerifyNormalPass> {
  void runOnOperation() override {
    bool isNormal = true;
    getOperation().walk([&](Operation *op) { isNormal &= succeeded(checkNormal(op)); });
    if (!isNormal)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
