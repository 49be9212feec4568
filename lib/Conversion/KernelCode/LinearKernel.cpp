//===- LinearKernel.cpp - Kernels of kind linear --------------------------===//

#include "lib/Conversion/KernelCode/LinearKernel.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace tern::code {

namespace {

graph::SymbolicTensorType tensorOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

class LinearKernel {
public:
  explicit LinearKernel(TensorEmitter &e) : e(e), b(e.b) {}

  void emit() {
    SmallVector<graph::LinearOp> products(e.function.getBody().front().getOps<graph::LinearOp>());
    if (products.empty())
      return e.fail(e.function, "a kernel of kind 'linear' must have a linear layer");
    for (graph::LinearOp product : products)
      if (product.getInput() != products.front().getInput())
        return e.fail(product, "linear layers of a kernel must have the same input");
    bool isPacked = llvm::all_of(products, [&](graph::LinearOp product) { return isInTiles(product.getWeight()); });
    if (isPacked) {
      input = prepareLinearInput(e, products.front().getInput());
      if (!input)
        return;
    }
    Val first = e.number(0);
    for (auto tasks : e.function.getTasks().getAsRange<kernel::TasksAttr>()) {
      if (!checkTasks(tasks))
        return;
      first = isPacked ? emitSpace(tasks, first) : emitByElement(tasks, first);
    }
  }

private:
  bool isInTiles(Value weight) {
    std::optional<TensorPlace> place = e.placeOf(weight);
    return place && place->layout == kernel::Layout::Tiles16 && packedFormatOf(place->type.getStorageFormat());
  }

  /// Tasks are of [N, tokens...], N in whole tiles, and the tokens of a task neighbours: at most one dimension is cut,
  /// and those outside it go one by one.
  bool checkTasks(kernel::TasksAttr tasks) {
    SmallVector<Attribute> dims(tasks.getDims().drop_front());
    if (!tasks.getDims().empty())
      dims.push_back(tasks.getDims().front());
    for (int64_t number : tasks.getRoots()) {
      if (ArrayRef(dims) != tensorOf(rootOf(e, number).value).getDims()) {
        e.fail(e.function, "tasks of a linear kernel must be of the last dimension of their roots, then of the others");
        return false;
      }
    }
    if (tasks.getTiles().front() % tileRows != 0) {
      e.fail(e.function, "tasks of a linear kernel must be whole tiles of 16 rows");
      return false;
    }
    bool goesByOne = true; // every dimension so far
    for (size_t axis = 1; axis < tasks.getDims().size(); ++axis) {
      if (!goesByOne && !coversDim(tasks, axis)) {
        e.fail(e.function, "the tokens of a task of a linear kernel must be neighbours");
        return false;
      }
      goesByOne &= tasks.getTiles()[axis] == 1 || e.function.getMaximum(tasks.getDims()[axis]) == 1;
    }
    return true;
  }

  bool coversDim(kernel::TasksAttr tasks, size_t axis) {
    std::optional<int64_t> most = e.function.getMaximum(tasks.getDims()[axis]);
    return most && *most <= tasks.getTiles()[axis];
  }

  Val emitSpace(kernel::TasksAttr tasks, Val first) {
    SmallVector<graph::LinearOp> products = productsOf(e.function, tasks);
    if (products.empty()) {
      e.fail(e.function, "each root of a linear kernel must come from a linear layer");
      return first;
    }
    bool allTokens =
        llvm::all_of(llvm::seq<size_t>(1, tasks.getDims().size()), [&](size_t axis) { return coversDim(tasks, axis); });
    if (!allTokens || !e.frame.end)
      return forEachTask(e, tasks, first, [&](ArrayRef<TaskRange> ranges) { emitTask(tasks, products, ranges); });

    // Tasks differ in rows alone: all of a piece go through one loop.
    int64_t tile = tasks.getTiles().front(), rows = cast<IntegerAttr>(tasks.getDims().front()).getInt();
    Val count = e.number((rows + tile - 1) / tile);
    Val begin = b.maximum(e.frame.begin - first, e.number(0)), end = b.minimum(e.frame.end - first, count);
    SmallVector<TaskRange> ranges = {{begin * tile, b.minimum(end * tile, e.number(rows))}};
    for (Attribute dim : tasks.getDims().drop_front())
      ranges.push_back({e.number(0), e.size(dim)});
    emitTask(tasks, products, ranges);
    return first + count;
  }

