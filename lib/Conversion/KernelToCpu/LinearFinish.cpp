//===- LinearFinish.cpp - What follows products ---------------------------===//

#include "lib/Conversion/KernelToCpu/LinearFinish.h"

#include "dialects/Graph/Transforms/FusionRules.h"

using namespace mlir;

namespace tern::cpu {

static graph::SymbolicTensorType tensorOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// Whether elements of `value` can be asked for 16 at a time, those of the products being provided.
bool LinearFinish::isVectorizable(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !graph::isElementwise(op))
    return isa_and_nonnull<graph::LinearOp>(op) || e.isVectorizable(value, tileRows);
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    graph::SymbolicTensorType type = tensorOf(operand);
    return type.getRank() == 0 || type.getStaticDim(-1) == 1 || isVectorizable(operand);
  });
}

void LinearFinish::finishRows(Index index, ArrayRef<Val> sums, Val rows) {
  Val buffer = b.stackBuffer(b.f32, sums.size() * tileRows), firstRow = index.back();
  for (auto [i, sum] : llvm::enumerate(sums))
    b.store(sum, buffer, i * tileRows);
  b.forLoop(e.number(0), rows, e.number(1), [&](Val row) {
    index.back() = firstRow + row;
    Vals single;
    for (size_t i = 0; i < sums.size(); ++i)
      single.push_back(b.load(b.f32, buffer, row + i * tileRows));
    finishProducts(e, task, index, single);
  });
}

void LinearFinish::emit(const LinearResult &result) {
  graph::LinearOp first = task.products.front();
  Index index = indexOfToken(e, first, result.token);
  index.push_back(result.firstRow);
  bool fillsTiles = tensorOf(first.getResult()).getStaticDim(-1).value_or(0) >= int64_t(tileRows);
  bool inLanes =
      fillsTiles && llvm::all_of(task.roots, [&](int64_t root) { return isVectorizable(rootOf(e, root).value); });
  Val rows = result.rows ? result.rows : e.number(tileRows);
  if (!inLanes)
    return finishRows(index, result.sums, rows);
  if (!result.rows)
    return finishProducts(e, task, index, result.sums);
  b.ifElse(
      rows == int64_t(tileRows), [&] { return finishProducts(e, task, index, result.sums), Vals(); },
      [&] { return finishRows(index, result.sums, rows), Vals(); });
}

} // namespace tern::cpu
