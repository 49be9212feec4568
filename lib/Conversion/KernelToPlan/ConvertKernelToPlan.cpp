//===- ConvertKernelToPlan.cpp - Every value gets a place in memory -------===//

#include "MemoryPlanner.h"
#include "tern/Conversion/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tern;
using graph::SymbolicTensorType;

#define DEBUG_TYPE "convert-kernel-to-plan"

namespace tern {
#define GEN_PASS_DEF_CONVERTKERNELTOPLAN
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

namespace {

/// What is touched since the last wait.
class Hazards {
public:
  /// Whether a launch that reads and writes these places must wait.
  bool conflict(ArrayRef<Attribute> reads, ArrayRef<Attribute> writes) const {
    auto meets = [](ArrayRef<Attribute> left, ArrayRef<Attribute> right) {
      return llvm::any_of(left,
                          [&](Attribute a) { return llvm::any_of(right, [&](Attribute b) { return overlap(a, b); }); });
    };
    return meets(reads, written) || meets(writes, written) || meets(writes, read);
  }

  void add(ArrayRef<Attribute> reads, ArrayRef<Attribute> writes) {
    llvm::append_range(read, reads);
    llvm::append_range(written, writes);
  }

  void clear() {
    read.clear();
    written.clear();
  }

private:
  static bool overlap(Attribute a, Attribute b) {
    auto left = dyn_cast<plan::ArenaAttr>(a), right = dyn_cast<plan::ArenaAttr>(b);
    if (!left || !right)
      return a == b && isa<plan::StateAttr>(a);
    return left.getOffset() < right.getOffset() + right.getBytes() &&
           right.getOffset() < left.getOffset() + left.getBytes();
  }

  SmallVector<Attribute> read, written;
};

/// Larger entries are refused, so that sums of bytes cannot overflow.
constexpr int64_t mostBytes = int64_t(1) << 60;

/// Plans one entry.
class EntryPlanner {
public:
  explicit EntryPlanner(func::FuncOp entry)
      : entry(entry), maxima(entry->getAttrOfType<DictionaryAttr>(kernel::maximaAttrName)) {}

  /// Bytes of the arena, or an error at the entry.
  FailureOr<int64_t> run() {
    int64_t launches = llvm::range_size(entry.getOps<kernel::LaunchOp>());
    for (Value argument : entry.getArguments())
      if (failed(addValue(argument, -1)))
        return failure();
    int64_t time = 0;
    for (auto launch : entry.getOps<kernel::LaunchOp>()) {
      for (Value operand : launch.getOperands())
        if (auto known = values.find(operand); known != values.end())
          known->second.last = time;
      for (Value result : launch.getResults())
        if (failed(addValue(result, time)))
          return failure();
      ++time;
    }
    for (Value result : entry.front().getTerminator()->getOperands()) {
      auto known = values.find(result);
      if (known == values.end())
        return entry.emitError() << "must return what a launch gives, got " << result;
      known->second.last = launches;
    }
    return place();
  }

  /// The entry as ops of the plan dialect, before the function.
  plan::EntryOp build() {
    OpBuilder builder(entry);
    auto result = plan::EntryOp::create(builder, entry.getLoc(), entry.getSymName(), ranges());
    builder.setInsertionPointToStart(&result.getBody().emplaceBlock());
    auto names = entry->getAttrOfType<ArrayAttr>(kernel::namesAttrName);
    auto name = [&](const Twine &otherwise, unsigned index) {
      return names && index < names.size() ? cast<StringAttr>(names[index]) : builder.getStringAttr(otherwise);
    };
    unsigned position = 0;
    for (auto [index, argument] : llvm::enumerate(entry.getArguments()))
      plan::InputOp::create(builder, argument.getLoc(), name("argument" + Twine(index), position++),
                            TypeAttr::get(argument.getType()), builder.getI64IntegerAttr(values[argument].offset));
    Operation *terminator = entry.front().getTerminator();
    for (auto [index, value] : llvm::enumerate(terminator->getOperands()))
      plan::OutputOp::create(builder, terminator->getLoc(), name("result" + Twine(index), position++),
                             TypeAttr::get(value.getType()), builder.getI64IntegerAttr(values[value].offset));
    Hazards hazards;
    for (auto launch : entry.getOps<kernel::LaunchOp>())
      buildLaunch(builder, launch, hazards);
    return result;
  }

private:
  LogicalResult addValue(Value value, int64_t time) {
    auto type = cast<SymbolicTensorType>(value.getType());
    std::optional<int64_t> bytes = kernel::bytesAtMaxima(type, maxima);
    if (!bytes)
      return entry.emitError() << "the largest size of " << type << " must be known: give every symbol a maximum";
    values.insert({value, {*bytes, time, time, 0}});
    return success();
  }

  FailureOr<int64_t> place() {
    SmallVector<PlannedValue> planned;
    int64_t sum = 0;
    for (const auto &[value, plan] : values) {
      planned.push_back(plan);
      sum += std::min(plan.bytes, mostBytes);
      if (sum >= mostBytes)
        return entry.emitError() << "values of an entry must take less than 2^60 bytes in all: give smaller maxima";
    }
    int64_t arena = planMemory(planned);
    for (auto [entry, plan] : llvm::zip_equal(values, planned))
      entry.second = plan;
    remark::passed(entry.getLoc(), remark::RemarkOpts::name("Memory").category(DEBUG_TYPE))
        << remark::add("@{0}: {1} values of {2} bytes in all, {3} at one time, in an arena of {4}", entry.getSymName(),
                       planned.size(), sum, peakBytes(planned), arena);
    return arena;
  }

