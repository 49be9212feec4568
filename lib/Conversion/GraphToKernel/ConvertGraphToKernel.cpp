//===- ConvertGraphToKernel.cpp - Entry points and kernels ----------------===//

#include "KernelOutliner.h"
#include "Layouts.h"
#include "ScheduleRules.h"
#include "tern/Conversion/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

#define DEBUG_TYPE "convert-graph-to-kernel"

namespace tern {
#define GEN_PASS_DEF_CONVERTGRAPHTOKERNEL
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

namespace {

SymbolicTensorType tensorOf(Value value) { return cast<SymbolicTensorType>(value.getType()); }

remark::RemarkOpts options() { return remark::RemarkOpts::name("Kernel").category(DEBUG_TYPE); }

//===----------------------------------------------------------------------===//
// One entry
//===----------------------------------------------------------------------===//

class EntryConverter {
public:
  EntryConverter(func::FuncOp entry, const EntrySpec &spec, KernelTable &table)
      : entry(entry), spec(spec), outliner(entry, spec, table) {}

  LogicalResult run() {
    SmallVector<graph::GroupOp> groups(entry.getOps<graph::GroupOp>());
    for (graph::GroupOp group : groups)
      bindStates(group);
    if (failed(checkOps()) || failed(checkReturned()))
      return failure();
    for (graph::GroupOp group : groups)
      convert(group);
    copyReturned();
    for (graph::GroupOp group : llvm::reverse(groups))
      group.erase();
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(entry.front()))) // constants are in the kernels
      if (isOpTriviallyDead(&op))
        op.erase();
    return success();
  }

private:
  using Writes = llvm::DenseMap<Attribute, Operation *>;

  /// Only groups, weights and constants; and what groups ask of states.
  LogicalResult checkOps() {
    Writes lastWrite;
    for (Operation &op : entry.front().without_terminator()) {
      auto group = dyn_cast<graph::GroupOp>(op);
      if (!group && !isa<graph::LoadWeightOp, graph::ConstantOp>(op))
        return op.emitOpError() << "must stand in a graph.group before entries are made";
      if (group && failed(checkStates(group, lastWrite)))
        return failure();
    }
    return checkReads(entry.front().getTerminator(), lastWrite);
  }

  LogicalResult checkStates(graph::GroupOp group, Writes &lastWrite) {
    for (Operation &op : group.getBody().front()) {
      if (failed(checkReads(&op, lastWrite)))
        return failure();
      auto state = op.getAttrOfType<FlatSymbolRefAttr>("state");
      if (!state || isa<graph::ReadStateOp>(op))
        continue;
      Operation *&write = lastWrite[state];
      if (isa<graph::AppendStateOp>(op) && write && write->getBlock() == op.getBlock())
        return op.emitOpError() << "writes a state that its own group writes: they must be in different groups";
      write = &op;
    }
    return success();
  }

  /// What a state holds is read where it lies, so a value that an op appended to must not be read after the next write.
  LogicalResult checkReads(Operation *op, const Writes &lastWrite) {
    for (Value operand : op->getOperands()) {
      graph::AppendStateOp append = appendOf(operand);
      if (!append || isa<graph::YieldOp>(op))
        continue;
      for (auto own : op->getBlock()->getOps<graph::AppendStateOp>())
        if (own.getState() == append.getState())
          return op->emitOpError() << "reads a state that its own group writes: they must be in different groups";
      if (Operation *write = lastWrite.lookup(append.getStateAttr()); write != append) {
        InFlightDiagnostic error = op->emitOpError()
                                   << "reads what @" << append.getState() << " held before a later write";
        return error.attachNote(write->getLoc()) << "it is written here", error;
      }
    }
    return success();
  }

  /// Blocks of a weight are no result that a caller could read.
  LogicalResult checkReturned() {
    for (Value value : entry.front().getTerminator()->getOperands())
      if (tensorOf(value).isBlockStorage())
        return entry.front().getTerminator()->emitOpError()
               << "of an entry must hand out numbers, got " << value.getType();
    return success();
  }

  /// Results of a group that are the contents of a state.
  void bindStates(graph::GroupOp group) {
    Operation *yield = group.getBody().front().getTerminator();
    for (auto [inner, outer] : llvm::zip_equal(yield->getOperands(), group.getResults()))
      if (auto append = inner.getDefiningOp<graph::AppendStateOp>()) {
        outliner.bindState(outer, append.getStateAttr());
        outliner.bindState(inner, append.getStateAttr());
      }
  }

