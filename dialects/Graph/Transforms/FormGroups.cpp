//===- FormGroups.cpp - Ops that run together become groups ---------------===//
//
// One pass over a block. Groups grow round their anchor in program order, under one rule that keeps the program in
// order: whatever a group reads from outside is defined before its first op, so that the group can stand there.
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Transforms/FusionRules.h"
#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace tern::graph;

#define DEBUG_TYPE "graph-form-groups"

namespace tern::graph {
#define GEN_PASS_DEF_FORMGROUPS
#include "dialects/Graph/Transforms/Passes.h.inc"
} // namespace tern::graph

namespace {

struct Group {
  StringRef kind;
  llvm::SetVector<Operation *> members;
  int64_t first = INT64_MAX;       ///< Program order of its first member.
  llvm::DenseSet<Value> wholeRows; ///< Values inside of which one element costs a whole row.
};

class GroupFormer {
public:
  GroupFormer(Block &block, int64_t launchBytes) : block(block), launchBytes(launchBytes) {}

  void run() {
    eraseDeadOps();
    hoistFreeOps();
    int64_t next = 0;
    for (Operation &op : block)
      order[&op] = next++;
    for (Operation &op : block)
      if (classify(&op) == OpClass::Linear && !groupOf.count(&op))
        formLinear(cast<LinearOp>(op));
    for (Operation &op : block)
      if (!op.hasTrait<OpTrait::IsTerminator>() && !groupOf.count(&op))
        place(&op);
    for (auto &group : groups)
      outline(*group);
  }

private:
  /// A group hands out what others use; what nobody uses has no place in one.
  void eraseDeadOps() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  /// Weights and constants first: then every group can be placed where its first op stands.
  void hoistFreeOps() {
    Operation *last = nullptr;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (classify(&op) != OpClass::Free)
        continue;
      if (last)
        op.moveAfter(last);
      else
        op.moveBefore(&block, block.begin());
      last = &op;
    }
  }

  Group &newGroup(StringRef kind, Operation *anchor) {
    groups.push_back(std::make_unique<Group>());
    groups.back()->kind = kind;
    join(*groups.back(), anchor);
    return *groups.back();
  }

  void join(Group &group, Operation *op) {
    group.members.insert(op);
    group.first = std::min(group.first, order.lookup(op));
    groupOf[op] = &group;
  }

  /// Whether `value` is known before the op at `place` and is no part of `group`.
  bool isBefore(Value value, int64_t place) const {
    Operation *producer = value.getDefiningOp();
    if (!producer || classify(producer) == OpClass::Free)
      return true;
    const Group *group = groupOf.lookup(producer);
    return (group ? group->first : order.lookup(producer)) < place;
  }

  /// Why `op` cannot join `group`, whose first op would then stand at `place`; nothing if it can.
  StringRef obstacleTo(Group &group, Operation *op, int64_t place) const {
    if (groupOf.count(op))
      return "it is part of another group";
    for (Operation *member : group.members)
      for (Value operand : member->getOperands())
        if (!isInside(group, op, operand) && !isBefore(operand, place))
          return "the group reads what is computed after it";
    for (Value operand : op->getOperands())
      if (!isInside(group, op, operand) && !isBefore(operand, place))
        return "it reads what is computed between it and the group";
    return crossesState(group, op, place) ? "it would pass another access to its state" : "";
  }

  static bool isInside(Group &group, Operation *joining, Value value) {
    Operation *producer = value.getDefiningOp();
    return producer && (producer == joining || group.members.contains(producer));
  }

  /// Whether `op` reads what was appended to `state`. Later phases read it where it lies, so it must be read before the
  /// next write.
  static bool readsContents(Operation *op, Attribute state) {
    return llvm::any_of(op->getOperands(), [&](Value operand) {
      auto append = operand.getDefiningOp<AppendStateOp>();
      return append && append.getStateAttr() == state;
    });
  }

  /// Whether an op on the same state, outside the group, stands between `place` and `op`.
  bool crossesState(Group &group, Operation *op, int64_t place) const {
    auto state = op->getAttrOfType<FlatSymbolRefAttr>("state");
    if (!state)
      return false;
    for (auto [other, where] : order)
      if (where > place && where < order.lookup(op) && !group.members.contains(other) &&
          (other->getAttrOfType<FlatSymbolRefAttr>("state") == state || readsContents(other, state)))
        return true;
    return false;
  }

  remark::RemarkOpts options() const { return remark::RemarkOpts::name("Group").category(DEBUG_TYPE); }

  void decline(const Group &group, Operation *op, StringRef obstacle) const {
    remark::missed(op->getLoc(), options())
        << remark::reason("{0} stays out of the {1} group: {2}", op->getName().stripDialect(), group.kind, obstacle);
  }

