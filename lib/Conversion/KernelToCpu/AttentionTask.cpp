//===- AttentionTask.cpp - One task of attention --------------------------===//

#include "lib/Conversion/KernelToCpu/AttentionTask.h"

#include <limits>

using namespace mlir;

namespace tern::cpu {

static constexpr double infinity = std::numeric_limits<double>::infinity();

static graph::SymbolicTensorType typeOf(Value value) { return cast<graph::SymbolicTensorType>(value.getType()); }
static int64_t roundUp(int64_t number, int64_t multiple) { return (number + multiple - 1) / multiple * multiple; }

namespace {

/// The code of one task. Arrays in scratch have a row for each query, padded to whole steps of the products; padding
/// rows see no key.
class TaskEmitter {
public:
  TaskEmitter(CpuEmitter &e, const AttentionOperands &operands, const Root &root, const AttentionTask &task)
      : e(e), b(e.b), operands(operands), root(root), task(task),
        stepRows(std::min(productRows(e.target), task.maxRows)), rows(roundUp(task.maxRows, stepRows)),
        valueLanes(roundUp(operands.valueSize, productLanes)) {
    lanes = CodeBuilder::vec(b.f32, productLanes);
    queries = {e.scratch(rows * operands.headSize * 4), operands.headSize};
    scores = {e.scratch(rows * blockKeys * 4), blockKeys};
    sums = {e.scratch(rows * valueLanes * 4), valueLanes};
    largest = e.scratch(rows * 4);
    totals = e.scratch(rows * 4);
    seenBegin = e.scratch(rows * 8);
    seenEnd = e.scratch(rows * 8);
  }

  void emit();

private:
  Val zero() { return e.number(0); }
  Val one() { return e.number(1); }

  void loadQuery(Val row);
  std::pair<Val, Val> startRows();
  void prepareBlock(Val block);
  void copyKeys(Val block);
  void copyValues(Val block);
  void scoreBlock(Val block);
  Val adjustScores(Val row, Val key, Val score);
  void updateRow(Val row, Val block);
  void addValues(Val block, Val count);
  void finishRow(Val row);

  /// Whether `tensor` is a cache whose elements products can read as they lie: [..][64 keys][lanes] of f16 or f32.
  std::optional<TensorPlace> cacheOf(Value tensor, kernel::Layout layout);
  Val cacheLanes(const TensorPlace &place, Val offset) {
    return b.convertFloat(b.f32,
                          b.load(CodeBuilder::vec(place.type.getElementType(), productLanes), place.pointer, offset));
  }

  void fetch(const TensorPlace &place, Val offset, Val step, int64_t perStep);

