//===- CudaEmitter.cpp - Kernels for a block of threads -------------------===//

#include "lib/Conversion/KernelToCuda/CudaEmitter.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace tern::cuda {

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// Who comes by where the builder stands.
Group CudaEmitter::group() const {
  for (Operation *op = b.builder.getBlock()->getParentOp(); op && !isa<KernelOp>(op); op = op->getParentOp()) {
    if (isa<LambdaOp>(op) || dealtOut.contains(op))
      return Group::Thread;
    if (ofWarps.contains(op))
      return Group::Warp;
  }
  return Group::Block;
}

bool CudaEmitter::requireGroup(StringRef what, Group least) {
  if (group() >= least)
    return true;
  StringRef who = least == Group::Warp || group() == Group::Thread ? "each thread" : "each warp";
  fail(function, what + " would be computed by " + who + " of a GPU for itself, which has no place to keep it");
  return false;
}

/// The number of this thread in its group.
Val CudaEmitter::threadOf(Group group) {
  if (group == Group::Block)
    return thread;
  return group == Group::Thread ? number(0) : onceValue(this, 0, {}, [&] { return thread & 31; });
}

Val CudaEmitter::warp() {
  return onceValue(this, 1, {}, [&] { return thread >> 5; });
}

/// As device functions are told.
std::string CudaEmitter::nameOf(Group group) const {
  return group == Group::Block ? "tern::Block<" + std::to_string(threads) + ">" : "tern::Warp";
}

void CudaEmitter::barrier() { BarrierOp::create(b.builder, b.loc); }

/// What the threads of a group wrote to scratch before, all of them see after.
void CudaEmitter::meet() {
  if (group() == Group::Block)
    barrier();
  else
    call(Type(), "warpBarrier", {}, {});
}

Val CudaEmitter::scratch(int64_t bytes) {
  bool isOfWarp = group() == Group::Warp;
  int64_t offset = scratchUsed, size = (bytes + 63) / 64 * 64;
  scratchUsed += size * (isOfWarp ? threads / 32 : 1);
  Val place = b.wrap(SharedOp::create(b.builder, b.loc, b.ptr, offset));
  return isOfWarp ? b.bytePointer(place, warp() * size) : place;
}

void CudaEmitter::endRoot() {
  if (function.getWrites().size() + function.getNumResults() > 1 && !function.getWrites().empty())
    barrier();
}

void CudaEmitter::begin() {
  if (stream)
    startWeights();
  if (!stream || stream->leavesRoom)
    call(Type(), "allowNextLaunch", {}, {});
  call(Type(), "waitForPreviousLaunch", {}, {});
  lastAtTop = &b.builder.getBlock()->back(); // whatever moves to the top of the kernel may read what came before
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// How often each of `threads` threads has an element of a row, if that is the same for all and the compiler knows it:
/// such a loop is unrolled, and its loads are all on their way at once.
std::optional<int64_t> CudaEmitter::wholeRounds(Val begin, Val end, int64_t threads) {
  APInt from, to;
  if (!matchPattern(begin.get(), m_ConstantInt(&from)) || !matchPattern(end.get(), m_ConstantInt(&to)) ||
      !from.isZero() || to.getSExtValue() % threads != 0 || to.getSExtValue() == threads)
    return std::nullopt;
  return to.getSExtValue() / threads;
}

/// A loop whose elements are dealt out to threads, `together` of a thread on their way at once.
void CudaEmitter::forRounds(int64_t rounds, llvm::function_ref<void(Val)> body) {
  constexpr int64_t together = 16;
  const bool isLong = rounds > together && rounds % together == 0;
  auto loop = [&](int64_t count, llvm::function_ref<void(Val)> inner) {
    b.forLoop(number(0), number(count), number(1), [&](Val i) {
      dealtOut.insert(b.builder.getBlock()->getParentOp());
      inner(i);
    });
  };
  auto unrolled = [&](int64_t count, llvm::function_ref<void(Val)> inner) {
    loop(count, [&](Val i) {
      if (count <= together)
        b.builder.getBlock()->getParentOp()->setAttr(unrollAttrName, b.builder.getUnitAttr());
      inner(i);
    });
  };
  if (!isLong)
    return unrolled(rounds, body);
  loop(rounds / together, [&](Val outer) { unrolled(together, [&](Val inner) { body(outer * together + inner); }); });
}

void CudaEmitter::forRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) {
  Group group = this->group();
  if (group == Group::Thread)
    return TensorEmitter::forRow(begin, end, lanes, body);
  Val mine = threadOf(group);
  int64_t step = threadsOf(group);
  if (std::optional<int64_t> rounds = wholeRounds(begin, end, step))
    return forRounds(*rounds, [&](Val round) { body(mine + round * step, 1); });
  b.forLoop(begin + mine, end, number(step), [&](Val i) {
    dealtOut.insert(b.builder.getBlock()->getParentOp());
    body(i, 1);
  });
}

void CudaEmitter::fillRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) {
  if (!requireGroup("a row of scratch"))
    return;
  meet(); // what was there has been read
  forRow(begin, end, lanes, body);
  meet();
}