  /// The tokens of `ranges`, all but the first, as numbers of rows.
  LinearRange tokensOf(kernel::TasksAttr tasks, ArrayRef<TaskRange> ranges) {
    LinearRange range;
    range.tokenBegin = e.number(0);
    Val count = e.number(1);
    range.tokens = range.maxTokens = 1;
    for (size_t axis = 1; axis < ranges.size(); ++axis) {
      Val size = e.size(tasks.getDims()[axis]);
      range.tokenBegin = range.tokenBegin * size + ranges[axis].begin;
      count = count * (ranges[axis].end - ranges[axis].begin);
      auto fixed = dyn_cast<IntegerAttr>(tasks.getDims()[axis]);
      int64_t tile = tasks.getTiles()[axis];
      range.maxTokens *= std::min(tile, e.function.getMaximum(tasks.getDims()[axis]).value_or(tile));
      if (tile == 1 || (fixed && (fixed.getInt() <= tile || fixed.getInt() % tile == 0)))
        range.tokens =
            range.tokens ? std::optional(*range.tokens * std::min(tile, fixed ? fixed.getInt() : tile)) : std::nullopt;
      else
        range.tokens = std::nullopt;
    }
    range.tokenEnd = range.tokenBegin + (range.tokens ? e.number(*range.tokens) : count);
    return range;
  }

  void emitTask(kernel::TasksAttr tasks, ArrayRef<graph::LinearOp> products, ArrayRef<TaskRange> ranges) {
    LinearRange range = tokensOf(tasks, ranges);
    range.tileBegin = ranges.front().begin >> 4;
    range.tileEnd = b.ceilDiv(ranges.front().end, tileRows);
    range.maxTiles = tasks.getTiles().front() / int64_t(tileRows);
    range.isOneTile = !e.frame.end && tasks.getTiles().front() == int64_t(tileRows);
    LinearTask task{*input, {}, products, tasks.getRoots(), cast<IntegerAttr>(tasks.getDims().front()).getInt(), range};
    for (graph::LinearOp product : products) {
      TensorPlace place = *e.placeOf(product.getWeight());
      task.weights.push_back({*packedFormatOf(place.type.getStorageFormat()), place.pointer});
    }
    e.multiply(task);
  }

  /// Without packed weights.
  Val emitByElement(kernel::TasksAttr tasks, Val first) {
    return forEachTask(e, tasks, first, [&](ArrayRef<TaskRange> ranges) {
      SmallVector<TaskRange> ofRoot(ranges.drop_front());
      ofRoot.push_back(ranges.front());
      for (int64_t number : tasks.getRoots())
        emitRoot(e, rootOf(e, number), ofRoot);
    });
  }

  TensorEmitter &e;
  CodeBuilder &b;
  std::optional<LinearInput> input;
};

} // namespace

SmallVector<graph::LinearOp> productsOf(kernel::FuncOp function, kernel::TasksAttr tasks) {
  Operation *end = function.getBody().front().getTerminator();
  SmallVector<Operation *> writes = function.getWrites();
  llvm::SetVector<Operation *> reached;
  for (int64_t number : tasks.getRoots())
    if (Operation *op = number < end->getNumOperands() ? end->getOperand(number).getDefiningOp()
                                                       : writes[number - end->getNumOperands()])
      reached.insert(op);
  SmallVector<graph::LinearOp> products;
  for (size_t i = 0; i < reached.size(); ++i) {
    if (auto product = dyn_cast<graph::LinearOp>(reached[i])) {
      products.push_back(product);
      continue;
    }
    for (Value operand : reached[i]->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        reached.insert(producer);
  }
  llvm::sort(products, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return products;
}

Index indexOfToken(TensorEmitter &e, graph::LinearOp product, Val token) {
  return indexOfRow(e, tensorOf(product.getResult()), token);
}

Index indexOfRow(TensorEmitter &e, graph::SymbolicTensorType type, Val row) {
  int64_t rank = type.getRank() - 1;
  Index index(rank);
  Val rest = row;
  for (int64_t axis = rank; axis-- > 0;) {
    bool isOuter = llvm::all_of(llvm::seq<int64_t>(0, axis), [&](int64_t i) { return type.getStaticDim(i) == 1; });
    if (type.getStaticDim(axis) == 1) {
      index[axis] = e.number(0);
    } else if (isOuter) {
      index[axis] = rest;
    } else {
      bool isEmpty = type.getStaticDim(axis) == 0; // there is no row then, but its code is written all the same
      Val size = isEmpty ? e.number(1) : e.size(type, axis);
      index[axis] = rest % size;
      rest = rest / size;
    }
  }
  return index;
}

void finishProducts(TensorEmitter &e, const LinearTask &task, ArrayRef<Val> index, ArrayRef<Val> sums) {
  for (auto [product, sum] : llvm::zip_equal(task.products, sums)) {
    graph::LinearOp op = product;
    Val value = op.getBias() ? sum + e.element(op.getBias(), {index.back()}, sum.getLanes()) : sum;
    e.provide(op.getResult(), index, e.round(tensorOf(op.getResult()).getElementType(), value));
  }
  for (int64_t number : task.roots) {
    Root root = rootOf(e, number);
    e.store(e.element(root.value, index, sums.front().getLanes()), root.place, index);
  }
}

void emitLinearKernel(TensorEmitter &e) { LinearKernel(e).emit(); }

} // namespace tern::code
