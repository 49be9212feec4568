//===- TileSpaces.cpp - The tasks of a kernel -----------------------------===//

#include "KernelOutliner.h"
#include "ScheduleRules.h"
#include "dialects/Graph/Transforms/FusionRules.h"

#include "llvm/ADT/EquivalenceClasses.h"

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

static SymbolicTensorType tensorOf(Value value) { return cast<SymbolicTensorType>(value.getType()); }

/// The value that each root stores: the results, then what is written to states.
static SmallVector<Value> rootValues(kernel::FuncOp kernel) {
  SmallVector<Value> values(kernel.getBody().front().getTerminator()->getOperands());
  for (Operation *write : kernel.getWrites()) {
    auto append = dyn_cast<kernel::AppendStateOp>(write);
    values.push_back(append ? append.getValue() : cast<kernel::WriteStateOp>(write).getValue());
  }
  return values;
}

/// Whether a number of `value` takes nothing that its row has in common.
static bool isByNumber(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return true;
  bool isKnown = graph::isElementwise(op) || isa<graph::ReshapeOp, graph::RotateOp>(op);
  return isKnown && llvm::all_of(op->getOperands(), isByNumber);
}

/// The dimensions that number the rows of `value`. On a GPU the heads of a token are one row, if there are many tokens:
/// a block of threads for 64 numbers is gone before the next has begun.
static ArrayRef<Attribute> rowDims(kernel::FuncOp kernel, Value value, bool isForGpu) {
  ArrayRef<Attribute> dims = tensorOf(value).getDims();
  dims = dims.empty() ? dims : dims.drop_back();
  if (!isForGpu || dims.size() != 3 || !isByNumber(value))
    return dims;
  int64_t tokens = kernel.getMaximum(dims[0]).value_or(1) * kernel.getMaximum(dims[1]).value_or(1);
  return tokens >= fewestRows ? dims.drop_back() : dims;
}

/// One space a root: a task is a row.
static void addRows(kernel::FuncOp kernel, const EntrySpec &spec, SmallVectorImpl<Attribute> &spaces) {
  for (auto [root, value] : llvm::enumerate(rootValues(kernel))) {
    ArrayRef<Attribute> dims = rowDims(kernel, value, spec.isForGpu);
    spaces.push_back(kernel::TasksAttr::get(kernel.getContext(), {static_cast<int64_t>(root)}, dims,
                                            SmallVector<int64_t>(dims.size(), 1)));
  }
}

/// One space for all roots, of one task: what an op that runs alone needs.
static void addSingle(kernel::FuncOp kernel, SmallVectorImpl<Attribute> &spaces) {
  auto roots = llvm::to_vector(llvm::seq<int64_t>(0, rootValues(kernel).size()));
  spaces.push_back(kernel::TasksAttr::get(kernel.getContext(), roots, {}, {}));
}

/// The roots that each linear layer of the kernel reaches, those that share an op together.
static SmallVector<SmallVector<int64_t>> rootsOfProducts(kernel::FuncOp kernel) {
  SmallVector<Value> roots = rootValues(kernel);
  llvm::EquivalenceClasses<Operation *> joined;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    auto follows = [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      return producer && joined.contains(producer);
    };
    if (!isa<graph::LinearOp>(op) && llvm::none_of(op.getOperands(), follows))
      continue;
    joined.insert(&op);
    if (isa<graph::LinearOp>(op))
      continue;
    for (Value operand : op.getOperands())
      if (follows(operand))
        joined.unionSets(&op, operand.getDefiningOp());
  }
  SmallVector<SmallVector<int64_t>> spaces;
  llvm::DenseMap<Operation *, unsigned> spaceOf;
  for (auto [root, value] : llvm::enumerate(roots)) {
    Operation *leader = joined.getLeaderValue(value.getDefiningOp());
    auto [known, isNew] = spaceOf.try_emplace(leader, spaces.size());
    if (isNew)
      spaces.emplace_back();
    spaces[known->second].push_back(root);
  }
  return spaces;
}

/// A space for each product and what follows it: output rows outermost, so that the weights of a task are read once,
/// then the tokens.
static void addLinear(kernel::FuncOp kernel, const EntrySpec &spec, SmallVectorImpl<Attribute> &spaces) {
  SmallVector<Value> roots = rootValues(kernel);
  for (ArrayRef<int64_t> space : rootsOfProducts(kernel)) {
    SymbolicTensorType type = tensorOf(roots[space.front()]);
    int64_t rows = *type.getStaticDim(-1), tokens = 1;
    SmallVector<int64_t> sizes;
    for (Attribute dim : type.getDims().drop_back())
      tokens *= sizes.emplace_back(kernel.getMaximum(dim).value_or(1));
    // The shape of tasks does not depend on the format.
    LinearSchedule schedule = scheduleLinear(StorageFormat::F32, rows, tokens);
    SmallVector<Attribute> dims{graph::staticDim(kernel.getContext(), rows)};
    SmallVector<int64_t> tiles{16 * schedule.taskTiles};
    // Tokens of a task are neighbours: all of them, or some of the last dimension.
    bool isSplit = schedule.taskTokens > 0 && !sizes.empty() && sizes.back() > schedule.taskTokens;
    for (auto [index, dim] : llvm::enumerate(type.getDims().drop_back())) {
      bool isLast = index + 1 == sizes.size();
      dims.push_back(dim);
      tiles.push_back(std::max<int64_t>(1, !isSplit ? sizes[index] : isLast ? schedule.taskTokens : 1));
    }
    spaces.push_back(kernel::TasksAttr::get(kernel.getContext(), space, dims, tiles));
  }
}

/// Many tokens: a task is a head and a block of queries. One token: a key head and a part of the context.
static void addAttention(kernel::FuncOp kernel, SmallVectorImpl<Attribute> &spaces) {
  SymbolicTensorType type = tensorOf(rootValues(kernel).front());
  Attribute batch = type.getDim(0), tokens = type.getDim(1), heads = type.getDim(2);
  if (type.getRank() == 4) {
    spaces.push_back(kernel::TasksAttr::get(kernel.getContext(), {0}, {batch, heads, tokens},
                                            {1, 1, kernel.getSchedule().getTokens()}));
    return;
  }
  Operation *part = rootValues(kernel).front().getDefiningOp();
  Attribute groups = tensorOf(cast<kernel::AttendPartOp>(part).getKey()).getDim(2);
  auto roots = llvm::to_vector(llvm::seq<int64_t>(0, kernel.getNumResults())); // the parts, and what combines them
  spaces.push_back(kernel::TasksAttr::get(kernel.getContext(), roots, {batch, groups, type.getDim(3)}, {1, 1, 1}));
}

ArrayAttr tern::tileSpaces(kernel::FuncOp kernel, const EntrySpec &spec) {
  SmallVector<Attribute> spaces;
  switch (kernel.getSchedule().getKind()) {
  case kernel::Kind::Rows:
    addRows(kernel, spec, spaces);
    break;
  case kernel::Kind::Linear:
    addLinear(kernel, spec, spaces);
    break;
  case kernel::Kind::Attention:
    addAttention(kernel, spaces);
    break;
  case kernel::Kind::Serial:
    addSingle(kernel, spaces);
    break;
  }
  return ArrayAttr::get(kernel.getContext(), spaces);
}
