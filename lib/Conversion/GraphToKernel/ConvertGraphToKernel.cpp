//===- ConvertGraphToKernel.cpp - Entry points and kernels ----------------===//

#include "KernelOutliner.h"
#include "ScheduleRules.h"
#include "tern/Conversion/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/TypeSwitch.h"

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
// Layouts of weights and states
//===----------------------------------------------------------------------===//

/// Whether `use`, an operand, can read a weight in tiles of 16 rows.
bool readsTiles(OpOperand &use) {
  return llvm::TypeSwitch<Operation *, bool>(use.getOwner())
      .Case([&](graph::LinearOp linear) { return &use == &linear.getWeightMutable(); })
      .Case([&](graph::ExpertLinearOp linear) { return &use == &linear.getWeightMutable(); })
      .Case([&](graph::EmbeddingOp embedding) { return &use == &embedding.getTableMutable(); })
      .Case<graph::DequantizeOp>([](auto) { return true; })
      .Default([](Operation *) { return false; });
}

/// Tiles for the weights of `function` that are read in tiles alone, by a linear layer at least once or because stored
/// blocks have no other layout.
void chooseWeightLayouts(func::FuncOp function) {
  llvm::MapVector<StringAttr, std::pair<bool, bool>> readers; // by name: all can read tiles, one gains by them
  function.walk([&](graph::LoadWeightOp load) {
    bool isBlocks = cast<SymbolicTensorType>(load.getType()).isBlockStorage();
    auto &[allTiles, isLinear] = readers.try_emplace(load.getWeightAttr().getAttr(), true, isBlocks).first->second;
    for (OpOperand &use : load.getResult().getUses()) {
      allTiles &= readsTiles(use);
      isLinear |= isa<graph::LinearOp>(use.getOwner());
    }
  });
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  for (const auto &[name, use] : readers)
    if (use.first && use.second)
      kernel::setLayout(symbols.lookup(name), kernel::Layout::Tiles16);
}

/// What reads the contents of a state: through groups, which hand values out.
void visitReaders(Value value, llvm::function_ref<void(OpOperand &)> visit) {
  for (OpOperand &use : value.getUses()) {
    auto yield = dyn_cast<graph::YieldOp>(use.getOwner());
    if (yield)
      visitReaders(yield->getParentOp()->getResult(use.getOperandNumber()), visit);
    else
      visit(use);
  }
}

/// Lanes for keys and head-major values that attention alone reads.
void chooseStateLayouts(func::FuncOp function) {
  llvm::MapVector<StringAttr, kernel::Layout> layouts;
  function.walk([&](Operation *op) {
    auto name = op->getAttrOfType<FlatSymbolRefAttr>("state");
    if (!name)
      return;
    auto append = dyn_cast<graph::AppendStateOp>(op);
    auto &layout = layouts.try_emplace(name.getAttr(), kernel::Layout::Lanes16).first->second;
    bool attentionOnly = append && tensorOf(append.getResult()).getRank() == 4 &&
                         !tensorOf(append.getResult()).isInteger();
    if (attentionOnly)
      visitReaders(append.getResult(), [&](OpOperand &use) {
        auto attention = dyn_cast<graph::AttentionOp>(use.getOwner());
        if (attention && &use == &attention.getValueMutable() && layout != kernel::Layout::Rows)
          layout = kernel::Layout::Heads;
        else if (!attention || &use != &attention.getKeyMutable() || layout == kernel::Layout::Heads)
          attentionOnly = false;
      });
    if (!attentionOnly)
      layout = kernel::Layout::Rows;
  });
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  for (auto [name, layout] : layouts)
    if (layout != kernel::Layout::Rows)
      kernel::setLayout(symbols.lookup(name), layout);
}

//===----------------------------------------------------------------------===//
// One entry
//===----------------------------------------------------------------------===//