/// A warp takes longer for a row than the block does, but warps do not wait for each other: a block waits for memory,
/// and twice for all its warps, in every row.
bool CudaEmitter::dealsOutRows(int64_t atOnce) const { return atOnce >= 4 && group() == Group::Block; }

void CudaEmitter::fillRows(Val count, int64_t atOnce, llvm::function_ref<void(Val)> body) {
  if (!dealsOutRows(atOnce))
    return TensorEmitter::fillRows(count, atOnce, body);
  barrier(); // what was there has been read
  b.forLoop(warp(), count, number(threads / 32), [&](Val row) {
    ofWarps.insert(b.builder.getBlock()->getParentOp());
    body(row);
  });
  barrier();
}

static StringRef nameOf(Fold kind) {
  switch (kind) {
  case Fold::Sum:
    return "tern::Sum";
  case Fold::Product:
    return "tern::Product";
  case Fold::Max:
    return "tern::Max";
  case Fold::Min:
    return "tern::Min";
  }
  llvm_unreachable("a fold of the enumeration");
}

Val CudaEmitter::foldRow(Fold kind, Val count, int64_t lanes, Val neutral, llvm::function_ref<Val(Val, int64_t)> body) {
  constexpr int64_t few = 32;
  APInt fixed;
  bool isShort = matchPattern(count.get(), m_ConstantInt(&fixed)) && fixed.getSExtValue() <= few;
  if (isShort || group() == Group::Thread)
    return TensorEmitter::foldRow(kind, count, lanes, neutral, body);
  Type type = neutral.getType();
  Value element = lambda("element", {b.i64}, type, [&](ArrayRef<Val> at) { return body(at[0], 1); });
  return call(type, "foldRow", {nameOf(group()), cuda::nameOf(kind).str(), neutral.isFloat() ? "float" : "long long"},
              {count.get(), neutral.get(), element});
}

void CudaEmitter::alone(llvm::function_ref<void()> body) {
  if (!requireGroup("scratch that is read again"))
    return;
  meet(); // what was there has been read
  b.ifThen(threadOf(group()) == 0, [&] {
    dealtOut.insert(b.builder.getBlock()->getParentOp());
    body();
  });
  meet();
}

//===----------------------------------------------------------------------===//
// Device functions
//===----------------------------------------------------------------------===//

Val CudaEmitter::call(Type result, StringRef name, ArrayRef<std::string> arguments, ArrayRef<Value> operands) {
  SmallVector<StringRef> texts(arguments.begin(), arguments.end());
  auto call = CallOp::create(b.builder, b.loc, result, ("tern::" + name).str(), texts, operands);
  return result ? b.wrap(call.getResult(0)) : Val();
}

Value CudaEmitter::lambda(StringRef name, ArrayRef<Type> types, Type result,
                          llvm::function_ref<Val(ArrayRef<Val>)> body) {
  // The body is written when the op stands in its place, as what is computed once goes out of it.
  auto op = LambdaOp::create(b.builder, b.loc, name, types, result, [](OpBuilder &, Location, ValueRange) {});
  OpBuilder::InsertionGuard guard(b.builder);
  b.builder.setInsertionPointToEnd(&op.getBody().front());
  Vals parameters;
  for (Value parameter : op.getBody().getArguments())
    parameters.push_back(b.wrap(parameter));
  Val value = body(parameters);
  if (result)
    YieldOp::create(b.builder, b.loc, value.get());
  else
    YieldOp::create(b.builder, b.loc);
  return op;
}

std::string packedFormatType(PackedFormat format) {
  switch (format) {
  case PackedFormat::Wide8:
    return "tern::Wide8";
  default:
    return "tern::" + StringRef(packedFormatInfo(format).name).upper();
  }
}

Val CudaEmitter::loadPacked(PackedFormat format, Val tiles, int64_t columns, Val row, Val column) {
  return call(b.f32, "loadPacked", {packedFormatType(format)},
              {tiles.get(), number(columns).get(), row.get(), column.get()});
}

void CudaEmitter::quantizeRow(graph::QuantizeOp quantize, ArrayRef<Val> index, Val buffer, int64_t maxRows, Val row,
                              Val begin, Val end) {
  if (!requireGroup("a quantised row"))
    return;
  auto type = cast<graph::SymbolicTensorType>(quantize.getResult().getType());
  std::optional<int64_t> columns = type.getStaticDim(-1);
  if (!columns || *columns == 0)
    return fail(quantize, "quantised rows must have a fixed number of columns");
  Value element = lambda("element", {b.i64}, b.f32, [&](ArrayRef<Val> parameters) {
    Index place(index);
    place.push_back(parameters[0]);
    return this->element(quantize.getInput(), place);
  });
  bool isWide = type.getStorageFormat() == StorageFormat::I15_32;
  call(Type(), "quantizeRow", {isWide ? "tern::I15" : "tern::I8", nameOf(group())},
       {buffer.get(), number(maxRows).get(), number(*columns).get(), row.get(), begin.get(), end.get(), element});
}

} // namespace tern::cuda
