//===- FuseAppendIntoAttention.cpp - New tokens turned and kept by attention ===//
//
// Goes back from a launch of attention over parts of the context, and takes in the kernels of rows that work for it
// alone. Whoever takes a kernel in has taken in all who read it, as launches are visited from the last to the first.
//
//===----------------------------------------------------------------------===//

#include "dialects/Graph/Transforms/FusionRules.h"
#include "dialects/Kernel/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace mlir;
using namespace tern;
using namespace tern::kernel;
using graph::SymbolicTensorType;

#define DEBUG_TYPE "kernel-fuse-append-into-attention"

namespace tern::kernel {
#define GEN_PASS_DEF_FUSEAPPENDINTOATTENTION
#include "dialects/Kernel/Transforms/Passes.h.inc"
} // namespace tern::kernel

namespace {

/// Numbers of queries that a task of attention computes at most: 32 for each thread of a block.
constexpr int64_t mostQueryNumbers = 4096;

SymbolicTensorType tensorOf(Value value) { return cast<SymbolicTensorType>(value.getType()); }

kernel::FuncOp kernelOf(LaunchOp launch) {
  return SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(launch, launch.getKernelAttr());
}

/// The state of the module that `operand` of a launch refers to; null if it is a tensor.
FlatSymbolRefAttr stateOf(Value operand) {
  auto load = operand.getDefiningOp<LoadStateOp>();
  return load ? load.getStateAttr() : FlatSymbolRefAttr();
}

/// What `launch` hands to `argument` of its kernel.
Value operandFor(LaunchOp launch, Value argument) {
  return launch.getOperand(cast<BlockArgument>(argument).getArgNumber());
}

/// Whether `launch` takes `state`.
bool takesState(LaunchOp launch, FlatSymbolRefAttr state) {
  return llvm::any_of(launch.getOperands(), [&](Value operand) { return stateOf(operand) == state; });
}

//===----------------------------------------------------------------------===//
// What can be taken in
//===----------------------------------------------------------------------===//

/// A launch of attention over parts of the context, for one new token of each sequence.
struct Attention {
  LaunchOp launch;
  AttendPartOp op;
  FlatSymbolRefAttr key, value; ///< The states that it reads.
  Value positions;              ///< Of the new tokens, as the launch is given them.

  static std::optional<Attention> of(LaunchOp launch) {
    kernel::FuncOp kernel = kernelOf(launch);
    ValueRange results = kernel.getBody().front().getTerminator()->getOperands();
    bool isOfParts = results.size() == 1 || (results.size() == 2 && results[1].getDefiningOp<AttendCombineOp>());
    if (kernel.getSchedule().getKind() != Kind::Attention || !isOfParts)
      return std::nullopt;
    auto op = results[0].getDefiningOp<AttendPartOp>();
    if (!op || tensorOf(op.getQuery()).getStaticDim(1) != 1 || !isa_and_nonnull<BlockArgument>(op.getPositions()))
      return std::nullopt;
    auto key = op.getKey().getDefiningOp<ReadStateOp>(), value = op.getValue().getDefiningOp<ReadStateOp>();
    if (!key || !value)
      return std::nullopt;
    return Attention{launch, op, stateOf(operandFor(launch, key.getState())),
                     stateOf(operandFor(launch, value.getState())), operandFor(launch, op.getPositions())};
  }