  CpuEmitter &e;
  CodeBuilder &b;
  const AttentionOperands &operands;
  const Root &root;
  const AttentionTask &task;
  int64_t stepRows, rows, valueLanes;
  Type lanes;
  RowMatrix queries, scores, sums;
  Val largest, totals, seenBegin, seenEnd;
  std::optional<TensorPlace> keyCache, valueCache;
  bool copiesKeys = false, copiesValues = false;
  Val keyCopy, valueCopy; ///< f32 [64 / 16][d][16] and [64][valueLanes].
  Val keyBase, valueBase; ///< Offset of (sequence, group) in the caches.
};

} // namespace

//===----------------------------------------------------------------------===//
// Before the keys
//===----------------------------------------------------------------------===//

void TaskEmitter::loadQuery(Val row) {
  Val token = task.token(row), head = task.head(row);
  auto type = typeOf(operands.query);
  int64_t width = e.chooseLanes({operands.query}, type.getDim(3));
  e.forRow(zero(), e.number(operands.headSize), width, [&](Val d, int64_t width) {
    Val x = e.element(operands.query, {task.sequence, token, head, d}, width);
    b.store(x * operands.scale, queries.pointer, row * queries.stride + d);
  });
}

/// Queries, sums and what each row sees; returns the keys that any row sees, from the beginning of a block of this
/// task.
std::pair<Val, Val> TaskEmitter::startRows() {
  b.forLoop(0, rows, 1, [&](Val row) {
    b.store(b.constant(b.f32, -infinity), largest, row);
    b.store(b.constant(b.f32, 0.0), totals, row);
    b.store(zero(), seenBegin, row);
    b.store(zero(), seenEnd, row);
    b.forLoop(0, valueLanes, productLanes,
              [&](Val column) { b.store(b.constant(lanes, 0.0), sums.pointer, row * sums.stride + column); });
  });
  b.forLoop(task.rows, e.number(rows), one(), [&](Val row) {
    b.forLoop(0, operands.headSize, 1,
              [&](Val d) { b.store(b.constant(b.f32, 0.0), queries.pointer, row * queries.stride + d); });
  });
  Vals seen = b.fold(zero(), task.rows, one(), {task.keyEnd, task.keyBegin}, [&](Val row, ArrayRef<Val> carried) {
    loadQuery(row);
    auto [begin, end] = visibleKeys(e, operands, task, row);
    b.store(begin, seenBegin, row);
    b.store(end, seenEnd, row);
    return Vals{b.minimum(carried[0], begin), b.maximum(carried[1], end)};
  });
  Val block = (seen[0] - task.keyBegin + (task.keyStep - blockKeys)) / task.keyStep;
  return {task.keyBegin + block * task.keyStep, seen[1]};
}

//===----------------------------------------------------------------------===//
// Keys and values of a block
//===----------------------------------------------------------------------===//

std::optional<TensorPlace> TaskEmitter::cacheOf(Value tensor, kernel::Layout layout) {
  std::optional<TensorPlace> place = e.placeOf(tensor);
  return place && place->isByPosition() && place->layout == layout ? place : std::nullopt;
}

/// Keys to [tile][d][lane] in f32.
void TaskEmitter::copyKeys(Val block) {
  int64_t width = operands.headSize, count = width * blockKeys;
  if (keyCache) {
    b.forLoop(0, count, productLanes,
              [&](Val i) { b.store(cacheLanes(*keyCache, keyBase + block * width + i), keyCopy, i); });
    return;
  }
  Val last = e.size(typeOf(operands.key), 1) - 1;
  b.forLoop(0, blockKeys, 1, [&](Val i) {
    Val key = b.minimum(block + i, last);
    Val place = (i >> 4) * (width * productLanes) + (i & (productLanes - 1));
    b.forLoop(0, width, 1, [&](Val d) {
      b.store(e.element(operands.key, {task.sequence, key, task.group, d}), keyCopy, place + (d << 4));
    });
  });
}

/// Values to [key][lane] in f32, lanes padded with zeros to whole steps.
void TaskEmitter::copyValues(Val block) {
  if (valueCache && operands.valueSize == valueLanes) {
    b.forLoop(0, blockKeys * valueLanes, productLanes,
              [&](Val i) { b.store(cacheLanes(*valueCache, valueBase + block * valueLanes + i), valueCopy, i); });
    return;
  }
  Val last = e.size(typeOf(operands.value), 1) - 1;
  b.forLoop(0, blockKeys, 1, [&](Val i) {
    Val key = b.minimum(block + i, last);
    b.forLoop(operands.valueSize, valueLanes, 1,
              [&](Val column) { b.store(b.constant(b.f32, 0.0), valueCopy, i * valueLanes + column); });
    b.forLoop(0, operands.valueSize, 1, [&](Val column) {
      b.store(e.element(operands.value, {task.sequence, key, task.group, column}), valueCopy, i * valueLanes + column);
    });
  });
}

/// Fetches part `step`, of `perStep` numbers, of the block that begins `offset` numbers into the cache. Keys and values
/// stream in turns, and no stream goes on for long enough to be foreseen by the machine. They go to the second-level
/// cache: it can wait for more lines at once than the first, which reached 10 GB/s a core where this reaches 19.
void TaskEmitter::fetch(const TensorPlace &place, Val offset, Val step, int64_t perStep) {
  Type element = place.type.getElementType();
  Val next = b.elementPointer(element, place.pointer, offset + step * perStep);
  for (int64_t line = 0; line < perStep * (element.getIntOrFloatBitWidth() / 8); line += 64)
    b.prefetch(b.bytePointer(next, line), /*locality=*/2);
}

void TaskEmitter::prepareBlock(Val block) {
  if (copiesKeys)
    copyKeys(block);
  if (copiesValues)
    copyValues(block);
}

/// scores = queries x keys^T, 6 rows a step.
void TaskEmitter::scoreBlock(Val block) {
  int64_t width = operands.headSize;
  b.forLoop(0, rows, stepRows, [&](Val row) {
    RowMatrix left{b.elementPointer(b.f32, queries.pointer, row * queries.stride), queries.stride};
    RowMatrix out{b.elementPointer(b.f32, scores.pointer, row * scores.stride), scores.stride};
    Val base = copiesKeys ? zero() : keyBase + block * width;
    emitBlockProduct(e, left, out, stepRows, blockKeys / productLanes, e.number(width), /*accumulate=*/false,
                     [&](Val k, int64_t tile) {
                       Val offset = base + (k << 4) + tile * width * productLanes;
                       if (!copiesKeys && tile == 0)
                         fetch(*keyCache, base + task.keyStep * width, k, blockKeys);
                       return copiesKeys ? b.load(lanes, keyCopy, offset) : cacheLanes(*keyCache, offset);
                     });
  });
}

/// sums += scores x values, 6 rows a step. `count` keys of the block exist.
void TaskEmitter::addValues(Val block, Val count) {
  b.forLoop(0, rows, stepRows, [&](Val row) {
    RowMatrix left{b.elementPointer(b.f32, scores.pointer, row * scores.stride), scores.stride};
    RowMatrix out{b.elementPointer(b.f32, sums.pointer, row * sums.stride), sums.stride};
    Val base = copiesValues ? zero() : valueBase + block * valueLanes;
    emitBlockProduct(e, left, out, stepRows, valueLanes / productLanes, count, /*accumulate=*/true,
                     [&](Val k, int64_t tile) {
                       Val offset = base + k * valueLanes + tile * productLanes;
                       if (!copiesValues && tile == 0)
                         fetch(*valueCache, base + task.keyStep * valueLanes, k, valueLanes);
                       return copiesValues ? b.load(lanes, valueCopy, offset) : cacheLanes(*valueCache, offset);
                     });
  });
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Soft cap, bias and slope of 16 scores from `key` on.
Val TaskEmitter::adjustScores(Val row, Val key, Val score) {
  if (operands.softCap)
    score = b.tanh(score / *operands.softCap) * *operands.softCap;
  if (operands.bias) {
    auto type = typeOf(operands.bias);
    auto axis = [&](int64_t i, Val place) { return type.getStaticDim(i) == 1 ? zero() : place; };
    Val keys = e.size(typeOf(operands.key), 1);
    for (int64_t lane = 0; lane < productLanes; ++lane) {
      Val place = b.minimum(key + lane, keys - 1);
      Val added = e.element(
          operands.bias, {axis(0, task.sequence), axis(1, task.head(row)), axis(2, task.token(row)), axis(3, place)});
      score = b.insert(b.extract(score, lane) + added, score, lane);
    }
  }
  if (operands.slopes) {
    Val position = e.element(operands.positions, {task.sequence, task.token(row)});
    Val slope = e.element(operands.slopes, {task.head(row)});
    SmallVector<int64_t> numbers(llvm::to_vector(llvm::seq<int64_t>(0, productLanes)));
    Val distance = b.broadcast(b.toFloat(b.f32, position - key), productLanes) - b.constantLanes(b.f32, numbers);
    score = score - b.broadcast(slope, productLanes) * distance;
  }
  return score;
}

/// The row's scores of a block become weights, and what it summed so far shrinks to the new largest score.
void TaskEmitter::updateRow(Val row, Val block) {
  constexpr int64_t tiles = blockKeys / productLanes;
  Val begin = b.load(b.i64, seenBegin, row), end = b.load(b.i64, seenEnd, row);
  SmallVector<int64_t> numbers(llvm::to_vector(llvm::seq<int64_t>(0, productLanes)));
  Val lane = b.constantLanes(b.i32, numbers);
  auto relative = [&](Val key) {
    Val bounded = b.minimum(b.maximum(key - block, b.index(-1)), b.index(blockKeys));
    return b.broadcast(b.truncate(b.i32, bounded), productLanes);
  };
  Val first = relative(begin), after = relative(end);
  Val place = row * scores.stride;
  Vals masked;
  Val highest;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    Val score = b.load(lanes, scores.pointer, place + tile * productLanes);
    score = adjustScores(row, block + tile * productLanes, score);
    Val key = lane + tile * productLanes;
    masked.push_back(b.select((key >= first) & (key < after), score, b.constant(lanes, -infinity)));
    highest = tile == 0 ? masked[0] : b.maxnum(highest, masked[tile]);
  }
  // A score that is NaN may be lost here, but not in the sum of weights.
  Val before = b.load(b.f32, largest, row);
  Val now = b.maxnum(b.reduceMaxnum(highest), before);
  // No key seen yet: every weight is exp(-infinity) = 0.
  Val shift = b.select(now == -infinity, literal(now, 0.0), now);
  Val sum;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    Val weight = b.exp(masked[tile] - b.broadcast(shift, productLanes));
    b.store(weight, scores.pointer, place + tile * productLanes);
    sum = tile == 0 ? weight : sum + weight;
  }
  Val correction = b.exp(before - shift);
  b.store(b.fma(b.load(b.f32, totals, row), correction, b.reduceAdd(sum)), totals, row);
  b.store(now, largest, row);
  b.ifThen(now != before, [&] {
    for (int64_t column = 0; column < valueLanes; column += productLanes) {
      Val at = row * sums.stride + column;
      b.store(b.load(lanes, sums.pointer, at) * b.broadcast(correction, productLanes), sums.pointer, at);
    }
  });
}

