//===- VerifyPlaced.cpp - Every byte has a place --------------------------===//

#include "dialects/Plan/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::plan;

namespace tern::plan {
#define GEN_PASS_DEF_VERIFYPLACED
#include "dialects/Plan/Transforms/Passes.h.inc"
} // namespace tern::plan

namespace {

constexpr int64_t alignment = 64;

/// What an input or a launch left in the arena.
struct Holding {
  ArenaAttr place;
  Operation *writer;
};

/// A place that a launch since the last wait touches.
struct Access {
  Attribute place;
  bool isWrite;
  Operation *launch;
};

bool overlap(ArenaAttr a, ArenaAttr b) {
  return a.getOffset() < b.getOffset() + b.getBytes() && b.getOffset() < a.getOffset() + a.getBytes();
}

/// Whether two places have a byte in common. Weights are never written, so theirs do not matter.
bool meet(Attribute a, Attribute b) {
  auto left = dyn_cast<ArenaAttr>(a), right = dyn_cast<ArenaAttr>(b);
  return left && right ? overlap(left, right) : a == b && isa<StateAttr>(a);
}

std::string bytesText(ArenaAttr place) {
  return "bytes " + std::to_string(place.getOffset()) + " to " + std::to_string(place.getOffset() + place.getBytes());
}

/// Follows the launches of an entry.
class EntryChecker {
public:
  EntryChecker(EntryOp entry, MemoryOp memory) : entry(entry), memory(memory) {
    NamedAttrList largest;
    for (NamedAttribute range : entry.getRanges())
      largest.set(range.getName(), cast<ArrayAttr>(range.getValue())[1]);
    maxima = largest.getDictionary(entry.getContext());
  }

  LogicalResult run() {
    for (auto input : entry.getBody().getOps<InputOp>()) {
      ArenaAttr place = placeOf(input);
      if (!place || failed(checkPlace(input, place)) || failed(checkFree(input, place)))
        return failure();
      held.push_back({place, input});
    }
    for (auto launch : entry.getBody().getOps<plan::LaunchOp>())
      if (failed(checkLaunch(launch)))
        return failure();
    for (auto output : entry.getBody().getOps<OutputOp>())
      if (ArenaAttr place = placeOf(output);
          !place || failed(checkPlace(output, place)) || failed(checkHeld(output, place)))
        return failure();
    return success();
  }

private:
  /// Where an input or output lies, at its largest; null, after an error, if that has no number.
  template <typename Argument> ArenaAttr placeOf(Argument argument) {
    std::optional<int64_t> bytes = kernel::bytesAtMaxima(argument.getTensorType(), maxima);
    if (bytes)
      return ArenaAttr::get(entry.getContext(), argument.getOffset(), *bytes);
    argument.emitOpError() << "must have a largest size: 'ranges' of the entry names each of its symbols"; // (P3)
    return {};
  }

  /// (P2)
  LogicalResult checkPlace(Operation *op, ArenaAttr place) {
    int64_t end = 0;
    if (place.getOffset() % alignment != 0)
      return op->emitOpError() << "offsets must be multiples of " << alignment << ", got " << place.getOffset();
    if (llvm::AddOverflow(place.getOffset(), place.getBytes(), end) || end > static_cast<int64_t>(memory.getArena()))
      return op->emitOpError() << "must lie in the arena of " << memory.getArena() << " bytes, got offset "
                               << place.getOffset() << " and " << place.getBytes() << " bytes";
    return success();
  }

  /// Inputs are written by the caller, all at once.
  LogicalResult checkFree(Operation *op, ArenaAttr place) {
    for (const Holding &other : held)
      if (overlap(place, other.place)) // (P4)
        return (op->emitOpError() << bytesText(place) << " are another input's").attachNote(other.writer->getLoc())
               << "the other is at " << bytesText(other.place);
    return success();
  }

  /// (P4): `place` is one value, whole.
  LogicalResult checkHeld(Operation *op, ArenaAttr place) {
    for (const Holding &holding : held)
      if (holding.place.getOffset() == place.getOffset() && holding.place.getBytes() == place.getBytes())
        return success();
    InFlightDiagnostic error = op->emitOpError() << "reads " << bytesText(place) << ", which hold no value";
    for (const Holding &holding : llvm::reverse(held))
      if (overlap(holding.place, place)) {
        error.attachNote(holding.writer->getLoc()) << bytesText(holding.place) << " were written here";
        break;
      }
    return error;
  }

  LogicalResult checkLaunch(plan::LaunchOp launch) {
    auto kernel = SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(entry, launch.getKernelAttr());
    if (!kernel) // (P1)
      return launch.emitOpError() << "must launch a kernel.func, got @" << launch.getKernel();
    SmallVector<Access> accesses;
    if (failed(checkSizes(launch, kernel)) || failed(findAccesses(launch, kernel, accesses)) ||
        failed(checkWait(launch, accesses)))
      return failure();
    for (const Access &access : accesses)
      if (auto place = dyn_cast<ArenaAttr>(access.place); place && !access.isWrite && failed(checkHeld(launch, place)))
        return failure();
    return write(launch, accesses);
  }