  /// Numbers of queries that each part computes, nothing if that is no number.
  std::optional<int64_t> queryNumbers() {
    SymbolicTensorType query = tensorOf(op.getQuery()), key = tensorOf(op.getKey());
    std::optional<int64_t> heads = query.getStaticDim(2), size = query.getStaticDim(3), groups = key.getStaticDim(2);
    if (!heads || !size || !groups || *groups == 0)
      return std::nullopt;
    return *heads / *groups * *size;
  }
  int64_t parts() { return *tensorOf(op.getResult()).getStaticDim(3); }
};

/// Why a task for one head cannot compute `op` for itself; nothing if it can.
StringRef obstacleIn(Operation *op) {
  if (isa<graph::RmsNormOp, graph::LayerNormOp>(op))
    return tensorOf(op->getResult(0)).getRank() == 4 ? "" : "it norms rows that all heads share";
  if (isa<graph::ConstantOp, graph::ReshapeOp, graph::RotateOp, AppendStateOp, ReturnOp>(op) ||
      graph::isElementwise(op))
    return "";
  return "it does more than to norm, to turn and to append heads";
}

/// Why the writes of `launch` cannot be those of `attention`; nothing if they can.
StringRef obstacleInWrites(LaunchOp launch, const Attention &attention) {
  for (Operation *write : kernelOf(launch).getWrites()) {
    auto append = dyn_cast<AppendStateOp>(write);
    FlatSymbolRefAttr state = stateOf(operandFor(launch, write->getOperand(0)));
    if (!append || (state != attention.key && state != attention.value))
      return "it writes a state that the attention does not read";
    if (!isa<BlockArgument>(append.getPositions()) || operandFor(launch, append.getPositions()) != attention.positions)
      return "it appends at other positions than those of the queries";
  }
  return "";
}

//===----------------------------------------------------------------------===//
// The kernel of several launches
//===----------------------------------------------------------------------===//

/// Launches, in order, of which the last is attention and hands out what all are for.
class MergedKernel {
public:
  explicit MergedKernel(ArrayRef<LaunchOp> launches) : launches(launches) {
    for (LaunchOp launch : launches) {
      shape.push_back(kernelOf(launch).getOperation());
      for (auto [index, operand] : llvm::enumerate(launch.getOperands()))
        shape.push_back(reinterpret_cast<const void *>(addOperand(operand, kernelOf(launch), index)));
    }
  }

  /// Equal for launches whose kernels become equal.
  using Shape = std::vector<const void *>;
  const Shape &getShape() const { return shape; }

  /// What a launch takes.
  SmallVector<Value> operands() const {
    return llvm::map_to_vector(arguments, [](const auto &argument) { return argument.second.operand; });
  }

  kernel::FuncOp build() const {
    kernel::FuncOp attend = kernelOf(launches.back());
    SmallVector<Type> types;
    SmallVector<Attribute> attributes;
    for (const auto &[key, argument] : arguments) {
      types.push_back(argument.operand.getType());
      attributes.push_back(argument.attributes);
    }
    OpBuilder builder(attend);
    auto type = builder.getFunctionType(types, attend.getResultTypes());
    auto merged = kernel::FuncOp::create(builder, location(), name(), type, /*sym_visibility=*/nullptr,
                                         builder.getArrayAttr(attributes), /*res_attrs=*/nullptr, attend.getSchedule(),
                                         builder.getArrayAttr({}), maxima());
    fillBody(merged);
    auto tasks = cast<TasksAttr>(attend.getTasks()[0]); // a task does its part of everything
    auto roots = llvm::to_vector(llvm::seq<int64_t>(0, merged.getNumResults() + merged.getWrites().size()));
    merged.setTasksAttr(
        builder.getArrayAttr({TasksAttr::get(builder.getContext(), roots, tasks.getDims(), tasks.getTiles())}));
    return merged;
  }

  Location location() const {
    SmallVector<Location> locations = llvm::map_to_vector(launches, [](LaunchOp launch) { return launch.getLoc(); });
    return FusedLoc::get(locations.front().getContext(), locations);
  }

private:
  struct Argument {
    Value operand;
    DictionaryAttr attributes;
  };

  /// The key of `operand` among the arguments: a state is one argument however often it is referred to.
  static const void *keyOf(Value operand) {
    FlatSymbolRefAttr state = stateOf(operand);
    return state ? state.getAsOpaquePointer() : operand.getAsOpaquePointer();
  }

  /// The number of an operand: of the argument that it becomes, or, negative, of the result that it is.
  int64_t addOperand(Value operand, kernel::FuncOp kernel, unsigned index) {
    if (auto launch = operand.getDefiningOp<LaunchOp>())
      if (auto member = llvm::find(launches, launch); member != launches.end())
        return -1 - ((member - launches.begin()) * 1024 + cast<OpResult>(operand).getResultNumber());
    DictionaryAttr attributes = kernel.getArgAttrDict(index);
    if (!attributes)
      attributes = DictionaryAttr::get(kernel.getContext());
    auto [known, isNew] = arguments.insert({keyOf(operand), {operand, attributes}});
    return known - arguments.begin();
  }