class EntryConverter {
public:
  EntryConverter(func::FuncOp entry, const EntrySpec &spec, KernelTable &table)
      : entry(entry), spec(spec), outliner(entry, spec, table) {}

  LogicalResult run() {
    for (auto group : entry.getOps<graph::GroupOp>())
      bindStates(group);
    SmallVector<graph::GroupOp> groups(entry.getOps<graph::GroupOp>());
    for (graph::GroupOp group : groups)
      if (failed(convert(group)))
        return failure();
    copyReturned();
    for (graph::GroupOp group : llvm::reverse(groups))
      group.erase();
    for (auto constant : llvm::make_early_inc_range(entry.getOps<graph::ConstantOp>()))
      constant.erase(); // each kernel has its own
    return success();
  }

private:
  /// Results of a group that are the contents of a state.
  void bindStates(graph::GroupOp group) {
    Operation *yield = group.getBody().front().getTerminator();
    for (auto [inner, outer] : llvm::zip_equal(yield->getOperands(), group.getResults()))
      if (auto append = inner.getDefiningOp<graph::AppendStateOp>()) {
        outliner.bindState(outer, append.getStateAttr());
        outliner.bindState(inner, append.getStateAttr());
      }
  }

  kernel::ScheduleAttr schedule(kernel::Kind kind, LinearSchedule linear = {0, 0, 0, 0}, bool inlinePrologue = false) {
    return kernel::ScheduleAttr::get(entry.getContext(), kind, linear.tiles, linear.tokens, inlinePrologue,
                                     linear.prefetch);
  }

  LogicalResult convert(graph::GroupOp group) {
    SmallVector<Operation *> ops;
    for (Operation &op : group.getBody().front().without_terminator())
      ops.push_back(&op);
    if (group.getKind() == "linear")
      convertLinear(group, ops);
    else if (group.getKind() == "attention")
      convertAttention(group, cast<graph::AttentionOp>(ops.front()));
    else if (group.getKind() == "rows")
      launch(group, {ops, resultsOf(group), schedule(kernel::Kind::Rows)});
    else if (group.getKind() == "serial")
      launch(group, {ops, resultsOf(group), schedule(kernel::Kind::Serial)});
    else
      return group.emitOpError() << "kind must be linear, attention, rows or serial, got '" << group.getKind() << "'";
    replaceResults(group);
    return success();
  }

  /// What a group hands out, without the contents of states and without repetition.
  SmallVector<Value> resultsOf(graph::GroupOp group) {
    llvm::SetVector<Value> results;
    for (Value value : group.getBody().front().getTerminator()->getOperands())
      if (!outliner.stateOf(value))
        results.insert(value);
    return results.takeVector();
  }

