//===- KernelStateOps.cpp - States and attention in parts -----------------===//

#include "dialects/Graph/IR/ShapeChecks.h"
#include "dialects/Kernel/IR/Kernel.h"

using namespace mlir;
using namespace tern::graph;
using namespace tern::kernel;

using Effects = SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

/// `value` is `expected`, the tensor of a state.
static LogicalResult checkTensor(Operation *op, StringRef name, SymbolicTensorType value, SymbolicTensorType expected) {
  if (value == expected)
    return success();
  return op->emitOpError() << "'" << name << "' must be the state's tensor " << expected << ", got " << value;
}

LogicalResult LoadStateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto state = symbols.lookupNearestSymbolFrom<StateOp>(*this, getStateAttr());
  if (!state) // (C1)
    return emitOpError() << "must name a graph.state of the module, got @" << getState();
  SymbolicTensorType declared = state.getTensorType(), mine = getResult().getType().getTensor();
  bool agree = declared.getElementType() == mine.getElementType() && declared.getRank() == mine.getRank();
  for (int64_t i = 0; agree && i < mine.getRank(); ++i)
    agree = declared.getDim(i) == mine.getDim(i) || isa<StringAttr>(declared.getDim(i));
  if (!agree) // (C2)
    return emitOpError() << "must refer to the state's tensor " << declared << ", got " << mine;
  if (layoutOf(state) != getResult().getType().getLayout()) // (C3)
    return emitOpError() << "must have the state's layout '" << stringifyLayout(layoutOf(state)) << "', got '"
                         << stringifyLayout(getResult().getType().getLayout()) << "'";
  return success();
}

LogicalResult tern::kernel::ReadStateOp::verify() {
  return checkTensor(*this, "result", tensorOf(getResult()), getState().getType().getTensor()); // (C1)
}

LogicalResult tern::kernel::WriteStateOp::verify() {
  return checkTensor(*this, "value", tensorOf(getValue()), getState().getType().getTensor()); // (C1)
}

LogicalResult tern::kernel::AppendStateOp::verify() {
  SymbolicTensorType state = getState().getType().getTensor(), value = tensorOf(getValue());
  SmallVector<Attribute> dims(state.getDims());
  if (dims.size() > 1 && value.getRank() > 1)
    dims[1] = value.getDim(1);
  if (failed(checkTensor(*this, "value", value, state.withDims(dims)))) // (C1)
    return failure();
  return checkShape(getLoc(), "positions", tensorOf(getPositions()), ArrayRef(dims).take_front(2)); // (C2)
}

void tern::kernel::ReadStateOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), &getStateMutable(), StateResource::get());
}

void tern::kernel::WriteStateOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Write::get(), &getStateMutable(), StateResource::get());
}

void tern::kernel::AppendStateOp::getEffects(Effects &effects) {
  effects.emplace_back(MemoryEffects::Write::get(), &getStateMutable(), StateResource::get());
}

LogicalResult AttendPartOp::verify() {
  AttentionOperands operands{getQuery(),
                             getKey(),
                             getValue(),
                             getPositions(),
                             getLengths(),
                             getBias(),
                             getSlopes(),
                             getMask() == Mask::Causal,
                             getWindow().has_value()};
  if (failed(checkAttention(getLoc(), operands))) // (C2)
    return failure();
  SymbolicTensorType query = tensorOf(getQuery()), value = tensorOf(getValue()), result = tensorOf(getResult());
  if (result.getRank() != 5 || !result.getElementType().isF32()) // (C2)
    return emitOpError() << "result must be [B, T, H, S, e + 2] in f32, got " << result;
  if (!result.getStaticDim(3)) // (C1)
    return emitOpError() << "the number of parts must be a number, got " << dimName(result.getDim(3));
  if (result.getDims().take_front(3) != query.getDims().take_front(3) || !value.getStaticDim(-1) ||
      result.getStaticDim(-1) != *value.getStaticDim(-1) + 2) // (C2)
    return emitOpError() << "result must be [B, T, H, S, e + 2] of " << query << " and " << value << ", got " << result;
  return success();
}

LogicalResult AttendCombineOp::verify() {
  SymbolicTensorType part = tensorOf(getPart()), result = tensorOf(getResult());
  if (part.getRank() != 5 || result.getRank() != 4 || part.getDims().take_front(3) != result.getDims().take_front(3) ||
      !part.getStaticDim(-1) || result.getStaticDim(-1) != *part.getStaticDim(-1) - 2) // (C1)
    return emitOpError() << "result must be [B, T, H, e] of parts [B, T, H, S, e + 2], got " << result << " and "
                         << part;
  return getSinks() ? checkShape(getLoc(), "sinks", tensorOf(getSinks()), part.getDim(2)) : success(); // (C1)
}
