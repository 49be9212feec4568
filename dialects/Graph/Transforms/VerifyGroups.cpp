//===- VerifyGroups.cpp - Every op stands in a group ----------------------===//

#include "dialects/Graph/Transforms/FusionRules.h"
#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace tern::graph;

namespace tern::graph {
#define GEN_PASS_DEF_VERIFYGROUPS
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

/// The op that appends the contents of a state that `value` is, through the group that hands it out.
AppendStateOp appendOf(Value value) {
  if (auto group = value.getDefiningOp<GroupOp>())
    value = group.getBody().front().getTerminator()->getOperand(cast<OpResult>(value).getResultNumber());
  return value.getDefiningOp<AppendStateOp>();
}

/// The first rule that `op`, at the top of a function, breaks, reported at it.
LogicalResult checkPlace(Operation &op) {
  if (isa<GroupOp>(op) || classify(&op) == OpClass::Free) // (G1)
    return success();
  return op.emitOpError("must stand in a graph.group");
}

/// The first rule that `op`, inside of `group`, breaks.
LogicalResult checkMember(GroupOp group, Operation &op) {
  if (!isa_and_nonnull<GraphDialect>(op.getDialect())) // (G2)
    return op.emitOpError("must be an op of the graph dialect to stand in a group");
  if (classify(&op) == OpClass::Free) // (G2)
    return op.emitOpError("must stand at the top of the function, where every group can read it");
  OpClass kind = classify(&op);
  if (group.getKind() == "rows" && kind != OpClass::Rows) // (G3)
    return op.emitOpError("cannot be computed row by row, so it must not stand in a group of kind rows");
  auto appends = group.getBody().front().getOps<AppendStateOp>();
  for (AppendStateOp own : appends) // (G4)
    if (auto append = dyn_cast<AppendStateOp>(op); append && own != append && own.getState() == append.getState())
      return op.emitOpError("must not write a state that its own group writes as well");
  for (Value operand : op.getOperands())
    if (AppendStateOp append = appendOf(operand))
      for (AppendStateOp own : appends)
        if (own.getState() == append.getState()) // (G4)
          return op.emitOpError("must not read a state that its own group writes");
  return success();
}

struct VerifyGroupsPass : public tern::graph::impl::VerifyGroupsBase<VerifyGroupsPass> {
  void runOnOperation() override {
    bool holds = true;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      for (Block &block : function.getBody())
        for (Operation &op : block.without_terminator())
          holds &= succeeded(checkPlace(op));
      function.walk([&](GroupOp group) {
        for (Operation &op : group.getBody().front().without_terminator())
          holds &= succeeded(checkMember(group, op));
      });
    }
    if (!holds)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