  void launch(graph::GroupOp group, const KernelPlan &plan) {
    kernel::LaunchOp op = outliner.outline(plan, group, mapped);
    remark::passed(op.getLoc(), options())
        << remark::add("@{0}: {1} kernel of {2} ops in {3}", op.getKernel(),
                       kernel::stringifyKind(plan.schedule.getKind()), plan.ops.size(), spec.name);
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

  void convertLinear(graph::GroupOp group, ArrayRef<Operation *> ops) {
    auto linear = cast<graph::LinearOp>(*llvm::find_if(ops, llvm::IsaPred<graph::LinearOp>));
    SymbolicTensorType input = tensorOf(linear.getInput());
    SmallVector<Operation *> prologue = prologueOf(ops);
    int64_t tokens = outliner.maximumRows(input), elements = tokens * input.getStaticDim(-1).value_or(1);
    LinearSchedule numbers = scheduleLinear(*tensorOf(linear.getResult()).getStaticDim(-1), tokens);
    bool isInline = !prologue.empty() && elements <= inlinePrologueElements;
    if (prologue.empty() || isInline) {
      launch(group, {SmallVector<Operation *>(ops), resultsOf(group), schedule(kernel::Kind::Linear, numbers, isInline)});
      return;
    }
    remark::missed(linear.getLoc(), options())
        << remark::reason("the prologue runs ahead of the product: {0} elements are more than each worker should compute",
                          elements);
    launch(group, {prologue, {linear.getInput()}, schedule(kernel::Kind::Rows)});
    auto rest = llvm::to_vector(llvm::make_filter_range(ops, [&](Operation *op) { return !llvm::is_contained(prologue, op); }));
    launch(group, {rest, resultsOf(group), schedule(kernel::Kind::Linear, numbers)});
  }

  /// Keys and values in the layouts that streaming needs.
  bool attendsCache(graph::AttentionOp attention) {
    auto layout = [&](Value value) {
      FlatSymbolRefAttr state = outliner.stateOf(value);
      auto op = state ? SymbolTable::lookupNearestSymbolFrom<graph::StateOp>(entry, state) : graph::StateOp();
      return op ? kernel::layoutOf(op) : kernel::Layout::Rows;
    };
    return layout(attention.getKey()) == kernel::Layout::Lanes16 && layout(attention.getValue()) == kernel::Layout::Heads;
  }

  void convertAttention(graph::GroupOp group, graph::AttentionOp attention) {
    SymbolicTensorType query = tensorOf(attention.getQuery()), key = tensorOf(attention.getKey());
    std::optional<int64_t> sequences = query.getStaticDim(0);
    if (query.getStaticDim(1) != 1 || !sequences || !attendsCache(attention)) {
      launch(group, {{attention}, resultsOf(group), schedule(kernel::Kind::Attention, {0, attentionQueries, 0, 0})});
      return;
    }
    int64_t parts = contextParts(*sequences, *key.getStaticDim(2));
    OpBuilder builder(attention);
    SmallVector<Attribute> dims(query.getDims());
    dims.back() = graph::staticDim(entry.getContext(), parts);
    dims.push_back(graph::staticDim(entry.getContext(), *tensorOf(attention.getValue()).getStaticDim(-1) + 2));
    auto type = SymbolicTensorType::get(builder.getF32Type(), dims);
    auto part = kernel::AttendPartOp::create(builder, attention.getLoc(), type, attention.getQuery(), attention.getKey(),
                                             attention.getValue(), attention.getPositions(), attention.getLengths(),
                                             attention.getBias(), attention.getSlopes(), attention.getMaskAttr(),
                                             attention.getWindowAttr(), attention.getScaleAttr(),
                                             attention.getSoftCapAttr());
    auto combine = kernel::AttendCombineOp::create(builder, attention.getLoc(), attention.getType(), part,
                                                   attention.getSinks());
    launch(group, {{part}, {part}, schedule(kernel::Kind::Attention)});
    launch(group, {{combine}, {combine}, schedule(kernel::Kind::Rows)});
    mapped.map(attention.getResult(), mapped.lookup(combine.getResult()));
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
};

/// Names the symbols of the module's types, in the order of kernels: "capacity" first, which no type has, then by name.
void nameSymbols(ModuleOp module) {
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
  llvm::sort(names, [](Attribute a, Attribute b) { return cast<StringAttr>(a).getValue() < cast<StringAttr>(b).getValue(); });
  names.insert(names.begin(), StringAttr::get(module.getContext(), "capacity"));
  module->setAttr(kernel::symbolsAttrName, ArrayAttr::get(module.getContext(), names));
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
    chooseWeightLayouts(source);
    chooseStateLayouts(source);
    KernelTable table(module);
    for (const std::string &text : entries) {
      FailureOr<EntrySpec> spec = EntrySpec::parse(text, module.getLoc());
      if (failed(spec))
        return signalPassFailure();
      limitContext(module, *spec);
      func::FuncOp entry = makeEntry(source, *spec);
      nameArguments(entry, function);
      if (failed(EntryConverter(entry, *spec, table).run()))
        return signalPassFailure();
    }
    source.erase();
    nameSymbols(module);
  }
};

} // namespace
