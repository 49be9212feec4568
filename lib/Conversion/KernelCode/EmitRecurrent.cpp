//===- EmitRecurrent.cpp - Layers that carry a state ----------------------===//
//
// A scan over tokens runs once for each head, in scratch: first the state is copied there, then each token updates it
// and leaves its results. So a state may be read and written in one kernel, and each of the two results asked for
// alone.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tern::code {

static graph::SymbolicTensorType typeOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

//===----------------------------------------------------------------------===//
// graph.short_conv
//===----------------------------------------------------------------------===//

/// Token `token` of the state followed by the input, at column `r.last()`.
static Val convInput(const Request &r, graph::ShortConvOp op, Val token, int64_t kept) {
  if (kept == 0)
    return r.e.element(op.getInput(), {r.index[0], token, r.last()}, r.lanes);
  auto fromState = [&] { return Vals{r.e.element(op.getState(), {r.index[0], token, r.last()}, r.lanes)}; };
  auto fromInput = [&] { return Vals{r.e.element(op.getInput(), {r.index[0], token - kept, r.last()}, r.lanes)}; };
  return r.b().ifElse(token < kept, fromState, fromInput)[0];
}

/// The last tokens, in scratch: the kernel may be about to overwrite the state.
static Val convNext(const Request &r, graph::ShortConvOp op, int64_t kept) {
  CodeBuilder &b = r.b();
  FailureOr<int64_t> width = r.e.maximum(typeOf(op.getInput()).getDim(-1));
  int64_t columns = mlir::failed(width) ? 0 : *width;
  Val buffer = r.e.onceValue(op, 0, {r.index[0]}, [&] {
    Val tokens = r.e.size(typeOf(op.getInput()), 1), copy = r.e.scratch(kept * columns * 4);
    b.forLoop(0, kept, 1, [&](Val j) {
      r.e.fillRow(r.e.number(0), r.e.size(typeOf(op.getInput()), -1), 1, [&](Val d, int64_t) {
        Index at = {r.index[0], j, d};
        Request one{r.e, r.result, at, 1};
        b.store(convInput(one, op, tokens + j, kept), copy, j * columns + d);
      });
    });
    return copy;
  });
  Type type = r.lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, r.lanes);
  return b.load(type, buffer, r.index[1] * columns + r.last());
}