//===----------------------------------------------------------------------===//
// After the keys
//===----------------------------------------------------------------------===//

void TaskEmitter::finishRow(Val row) {
  Val token = task.token(row), head = task.head(row);
  Val highest = b.load(b.f32, largest, row), total = b.load(b.f32, totals, row);
  Val factor = b.constant(b.f32, 1.0);
  if (!operands.isPart) {
    if (operands.sinks) {
      Val sink = e.element(operands.sinks, {head});
      Val now = b.maximum(highest, sink);
      Val shift = b.select(now == -infinity, literal(now, 0.0), now);
      factor = b.exp(highest - shift);
      total = b.fma(total, factor, b.exp(sink - shift));
    }
    factor = b.select(total == 0.0, total, factor / total);
  }
  auto target = [&](Val column) {
    return operands.isPart ? Index{task.sequence, token, head, task.part, column}
                           : Index{task.sequence, token, head, column};
  };
  int64_t width = operands.valueSize % productLanes == 0 ? productLanes : 1;
  b.forLoop(0, operands.valueSize, width, [&](Val column) {
    Val sum = b.load(width == 1 ? b.f32 : lanes, sums.pointer, row * sums.stride + column);
    e.store(sum * (width == 1 ? factor : b.broadcast(factor, width)), root.place, target(column));
  });
  if (!operands.isPart)
    return;
  e.store(highest, root.place, target(e.number(operands.valueSize)));
  e.store(total, root.place, target(e.number(operands.valueSize + 1)));
}

