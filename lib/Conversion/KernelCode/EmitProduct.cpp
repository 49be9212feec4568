//===- EmitProduct.cpp - Products of matrices, in plain loops -------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "runtime/Cpu/KernelAbi.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tern::code {

static graph::SymbolicTensorType typeOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// A sum over k of vectors along n.
static Val emitMatmul(const Request &r, graph::MatmulOp op) {
  CodeBuilder &b = r.b();
  Val count = r.e.size(typeOf(op.getLhs()), -1);
  return r.e.onceValue(op, r.lanes, r.index, [&] {
    FastMathScope scope(b, sumFlags);
    return b.fold(r.e.number(0), count, r.e.number(1), {r.splat(0.0)}, [&](Val k, ArrayRef<Val> carried) {
      Index left(r.row()), right(r.index);
      left.push_back(k);
      right[right.size() - 2] = k;
      Val x = r.splat(r.e.element(op.getLhs(), left));
      return Vals{b.fma(x, r.e.element(op.getRhs(), right, r.lanes), carried[0])};
    })[0];
  });
}

/// The dot product of a row of `input` with row `row` of the weight, a matrix of rows or of tiles.
static Val dotWithWeight(const Request &r, Operation *op, Value input, ArrayRef<Val> inputRow, Value weight, Val row) {
  CodeBuilder &b = r.b();
  std::optional<TensorPlace> place = r.e.placeOf(weight);
  std::optional<int64_t> columns = typeOf(weight).getStaticDim(-1);
  std::optional<PackedFormat> format = packedFormatOf(typeOf(weight).getStorageFormat());
  if (!place || !columns) {
    r.e.fail(op, "the weight must be an argument with a fixed number of columns");
    return b.constant(b.f32, 0.0);
  }
  bool isPacked = place->layout == kernel::Layout::Tiles16;
  if (isPacked ? !format : typeOf(weight).isBlockStorage()) {
    r.e.fail(op, "a weight of blocks must be in tiles");
    return b.constant(b.f32, 0.0);
  }
  auto x = [&](Val k, int64_t lanes) {
    Index at(inputRow);
    at.push_back(k);
    return r.e.element(input, at, lanes);
  };
  if (isPacked)
    return r.e.sumRow(r.e.number(*columns), 1, [&](Val k, int64_t) {
      return x(k, 1) * r.e.loadPacked(*format, place->pointer, *columns, row, k);
    });
  // The matrix as a whole: leading dimensions and rows are one.
  TensorPlace matrix = *place;
  matrix.type = typeOf(weight).withDims(typeOf(weight).getDims().take_back(2));
  int64_t lanes = r.e.chooseLanes({input}, typeOf(weight).getDim(-1));
  return r.e.sumRow(r.e.number(*columns), lanes,
                    [&](Val k, int64_t lanes) { return x(k, lanes) * r.e.load(matrix, {row, k}, lanes); });
}

static Val emitLinear(const Request &r, graph::LinearOp op) {
  return r.e.onceValue(op, 0, r.index, [&] {
    Val sum = dotWithWeight(r, op, op.getInput(), r.row(), op.getWeight(), r.last());
    return op.getBias() ? sum + r.e.element(op.getBias(), {r.last()}) : sum;
  });
}

static Val emitExpertLinear(const Request &r, graph::ExpertLinearOp op) {
  CodeBuilder &b = r.b();
  graph::SymbolicTensorType weight = typeOf(op.getWeight());
  Val expert = r.e.onceValue(op, 1, r.row(), [&] {
    Val picked = r.e.element(op.getExperts(), r.row());
    Val inside = (picked >= 0) & (picked < r.e.size(weight, 0));
    r.e.frame.report(b.bitNot(inside), TERN_KERNEL_INDEX_OUTSIDE);
    return b.select(inside, picked, r.e.number(0));
  });
  return r.e.onceValue(op, 0, r.index, [&] {
    Index inputRow(r.row());
    if (typeOf(op.getInput()).getStaticDim(2) == 1)
      inputRow.back() = r.e.number(0);
    Val row = expert * r.e.size(weight, 1) + r.last();
    Val sum = dotWithWeight(r, op, op.getInput(), inputRow, op.getWeight(), row);
    return op.getBias() ? sum + r.e.element(op.getBias(), {expert, r.last()}) : sum;
  });
}

Val emitProduct(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::MatmulOp op) { return emitMatmul(r, op); })
      .Case([&](graph::LinearOp op) { return emitLinear(r, op); })
      .Case([&](graph::ExpertLinearOp op) { return emitExpertLinear(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
