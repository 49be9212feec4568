//===- LinearFinish.cpp - What follows products ---------------------------===//

#include "lib/Conversion/KernelToCpu/LinearKernel.h"

#include "dialects/Graph/Transforms/FusionRules.h"
#include "lib/Conversion/KernelToCpu/RowsKernel.h"

using namespace mlir;

namespace tern::cpu {

static graph::SymbolicTensorType tensorOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// The index of the row `token` in the dimensions before the last, which lie in the order of their indices.
Index LinearFinish::indexOf(Val token) {
  graph::LinearOp first = products.front();
  graph::SymbolicTensorType type = tensorOf(first.getResult());
  int64_t rank = type.getRank() - 1;
  Index index(rank);
  Val rest = token;
  for (int64_t axis = rank; axis-- > 0;) {
    bool isOuter = llvm::all_of(llvm::seq<int64_t>(0, axis), [&](int64_t i) { return type.getStaticDim(i) == 1; });
    if (type.getStaticDim(axis) == 1) {
      index[axis] = e.number(0);
    } else if (isOuter) {
      index[axis] = rest;
    } else {
      bool isEmpty = type.getStaticDim(axis) == 0; // there is no token then, but its code is written all the same
      Val size = isEmpty ? e.number(1) : e.size(type, axis);
      index[axis] = rest % size;
      rest = rest / size;
    }
  }
  return index;
}

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

/// The elements at `index` of the products, then of the roots.
void LinearFinish::storeRoots(ArrayRef<Val> index, ArrayRef<Val> sums) {
  for (auto [product, sum] : llvm::zip_equal(products, sums)) {
    graph::LinearOp op = product;
    Val value = op.getBias() ? sum + e.element(op.getBias(), {index.back()}, sum.getLanes()) : sum;
    e.provide(op.getResult(), index, e.round(tensorOf(op.getResult()).getElementType(), value));
  }
  for (int64_t number : roots) {
    Root root = rootOf(e, number);
    e.store(e.element(root.value, index, sums.front().getLanes()), root.place, index);
  }
}

void LinearFinish::finishLanes(Index index, ArrayRef<Val> sums) { storeRoots(index, sums); }

void LinearFinish::finishRows(Index index, ArrayRef<Val> sums, Val rows) {
  Val buffer = b.stackBuffer(b.f32, sums.size() * tileRows), firstRow = index.back();
  for (auto [i, sum] : llvm::enumerate(sums))
    b.store(sum, buffer, i * tileRows);
  b.forLoop(e.number(0), rows, e.number(1), [&](Val row) {
    index.back() = firstRow + row;
    Vals single;
    for (size_t i = 0; i < sums.size(); ++i)
      single.push_back(b.load(b.f32, buffer, row + i * tileRows));
    storeRoots(index, single);
  });
}

void LinearFinish::emit(const LinearResult &result) {
  Index index = indexOf(result.token);
  index.push_back(result.firstRow);
  graph::LinearOp first = products.front();
  bool fillsTiles = tensorOf(first.getResult()).getStaticDim(-1).value_or(0) >= int64_t(tileRows);
  bool inLanes =
      fillsTiles && llvm::all_of(roots, [&](int64_t root) { return isVectorizable(rootOf(e, root).value); });
  Val rows = result.rows ? result.rows : e.number(tileRows);
  if (!inLanes)
    return finishRows(index, result.sums, rows);
  if (!result.rows)
    return finishLanes(index, result.sums);
  b.ifElse(
      rows == int64_t(tileRows), [&] { return finishLanes(index, result.sums), Vals(); },
      [&] { return finishRows(index, result.sums, rows), Vals(); });
}

} // namespace tern::cpu
