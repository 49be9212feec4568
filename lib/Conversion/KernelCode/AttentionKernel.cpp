//===- AttentionKernel.cpp - Attention as tasks ----------------------------===//

#include "lib/Conversion/KernelCode/AttentionKernel.h"

#include "dialects/Kernel/IR/Arrivals.h"

using namespace mlir;

namespace tern::code {

static graph::SymbolicTensorType typeOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// What the accessors of both ops give alike.
template <typename Op> static AttentionOperands readOperands(Op op) {
  AttentionOperands operands;
  operands.op = op;
  operands.query = op.getQuery();
  operands.key = op.getKey();
  operands.value = op.getValue();
  operands.positions = op.getPositions();
  operands.lengths = op.getLengths();
  operands.bias = op.getBias();
  operands.slopes = op.getSlopes();
  operands.isCausal = op.getMask() == graph::Mask::Causal;
  operands.window = op.getWindow();
  operands.scale = op.getScale().convertToDouble();
  if (op.getSoftCap())
    operands.softCap = op.getSoftCap()->convertToDouble();
  operands.headSize = typeOf(op.getQuery()).getStaticDim(3).value_or(0);
  operands.valueSize = typeOf(op.getValue()).getStaticDim(3).value_or(0);
  operands.heads = typeOf(op.getQuery()).getStaticDim(2).value_or(0);
  operands.groups = typeOf(op.getKey()).getStaticDim(2).value_or(0);
  return operands;
}

std::optional<AttentionOperands> attentionOf(Value value) {
  if (auto attention = value.getDefiningOp<graph::AttentionOp>()) {
    AttentionOperands operands = readOperands(attention);
    operands.sinks = attention.getSinks();
    return operands;
  }
  if (auto part = value.getDefiningOp<kernel::AttendPartOp>()) {
    AttentionOperands operands = readOperands(part);
    operands.isPart = true;
    return operands;
  }
  return std::nullopt;
}

std::pair<Val, Val> visibleKeys(TensorEmitter &e, const AttentionOperands &operands, const AttentionTask &task,
                                Val row) {
  CodeBuilder &b = e.b;
  Val begin = task.keyBegin, end = task.keyEnd;
  if (operands.lengths)
    end = b.minimum(end, e.element(operands.lengths, {task.sequence}));
  if (!operands.positions)
    return {begin, end};
  Val position = e.element(operands.positions, {task.sequence, task.token(row)});
  if (operands.isCausal)
    end = b.minimum(end, position + 1);
  if (operands.window)
    begin = b.maximum(begin, position - (*operands.window - 1));
  return {begin, b.select(position < 0, e.number(0), end)};
}

/// Tasks of (b, group, part): the rows are all tokens of the group's heads.
static AttentionTask partTask(TensorEmitter &e, const AttentionOperands &operands, const Root &root,
                              ArrayRef<TaskRange> ranges) {
  AttentionTask task;
  int64_t perGroup = operands.heads / operands.groups;
  auto query = typeOf(operands.query);
  FailureOr<int64_t> tokens = e.maximum(query.getDim(1));
  task.maxRows = mlir::failed(tokens) ? 1 : *tokens * perGroup;
  task.sequence = ranges[0].begin;
  task.group = ranges[1].begin;
  task.part = ranges[2].begin;
  task.rows = e.size(query, 1) * perGroup;
  Val firstHead = task.group * perGroup, zero = e.number(0);
  bool isOneToken = query.getStaticDim(1) == 1;
  task.token = [=](Val row) { return isOneToken ? zero : perGroup == 1 ? row : row / perGroup; };
  task.head = [=](Val row) { return perGroup == 1 ? firstHead : firstHead + (isOneToken ? row : row % perGroup); };
  // Blocks of keys go to the parts in turn.
  int64_t parts = typeOf(root.value).getStaticDim(3).value_or(1);
  task.keyBegin = task.part * blockKeys;
  task.keyEnd = e.size(typeOf(operands.key), 1);
  task.keyStep = blockKeys * parts;
  Val part = task.part;
  task.holds = [=](Val position) { return position / blockKeys % parts == part; };
  return task;
}

/// Tasks of (b, head, block of tokens): the rows are the tokens.
static AttentionTask blockTask(TensorEmitter &e, const AttentionOperands &operands, int64_t tile,
                               ArrayRef<TaskRange> ranges) {
  AttentionTask task;
  FailureOr<int64_t> tokens = e.maximum(typeOf(operands.query).getDim(1));
  task.maxRows = mlir::failed(tokens) ? 1 : std::min(tile, *tokens);
  task.sequence = ranges[0].begin;
  Val head = ranges[1].begin, firstToken = ranges[2].begin;
  int64_t perGroup = operands.heads / operands.groups;
  task.group = perGroup == 1 ? head : head / perGroup;
  task.rows = ranges[2].end - firstToken;
  task.token = [firstToken](Val row) { return firstToken + row; };
  task.head = [head](Val) { return head; };
  task.keyBegin = e.number(0);
  task.keyEnd = e.size(typeOf(operands.key), 1);
  return task;
}

/// Whether the task space is [B, ?, ?] with one sequence and one head (or group) a task.
static bool isAttentionSpace(kernel::TasksAttr tasks, bool isPart) {
  ArrayRef<int64_t> tiles = tasks.getTiles();
  return tiles.size() == 3 && tiles[0] == 1 && tiles[1] == 1 && (!isPart || tiles[2] == 1);
}

/// What combines the parts that root `tasks.getRoots()[0]` is, if the second root does.
static std::optional<Root> combinedOf(TensorEmitter &e, kernel::TasksAttr tasks, const Root &part) {
  if (tasks.getRoots().size() < 2)
    return std::nullopt;
  Root root = rootOf(e, tasks.getRoots()[1]);
  auto combine = root.value.getDefiningOp<kernel::AttendCombineOp>();
  if (root.write || !combine || combine.getPart() != part.value)
    return std::nullopt;
  return root;
}

/// The address of the number that tasks of the group of `task` count themselves by; nothing if no argument is for that.
static Val arrivalsOf(TensorEmitter &e, const AttentionTask &task) {
  for (auto [index, argument] : llvm::enumerate(e.function.getBody().getArguments())) {
    if (!e.function.getArgAttr(index, kernel::arrivalsAttrName))
      continue;
    TensorPlace place{e.frame.operands[index], typeOf(argument)};
    return e.b.elementPointer(e.b.i32, place.pointer, e.offsetOf(place, {task.sequence, task.group}));
  }
  return Val();
}

/// The roots of `tasks`, of [B, G, S], after the first `count`, if each appends one token of B sequences with G heads;
/// nothing if there are others.
static std::optional<SmallVector<Root>> appendsOf(TensorEmitter &e, kernel::TasksAttr tasks, size_t count) {
  SmallVector<Root> appends;
  for (int64_t number : tasks.getRoots().drop_front(count)) {
    appends.push_back(rootOf(e, number));
    auto type = typeOf(appends.back().value);
    if (!isa_and_nonnull<kernel::AppendStateOp>(appends.back().write) || type.getRank() != 4 ||
        type.getDim(0) != tasks.getDims()[0] || type.getStaticDim(1) != 1 || type.getDim(2) != tasks.getDims()[1])
      return std::nullopt;
  }
  return appends;
}

/// Appends the new keys and values of a task's group, in the task whose part holds the position: others do not read it.
static void appendInPart(TensorEmitter &e, const AttentionTask &task, ArrayRef<Root> appends) {
  CodeBuilder &b = e.b;
  auto positions = cast<kernel::AppendStateOp>(appends.front().write).getPositions();
  Val position = e.element(positions, {task.sequence, e.number(0)});
  b.ifThen(task.holds(position), [&] {
    Val group = b.here(task.group); // nothing that is computed from it moves out of the condition
    for (const Root &append : appends)
      emitRoot(e, append,
               {{task.sequence, task.sequence + 1, true}, {e.number(0), e.number(1), true}, {group, group + 1, true}});
    e.endRoot();
  });
}

void emitAttentionKernel(TensorEmitter &e) {
  Val first = e.number(0);
  for (Attribute space : e.function.getTasks()) {
    auto tasks = cast<kernel::TasksAttr>(space);
    Root root = rootOf(e, tasks.getRoots().front());
    std::optional<AttentionOperands> operands = attentionOf(root.value);
    if (!operands || root.write)
      return e.fail(e.function, "the first root of an attention kernel's tasks must be attention itself");
    if (!isAttentionSpace(tasks, operands->isPart))
      return e.fail(e.function, "tasks of attention must be [B, H, T] with one head, or [B, G, S] with one part, each");
    std::optional<Root> combined = combinedOf(e, tasks, root);
    if (combined)
      operands->sinks = combined->value.getDefiningOp<kernel::AttendCombineOp>().getSinks();
    std::optional<SmallVector<Root>> appends = appendsOf(e, tasks, combined ? 2 : 1);
    if (!appends || (!appends->empty() && !operands->isPart))
      return e.fail(e.function, "besides attention in parts a task may combine the parts and append a token of each "
                                "sequence, nothing else");
    if (operands->headSize == 0 || operands->valueSize == 0)
      return e.fail(operands->op, "the sizes of heads must be numbers");
    // Scratch is laid out once for all tasks of the space.
    first = forEachTask(e, tasks, first, [&](ArrayRef<TaskRange> ranges) {
      AttentionTask task = operands->isPart ? partTask(e, *operands, root, ranges)
                                            : blockTask(e, *operands, tasks.getTiles()[2], ranges);
      if (!appends->empty())
        appendInPart(e, task, *appends);
      if (combined) {
        task.combined = combined;
        task.arrivals = arrivalsOf(e, task);
      }
      e.attend(*operands, root, task);
    });
  }
}

} // namespace tern::code