  kernel::ScheduleAttr schedule(kernel::Kind kind, LinearSchedule linear = {0, 0, 0, 0, 0},
                                bool inlinePrologue = false) {
    return kernel::ScheduleAttr::get(entry.getContext(), kind, linear.tiles, linear.tokens, inlinePrologue,
                                     linear.prefetch);
  }

  void convert(graph::GroupOp group) {
    SmallVector<Operation *> ops;
    for (Operation &op : group.getBody().front().without_terminator())
      ops.push_back(&op);
    if (group.getKind() == "linear")
      convertLinear(group, ops);
    else if (group.getKind() == "attention")
      convertAttention(group, cast<graph::AttentionOp>(ops.front()));
    else if (group.getKind() == "rows")
      launch(group, {ops, resultsOf(group), schedule(kernel::Kind::Rows)});
    else
      launch(group, {ops, resultsOf(group), schedule(kernel::Kind::Serial)});
    replaceResults(group);
  }

  /// What a group hands out, without the contents of states and without repetition.
  SmallVector<Value> resultsOf(graph::GroupOp group) {
    llvm::SetVector<Value> results;
    for (Value value : group.getBody().front().getTerminator()->getOperands())
      if (!outliner.stateOf(value))
        results.insert(value);
    return results.takeVector();
  }

  /// ", rows 4, tokens 8": what a rule can set otherwise.
  static std::string numbersText(kernel::ScheduleAttr schedule) {
    std::string text;
    for (auto [name, number] : {std::pair("rows", schedule.getRows()), std::pair("tokens", schedule.getTokens()),
                                std::pair("prefetch", schedule.getPrefetch())})
      if (number != 0)
        text += std::string(", ") + name + " " + std::to_string(number);
    return text;
  }

  void launch(graph::GroupOp group, const KernelPlan &plan) {
    kernel::LaunchOp op = outliner.outline(plan, group, mapped);
    remark::passed(op.getLoc(), options()) << remark::add("@{0}: {1} kernel of {2} ops in {3}{4}", op.getKernel(),
                                                          kernel::stringifyKind(plan.schedule.getKind()),
                                                          plan.ops.size(), spec.name, numbersText(plan.schedule));
  }

  void replaceResults(graph::GroupOp group) {
    Operation *yield = group.getBody().front().getTerminator();
    for (auto [inner, outer] : llvm::zip_equal(yield->getOperands(), group.getResults()))
      if (Value result = mapped.lookupOrNull(inner); result && result != outer)
        outer.replaceAllUsesWith(result);
  }

  /// The ops of a linear group that come before its products.
  static SmallVector<Operation *> prologueOf(ArrayRef<Operation *> ops) {
    llvm::SetVector<Operation *> prologue;
    SmallVector<Value> wanted;
    for (Operation *op : ops)
      if (auto linear = dyn_cast<graph::LinearOp>(op))
        wanted.push_back(linear.getInput());
    while (!wanted.empty()) {
      Operation *producer = wanted.pop_back_val().getDefiningOp();
      if (producer && llvm::is_contained(ops, producer) && prologue.insert(producer))
        llvm::append_range(wanted, producer->getOperands());
    }
    return llvm::to_vector(llvm::make_filter_range(ops, [&](Operation *op) { return prologue.contains(op); }));
  }

  /// Whether `prologue` only gives another shape to a tensor that lies row by row, which costs nothing.
  bool isView(ArrayRef<Operation *> prologue) {
    return llvm::all_of(
        prologue, [&](Operation *op) { return isa<graph::ReshapeOp>(op) && !outliner.stateOf(op->getOperand(0)); });
  }

  void convertLinear(graph::GroupOp group, ArrayRef<Operation *> ops) {
    auto linear = cast<graph::LinearOp>(*llvm::find_if(ops, llvm::IsaPred<graph::LinearOp>));
    SymbolicTensorType input = tensorOf(linear.getInput());
    SmallVector<Operation *> prologue = prologueOf(ops);
    int64_t tokens = outliner.maximumRows(input), elements = tokens * input.getStaticDim(-1).value_or(1);
    LinearSchedule numbers = scheduleLinear(tensorOf(linear.getWeight()).getStorageFormat(),
                                            *tensorOf(linear.getResult()).getStaticDim(-1), tokens);
    for (Operation *op : ops) // the first weight decides, but streams that need prefetching get it
      if (auto other = dyn_cast<graph::LinearOp>(op))
        numbers.prefetch = std::max(
            numbers.prefetch,
            scheduleLinear(tensorOf(other.getWeight()).getStorageFormat(), numbers.taskTiles, tokens).prefetch);
    bool isInline = !isView(prologue) && elements <= inlinePrologueElements;
    if (isView(prologue) || isInline) {
      launch(group,
             {SmallVector<Operation *>(ops), resultsOf(group), schedule(kernel::Kind::Linear, numbers, isInline)});
      return;
    }
    remark::missed(linear.getLoc(), options()) << remark::reason(
        "the prologue runs ahead of the product: {0} elements are more than each worker should compute", elements);
    launch(group, {prologue, {linear.getInput()}, schedule(kernel::Kind::Rows)});
    auto rest =
        llvm::to_vector(llvm::make_filter_range(ops, [&](Operation *op) { return !llvm::is_contained(prologue, op); }));
    launch(group, {rest, resultsOf(group), schedule(kernel::Kind::Linear, numbers)});
  }

