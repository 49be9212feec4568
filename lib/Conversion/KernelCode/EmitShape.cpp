//===- EmitShape.cpp - Elements moved, not computed -----------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "runtime/Cpu/KernelAbi.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// graph.reshape
//===----------------------------------------------------------------------===//

namespace {

/// Dimensions [from.first, from.second) of the input hold what [to.first, to.second) of the result hold.
struct DimGroup {
  std::pair<int64_t, int64_t> from, to;
};

/// The product of dimensions, numbers and symbols apart, for comparison.
struct Product {
  int64_t numbers = 1;
  SmallVector<Attribute> names;

  void multiply(Attribute dim) {
    if (auto fixed = dyn_cast<IntegerAttr>(dim))
      numbers *= fixed.getInt();
    else
      names.push_back(dim);
  }
  bool operator==(const Product &other) const {
    return numbers == other.numbers &&
           std::is_permutation(names.begin(), names.end(), other.names.begin(), other.names.end());
  }
};

} // namespace

/// The finest groups that hold the same elements on both sides: `[B, T, 576]` and `[B, T, 9, 64]` give B-B, T-T and
/// 576-(9, 64), so that only the last is taken apart.
static SmallVector<DimGroup> matchDims(graph::SymbolicTensorType from, graph::SymbolicTensorType to) {
  SmallVector<DimGroup> groups;
  int64_t i = 0, j = 0;
  while (i < from.getRank() || j < to.getRank()) {
    DimGroup group{{i, i}, {j, j}};
    Product left, right;
    bool isFirst = true;
    while (isFirst || !(left == right)) {
      isFirst = false;
      // Take from the side that is behind; either, if they cannot be compared.
      bool takeLeft =
          i < from.getRank() && (j >= to.getRank() || left.names.size() < right.names.size() ||
                                 (left.names.size() == right.names.size() && left.numbers <= right.numbers));
      if (takeLeft)
        left.multiply(from.getDim(i++));
      else if (j < to.getRank())
        right.multiply(to.getDim(j++));
      else
        break;
    }
    // Dimensions of 1 that follow belong to the last group.
    if (i == from.getRank())
      while (j < to.getRank() && to.getStaticDim(j) == 1)
        ++j;
    if (j == to.getRank())
      while (i < from.getRank() && from.getStaticDim(i) == 1)
        ++i;
    group.from.second = i;
    group.to.second = j;
    groups.push_back(group);
  }
  return groups;
}

static Val emitReshape(const Request &r, graph::ReshapeOp op) {
  auto from = cast<graph::SymbolicTensorType>(op.getInput().getType());
  Index place(from.getRank());
  for (auto [number, group] : llvm::enumerate(matchDims(from, r.type()))) {
    auto [fromBegin, fromEnd] = group.from;
    auto [toBegin, toEnd] = group.to;
    if (fromEnd - fromBegin == 1 && toEnd - toBegin == 1) {
      place[fromBegin] = r.index[toBegin];
      continue;
    }
    // Written where the group's own indices are known, so that rows of the input stay rows.
    Vals parts = r.e.once(op, number, r.index.slice(toBegin, toEnd - toBegin),
                          [&, fromBegin = fromBegin, fromEnd = fromEnd, toBegin = toBegin, toEnd = toEnd] {
                            Val flat = r.e.number(0);
                            for (int64_t axis = toBegin; axis < toEnd; ++axis)
                              flat = axis == toBegin ? r.index[axis] : flat * r.e.size(r.type(), axis) + r.index[axis];
                            Vals split(fromEnd - fromBegin);
                            for (int64_t axis = fromEnd; axis-- > fromBegin;) {
                              Val size = r.e.size(from, axis);
                              split[axis - fromBegin] = axis == fromBegin ? flat : flat % size;
                              if (axis > fromBegin)
                                flat = flat / size;
                            }
                            return split;
                          });
    for (int64_t axis = fromBegin; axis < fromEnd; ++axis)
      place[axis] = parts[axis - fromBegin];
  }
  return r.e.element(op.getInput(), place, r.lanes);
}

/// Whether `lanes` neighbours of the result, the first at a multiple of `lanes`, are neighbours in the input.
static bool keepsNeighbours(graph::SymbolicTensorType from, graph::SymbolicTensorType to, int64_t lanes) {
  if (from.getRank() == 0 || to.getRank() == 0)
    return false;
  if (from.getDim(-1) == to.getDim(-1))
    return true;
  std::optional<int64_t> left = from.getStaticDim(-1), right = to.getStaticDim(-1);
  return left && right && *left % lanes == 0 && *right % lanes == 0;
}

