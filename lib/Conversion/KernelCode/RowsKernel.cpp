//===- RowsKernel.cpp - Kernels of rows and of single ops -----------------===//

#include "lib/Conversion/KernelCode/RowsKernel.h"

#include "runtime/Cpu/KernelAbi.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

/// How many tasks lie along dimension `axis`.
static Val countAlong(TensorEmitter &e, kernel::TasksAttr tasks, int64_t axis) {
  int64_t tile = tasks.getTiles()[axis];
  Attribute dim = tasks.getDims()[axis];
  if (auto fixed = dyn_cast<IntegerAttr>(dim))
    return e.number((fixed.getInt() + tile - 1) / tile);
  return tile == 1 ? e.size(dim) : e.b.ceilDiv(e.size(dim), tile);
}

static TaskRange rangeAlong(TensorEmitter &e, kernel::TasksAttr tasks, int64_t axis, Val place) {
  int64_t tile = tasks.getTiles()[axis];
  if (tile == 1)
    return {place, place + 1, true};
  Val size = e.size(tasks.getDims()[axis]);
  auto fixed = dyn_cast<IntegerAttr>(tasks.getDims()[axis]);
  Val begin = place * tile;
  if (fixed && fixed.getInt() <= tile)
    return {e.number(0), size, fixed.getInt() == 1};
  return {begin, fixed && fixed.getInt() % tile == 0 ? begin + tile : e.b.minimum(begin + tile, size)};
}

/// What task `task` of a space with `counts` tasks along its dimensions covers of each.
static SmallVector<TaskRange> rangesOf(TensorEmitter &e, kernel::TasksAttr tasks, ArrayRef<Val> counts, Val task) {
  SmallVector<TaskRange> ranges(counts.size());
  Val one = e.number(1), rest = task;
  for (int64_t axis = counts.size(); axis-- > 0;) {
    // What is left before the outermost dimension of more than one task is its place.
    bool isOuter = llvm::all_of(counts.take_front(axis), [&](Val count) { return count.get() == one.get(); });
    bool isSingle = counts[axis].get() == one.get();
    Val place = isSingle ? e.number(0) : isOuter ? rest : rest % counts[axis];
    if (!isSingle && !isOuter)
      rest = rest / counts[axis];
    ranges[axis] = rangeAlong(e, tasks, axis, place);
  }
  return ranges;
}

Val forEachTask(TensorEmitter &e, kernel::TasksAttr tasks, Val first,
                llvm::function_ref<void(ArrayRef<TaskRange>)> body) {
  CodeBuilder &b = e.b;
  Vals counts;
  Val all = e.number(1);
  for (int64_t axis = 0, rank = tasks.getDims().size(); axis < rank; ++axis) {
    counts.push_back(countAlong(e, tasks, axis));
    all = all * counts.back();
  }
  auto one = [&](Val task) { body(rangesOf(e, tasks, counts, task)); };
  if (e.frame.end) {
    Val begin = b.maximum(e.frame.begin - first, e.number(0)), end = b.minimum(e.frame.end - first, all);
    b.forLoop(begin, end, e.number(1), one);
  } else if (e.function.getTasks().size() == 1) {
    one(e.frame.begin);
  } else {
    Val task = e.frame.begin - first;
    // Its number is known inside the condition only, so that nothing computed from it moves out.
    b.ifThen((task >= 0) & (task < all), [&] { one(b.here(task)); });
  }
  return first + all;
}

//===----------------------------------------------------------------------===//
// Roots
//===----------------------------------------------------------------------===//

Root rootOf(TensorEmitter &e, int64_t number) {
  Operation *end = e.function.getBody().front().getTerminator();
  if (number < end->getNumOperands())
    return {end->getOperand(number), e.resultPlace(number)};
  Operation *write = e.function.getWrites()[number - end->getNumOperands()];
  auto append = dyn_cast<kernel::AppendStateOp>(write);
  Value value = append ? append.getValue() : cast<kernel::WriteStateOp>(write).getValue();
  auto state = cast<BlockArgument>(append ? append.getState() : cast<kernel::WriteStateOp>(write).getState());
  auto type = cast<kernel::StateType>(state.getType());
  return {value, {e.frame.operands[state.getArgNumber()], type.getTensor(), type.getLayout(), true}, write};
}

namespace {

/// The loops around one root's rows.
class RootLoops {
public:
  RootLoops(TensorEmitter &e, const Root &root, ArrayRef<TaskRange> ranges)
      : e(e), b(e.b), root(root), ranges(ranges), type(cast<graph::SymbolicTensorType>(root.value.getType())) {}

  void emit() {
    Index index(type.getRank());
    order = llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
    // A scan over tokens runs for a head, so heads are outside tokens in what it gives.
    bool isScan = isa_and_nonnull<graph::GatedDeltaRuleOp, graph::SelectiveScanOp>(root.value.getDefiningOp());
    if (isScan && cast<OpResult>(root.value).getResultNumber() == 0)
      std::swap(order[1], order[2]);
    nest(index, 0);
  }

private:
  TaskRange rangeOf(int64_t axis) const {
    if (axis < static_cast<int64_t>(ranges.size()))
      return ranges[axis];
    return {e.number(0), e.size(type, axis), type.getStaticDim(axis) == 1};
  }