  /// (P2), (P3)
  LogicalResult checkSizes(plan::LaunchOp launch, kernel::FuncOp kernel) {
    SmallVector<Type> types(kernel.getArgumentTypes());
    llvm::append_range(types, kernel.getResultTypes());
    for (auto [index, type] : llvm::enumerate(types)) {
      auto place = dyn_cast<ArenaAttr>(launch.getPlaces()[index]);
      auto tensor = dyn_cast<graph::SymbolicTensorType>(type);
      if (!place)
        continue;
      if (!tensor)
        return launch.emitOpError() << "place " << index << " must be a state's, got " << place;
      std::optional<int64_t> bytes = kernel::bytesAtMaxima(tensor, maxima);
      if (bytes != place.getBytes()) // (P3)
        return launch.emitOpError() << "place " << index << " must have the "
                                    << (bytes ? std::to_string(*bytes) : "unknown") << " bytes of " << tensor
                                    << " at its largest, got " << place.getBytes();
      if (failed(checkPlace(launch, place)))
        return failure();
    }
    return success();
  }

  LogicalResult findAccesses(plan::LaunchOp launch, kernel::FuncOp kernel, SmallVectorImpl<Access> &accesses) {
    llvm::SmallPtrSet<Value, 4> written;
    for (Operation *write : kernel.getWrites())
      written.insert(write->getOperand(0));
    for (auto [index, place] : llvm::enumerate(launch.getPlaces())) {
      bool isResult = index >= kernel.getNumArguments();
      if (isResult && !isa<ArenaAttr>(place))
        return launch.emitOpError() << "must write results to the arena, got " << place; // (P4)
      accesses.push_back({place, isResult || written.contains(kernel.getArgument(index)), launch});
    }
    return success();
  }

  /// (P5)
  LogicalResult checkWait(plan::LaunchOp launch, ArrayRef<Access> accesses) {
    if (launch.getWait())
      running.clear();
    for (const Access &access : accesses)
      for (const Access &other : running)
        if ((access.isWrite || other.isWrite) && meet(access.place, other.place))
          return (launch.emitOpError() << "must wait: it " << (access.isWrite ? "writes " : "reads ") << access.place)
                     .attachNote(other.launch->getLoc())
                 << "which this launch, since the last wait, " << (other.isWrite ? "writes" : "reads");
    llvm::append_range(running, accesses);
    return success();
  }

  /// The results take the place of what was there. (P4): not of what the launch reads or writes elsewhere.
  LogicalResult write(plan::LaunchOp launch, ArrayRef<Access> accesses) {
    for (const auto &[index, access] : llvm::enumerate(accesses)) {
      auto place = dyn_cast<ArenaAttr>(access.place);
      if (!place || !access.isWrite)
        continue;
      for (const Access &other : accesses.take_front(index))
        if (meet(place, other.place))
          return launch.emitOpError() << "must write results to bytes of their own, got " << place << " beside "
                                      << other.place;
      llvm::erase_if(held, [&](const Holding &holding) { return overlap(holding.place, place); });
      held.push_back({place, launch});
    }
    return success();
  }

  EntryOp entry;
  MemoryOp memory;
  DictionaryAttr maxima;
  SmallVector<Holding> held;
  SmallVector<Access> running;
};

/// (P1): the memory of the module, or null after an error.
MemoryOp checkModule(ModuleOp module) {
  SmallVector<MemoryOp> memories(module.getOps<MemoryOp>());
  if (memories.size() != 1) {
    module.emitOpError() << "must have one plan.memory, got " << memories.size();
    return {};
  }
  for (auto function : module.getOps<func::FuncOp>()) {
    function.emitOpError("must have become a plan.entry");
    return {};
  }
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    auto bytes = kernel->getAttrOfType<IntegerAttr>(kernel::scratchAttrName);
    if (!bytes || bytes.getInt() <= static_cast<int64_t>(memories.front().getScratch()))
      continue;
    (memories.front().emitOpError() << "must have the scratch of every kernel, got " << memories.front().getScratch())
            .attachNote(kernel.getLoc())
        << "this one takes " << bytes.getInt();
    return {};
  }
  return memories.front();
}

struct VerifyPlacedPass : public tern::plan::impl::VerifyPlacedBase<VerifyPlacedPass> {
  void runOnOperation() override {
    MemoryOp memory = checkModule(getOperation());
    bool holds = static_cast<bool>(memory);
    if (holds)
      for (auto entry : getOperation().getOps<EntryOp>())
        holds &= succeeded(EntryChecker(entry, memory).run());
    if (!holds)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