  /// "rms_norm_rotate_append_state_attend_part_3": what is new, each kind of op once, and the kernel of the attention.
  std::string name() const {
    llvm::SetVector<StringRef> names;
    for (LaunchOp launch : launches.drop_back())
      for (Operation &op : kernelOf(launch).getBody().front().without_terminator())
        if (!isa<graph::ConstantOp, graph::ReshapeOp, graph::CastOp>(op))
          names.insert(op.getName().stripDialect());
    names.insert(kernelOf(launches.back()).getSymName());
    return llvm::join(names, "_");
  }

  DictionaryAttr maxima() const {
    NamedAttrList all;
    for (LaunchOp launch : launches)
      if (DictionaryAttr mine = kernelOf(launch).getMaximaAttr())
        for (NamedAttribute size : mine)
          all.set(size.getName(), size.getValue());
    return all.getDictionary(location().getContext());
  }

  void fillBody(kernel::FuncOp merged) const {
    Block &body = merged.getBody().emplaceBlock();
    for (Type type : merged.getArgumentTypes())
      body.addArgument(type, merged.getLoc());
    OpBuilder builder = OpBuilder::atBlockBegin(&body);
    llvm::DenseMap<const void *, Value> values; // arguments, and results of launches
    for (auto [argument, value] : llvm::zip_equal(arguments, body.getArguments()))
      values[argument.first] = value;
    for (LaunchOp launch : launches) {
      IRMapping mapping;
      Block &source = kernelOf(launch).getBody().front();
      for (auto [argument, operand] : llvm::zip_equal(source.getArguments(), launch.getOperands()))
        mapping.map(argument, values.lookup(keyOf(operand)));
      for (Operation &op : source.without_terminator())
        builder.clone(op, mapping);
      for (auto [result, value] : llvm::zip_equal(launch.getResults(), source.getTerminator()->getOperands()))
        values[result.getAsOpaquePointer()] = mapping.lookup(value);
    }
    SmallVector<Value> results;
    for (Value result : launches.back()->getResults())
      results.push_back(values.lookup(result.getAsOpaquePointer()));
    ReturnOp::create(builder, merged.getLoc(), results);
  }

  ArrayRef<LaunchOp> launches;
  llvm::MapVector<const void *, Argument> arguments;
  Shape shape;
};

//===----------------------------------------------------------------------===//
// One launch of attention
//===----------------------------------------------------------------------===//

using MergedKernels = std::map<MergedKernel::Shape, kernel::FuncOp>;

class AttentionFuser {
public:
  AttentionFuser(Attention attention, SymbolTable &symbols, MergedKernels &known)
      : attention(attention), symbols(symbols), known(known), launches{attention.launch} {}

  void run() {
    gather();
    if (launches.size() == 1)
      return;
    std::reverse(launches.begin(), launches.end());
    MergedKernel merged(launches);
    kernel::FuncOp &kernel = known[merged.getShape()];
    if (!kernel) {
      kernel = merged.build();
      symbols.insert(kernel); // under a name of its own
    }
    OpBuilder builder(attention.launch);
    auto launch = LaunchOp::create(builder, merged.location(), kernel.getResultTypes(),
                                   FlatSymbolRefAttr::get(kernel.getSymNameAttr()), merged.operands());
    remark::passed(launch.getLoc(), options())
        << remark::add("@{0} does what {1} launches did: each of {2} parts of the context computes {3} numbers of "
                       "queries for itself",
                       kernel.getSymName(), launches.size(), attention.parts(), *attention.queryNumbers());
    attention.launch.replaceAllUsesWith(launch.getResults());
    for (LaunchOp old : llvm::reverse(launches))
      old.erase();
  }

private:
  remark::RemarkOpts options() const { return remark::RemarkOpts::name("Attention").category(DEBUG_TYPE); }

  /// Adds what can be taken in to `launches`, the last first.
  void gather() {
    for (Operation *op = attention.launch->getPrevNode(); op; op = op->getPrevNode()) {
      auto launch = dyn_cast<LaunchOp>(op);
      if (!launch || !worksForMembers(launch) || kernelOf(launch).getSchedule().getKind() != Kind::Rows)
        continue;
      if (std::string obstacle = obstacleTo(launch); !obstacle.empty())
        remark::missed(launch.getLoc(), options())
            << remark::reason("@{0} stays a launch of its own: {1}", launch.getKernel(), obstacle);
      else
        launches.push_back(launch);
    }
  }

