//===- EvalState.cpp - What survives a call -------------------------------===//

#include "Evaluation.h"

using namespace mlir;
using namespace tern;

/// The `graph.state` that `op` names, or, in a kernel, refers to.
static FailureOr<graph::StateOp> lookupState(Operation *op, StringRef name, Frame &frame) {
  if (auto state = frame.session.symbols.lookup<graph::StateOp>(name))
    return state;
  return op->emitError() << "must name a graph.state of the module, got @" << name;
}
static FailureOr<graph::StateOp> stateOf(graph::ReadStateOp op, Frame &frame) {
  return lookupState(op, op.getState(), frame);
}
static FailureOr<graph::StateOp> stateOf(graph::WriteStateOp op, Frame &frame) {
  return lookupState(op, op.getState(), frame);
}
static FailureOr<graph::StateOp> stateOf(graph::AppendStateOp op, Frame &frame) {
  return lookupState(op, op.getState(), frame);
}
template <typename KernelOp> static FailureOr<graph::StateOp> stateOf(KernelOp op, Frame &frame) {
  return lookupState(op, frame.getState(op.getState()), frame);
}

template <typename Op> static EvalResult readState(Op op, Frame &frame) {
  FailureOr<graph::StateOp> state = stateOf(op, frame);
  if (failed(state))
    return failure();
  auto present = frame.session.states.find(state->getSymNameAttr());
  if (present != frame.session.states.end())
    return Values{present->second};
  // Zeros and no positions: axis 1 of a state by position is empty.
  auto type = cast<graph::SymbolicTensorType>(op.getResult().getType());
  SmallVector<Attribute> dims(type.getDims());
  if (state->isByPosition())
    dims[1] = graph::staticDim(op.getContext(), 0);
  FailureOr<Shape> shape = frame.resolve(op, type.withDims(dims));
  if (failed(shape))
    return failure();
  return Values{Tensor::zeros(*shape, type.getStorageFormat())};
}

template <typename Op> static EvalResult writeState(Op op, Frame &frame) {
  FailureOr<graph::StateOp> state = stateOf(op, frame);
  if (failed(state))
    return failure();
  frame.session.states[state->getSymNameAttr()] = frame.get(op.getValue());
  return Values{};
}

/// Copies entries of `value`, [B, T, inner], to their positions in `state`, [B, C, inner].
template <typename T>
static void scatter(ArrayRef<T> value, ArrayRef<int64_t> positions, int64_t tokens, int64_t entries, int64_t inner,
                    MutableArrayRef<T> state) {
  for (auto [slot, position] : llvm::enumerate(positions)) {
    if (position < 0)
      continue; // a slot without a token
    int64_t b = slot / tokens;
    llvm::copy(value.slice(slot * inner, inner), state.begin() + (b * entries + position) * inner);
  }
}

template <typename Op> static EvalResult appendState(Op op, Frame &frame) {
  FailureOr<graph::StateOp> state = stateOf(op, frame);
  if (failed(state))
    return failure();
  const Tensor &value = frame.get(op.getValue()), &positions = frame.get(op.getPositions());
  auto [entry, isNew] = frame.session.states.try_emplace(state->getSymNameAttr());
  Tensor &present = entry->second;
  if (isNew) {
    Shape empty(value.shape());
    empty[1] = 0;
    present = Tensor::zeros(empty, value.format());
  }
  Shape expected(value.shape());
  expected[1] = present.dim(1);
  if (present.shape() != ArrayRef<int64_t>(expected))
    return op.emitError() << "the state must keep its shape but for axis 1 until it is reset, got "
                          << shapeText(present.shape()) << " before and " << shapeText(value.shape()) << " now";
  int64_t entries = present.dim(1), inner = numElements(value.shape().drop_front(2));
  for (int64_t position : positions.ints())
    entries = std::max(entries, positionAfter(position));
  int64_t limit = frame.session.options.tensorBytes / static_cast<int64_t>(sizeof(int64_t));
  if (entries > limit / std::max<int64_t>(1, inner * value.dim(0)))
    return op.emitError() << "a tensor must take at most " << frame.session.options.tensorBytes
                          << " bytes, got positions up to " << entries - 1;
  present = std::move(present).withAxis1(entries);
  if (value.isInteger())
    scatter(value.ints(), positions.ints(), value.dim(1), entries, inner, present.mutableInts());
  else
    scatter(value.floats(), positions.ints(), value.dim(1), entries, inner, present.mutableFloats());
  return Values{present};
}

EvalResult tern::eval(graph::ReadStateOp op, Frame &frame) { return readState(op, frame); }
EvalResult tern::eval(graph::WriteStateOp op, Frame &frame) { return writeState(op, frame); }
EvalResult tern::eval(graph::AppendStateOp op, Frame &frame) { return appendState(op, frame); }
EvalResult tern::eval(kernel::ReadStateOp op, Frame &frame) { return readState(op, frame); }
EvalResult tern::eval(kernel::WriteStateOp op, Frame &frame) { return writeState(op, frame); }

EvalResult tern::eval(kernel::AppendStateOp op, Frame &frame) {
  if (failed(appendState(op, frame)))
    return failure();
  return Values{};
}