  /// Adds `op`, which meets the group at `between`, if that is possible and worth it. `repeated`: bytes read again.
  bool tryJoin(Group &group, Operation *op, Value between, int64_t repeated) {
    StringRef name = op->getName().stripDialect();
    int64_t place = std::min(group.first, order.lookup(op));
    if (StringRef obstacle = obstacleTo(group, op, place); !obstacle.empty()) {
      decline(group, op, obstacle);
      return false;
    }
    int64_t saved = 2 * bytesOf(between) + launchBytes;
    if (repeated > saved) {
      remark::missed(op->getLoc(), options())
          << remark::reason("{0} stays out of the {1} group: it would read {2} bytes again to save {3}", name,
                            group.kind, repeated, saved);
      return false;
    }
    remark::passed(op->getLoc(), options())
        << remark::add("{0} joins the {1} group: saves {2} bytes and a launch, reads {3} bytes again", name, group.kind,
                       2 * bytesOf(between), repeated);
    join(group, op);
    return true;
  }

  //===--------------------------------------------------------------------===//
  // Linear layers
  //===--------------------------------------------------------------------===//

  void formLinear(LinearOp anchor) {
    Group &group = newGroup("linear", anchor);
    for (Operation *user : anchor.getInput().getUsers())
      if (user != anchor && user->getBlock() == &block && classify(user) == OpClass::Linear &&
          cast<LinearOp>(user).getInput() == anchor.getInput() && !groupOf.count(user))
        tryJoin(group, user, anchor.getInput(), 0);
    addPrologue(group, anchor.getInput());
    addEpilogue(group);
  }

  /// What computes the input, as long as nobody else wants it.
  void addPrologue(Group &group, Value value) {
    while (Operation *producer = value.getDefiningOp()) {
      if (!isa<QuantizeOp, CastOp, RmsNormOp, LayerNormOp, GatherOp, ReshapeOp>(producer))
        return;
      if (!llvm::all_of(value.getUsers(), [&](Operation *user) { return group.members.contains(user); }))
        return decline(group, producer, "others read what it gives");
      if (!tryJoin(group, producer, value, bytesOf(producer->getOperand(0))))
        return;
      value = producer->getOperand(0);
    }
  }

  /// Elementwise ops on what the products give. They never read anything again: the tile is in registers.
  void addEpilogue(Group &group) {
    llvm::SmallSetVector<Value, 8> values;
    for (Operation *member : group.members)
      if (isa<LinearOp>(member))
        values.insert(member->getResult(0));
    for (size_t i = 0; i < values.size(); ++i)
      for (Operation *user : values[i].getUsers()) {
        if (!isElementwise(user) || group.members.contains(user))
          continue;
        if (StringRef obstacle = epilogueObstacle(user, values); !obstacle.empty())
          decline(group, user, obstacle);
        else if (tryJoin(group, user, values[i], 0))
          values.insert(user->getResult(0));
      }
  }

  /// Why `op`, elementwise, cannot follow the products `values` while they are in registers; nothing if it can.
  static StringRef epilogueObstacle(Operation *op, const llvm::SmallSetVector<Value, 8> &values) {
    for (Value operand : op->getOperands()) {
      if (!values.contains(operand))
        continue;
      if (dimsOf(operand) != dimsOf(op->getResult(0)))
        return "it repeats the product along a dimension";
      if (!operand.hasOneUse())
        return "others read the product";
    }
    return "";
  }

  static ArrayRef<Attribute> dimsOf(Value value) { return cast<SymbolicTensorType>(value.getType()).getDims(); }

  //===--------------------------------------------------------------------===//
  // Everything else
  //===--------------------------------------------------------------------===//

  void place(Operation *op) {
    switch (classify(op)) {
    case OpClass::Free:
      return;
    case OpClass::Attention:
      newGroup("attention", op);
      return;
    case OpClass::Rows:
      placeRows(op);
      return;
    case OpClass::Linear:
    case OpClass::Serial:
      placeSerial(op);
      return;
    }
  }

  /// Rows join the latest group of rows, if they can.
  void placeRows(Operation *op) {
    if (!rows || !joinRows(*rows, op))
      rows = &newGroup("rows", op);
    bool isWhole = isa<RmsNormOp, LayerNormOp, SoftmaxOp, ReduceOp, QuantizeOp>(op);
    if (isWhole || llvm::any_of(op->getOperands(), [&](Value operand) { return rows->wholeRows.contains(operand); }))
      rows->wholeRows.insert(op->getResult(0));
  }

  bool joinRows(Group &group, Operation *op) {
    StringRef obstacle = rowsObstacle(group, op);
    if (obstacle.empty())
      return tryJoin(group, op, op->getResult(0), rereadBytes(group, op));
    decline(group, op, obstacle);
    return false;
  }

