//===- AttentionCall.cpp - Attention of one task --------------------------===//

#include "lib/Conversion/KernelCode/AttentionKernel.h"
#include "lib/Conversion/KernelToCuda/CudaEmitter.h"
#include "lib/Conversion/KernelToCuda/TiledAttention.h"

#include <limits>

using namespace mlir;

namespace tern::cuda {

static constexpr double infinity = std::numeric_limits<double>::infinity();

static graph::SymbolicTensorType typeOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }

/// Soft cap, bias and slope of the score of `key`.
static Val adjustScore(TensorEmitter &e, const AttentionOperands &operands, const AttentionTask &task, Val row, Val key,
                       Val score) {
  CodeBuilder &b = e.b;
  if (operands.softCap)
    score = b.tanh(score / *operands.softCap) * *operands.softCap;
  if (operands.bias) {
    auto type = typeOf(operands.bias);
    auto axis = [&](int64_t i, Val place) { return type.getStaticDim(i) == 1 ? e.number(0) : place; };
    score = score + e.element(operands.bias, {axis(0, task.sequence), axis(1, task.head(row)), axis(2, task.token(row)),
                                              axis(3, key)});
  }
  if (operands.slopes) {
    Val position = e.element(operands.positions, {task.sequence, task.token(row)});
    score = score - e.element(operands.slopes, {task.head(row)}) * b.toFloat(b.f32, position - key);
  }
  return score;
}

/// What the sum of a row is multiplied with: 1 / total, sinks included.
static Val rowFactor(TensorEmitter &e, const AttentionOperands &operands, Val head, Val largest, Val total) {
  CodeBuilder &b = e.b;
  Val factor = b.constant(b.f32, 1.0);
  if (operands.sinks) {
    Val sink = e.element(operands.sinks, {head});
    Val now = b.maximum(largest, sink);
    Val shift = b.select(now == -infinity, literal(now, 0.0), now);
    factor = b.exp(largest - shift);
    total = b.fma(total, factor, b.exp(sink - shift));
  }
  return b.select(total == 0.0, total, factor / total);
}

namespace {

/// A cache that device code reads in runs: its type there and where the head begins.
struct CachedHead {
  std::string type; ///< "tern::Cache<tern::f16, tern::Lanes16>"
  Value pointer;
};

} // namespace

/// The head of `task` in `tensor`, if that is a cache.
static std::optional<CachedHead> cachedHead(TensorEmitter &e, Value tensor, const AttentionTask &task) {
  std::optional<TensorPlace> place = e.placeOf(tensor);
  if (!place || !place->isState)
    return std::nullopt;
  StringRef layout = place->layout == kernel::Layout::Lanes16 ? "Lanes16"
                     : place->layout == kernel::Layout::Heads ? "Heads"
                                                              : "";
  Type element = place->type.getElementType();
  StringRef type = element.isF16() ? "tern::f16" : element.isBF16() ? "tern::bf16" : element.isF32() ? "float" : "";
  if (layout.empty() || type.empty())
    return std::nullopt;
  Val head = e.offsetOf(*place, {task.sequence, e.number(0), task.group, e.number(0)});
  return CachedHead{("tern::Cache<" + type + ", tern::" + layout + ">").str(),
                    e.b.elementPointer(element, place->pointer, head).get()};
}

/// Whether a number of `tensor` takes all of its row: a norm is on the way to it.
static bool isOfWholeRow(Value tensor) {
  Operation *op = tensor.getDefiningOp();
  if (!op || isa<kernel::ReadStateOp>(op))
    return false;
  return isa<graph::RmsNormOp, graph::LayerNormOp>(op) || llvm::any_of(op->getOperands(), isOfWholeRow);
}

/// Queries of `task`, not scaled, in scratch.
static Val queriesInScratch(TensorEmitter &e, const AttentionOperands &operands, const AttentionTask &task) {
  CodeBuilder &b = e.b;
  Val buffer = e.scratch(task.maxRows * operands.headSize * 4);
  e.fillRows(task.rows, task.maxRows, [&](Val row) {
    e.forRow(e.number(0), e.number(operands.headSize), 1, [&](Val d, int64_t) {
      Val query = e.element(operands.query, {task.sequence, task.token(row), task.head(row), d});
      b.store(query, buffer, row * operands.headSize + d);
    });
  });
  return buffer;
}

