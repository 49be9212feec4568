//===- EmitReduction.cpp - Many elements to few ---------------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// graph.reduce
//===----------------------------------------------------------------------===//

static double neutralOf(graph::Reduction kind) {
  double infinity = std::numeric_limits<double>::infinity();
  return kind == graph::Reduction::Max       ? -infinity
         : kind == graph::Reduction::Min     ? infinity
         : kind == graph::Reduction::Product ? 1.0
                                             : 0.0;
}

static int64_t neutralInteger(graph::Reduction kind, IntegerType type) {
  bool isUnsigned = type.isUnsigned() || type.getWidth() == 1;
  int64_t bits = type.getWidth() - (isUnsigned ? 0 : 1);
  int64_t largest = bits == 63 ? INT64_MAX : (int64_t{1} << bits) - 1;
  return kind == graph::Reduction::Max       ? (isUnsigned ? 0 : -largest - 1)
         : kind == graph::Reduction::Min     ? largest
         : kind == graph::Reduction::Product ? 1
                                             : 0;
}

static Fold foldOf(graph::Reduction kind) {
  switch (kind) {
  case graph::Reduction::Sum:
  case graph::Reduction::Mean:
    return Fold::Sum;
  case graph::Reduction::Max:
    return Fold::Max;
  case graph::Reduction::Min:
    return Fold::Min;
  case graph::Reduction::Product:
    return Fold::Product;
  }
  llvm_unreachable("a reduction of the enumeration");
}

/// Divides a sum by the number of elements; integers toward zero, and 0 of none.
static Val meanOf(CodeBuilder &b, Val sum, Val count) {
  int64_t lanes = sum.getLanes();
  auto splat = [&](Val scalar) { return lanes == 1 ? scalar : b.broadcast(scalar, lanes); };
  if (sum.isFloat())
    return sum / splat(b.toFloat(b.f32, count));
  return sum / splat(b.maximum(count, literal(count, int64_t{1})));
}

/// Over the last dimension, as vectors where that is possible.
static Val reduceRow(const Request &r, graph::ReduceOp op, Val neutral, Val count) {
  graph::Reduction kind = op.getKind();
  bool isVector = r.type().isFloat() && kind != graph::Reduction::Product;
  auto input = cast<graph::SymbolicTensorType>(op.getInput().getType());
  int64_t lanes = isVector ? r.e.chooseLanes({op.getInput()}, input.getDim(-1)) : 1;
  FastMathScope scope(r.b(), sumFlags);
  return r.e.foldRow(foldOf(kind), count, lanes, neutral,
                     [&](Val i, int64_t lanes) { return r.inRow(op.getInput(), i, lanes); });
}

static Val emitReduce(const Request &r, graph::ReduceOp op) {
  CodeBuilder &b = r.b();
  int64_t axis = op.getAxis();
  return r.e.onceValue(op, r.lanes, r.index, [&] {
    Val count = r.e.size(cast<graph::SymbolicTensorType>(op.getInput().getType()), axis);
    auto integer = dyn_cast<IntegerType>(r.type().getElementType());
    Val neutral = integer ? b.index(neutralInteger(op.getKind(), integer)) : b.constant(b.f32, neutralOf(op.getKind()));
    Val result;
    if (axis + 1 == r.type().getRank() && r.lanes == 1)
      result = reduceRow(r, op, neutral, count);
    else
      result = b.fold(r.e.number(0), count, r.e.number(1), {r.splat(neutral)}, [&](Val i, ArrayRef<Val> carried) {
        Index place(r.index);
        place[axis] = i;
        return Vals{r.e.combine(foldOf(op.getKind()), carried[0], r.e.element(op.getInput(), place, r.lanes))};
      })[0];
    return op.getKind() == graph::Reduction::Mean ? meanOf(b, result, count) : result;
  });
}

//===----------------------------------------------------------------------===//
// graph.argmax and graph.top_k
//===----------------------------------------------------------------------===//

