//===- VerifyScheduled.cpp - Entry points launch kernels ------------------===//

#include "dialects/Kernel/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::kernel;

namespace tern::kernel {
#define GEN_PASS_DEF_VERIFYSCHEDULED
#include "dialects/Kernel/Transforms/Passes.h.inc"
} // namespace tern::kernel

namespace {

/// The weight of the module that `value` is, or null.
graph::WeightOp weightOf(Value value) {
  auto load = value.getDefiningOp<graph::LoadWeightOp>();
  return load ? SymbolTable::lookupNearestSymbolFrom<graph::WeightOp>(load, load.getWeightAttr()) : graph::WeightOp();
}

/// (S3) and (S4) for operand `index` of `launch`.
LogicalResult checkOperand(kernel::LaunchOp launch, kernel::FuncOp kernel, unsigned index) {
  Value operand = launch.getOperand(index);
  if (isa<StateType>(operand.getType())) // its layout is part of its type
    return success();
  graph::WeightOp weight = weightOf(operand);
  Layout expected = kernel.getLayout(index), given = weight ? layoutOf(weight) : Layout::Rows;
  if (given != expected) // (S3)
    return launch.emitOpError() << "operand " << index << " must have the layout '" << stringifyLayout(expected)
                                << "' that the kernel reads, got '" << stringifyLayout(given) << "'";
  if (!weight && kernel.getOperandClass(index) != OperandClass::Dependent) // (S4)
    return launch.emitOpError() << "operand " << index << " must be a weight, as it is "
                                << stringifyOperandClass(kernel.getOperandClass(index));
  return success();
}

/// The first rule that `entry` breaks, reported where it does.
LogicalResult checkEntry(func::FuncOp entry) {
  if (!entry.getBody().hasOneBlock()) // (S1)
    return entry.emitOpError("must have one block");
  for (Operation &op : entry.front().without_terminator()) {
    auto launch = dyn_cast<kernel::LaunchOp>(op);
    if (!launch && !isa<graph::LoadWeightOp, LoadStateOp>(op)) // (S1)
      return op.emitOpError("must be in a kernel");
    auto kernel =
        launch ? SymbolTable::lookupNearestSymbolFrom<kernel::FuncOp>(entry, launch.getKernelAttr()) : kernel::FuncOp();
    for (unsigned i = 0, count = kernel ? op.getNumOperands() : 0; i < count; ++i)
      if (failed(checkOperand(launch, kernel, i)))
        return failure();
  }
  for (Value result : entry.front().getTerminator()->getOperands())
    if (!result.getDefiningOp<kernel::LaunchOp>()) // (S2)
      return entry.front().getTerminator()->emitOpError("must return results of launches, got ") << result;
  return success();
}

/// (S5): every symbol in a type of `kernel` is one of `names`.
LogicalResult checkSymbols(kernel::FuncOp kernel, ArrayAttr names) {
  LogicalResult result = success();
  AttrTypeWalker walker;
  walker.addWalk([&](graph::SymbolicTensorType type) {
    for (Attribute dim : type.getDims())
      if (isa<StringAttr>(dim) && !llvm::is_contained(names, dim) && succeeded(result))
        result = kernel.emitOpError() << "has the symbol " << dim << ", which '" << symbolsAttrName
                                      << "' does not name";
  });
  walker.walk(kernel.getFunctionType());
  kernel.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      walker.walk(type);
  });
  return result;
}

struct VerifyScheduledPass : public tern::kernel::impl::VerifyScheduledBase<VerifyScheduledPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    bool holds = true;
    for (auto entry : module.getOps<func::FuncOp>())
      holds &= succeeded(checkEntry(entry));
    auto names = module->getAttrOfType<ArrayAttr>(symbolsAttrName);
    if (!names || names.empty() || names[0] != StringAttr::get(&getContext(), "capacity")) { // (S5)
      module.emitOpError() << "must name its symbols in '" << symbolsAttrName << "', \"capacity\" first";
      return signalPassFailure();
    }
    for (auto kernel : module.getOps<kernel::FuncOp>())
      holds &= succeeded(checkSymbols(kernel, names));
    if (!holds)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