static Val emitShortConv(const Request &r, graph::ShortConvOp op) {
  CodeBuilder &b = r.b();
  int64_t taps = *typeOf(op.getWeight()).getStaticDim(1), kept = taps - 1;
  if (kept > 0)
    convNext(Request{r.e, r.result, {r.index[0], r.e.number(0), r.e.number(0)}, 1}, op, kept);
  if (r.result.getResultNumber() == 1)
    return convNext(r, op, kept);
  Val sum = op.getBias() ? r.alongRow(op.getBias()) : r.splat(0.0);
  for (int64_t k = 0; k < taps; ++k) {
    Val weight = r.lanes == 1 ? r.e.element(op.getWeight(), {r.last(), r.e.number(k)}) : r.splat(0.0);
    for (int64_t lane = 0; r.lanes > 1 && lane < r.lanes; ++lane)
      weight = b.insert(r.e.element(op.getWeight(), {r.last() + lane, r.e.number(k)}), weight, lane);
    sum = b.fma(convInput(r, op, r.index[1] + k, kept), weight, sum);
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Scans
//===----------------------------------------------------------------------===//

namespace {

/// The buffers of one head's scan: results [T][width] and the state [rows][columns].
struct Scan {
  Val results, state;
  int64_t width, rows, columns;
};

} // namespace

/// Copies the state of head (b, h) to scratch and calls `step(t)` for each token.
static Vals runScan(const Request &r, Operation *op, Value state, Val sequence, Val head, Value tokensOf,
                    llvm::function_ref<void(const Scan &, Val)> step) {
  CodeBuilder &b = r.b();
  graph::SymbolicTensorType type = typeOf(state), sequenceType = typeOf(tokensOf);
  FailureOr<int64_t> tokens = r.e.maximum(sequenceType.getDim(1)), rows = r.e.maximum(type.getDim(2)),
                     columns = r.e.maximum(type.getDim(3)), width = r.e.maximum(sequenceType.getDim(3));
  if (mlir::failed(tokens) || mlir::failed(rows) || mlir::failed(columns) || mlir::failed(width))
    return {r.e.scratch(0), r.e.scratch(0)};
  return r.e.once(op, 0, {sequence, head}, [&] {
    Scan scan{r.e.scratch(*tokens * *width * 4), r.e.scratch(*rows * *columns * 4), *width, *rows, *columns};
    r.e.alone([&] {
      b.forLoop(0, *rows, 1, [&](Val i) {
        int64_t lanes = r.e.chooseLanes({state}, type.getDim(3));
        r.e.forRow(r.e.number(0), r.e.number(*columns), lanes, [&](Val j, int64_t lanes) {
          b.store(r.e.element(state, {sequence, head, i, j}, lanes), scan.state, i * *columns + j);
        });
      });
      b.forLoop(r.e.number(0), r.e.size(sequenceType, 1), r.e.number(1), [&](Val t) { step(scan, t); });
    });
    return Vals{scan.results, scan.state};
  });
}

/// An element of a scan's results [B, T, H, width], or of its last state [B, H, rows, columns].
static Val scanElement(const Request &r, const Vals &buffers, bool isState) {
  CodeBuilder &b = r.b();
  Type type = r.lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, r.lanes);
  Val row = isState ? r.index[2] : r.index[1];
  return b.load(type, buffers[isState], row * r.e.size(r.type(), -1) + r.last());
}

/// Lanes for the inner loops of a scan, over `size` elements that lie side by side.
static int64_t lanesFor(const Request &r, int64_t size) {
  int64_t lanes = r.e.vectorLanes;
  return size % lanes == 0 ? lanes : 1;
}

static Val emitGatedDeltaRule(const Request &r, graph::GatedDeltaRuleOp op) {
  CodeBuilder &b = r.b();
  bool isState = r.result.getResultNumber() == 1;
  Val sequence = r.index[0], head = r.index[isState ? 1 : 2];
  auto step = [&](const Scan &scan, Val t) {
    FastMathScope scope(b, sumFlags);
    Val kept = b.exp(r.e.element(op.getDecay(), {sequence, t, head}));
    Val beta = r.e.element(op.getBeta(), {sequence, t, head});
    auto at = [&](Value tensor, Val d) { return r.e.element(tensor, {sequence, t, head, d}); };
    int64_t lanes = lanesFor(r, scan.columns);
    Type type = lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, lanes);
    auto splat = [&](Val scalar) { return lanes == 1 ? scalar : b.broadcast(scalar, lanes); };
    Val zero = splat(b.constant(b.f32, 0.0)), rows = r.e.number(scan.rows), one = r.e.number(1);
    b.forLoop(0, scan.columns, lanes, [&](Val column) {
      Val recalled = b.fold(r.e.number(0), rows, one, {zero}, [&](Val d, ArrayRef<Val> sum) {
        Val decayed = b.load(type, scan.state, d * scan.columns + column) * splat(kept);
        b.store(decayed, scan.state, d * scan.columns + column);
        return Vals{b.fma(decayed, splat(at(op.getKey(), d)), sum[0])};
      })[0];
      Val value =
          lanes == 1 ? at(op.getValue(), column) : r.e.element(op.getValue(), {sequence, t, head, column}, lanes);
      Val update = splat(beta) * (value - recalled);
      Val read = b.fold(r.e.number(0), rows, one, {zero}, [&](Val d, ArrayRef<Val> sum) {
        Val before = b.load(type, scan.state, d * scan.columns + column);
        Val after = b.fma(splat(at(op.getKey(), d)), update, before);
        b.store(after, scan.state, d * scan.columns + column);
        return Vals{b.fma(after, splat(at(op.getQuery(), d)), sum[0])};
      })[0];
      b.store(read, scan.results, t * scan.width + column);
    });
  };
  return scanElement(r, runScan(r, op, op.getState(), sequence, head, op.getValue(), step), isState);
}

static Val emitSelectiveScan(const Request &r, graph::SelectiveScanOp op) {
  CodeBuilder &b = r.b();
  bool isState = r.result.getResultNumber() == 1;
  Val sequence = r.index[0], head = r.index[isState ? 1 : 2];
  int64_t perGroup = *typeOf(op.getInput()).getStaticDim(2) / *typeOf(op.getB()).getStaticDim(2);
  auto step = [&](const Scan &scan, Val t) {
    Val group = head / perGroup, delta = r.e.element(op.getDelta(), {sequence, t, head});
    Val kept = b.exp(r.e.element(op.getA(), {head}) * delta), skip = r.e.element(op.getSkip(), {head});
    int64_t lanes = lanesFor(r, scan.columns);
    auto splat = [&](Val scalar, int64_t lanes) { return lanes == 1 ? scalar : b.broadcast(scalar, lanes); };
    b.forLoop(0, scan.rows, 1, [&](Val d) {
      Val x = r.e.element(op.getInput(), {sequence, t, head, d}), scaled = delta * x;
      Val sum = r.e.sumRow(r.e.number(scan.columns), lanes, [&](Val n, int64_t lanes) {
        Type type = lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, lanes);
        Val before = b.load(type, scan.state, d * scan.columns + n);
        Val added = splat(scaled, lanes) * r.e.element(op.getB(), {sequence, t, group, n}, lanes);
        Val after = b.fma(splat(kept, lanes), before, added);
        b.store(after, scan.state, d * scan.columns + n);
        return after * r.e.element(op.getC(), {sequence, t, group, n}, lanes);
      });
      b.store(b.fma(skip, x, sum), scan.results, t * scan.width + d);
    });
  };
  return scanElement(r, runScan(r, op, op.getState(), sequence, head, op.getInput(), step), isState);
}

Val emitRecurrent(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::ShortConvOp op) { return emitShortConv(r, op); })
      .Case([&](graph::GatedDeltaRuleOp op) { return emitGatedDeltaRule(r, op); })
      .Case([&](graph::SelectiveScanOp op) { return emitSelectiveScan(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
