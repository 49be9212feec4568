//===- CheckEquivalence.cpp - A program before and after a pipeline -------===//

#include "Difference.h"
#include "RandomInputs.h"
#include "tern/Interpreter/Interpreter.h"
#include "tern/Interpreter/Passes.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace tern {
#define GEN_PASS_DEF_CHECKEQUIVALENCE
#include "include/tern/Interpreter/Passes.h.inc"
} // namespace tern

using namespace mlir;
using namespace tern;

/// Reads "B=2" into `dims`.
static LogicalResult parseDim(StringRef text, llvm::StringMap<int64_t> &dims) {
  auto [name, number] = text.split('=');
  int64_t size;
  if (name.empty() || number.getAsInteger(10, size) || size < 0)
    return failure();
  dims[name] = size;
  return success();
}

/// `type` where symbols are the numbers that `sizes` has for them.
static Type typeAt(const llvm::StringMap<int64_t> &sizes, Type type) {
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](graph::SymbolicTensorType tensor) -> Type {
    SmallVector<Attribute> dims(tensor.getDims());
    for (Attribute &dim : dims)
      if (auto symbol = dyn_cast<StringAttr>(dim))
        if (auto size = sizes.find(symbol.getValue()); size != sizes.end())
          dim = graph::staticDim(tensor.getContext(), size->second);
    return tensor.withDims(dims);
  });
  return replacer.replace(type);
}

namespace {

struct CheckEquivalence : public tern::impl::CheckEquivalenceBase<CheckEquivalence> {
  using CheckEquivalenceBase::CheckEquivalenceBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    OpPassManager passes("builtin.module");
    if (succeeded(parsePassPipeline(pipeline, passes, llvm::nulls())))
      passes.getDependentDialects(registry);
  }

  void runOnOperation() override {
    markAllAnalysesPreserved();
    OwningOpRef<ModuleOp> after = transformedClone();
    llvm::StringMap<int64_t> sizes;
    if (!after || failed(parseDims(sizes)))
      return signalPassFailure();
    InterpreterOptions options;
    options.threads = threads;
    FailureOr<Interpreter> reference = Interpreter::create(getOperation(), options);
    FailureOr<Interpreter> changed = Interpreter::create(*after, options);
    if (failed(reference) || failed(changed))
      return signalPassFailure();
    bool ran = false;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function.isPublic() || function.isDeclaration())
        continue;
      ran = true;
      auto counterpart = after->lookupSymbol<func::FuncOp>(function.getSymName());
      if (failed(compare(function, counterpart, sizes, *reference, *changed)))
        signalPassFailure();
    }
    if (!ran) {
      getOperation().emitError() << "the module must have a public function to compare";
      signalPassFailure();
    }
  }

private:
  /// The module after the pipeline, or null.
  OwningOpRef<ModuleOp> transformedClone() {
    OpPassManager passes("builtin.module");
    std::string message;
    llvm::raw_string_ostream stream(message);
    if (failed(parsePassPipeline(pipeline, passes, stream))) {
      getOperation().emitError() << "'pipeline' must name passes of a module, got '" << pipeline
                                 << "': " << StringRef(message).trim();
      return nullptr;
    }
    // A pass may run a pipeline on what it holds, so the clone stands inside the module for that long.
    OwningOpRef<ModuleOp> clone = getOperation().clone();
    getOperation().getBody()->push_back(*clone);
    LogicalResult result = runPipeline(passes, *clone);
    clone->getOperation()->remove();
    return succeeded(result) ? std::move(clone) : nullptr;
  }

  LogicalResult parseDims(llvm::StringMap<int64_t> &sizes) {
    for (const std::string &text : dims)
      if (failed(parseDim(text, sizes)))
        return getOperation().emitError() << "'dims' must be a list like B=2,T=5, got '" << text << "'";
    return success();
  }

  /// Runs both functions on the same inputs and reports how far their results are apart.
  LogicalResult compare(func::FuncOp before, func::FuncOp after, const llvm::StringMap<int64_t> &sizes,
                        Interpreter &reference, Interpreter &changed) {
    if (!after || after.isDeclaration() ||
        typeAt(sizes, after.getFunctionType()) != typeAt(sizes, before.getFunctionType()))
      return before.emitError() << "the pipeline must keep function @" << before.getSymName() << " and its type";
    FailureOr<SmallVector<Tensor>> inputs = randomInputs(before, seed, sizes);
    if (failed(inputs))
      return failure();
    reference.resetState();
    changed.resetState();
    FailureOr<SmallVector<Tensor>> expected = reference.call(before.getSymName(), *inputs);
    FailureOr<SmallVector<Tensor>> actual = changed.call(before.getSymName(), *inputs);
    if (failed(expected) || failed(actual))
      return failure();
    bool equivalent = true;
    for (auto [index, mine, theirs] : llvm::enumerate(*actual, *expected)) {
      if (mine.shape() != theirs.shape()) {
        before.emitError() << "result " << index << " must keep its shape " << shapeText(theirs.shape()) << ", got "
                           << shapeText(mine.shape());
        equivalent = false;
      } else if (auto difference = compareClose(mine, theirs, {absolute, relative})) {
        before.emitError() << "result " << index << " must be what it was: " << difference->str(mine, theirs);
        equivalent = false;
      } else {
        before.emitRemark() << "result " << index << ": largest difference " << largestError(mine, theirs);
      }
    }
    return success(equivalent);
  }
};

} // namespace
