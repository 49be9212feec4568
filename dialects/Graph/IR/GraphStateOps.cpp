//===- GraphStateOps.cpp - What survives a call ---------------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern::graph;

// (C1), (C4) and half of (C3) are in ODS.
LogicalResult StateOp::verify() {
  SymbolicTensorType type = getTensorType();
  if (isByPosition() && (type.getRank() < 2 || type.getStaticDim(1))) // (C2)
    return emitOpError() << "axis 1 of a '" << stringifyStateKind(getKind()) << "' state must be a symbol, got "
                         << shapeName(type.getDims());
  if (getWindow() && !isByPosition()) // (C3)
    return emitOpError() << "'window' belongs to key and value states, got a '" << stringifyStateKind(getKind())
                         << "' state";
  return success();
}

/// The state that `name` refers to, or an error at `op`: constraint (C1) of every op on states.
static FailureOr<StateOp> lookupState(Operation *op, FlatSymbolRefAttr name, SymbolTableCollection &symbols) {
  if (auto state = symbols.lookupNearestSymbolFrom<StateOp>(op, name))
    return state;
  return op->emitOpError() << "must name a graph.state of the module, got @" << name.getValue();
}

/// `value` has the type of `state`: constraint (C2) of every op on states.
static LogicalResult checkStateType(Operation *op, StateOp state, StringRef name, Value value) {
  if (state.getType() == value.getType())
    return success();
  InFlightDiagnostic error = op->emitOpError() << "'" << name << "' must have the state's type " << state.getType()
                                               << ", got " << value.getType();
  error.attachNote(state.getLoc()) << "the state is declared here";
  return error;
}

LogicalResult ReadStateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<StateOp> state = lookupState(*this, getStateAttr(), symbols);
  return failure(failed(state) || failed(checkStateType(*this, *state, "result", getResult())));
}

LogicalResult WriteStateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<StateOp> state = lookupState(*this, getStateAttr(), symbols);
  if (failed(state) || failed(checkStateType(*this, *state, "value", getValue())))
    return failure();
  if (state->isByPosition()) // (C3)
    return emitOpError() << "a state indexed by position is written by graph.append_state";
  return success();
}

LogicalResult AppendStateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  FailureOr<StateOp> state = lookupState(*this, getStateAttr(), symbols);
  if (failed(state))
    return failure();
  if (!state->isByPosition()) // (C1)
    return emitOpError() << "the state must be of kind key or value, got '" << stringifyStateKind(state->getKind())
                         << "'";
  if (failed(checkStateType(*this, *state, "result", getResult())))
    return failure();
  SymbolicTensorType type = state->getTensorType();
  SymbolicTensorType value = tensorOf(getValue());
  if (value.getElementType() != type.getElementType()) // (C3)
    return emitOpError() << "'value' must have the state's element type " << type.getElementType() << ", got "
                         << value.getElementType();
  if (failed(checkRank(getLoc(), "value", value, type.getRank()))) // (C3)
    return failure();
  SmallVector<Attribute> expected(type.getDims());
  expected[1] = value.getDim(1);
  if (failed(checkShape(getLoc(), "value", value, expected))) // (C3)
    return failure();
  return checkShape(getLoc(), "positions", tensorOf(getPositions()), value.getDims().take_front(2)); // (C4)
}
