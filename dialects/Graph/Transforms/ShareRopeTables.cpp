//===- ShareRopeTables.cpp - Cosines and sines computed once a step -------===//

#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace tern::graph;

#define DEBUG_TYPE "graph-share-rope-tables"

namespace tern::graph {
#define GEN_PASS_DEF_SHAREROPETABLES
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

/// What a table depends on, and the block that it stands in. Factors are weights: the name, as every layer loads them
/// anew.
struct TableKey {
  Block *block;
  Value positions;
  RopeAttr rotary;
  Attribute factors, longFactors;

  bool operator==(const TableKey &other) const {
    return block == other.block && positions == other.positions && rotary == other.rotary && factors == other.factors &&
           longFactors == other.longFactors;
  }
};

/// The weight or constant that `value` is, null without a value; fails if it is computed.
FailureOr<Attribute> identityOf(Value value) {
  if (!value)
    return Attribute();
  if (auto load = value.getDefiningOp<LoadWeightOp>())
    return Attribute(load.getWeightAttr());
  if (auto constant = value.getDefiningOp<ConstantOp>())
    return Attribute(constant.getValue());
  return failure();
}

struct ShareRopeTablesPass : public tern::graph::impl::ShareRopeTablesBase<ShareRopeTablesPass> {
  void runOnOperation() override {
    SmallVector<std::pair<TableKey, RopeTableOp>> tables;
    SmallVector<RopeOp> ropes(getOperation().getOps<RopeOp>());
    for (RopeOp rope : ropes)
      replace(rope, tables);
  }

  void replace(RopeOp rope, SmallVectorImpl<std::pair<TableKey, RopeTableOp>> &tables) {
    auto options = remark::RemarkOpts::name("RopeTable").category(DEBUG_TYPE);
    FailureOr<Attribute> factors = identityOf(rope.getFactors()), longFactors = identityOf(rope.getLongFactors());
    if (failed(factors) || failed(longFactors)) {
      remark::missed(rope.getLoc(), options) << remark::reason("graph.rope stays: its factors are computed");
      return;
    }
    TableKey key{rope->getBlock(), rope.getPositions(), rope.getRotary(), *factors, *longFactors};
    auto known = llvm::find_if(tables, [&](const auto &entry) { return entry.first == key; });
    if (known == tables.end())
      known = &tables.emplace_back(key, makeTable(rope));
    OpBuilder builder(rope);
    auto rotate = RotateOp::create(builder, rope.getLoc(), key.rotary.getLayout(), rope.getInput(), known->second);
    remark::passed(rope.getLoc(), options)
        << remark::add("reads table {0} of {1} angles a token", known - tables.begin(), key.rotary.getDims() / 2);
    rope.replaceAllUsesWith(rotate.getResult());
    rope.erase();
  }

  /// A table of `rope`'s angles, right after what it depends on.
  RopeTableOp makeTable(RopeOp rope) {
    Block *block = rope->getBlock();
    OpBuilder builder = OpBuilder::atBlockBegin(block);
    if (Operation *producer = rope.getPositions().getDefiningOp(); producer && producer->getBlock() == block)
      builder.setInsertionPointAfter(producer);
    auto load = [&](Value value) { return value ? builder.clone(*value.getDefiningOp())->getResult(0) : Value(); };
    Value factors = load(rope.getFactors()), longFactors = load(rope.getLongFactors());
    auto positions = cast<SymbolicTensorType>(rope.getPositions().getType());
    SmallVector<Attribute> dims(positions.getDims());
    dims.push_back(staticDim(&getContext(), rope.getRotary().getDims()));
    auto type = SymbolicTensorType::get(builder.getF32Type(), dims);
    return RopeTableOp::create(builder, rope.getLoc(), type, rope.getPositions(), factors, longFactors,
                               rope.getRotary());
  }
};

} // namespace