  /// Keys and values in the layouts that streaming needs.
  bool attendsCache(graph::AttentionOp attention) {
    auto layout = [&](Value value) {
      FlatSymbolRefAttr state = outliner.stateOf(value);
      auto op = state ? SymbolTable::lookupNearestSymbolFrom<graph::StateOp>(entry, state) : graph::StateOp();
      return op ? kernel::layoutOf(op) : kernel::Layout::Rows;
    };
    return layout(attention.getKey()) == kernel::Layout::Lanes16 &&
           layout(attention.getValue()) == kernel::Layout::Heads;
  }

  void convertAttention(graph::GroupOp group, graph::AttentionOp attention) {
    SymbolicTensorType query = tensorOf(attention.getQuery()), key = tensorOf(attention.getKey());
    std::optional<int64_t> sequences = query.getStaticDim(0);
    if (query.getStaticDim(1) != 1 || !sequences || !attendsCache(attention)) {
      launch(group, {{attention},
                     resultsOf(group),
                     schedule(kernel::Kind::Attention, {0, 0, attentionQueries(spec.isForGpu), 0, 0})});
      return;
    }
    int64_t parts = contextParts(*sequences, *key.getStaticDim(2), spec.isForGpu);
    OpBuilder builder(attention);
    SmallVector<Attribute> dims(query.getDims());
    dims.back() = graph::staticDim(entry.getContext(), parts);
    dims.push_back(graph::staticDim(entry.getContext(), *tensorOf(attention.getValue()).getStaticDim(-1) + 2));
    auto type = SymbolicTensorType::get(builder.getF32Type(), dims);
    auto part = kernel::AttendPartOp::create(
        builder, attention.getLoc(), type, attention.getQuery(), attention.getKey(), attention.getValue(),
        attention.getPositions(), attention.getLengths(), attention.getBias(), attention.getSlopes(),
        attention.getMaskAttr(), attention.getWindowAttr(), attention.getScaleAttr(), attention.getSoftCapAttr());
    auto combine =
        kernel::AttendCombineOp::create(builder, attention.getLoc(), attention.getType(), part, attention.getSinks());
    if (spec.isForGpu) {
      Value counts = parts > 1 ? arrivals(*sequences, *key.getStaticDim(2)) : Value();
      launch(group, {{part, combine}, {part, combine}, schedule(kernel::Kind::Attention), counts});
    } else {
      launch(group, {{part}, {part}, schedule(kernel::Kind::Attention)});
      launch(group, {{combine}, {combine}, schedule(kernel::Kind::Rows)});
    }
    mapped.map(attention.getResult(), mapped.lookup(combine.getResult()));
  }

  /// i32[sequences, groups] of zeros, by which tasks of the entry's attention count themselves (kernel.arrivals).
  Value arrivals(int64_t sequences, int64_t groups) {
    Value &zeros = arrivalsOf[groups];
    if (zeros)
      return zeros;
    Operation *first = &entry.front().front();
    OpBuilder builder(first);
    MLIRContext *context = entry.getContext();
    auto type = SymbolicTensorType::get(builder.getI32Type(),
                                        {graph::staticDim(context, sequences), graph::staticDim(context, groups)});
    auto value = DenseElementsAttr::get(RankedTensorType::get({sequences, groups}, builder.getI32Type()), int32_t(0));
    auto constant = graph::ConstantOp::create(builder, entry.getLoc(), type, value);
    outliner.outline({{constant}, {constant}, schedule(kernel::Kind::Rows)}, first, mapped);
    return zeros = constant;
  }

  /// What the entry returns is written by a launch: arguments, weights and states are copied.
  void copyReturned() {
    Operation *terminator = entry.front().getTerminator();
    for (OpOperand &operand : terminator->getOpOperands()) {
      if (operand.get().getDefiningOp<kernel::LaunchOp>())
        continue;
      IRMapping copied;
      outliner.outline({{}, {operand.get()}, schedule(kernel::Kind::Rows)}, terminator, copied);
      operand.set(copied.lookup(operand.get()));
    }
  }