void TaskEmitter::emit() {
  keyCache = cacheOf(operands.key, kernel::Layout::Lanes16);
  valueCache = cacheOf(operands.value, kernel::Layout::Heads);
  bool isMany = rows > stepRows;
  auto isF32 = [](const std::optional<TensorPlace> &place) { return place && place->type.getElementType().isF32(); };
  copiesKeys = !keyCache || (isMany && !isF32(keyCache));
  copiesValues = !valueCache || operands.valueSize != valueLanes || (isMany && !isF32(valueCache));
  if (copiesKeys)
    keyCopy = e.scratch(blockKeys * operands.headSize * 4);
  if (copiesValues)
    valueCopy = e.scratch(blockKeys * valueLanes * 4);
  if (keyCache)
    keyBase = e.offsetOf(*keyCache, {task.sequence, zero(), task.group, zero()});
  if (valueCache)
    valueBase = e.offsetOf(*valueCache, {task.sequence, zero(), task.group, zero()});

  auto [begin, end] = startRows();
  b.forLoop(begin, end, e.number(task.keyStep), [&, end = end](Val block) {
    prepareBlock(block);
    scoreBlock(block);
    b.forLoop(zero(), task.rows, one(), [&](Val row) { updateRow(row, block); });
    b.forLoop(task.rows, e.number(rows), one(), [&](Val row) {
      for (int64_t column = 0; column < blockKeys; column += productLanes)
        b.store(b.constant(lanes, 0.0), scores.pointer, row * scores.stride + column);
    });
    addValues(block, b.minimum(end - block, e.number(blockKeys)));
  });
  b.forLoop(zero(), task.rows, one(), [&](Val row) { finishRow(row); });
}

void emitAttentionTask(CpuEmitter &e, const AttentionOperands &operands, const Root &root, const AttentionTask &task) {
  TaskEmitter(e, operands, root, task).emit();
}

} // namespace tern::cpu