/// An i64 that is larger for larger elements and equal for equal ones; NaN is larger than any number.
static Val orderKey(CodeBuilder &b, Val x) {
  if (!x.isFloat())
    return x;
  FastMathScope exact(b, arith::FastMathFlags::none);
  Val bits = b.bitcast(CodeBuilder::sameShape(x.getType(), b.i32), x + 0.0); // -0 becomes 0
  Val ordered = b.select(bits < 0, bits ^ 0x7fffffff, bits);
  return b.signExtend(b.i64, b.select(b.isNan(x), literal(bits, int64_t{0x7fffffff}), ordered));
}

/// Places 0, 1, 2, ... from `first` in the lanes.
static Val places(CodeBuilder &b, Val first, int64_t lanes) {
  if (lanes == 1)
    return first;
  SmallVector<int64_t> numbers;
  for (int64_t lane = 0; lane < lanes; ++lane)
    numbers.push_back(lane);
  return b.broadcast(first, lanes) + b.constantLanes(b.i64, numbers);
}

/// The largest key, and then the first place that has it.
static Val emitArgmax(const Request &r, graph::ArgmaxOp op) {
  CodeBuilder &b = r.b();
  return r.e.onceValue(op, 0, r.index, [&] {
    auto type = cast<graph::SymbolicTensorType>(op.getInput().getType());
    Val count = r.e.size(type, -1);
    int64_t lanes = r.e.chooseLanes({op.getInput()}, type.getDim(-1));
    auto key = [&](Val i, int64_t lanes) {
      Index place(r.index);
      place.push_back(i);
      return orderKey(b, r.e.element(op.getInput(), place, lanes));
    };
    Val largest = r.e.foldRow(Fold::Max, count, lanes, b.index(INT64_MIN), key);
    auto placeOrEnd = [&](Val i, int64_t lanes) {
      Val end = lanes == 1 ? count : b.broadcast(count, lanes);
      Val wanted = lanes == 1 ? largest : b.broadcast(largest, lanes);
      return b.select(key(i, lanes) == wanted, places(b, i, lanes), end);
    };
    return r.e.foldRow(Fold::Min, count, lanes, count, placeOrEnd);
  });
}

/// One after another: the largest that comes after the one before, by key downwards and then by place.
static void selectTop(const Request &r, graph::TopKOp op, Val values, Val chosen) {
  CodeBuilder &b = r.b();
  auto type = cast<graph::SymbolicTensorType>(op.getInput().getType());
  Val count = r.e.size(type, -1);
  Vals start = {b.index(INT64_MAX), b.index(-1)};
  b.fold(r.e.number(0), b.index(op.getK()), r.e.number(1), start, [&](Val j, ArrayRef<Val> before) {
    Vals none = {b.index(INT64_MIN), b.index(INT64_MAX)};
    Vals best = b.fold(r.e.number(0), count, r.e.number(1), none, [&](Val i, ArrayRef<Val> best) {
      Val key = orderKey(b, r.inRow(op.getInput(), i, 1));
      Val isAfter = (key < before[0]) | ((key == before[0]) & (i > before[1]));
      Val isBetter = isAfter & ((key > best[0]) | ((key == best[0]) & (i < best[1])));
      return Vals{b.select(isBetter, key, best[0]), b.select(isBetter, i, best[1])};
    });
    Val inside = b.minimum(best[1], count - 1);
    b.store(r.inRow(op.getInput(), inside, 1), values, j);
    b.store(inside, chosen, j);
    return best;
  });
}

static Val emitTopK(const Request &r, graph::TopKOp op) {
  CodeBuilder &b = r.b();
  Vals buffers = r.e.once(op, 0, r.row(), [&] {
    Val values = r.e.scratch(op.getK() * 8), chosen = r.e.scratch(op.getK() * 8);
    r.e.alone([&] { selectTop(r, op, values, chosen); });
    return Vals{values, chosen};
  });
  bool isIndex = r.result.getResultNumber() == 1;
  Type element = isIndex || r.type().isInteger() ? b.i64 : b.f32;
  return b.load(r.lanes == 1 ? element : CodeBuilder::vec(element, r.lanes), buffers[isIndex], r.last());
}

Val emitReduction(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::ReduceOp op) { return emitReduce(r, op); })
      .Case([&](graph::ArgmaxOp op) { return emitArgmax(r, op); })
      .Case([&](graph::TopKOp op) { return emitTopK(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