//===----------------------------------------------------------------------===//
// Slices, joins and choices
//===----------------------------------------------------------------------===//

static Val emitTranspose(const Request &r, graph::TransposeOp op) {
  Index place(r.index.size());
  for (auto [axis, from] : llvm::enumerate(op.getPermutation()))
    place[from] = r.index[axis];
  return r.e.element(op.getInput(), place, r.lanes);
}

static Val emitSlice(const Request &r, graph::SliceOp op) {
  Index place(r.index);
  int64_t axis = op.getAxis();
  place[axis] = r.e.onceValue(op, 0, {r.index[axis]}, [&] {
    return r.index[axis] * static_cast<int64_t>(op.getStep()) + static_cast<int64_t>(op.getBegin());
  });
  return r.e.element(op.getInput(), place, r.lanes);
}

/// The input whose range holds the index, by nested branches.
static Val emitConcat(const Request &r, graph::ConcatOp op, unsigned first, int64_t begin) {
  int64_t axis = op.getAxis();
  Value input = op.getInputs()[first];
  int64_t size = *cast<graph::SymbolicTensorType>(input.getType()).getStaticDim(axis);
  auto here = [&] {
    // Inside the input whatever the index: what does not change in an inner loop is computed ahead of this branch.
    Index place(r.index);
    bool isVector = r.lanes > 1 && axis + 1 == static_cast<int64_t>(r.index.size());
    int64_t last = std::max<int64_t>(0, size - (isVector ? r.lanes : 1));
    Val own = begin == 0 ? r.index[axis] : r.index[axis] - begin;
    place[axis] = r.b().minimum(r.b().maximum(own, r.b().index(0)), r.b().index(last));
    return Vals{r.e.element(input, place, r.lanes)};
  };
  if (first + 1 == op.getInputs().size())
    return here()[0];
  return r.b().ifElse(r.index[axis] < begin + size, here,
                      [&] { return Vals{emitConcat(r, op, first + 1, begin + size)}; })[0];
}

static Val emitGather(const Request &r, graph::GatherOp op) {
  auto input = cast<graph::SymbolicTensorType>(op.getInput().getType());
  int64_t batch = op.getBatchDims(), choices = cast<graph::SymbolicTensorType>(op.getIndices().getType()).getRank();
  Val chosen = r.e.onceValue(op, 0, r.index.take_front(choices), [&] {
    Val place = r.e.element(op.getIndices(), r.index.take_front(choices));
    Val inside = (place >= 0) & (place < r.e.size(input, batch));
    r.e.frame.report(r.b().bitNot(inside), TERN_KERNEL_INDEX_OUTSIDE);
    return r.b().select(inside, place, r.e.number(0));
  });
  Index place(r.index.take_front(batch));
  place.push_back(chosen);
  place.append(r.index.begin() + choices, r.index.end());
  return r.e.element(op.getInput(), place, r.lanes);
}

bool isShapeVectorizable(TensorEmitter &e, Operation *op, int64_t lanes) {
  auto typeOf = [](Value value) { return cast<graph::SymbolicTensorType>(value.getType()); };
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op))
    return keepsNeighbours(typeOf(reshape.getInput()), typeOf(reshape.getResult()), lanes);
  if (auto transpose = dyn_cast<graph::TransposeOp>(op)) {
    int64_t last = transpose.getPermutation().size() - 1;
    return last >= 0 && transpose.getPermutation().back() == last;
  }
  if (auto slice = dyn_cast<graph::SliceOp>(op)) {
    bool isLast = static_cast<int64_t>(slice.getAxis()) + 1 == typeOf(slice.getInput()).getRank();
    return !isLast || (slice.getStep() == 1 && slice.getBegin() % lanes == 0);
  }
  if (auto concat = dyn_cast<graph::ConcatOp>(op)) {
    bool isLast = static_cast<int64_t>(concat.getAxis()) + 1 == typeOf(concat.getResult()).getRank();
    return !isLast ||
           llvm::all_of(concat.getInputs(), [&](Value input) { return *typeOf(input).getStaticDim(-1) % lanes == 0; });
  }
  if (auto gather = dyn_cast<graph::GatherOp>(op))
    return typeOf(gather.getResult()).getRank() > typeOf(gather.getIndices()).getRank();
  return true;
}

Val emitShape(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::ReshapeOp op) { return emitReshape(r, op); })
      .Case([&](graph::TransposeOp op) { return emitTranspose(r, op); })
      .Case([&](graph::SliceOp op) { return emitSlice(r, op); })
      .Case([&](graph::ConcatOp op) { return emitConcat(r, op, 0, 0); })
      .Case([&](graph::GatherOp op) { return emitGather(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