/// The sink of a head, -infinity if there is none.
static Val sinkOf(TensorEmitter &e, const AttentionOperands &operands, Val head) {
  return operands.sinks ? e.element(operands.sinks, {head}) : e.b.constant(e.b.f32, -infinity);
}

void CudaEmitter::attend(const AttentionOperands &operands, const Root &root, const AttentionTask &task) {
  if (!requireGroup("attention", Group::Block))
    return;
  if (!task.combined)
    return attendTask(operands, root, task, Val());
  int64_t parts = typeOf(root.value).getStaticDim(3).value_or(0);
  if (typeOf(operands.query).getStaticDim(1) != 1 || parts < 1)
    return fail(function, "parts are combined in their launch for one token of each sequence, and as many as a number");
  if (parts > 1 && !task.arrivals)
    return fail(function, "a launch that combines parts must have an argument that tasks count themselves by");
  // All rows see the same keys, as they are one token's.
  AttentionTask whole = task;
  whole.keyBegin = number(0);
  auto [begin, end] = visibleKeys(*this, operands, whole, number(0));
  std::string count = std::to_string(parts);
  Val live = call(b.i64, "partsWithKeys", {count}, {begin.get(), end.get()});
  Val place = call(b.i64, "placeOfPart", {count}, {task.part.get(), begin.get()});
  b.ifThen(place < live, [&] {
    attendTask(operands, root, task, live);
    if (parts > 1)
      b.ifThen(live > 1, [&] { combineIfLast(operands, root, task, begin, live); });
  });
}

/// The last block of the group that comes here combines its parts, of which the first `live` from that of key `begin`
/// on have been written.
void CudaEmitter::combineIfLast(const AttentionOperands &operands, const Root &root, const AttentionTask &task,
                                Val begin, Val live) {
  Val last = call(b.i1, "isLastToArrive", {}, {task.arrivals.get(), live.get()});
  b.ifThen(last, [&] {
    Val zero = number(0);
    Val parts = b.elementPointer(b.f32, root.place.pointer,
                                 offsetOf(root.place, {task.sequence, zero, task.head(zero), zero, zero}));
    Value sink =
        lambda("sink", {b.i64}, b.f32, [&](ArrayRef<Val> at) { return sinkOf(*this, operands, task.head(at[0])); });
    Value finish = lambda("combined", {b.i64, b.i64, b.f32}, Type(), [&](ArrayRef<Val> at) {
      store(at[2], task.combined->place, {task.sequence, task.token(at[0]), task.head(at[0]), at[1]});
      return Val();
    });
    call(Type(), "combineRows",
         {std::to_string(threads), std::to_string(*typeOf(root.value).getStaticDim(3)),
          std::to_string(operands.valueSize)},
         {task.rows.get(), parts.get(), begin.get(), live.get(), sink, finish});
  });
}

/// Stores a number of the result of `task`: of its part, or of all if just one part is live.
void CudaEmitter::finishAttention(const AttentionOperands &operands, const Root &root, const AttentionTask &task,
                                  bool isDivided, Val live, ArrayRef<Val> at) {
  Val row = at[0], column = at[1], sum = at[2], token = task.token(row), head = task.head(row);
  auto whole = [&](const TensorPlace &place) {
    Val value = isDivided ? sum : sum * rowFactor(*this, operands, head, at[3], at[4]);
    store(value, place, {task.sequence, token, head, column});
  };
  if (!operands.isPart)
    return whole(root.place);
  auto part = [&] {
    auto target = [&](Val column) { return Index{task.sequence, token, head, task.part, column}; };
    store(sum, root.place, target(column));
    b.ifThen(column == 0, [&] {
      store(at[3], root.place, target(number(operands.valueSize)));
      store(at[4], root.place, target(number(operands.valueSize + 1)));
    });
  };
  if (!live)
    return part();
  b.ifThen(live == 1, [&] { whole(task.combined->place); });
  b.ifThen(live > 1, part);
}