  func::FuncOp entry;
  const EntrySpec &spec;
  KernelOutliner outliner;
  IRMapping mapped;
  llvm::DenseMap<int64_t, Value> arrivalsOf; ///< By the number of groups.
};

/// Names the symbols of the module's types, in the order of kernels: "capacity" first, which no type has, then by name.
LogicalResult nameSymbols(ModuleOp module) {
  llvm::SetVector<Attribute> symbols;
  auto learn = [&](Type type) {
    auto state = dyn_cast<kernel::StateType>(type);
    if (auto tensor = state ? state.getTensor() : dyn_cast<SymbolicTensorType>(type))
      for (Attribute dim : tensor.getDims())
        if (isa<StringAttr>(dim))
          symbols.insert(dim);
  };
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    llvm::for_each(kernel.getArgumentTypes(), learn);
    llvm::for_each(kernel.getResultTypes(), learn);
    kernel.walk([&](Operation *op) { llvm::for_each(op->getResultTypes(), learn); });
  }
  SmallVector<Attribute> names = symbols.takeVector();
  llvm::sort(names,
             [](Attribute a, Attribute b) { return cast<StringAttr>(a).getValue() < cast<StringAttr>(b).getValue(); });
  if (llvm::is_contained(names, graph::symbolicDim(module.getContext(), "capacity")))
    return emitError(module.getLoc()) << "no dimension may be called 'capacity', which is the size of the caches";
  names.insert(names.begin(), graph::symbolicDim(module.getContext(), "capacity"));
  module->setAttr(kernel::symbolsAttrName, ArrayAttr::get(module.getContext(), names));
  return success();
}

/// States by position grow to the context that the model was made for, unless the entry says otherwise.
void limitContext(ModuleOp module, EntrySpec &spec) {
  auto context = module->getAttrOfType<IntegerAttr>("graph.max_context");
  if (!context || context.getInt() < 1)
    return;
  for (auto state : module.getOps<graph::StateOp>())
    if (state.isByPosition()) {
      StringRef capacity = cast<StringAttr>(state.getTensorType().getDim(1)).getValue();
      if (!spec.sizes.contains(capacity))
        spec.maxima.try_emplace(capacity, context.getInt());
    }
}

/// The names of what a decoder's entry takes and gives; of another function, none.
void nameArguments(func::FuncOp entry, StringRef function) {
  if (function != "forward" || entry.getNumArguments() != 3 || entry.getNumResults() != 1)
    return;
  entry->setAttr(kernel::namesAttrName,
                 Builder(entry.getContext()).getStrArrayAttr({"tokens", "positions", "outputs", "logits"}));
}

struct ConvertGraphToKernelPass : public tern::impl::ConvertGraphToKernelBase<ConvertGraphToKernelPass> {
  using ConvertGraphToKernelBase::ConvertGraphToKernelBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto source = module.lookupSymbol<func::FuncOp>(function);
    if (!source || source.isDeclaration() || !source.getBody().hasOneBlock()) {
      emitError(module.getLoc()) << "the module must have a function @" << function << " of one block";
      return signalPassFailure();
    }
    FailureOr<std::vector<EntrySpec>> specs = readEntries(source);
    if (failed(specs))
      return signalPassFailure();
    chooseWeightLayouts(source);
    chooseStateLayouts(source);
    KernelTable table(module);
    for (EntrySpec &spec : *specs) {
      spec.isForGpu = gpu;
      limitContext(module, spec);
      func::FuncOp entry = makeEntry(source, spec);
      nameArguments(entry, function);
      if (failed(EntryConverter(entry, spec, table).run()))
        return signalPassFailure();
    }
    source.erase();
    if (failed(nameSymbols(module)))
      return signalPassFailure();
  }

  /// The specs of `entries`, each of which `source` can meet under a name of its own.
  FailureOr<std::vector<EntrySpec>> readEntries(func::FuncOp source) {
    ModuleOp module = getOperation();
    std::vector<EntrySpec> specs;
    llvm::StringSet<> names;
    for (const std::string &text : entries) {
      FailureOr<EntrySpec> spec = EntrySpec::parse(text, module.getLoc());
      if (failed(spec) || failed(spec->check(source)))
        return failure();
      Operation *taken = module.lookupSymbol(spec->name);
      if (!names.insert(spec->name).second || (taken && taken != source))
        return emitError(module.getLoc()) << "'entries': the name '" << spec->name << "' is taken";
      specs.push_back(std::move(*spec));
    }
    if (specs.empty())
      return emitError(module.getLoc()) << "'entries' must name an entry point, got none";
    return specs;
  }
};

} // namespace
