//===- PlanDialect.cpp - The plan dialect ---------------------------------===//

#include "dialects/Plan/IR/Plan.h"

#include "dialects/Graph/IR/GraphSyntax.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::graph; // the assembly formats use the short spellings of graph types
using namespace tern::plan;

#include "dialects/Plan/IR/PlanDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/IR/PlanAttrs.cpp.inc"

void PlanDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Plan/IR/PlanAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Plan/IR/PlanOps.cpp.inc"
      >();
}

LogicalResult ArenaAttr::verify(function_ref<InFlightDiagnostic()> error, int64_t offset, int64_t bytes) {
  if (offset >= 0 && bytes >= 0) // (C1)
    return success();
  return error() << "offset and bytes must not be negative, got " << offset << " and " << bytes;
}

LogicalResult EntryOp::verifyRegions() {
  for (Operation &op : getBody().front())
    if (!isa<InputOp, OutputOp, tern::plan::LaunchOp>(op)) // (C1)
      return op.emitOpError() << "must be a plan.input, plan.output or plan.launch to stand in an entry";
  for (NamedAttribute range : getRanges()) { // (C2)
    auto bounds = dyn_cast<ArrayAttr>(range.getValue());
    auto number = [&](unsigned i) { return dyn_cast<IntegerAttr>(bounds[i]); };
    if (!bounds || bounds.size() != 2 || !number(0) || !number(1) || number(0).getInt() < 1 ||
        number(0).getInt() > number(1).getInt())
      return emitOpError() << "range of " << range.getName() << " must be two positive numbers, the smaller first, got "
                           << range.getValue();
  }
  return success();
}

LogicalResult tern::plan::LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *kernel = symbols.lookupNearestSymbolFrom((*this)->getParentOp(), getKernelAttr());
  if (!isa_and_nonnull<FunctionOpInterface>(kernel)) // (C1)
    return emitOpError() << "must name a kernel of the module, got @" << getKernel();
  for (Attribute place : getPlaces()) {
    auto weight = dyn_cast<WeightAttr>(place);
    auto state = dyn_cast<StateAttr>(place);
    if (!weight && !state && !isa<ArenaAttr>(place)) // (C3)
      return emitOpError() << "places must be #plan.arena, #plan.weight or #plan.state, got " << place;
    if (weight && !symbols.lookupNearestSymbolFrom<WeightOp>((*this)->getParentOp(), weight.getWeight())) // (C4)
      return emitOpError() << "must name a graph.weight of the module, got " << weight.getWeight();
    if (state && !symbols.lookupNearestSymbolFrom<StateOp>((*this)->getParentOp(), state.getState())) // (C4)
      return emitOpError() << "must name a graph.state of the module, got " << state.getState();
  }
  auto function = dyn_cast<tern::kernel::FuncOp>(kernel);
  size_t expected = function ? function.getNumArguments() + function.getNumResults() : getPlaces().size();
  if (getPlaces().size() != expected) // (C2)
    return emitOpError() << "must have a place for each of " << expected << " arguments and results, got "
                         << getPlaces().size();
  return success();
}

#define GET_OP_CLASSES
#include "dialects/Plan/IR/PlanOps.cpp.inc"