/// Attention of `task`; `live` parts of its group have keys, nothing if another launch combines them.
void CudaEmitter::attendTask(const AttentionOperands &operands, const Root &root, const AttentionTask &task, Val live) {
  Val queries;
  if (isOfWholeRow(operands.query)) {
    queries = queriesInScratch(*this, operands, task);
    barrier();
  }
  Value query = lambda("query", {b.i64, b.i64}, b.f32, [&](ArrayRef<Val> at) {
    if (queries)
      return b.load(b.f32, queries, at[0] * operands.headSize + at[1]) * operands.scale;
    return element(operands.query, {task.sequence, task.token(at[0]), task.head(at[0]), at[1]}) * operands.scale;
  });
  Value seenBegin = lambda("seenBegin", {b.i64}, b.i64,
                           [&](ArrayRef<Val> at) { return visibleKeys(*this, operands, task, at[0]).first; });
  Value seenEnd = lambda("seenEnd", {b.i64}, b.i64,
                         [&](ArrayRef<Val> at) { return visibleKeys(*this, operands, task, at[0]).second; });
  Value adjust = lambda("adjust", {b.i64, b.i64, b.f32}, b.f32,
                        [&](ArrayRef<Val> at) { return adjustScore(*this, operands, task, at[0], at[1], at[2]); });
  std::optional<CachedHead> keys = cachedHead(*this, operands.key, task),
                            cachedValues = cachedHead(*this, operands.value, task);
  remarkTiledAttention(function, operands, task.maxRows);
  const bool isTiled = isTiledAttention(operands, task.maxRows);
  // row, column, sum, and the row's largest score and total
  Value finish = lambda("finish", {b.i64, b.i64, b.f32, b.f32, b.f32}, Type(), [&](ArrayRef<Val> at) {
    finishAttention(operands, root, task, /*isDivided=*/isTiled && !operands.isPart, live, at);
    return Val();
  });
  SmallVector<std::string> arguments = {std::to_string(threads), std::to_string(operands.headSize),
                                        std::to_string(operands.valueSize)};
  SmallVector<Value> values = {task.rows.get(), task.keyBegin.get(), task.keyEnd.get(), number(task.keyStep).get(),
                               query,           seenBegin,           seenEnd,           adjust};
  if (isTiled) {
    attendsByTiles = true;
    Value factor = lambda("factor", {b.i64, b.f32, b.f32}, b.f32, [&](ArrayRef<Val> at) {
      return operands.isPart ? b.constant(b.f32, 1.0) : rowFactor(*this, operands, task.head(at[0]), at[1], at[2]);
    });
    int64_t bytes = tiledAttentionBytes(operands, threads);
    arguments.push_back(std::to_string(bytes));
    values.append({keys->pointer, cachedValues->pointer, scratch(bytes).get(), factor, finish});
    call(Type(), "attentionOfManyRows", arguments, values);
    return;
  }
  arguments.push_back(std::to_string(task.maxRows));
  if (keys && cachedValues) {
    arguments.append({keys->type, cachedValues->type});
    values.append({keys->pointer, cachedValues->pointer, finish});
    call(Type(), "attentionOfCaches", arguments, values);
    return;
  }
  Value keyAt = lambda("key", {b.i64, b.i64}, b.f32, [&](ArrayRef<Val> at) {
    return element(operands.key, {task.sequence, at[0], task.group, at[1]});
  });
  Value valueAt = lambda("value", {b.i64, b.i64}, b.f32, [&](ArrayRef<Val> at) {
    return element(operands.value, {task.sequence, at[0], task.group, at[1]});
  });
  values.append({keyAt, valueAt, finish});
  call(Type(), "attention", arguments, values);
}

Val CudaEmitter::combineParts(Val parts, int64_t count, int64_t width, Val column, Val sink) {
  return call(b.f32, "combineParts", {std::to_string(count), std::to_string(width)},
              {parts.get(), column.get(), sink.get()});
}

} // namespace tern::cuda