  /// Writes the loops of dimensions order[depth] and on.
  void nest(Index &index, int64_t depth) {
    int64_t rank = type.getRank();
    auto append = dyn_cast_or_null<kernel::AppendStateOp>(root.write);
    if (append && depth == 2 && !position)
      return atPosition(index, append);
    if (depth == rank)
      return e.store(e.element(root.value, index), root.place, target(index));
    int64_t axis = order[depth];
    TaskRange range = rangeOf(axis);
    if (depth == rank - 1)
      return row(index, range);
    if (depth >= static_cast<int64_t>(ranges.size()) && canFlatten(depth))
      return flatRows(index, depth);
    if (range.isOne) {
      index[axis] = range.begin;
      return nest(index, depth + 1);
    }
    b.forLoop(range.begin, range.end, e.number(1), [&](Val i) {
      index[axis] = i;
      nest(index, depth + 1);
    });
  }

  /// Whether the rows of dimensions `depth` and on may be one: none of them computes something of its own first.
  bool canFlatten(int64_t depth) const {
    if (!e.likesLongRows() || type.isBlockStorage() || type.getStaticDim(depth) == 1 || !llvm::is_sorted(order))
      return false;
    llvm::SetVector<Operation *> reached;
    if (Operation *op = root.value.getDefiningOp())
      reached.insert(op);
    for (size_t i = 0; i < reached.size(); ++i) {
      if (isa<graph::RmsNormOp, graph::LayerNormOp, graph::SoftmaxOp, graph::ReduceOp, graph::ArgmaxOp, graph::TopKOp,
              graph::QuantizeOp, graph::ShortConvOp, graph::GatedDeltaRuleOp, graph::SelectiveScanOp,
              kernel::AttendCombineOp>(reached[i]))
        return false;
      if (isa<graph::RopeOp>(reached[i]) && depth < 2) // it has a table of each token
        return false;
      for (Value operand : reached[i]->getOperands())
        if (Operation *producer = operand.getDefiningOp())
          reached.insert(producer);
    }
    return true;
  }

  /// All elements of dimensions `depth` and on as one row.
  void flatRows(Index &index, int64_t depth) {
    int64_t rank = type.getRank();
    Val count = e.number(1);
    for (int64_t axis = depth; axis < rank; ++axis)
      count = count * e.size(type, axis);
    e.forRow(e.number(0), count, 1, [&](Val i, int64_t) {
      Val rest = i;
      for (int64_t axis = rank - 1; axis > depth; --axis) {
        Val size = e.size(type, axis);
        index[axis] = rest % size;
        rest = rest / size;
      }
      index[depth] = rest;
      e.store(e.element(root.value, index), root.place, target(index));
    });
  }

  void row(Index &index, const TaskRange &range) {
    auto quantize = root.value.getDefiningOp<graph::QuantizeOp>();
    if (type.isBlockStorage()) {
      if (!quantize)
        return e.fail(e.function, "a result in a format of activations must come from graph.quantize");
      return quantizedRow(ArrayRef(index).drop_back(), quantize, range);
    }
    int64_t lanes = e.chooseLanes({root.value}, type.getDim(-1));
    e.forRow(range.begin, range.end, lanes, [&](Val i, int64_t lanes) {
      index.back() = i;
      e.store(e.element(root.value, index, lanes), root.place, target(index));
    });
  }

  void quantizedRow(ArrayRef<Val> index, graph::QuantizeOp quantize, const TaskRange &range) {
    int64_t maxRows = 1;
    Val row = e.number(0);
    for (int64_t axis = 0; axis + 1 < type.getRank(); ++axis) {
      FailureOr<int64_t> most = e.maximum(type.getDim(axis));
      if (mlir::failed(most))
        return;
      maxRows *= *most;
      row = axis == 0 ? index[axis] : row * e.size(type, axis) + index[axis];
    }
    e.quantizeRow(quantize, index, root.place.pointer, maxRows, row, range.begin >> 5, b.ceilDiv(range.end, 32));
  }

  /// Entries go to their token's position; a token without one (negative) is skipped.
  void atPosition(Index &index, kernel::AppendStateOp append) {
    Val place = e.element(append.getPositions(), ArrayRef(index).take_front(2));
    e.frame.report(place >= e.capacity(), TERN_KERNEL_INDEX_OUTSIDE);
    b.ifThen((place >= 0) & (place < e.capacity()), [&] {
      position = place;
      nest(index, 2);
      position = Val();
    });
  }

  Index target(const Index &index) const {
    Index place(index);
    if (position)
      place[1] = position;
    return place;
  }

  TensorEmitter &e;
  CodeBuilder &b;
  const Root &root;
  ArrayRef<TaskRange> ranges;
  graph::SymbolicTensorType type;
  SmallVector<int64_t> order; ///< Of the loops, outermost first; the last dimension is innermost.
  Val position;
};

} // namespace

void emitRoot(TensorEmitter &e, const Root &root, ArrayRef<TaskRange> ranges) { RootLoops(e, root, ranges).emit(); }

void emitRowsKernel(TensorEmitter &e) {
  Val first = e.number(0);
  for (Attribute space : e.function.getTasks()) {
    auto tasks = cast<kernel::TasksAttr>(space);
    first = forEachTask(e, tasks, first, [&](ArrayRef<TaskRange> ranges) {
      for (int64_t number : tasks.getRoots()) {
        Root root = rootOf(e, number);
        auto type = cast<graph::SymbolicTensorType>(root.value.getType());
        if (tasks.getDims() != type.getDims().take_front(tasks.getDims().size()))
          return e.fail(e.function, "tasks of rows must be of the first dimensions of their roots");
        emitRoot(e, root, ranges);
        e.endRoot();
      }
    });
  }
}

} // namespace tern::code