  bool isMember(Operation *op) const { return llvm::is_contained(launches, op); }

  bool worksForMembers(LaunchOp launch) const {
    if (llvm::any_of(launch->getUsers(), [&](Operation *user) { return isMember(user); }))
      return true;
    return llvm::any_of(kernelOf(launch).getWrites(), [&](Operation *write) {
      FlatSymbolRefAttr state = stateOf(operandFor(launch, write->getOperand(0)));
      return state == attention.key || state == attention.value;
    });
  }

  /// Why `launch` cannot be taken in; nothing if it can.
  std::string obstacleTo(LaunchOp launch) {
    std::optional<int64_t> numbers = attention.queryNumbers();
    if (!numbers || *numbers > mostQueryNumbers)
      return llvm::formatv("each part of the context would compute {0} numbers of queries, more than {1}",
                           numbers.value_or(0), mostQueryNumbers);
    if (!llvm::all_of(launch->getUsers(), [&](Operation *user) { return isMember(user); }))
      return "others read what it gives";
    for (OpOperand &use : launch->getUses())
      if (use.getOwner() == attention.launch && !isQuery(use))
        return "attention reads what it gives otherwise than as queries";
    for (Operation &op : kernelOf(launch).getBody().front())
      if (StringRef obstacle = obstacleIn(&op); !obstacle.empty())
        return obstacle.str();
    if (StringRef obstacle = obstacleInWrites(launch, attention); !obstacle.empty())
      return obstacle.str();
    return isPassed(launch) ? "a launch between it and the attention takes its state" : "";
  }

  bool isQuery(OpOperand &use) {
    Value argument = kernelOf(attention.launch).getBody().getArgument(use.getOperandNumber());
    return argument.hasOneUse() && argument == attention.op.getQuery();
  }

  /// Whether a launch that is not taken in, between `launch` and the attention, takes a state that `launch` writes.
  bool isPassed(LaunchOp launch) {
    Operation *end = attention.launch;
    for (Operation *write : kernelOf(launch).getWrites()) {
      FlatSymbolRefAttr state = stateOf(operandFor(launch, write->getOperand(0)));
      for (Operation *op = launch->getNextNode(); op != end; op = op->getNextNode())
        if (auto other = dyn_cast<LaunchOp>(op); other && !isMember(other) && takesState(other, state))
          return true;
    }
    return false;
  }

  Attention attention;
  SymbolTable &symbols;
  MergedKernels &known;
  SmallVector<LaunchOp> launches; ///< Of which one becomes.
};

struct FuseAppendIntoAttentionPass
    : public tern::kernel::impl::FuseAppendIntoAttentionBase<FuseAppendIntoAttentionPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    MergedKernels known;
    for (auto entry : module.getOps<func::FuncOp>()) {
      SmallVector<LaunchOp> launches(entry.getOps<LaunchOp>());
      SmallVector<Attention> attentions;
      for (LaunchOp launch : launches)
        if (std::optional<Attention> attention = Attention::of(launch))
          attentions.push_back(*attention);
      for (const Attention &attention : attentions)
        AttentionFuser(attention, symbols, known).run();
    }
    if (!known.empty())
      eraseUnused(module);
  }

  /// Erases references and kernels that nothing uses any longer.
  static void eraseUnused(ModuleOp module) {
    llvm::DenseSet<Attribute> launched;
    module.walk([&](LaunchOp launch) { launched.insert(launch.getKernelAttr()); });
    for (auto kernel : llvm::make_early_inc_range(module.getOps<kernel::FuncOp>()))
      if (!launched.contains(FlatSymbolRefAttr::get(kernel.getSymNameAttr())))
        kernel.erase();
    for (auto entry : module.getOps<func::FuncOp>())
      for (auto load : llvm::make_early_inc_range(entry.getOps<LoadStateOp>()))
        if (load.use_empty())
          load.erase();
  }
};

} // namespace