  /// Why `op` cannot work on rows of `group`; nothing if it can. A row of a norm or reduction is computed whole by
  /// whoever reads it, so what reads it must have the same rows.
  static StringRef rowsObstacle(Group &group, Operation *op) {
    auto append = dyn_cast<AppendStateOp>(op);
    for (Operation *member : group.members)
      if (append && readsContents(member, append.getStateAttr()))
        return "it writes a state that the group reads";
      else if (append && member->getAttr("state") == append.getStateAttr())
        return "it writes a state that the group writes";
    for (Value operand : op->getOperands()) {
      if (isa_and_nonnull<AppendStateOp>(operand.getDefiningOp()) && group.members.contains(operand.getDefiningOp()))
        return "it reads the state that the group writes";
      if (!group.wholeRows.contains(operand))
        continue;
      bool hasSameRows = (isElementwise(op) || isa<QuantizeOp>(op)) &&
                         dimsOf(operand).drop_back() == dimsOf(op->getResult(0)).drop_back();
      if (!hasSameRows)
        return "it would compute rows anew for each of its own";
    }
    return "";
  }

  /// What `op` computes anew of values that stay visible outside: the operands of their producers.
  int64_t rereadBytes(Group &group, Operation *op) const {
    int64_t bytes = 0;
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (producer && group.members.contains(producer) && !operand.hasOneUse())
        for (Value input : producer->getOperands())
          bytes += bytesOf(input);
    }
    return bytes;
  }

  /// A serial op takes along the state that it reads and the state that it writes.
  void placeSerial(Operation *op) {
    Group &group = newGroup("serial", op);
    if (isa<ReadStateOp, WriteStateOp>(op))
      return;
    for (Value operand : op->getOperands())
      if (auto read = operand.getDefiningOp<ReadStateOp>())
        if (Group *alone = groupOf.lookup(read); operand.hasOneUse() && (!alone || alone->members.size() == 1))
          moveTo(group, read);
    for (Value result : op->getResults())
      for (Operation *user : result.getUsers())
        if (isa<WriteStateOp>(user) && !groupOf.count(user))
          tryJoin(group, user, result, 0);
  }

  void moveTo(Group &group, Operation *op) {
    if (Group *old = groupOf.lookup(op)) {
      groupOf.erase(op);
      if (!obstacleTo(group, op, std::min(group.first, order.lookup(op))).empty()) {
        groupOf[op] = old;
        return;
      }
      old->members.remove(op);
    }
    join(group, op);
  }

  //===--------------------------------------------------------------------===//
  // Groups as ops
  //===--------------------------------------------------------------------===//

  void outline(Group &group) {
    if (group.members.empty())
      return;
    SmallVector<Operation *> members(group.members.getArrayRef());
    llvm::sort(members, [&](Operation *a, Operation *b) { return order.lookup(a) < order.lookup(b); });
    SmallVector<Value> results;
    for (Operation *member : members)
      for (Value result : member->getResults())
        if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !group.members.contains(user); }))
          results.push_back(result);
    SmallVector<Location> locations = llvm::map_to_vector(members, [](Operation *op) { return op->getLoc(); });
    OpBuilder builder(members.front());
    auto op = GroupOp::create(builder, builder.getFusedLoc(locations), ValueRange(results).getTypes(), group.kind);
    Block &body = op.getBody().emplaceBlock();
    for (Operation *member : members)
      member->moveBefore(&body, body.end());
    for (auto [inner, outer] : llvm::zip_equal(results, op.getResults()))
      inner.replaceUsesWithIf(outer, [&](OpOperand &use) { return use.getOwner()->getBlock() != &body; });
    builder.setInsertionPointToEnd(&body);
    YieldOp::create(builder, op.getLoc(), results);
  }

  Block &block;
  int64_t launchBytes;
  llvm::DenseMap<Operation *, int64_t> order;
  llvm::DenseMap<Operation *, Group *> groupOf;
  std::vector<std::unique_ptr<Group>> groups;
  Group *rows = nullptr;
};

struct FormGroupsPass : public tern::graph::impl::FormGroupsBase<FormGroupsPass> {
  using FormGroupsBase::FormGroupsBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    if (StringRef obstacle = obstacleIn(function); !obstacle.empty()) {
      remark::missed(function.getLoc(), remark::RemarkOpts::name("Group").category(DEBUG_TYPE))
          << remark::reason("@{0} stays without groups: {1}", function.getName(), obstacle);
      return;
    }
    GroupFormer(function.getBody().front(), launchBytes).run();
  }

  /// Why ops of `function` cannot be reordered by what they name and use; nothing if they can.
  static StringRef obstacleIn(func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return "it has several blocks";
    for (Operation &op : function.getBody().front().without_terminator())
      if (op.getDialect() != function->getContext()->getLoadedDialect<GraphDialect>())
        return "it holds ops of other dialects";
      else if (isa<GroupOp>(op))
        return "it has groups";
    return "";
  }
};

} // namespace