  DictionaryAttr ranges() {
    Builder builder(entry.getContext());
    NamedAttrList ranges;
    for (NamedAttribute maximum : maxima ? maxima : builder.getDictionaryAttr({}))
      ranges.set(maximum.getName(), builder.getI64ArrayAttr({1, cast<IntegerAttr>(maximum.getValue()).getInt()}));
    return ranges.getDictionary(entry.getContext());
  }

  Attribute placeOf(Value value) {
    if (auto load = value.getDefiningOp<graph::LoadWeightOp>())
      return plan::WeightAttr::get(entry.getContext(), load.getWeightAttr());
    if (auto load = value.getDefiningOp<kernel::LoadStateOp>())
      return plan::StateAttr::get(entry.getContext(), load.getStateAttr());
    const PlannedValue &planned = values[value];
    return plan::ArenaAttr::get(entry.getContext(), planned.offset, planned.bytes);
  }

  void buildLaunch(OpBuilder &builder, kernel::LaunchOp launch, Hazards &hazards) {
    auto kernel = SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(entry, launch.getKernelAttr());
    llvm::SmallPtrSet<Value, 4> writtenStates;
    for (Operation *write : kernel.getWrites())
      writtenStates.insert(write->getOperand(0));
    SmallVector<Attribute> places, reads, writes;
    for (auto [argument, operand] : llvm::zip_equal(kernel.getArguments(), launch.getOperands())) {
      places.push_back(placeOf(operand));
      (writtenStates.contains(argument) ? writes : reads).push_back(places.back());
    }
    for (Value result : launch.getResults()) {
      places.push_back(placeOf(result));
      writes.push_back(places.back());
    }
    bool wait = hazards.conflict(reads, writes);
    if (wait)
      hazards.clear();
    hazards.add(reads, writes);
    plan::LaunchOp::create(builder, launch.getLoc(), launch.getKernelAttr(), builder.getArrayAttr(places),
                           wait ? builder.getUnitAttr() : UnitAttr());
  }

  func::FuncOp entry;
  DictionaryAttr maxima;
  llvm::MapVector<Value, PlannedValue> values;
};

/// The linear layers that `root` depends on, in its kernel, are added to `products`.
void collectProducts(Value root, llvm::SmallSetVector<Operation *, 4> &products) {
  llvm::SetVector<Operation *> wanted;
  auto want = [&](Value value) {
    if (Operation *producer = value.getDefiningOp())
      wanted.insert(producer);
  };
  want(root);
  for (size_t i = 0; i < wanted.size(); ++i)
    if (isa<graph::LinearOp>(wanted[i]))
      products.insert(wanted[i]);
    else
      llvm::for_each(wanted[i]->getOperands(), want);
}

/// What a task of each space moves: its part of the weights it streams, and its part of what it writes. Workers share
/// tasks by it, so only the ratios between the spaces of one kernel matter.
ArrayAttr taskBytes(kernel::FuncOp kernel) {
  SmallVector<Value> roots(kernel.getBody().front().getTerminator()->getOperands());
  for (Operation *write : kernel.getWrites())
    roots.push_back(write->getOperand(1));
  SmallVector<int64_t> bytes;
  for (auto space : kernel.getTasks().getAsRange<kernel::TasksAttr>()) {
    int64_t written = 0, streamed = 0, rows = 0;
    llvm::SmallSetVector<Operation *, 4> products;
    for (int64_t root : space.getRoots()) {
      auto type = cast<SymbolicTensorType>(roots[root].getType());
      bool isOfRows = kernel.getSchedule().getKind() == kernel::Kind::Rows;
      ArrayRef<Attribute> row = isOfRows
                                    ? type.getDims().drop_front(std::min(space.getDims().size(), type.getDims().size()))
                                    : type.getDims().take_back(1);
      written += kernel::bytesAtMaxima(SymbolicTensorType::get(type.getElementType(), row), kernel.getMaximaAttr())
                     .value_or(1);
      collectProducts(roots[root], products);
    }
    for (Operation *product : products) {
      auto weight = cast<SymbolicTensorType>(cast<graph::LinearOp>(product).getWeight().getType());
      streamed += kernel::bytesAtMaxima(weight, kernel.getMaximaAttr()).value_or(0);
      rows = weight.getStaticDim(0).value_or(0);
    }
    int64_t tile = space.getTiles().empty() ? 1 : space.getTiles().front();
    bytes.push_back(rows > 0 ? streamed * std::min(tile, rows) / rows + 4 * tile : std::max<int64_t>(1, written));
  }
  return Builder(kernel.getContext()).getI64ArrayAttr(bytes);
}

struct ConvertKernelToPlanPass : public tern::impl::ConvertKernelToPlanBase<ConvertKernelToPlanPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    int64_t arena = 0, scratch = 0;
    for (auto entry : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
      if (!entry.getBody().hasOneBlock()) {
        entry.emitError() << "an entry point must have a body of one block";
        return signalPassFailure();
      }
      for (Operation &op : entry.front().without_terminator())
        if (!isa<graph::LoadWeightOp, kernel::LoadStateOp, kernel::LaunchOp>(op)) {
          op.emitOpError("must be in a kernel before memory is planned");
          return signalPassFailure();
        }
      EntryPlanner planner(entry);
      FailureOr<int64_t> bytes = planner.run();
      if (failed(bytes))
        return signalPassFailure();
      arena = std::max(arena, *bytes);
      planner.build();
      entry.erase();
    }
    for (auto kernel : module.getOps<kernel::FuncOp>()) {
      kernel->setAttr(kernel::taskBytesAttrName, taskBytes(kernel));
      if (auto bytes = kernel->getAttrOfType<IntegerAttr>(kernel::scratchAttrName))
        scratch = std::max(scratch, bytes.getInt());
    }
    OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
    plan::MemoryOp::create(builder, module.getLoc(), arena, scratch);
  }
};

} // namespace
