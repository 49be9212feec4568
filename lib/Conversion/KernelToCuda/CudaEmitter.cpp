//===- CudaEmitter.cpp - Kernels for a block of threads -------------------===//

#include "lib/Conversion/KernelToCuda/CudaEmitter.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace tern::cuda {

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

/// Whether all threads of the block come by where the builder stands, with the same values.
bool CudaEmitter::isUniform() const {
  for (Operation *op = b.builder.getBlock()->getParentOp(); op && !isa<KernelOp>(op); op = op->getParentOp())
    if (isa<LambdaOp>(op) || dealtOut.contains(op))
      return false;
  return true;
}

bool CudaEmitter::requireUniform(StringRef what) {
  if (isUniform())
    return true;
  fail(function, what + " would be computed by each thread of a GPU for itself, which has no place to keep it");
  return false;
}

void CudaEmitter::barrier() { BarrierOp::create(b.builder, b.loc); }

Val CudaEmitter::scratch(int64_t bytes) {
  int64_t offset = scratchUsed;
  scratchUsed += (bytes + 63) / 64 * 64;
  return b.wrap(SharedOp::create(b.builder, b.loc, b.ptr, offset));
}

void CudaEmitter::endRoot() {
  if (function.getWrites().size() + function.getNumResults() > 1 && !function.getWrites().empty())
    barrier();
}

void CudaEmitter::begin() {
  if (stream)
    startWeights();
  else
    call(Type(), "allowNextLaunch", {}, {});
  call(Type(), "waitForPreviousLaunch", {}, {});
  lastAtTop = &b.builder.getBlock()->back(); // whatever moves to the top of the kernel may read what came before
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// How often each thread has an element of a row, if that is the same for all and the compiler knows it: such a loop is
/// unrolled, and its loads are all on their way at once.
std::optional<int64_t> CudaEmitter::wholeRounds(Val begin, Val end) const {
  APInt from, to;
  if (!matchPattern(begin.get(), m_ConstantInt(&from)) || !matchPattern(end.get(), m_ConstantInt(&to)) ||
      !from.isZero() || to.getSExtValue() % threads != 0 || to.getSExtValue() == threads)
    return std::nullopt;
  return to.getSExtValue() / threads;
}

void CudaEmitter::forRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) {
  if (!isUniform())
    return TensorEmitter::forRow(begin, end, lanes, body);
  if (std::optional<int64_t> rounds = wholeRounds(begin, end)) {
    b.forLoop(number(0), number(*rounds), number(1), [&](Val round) {
      dealtOut.insert(b.builder.getBlock()->getParentOp());
      body(thread + round * threads, 1);
    });
    return;
  }
  b.forLoop(begin + thread, end, number(threads), [&](Val i) {
    dealtOut.insert(b.builder.getBlock()->getParentOp());
    body(i, 1);
  });
}

void CudaEmitter::fillRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) {
  if (!requireUniform("a row of scratch"))
    return;
  barrier(); // what was there has been read
  forRow(begin, end, lanes, body);
  barrier();
}

/// The reduction of a block, if there is one.
static std::optional<StringRef> reductionOf(Fold kind, bool isFloat) {
  switch (kind) {
  case Fold::Sum:
    return isFloat ? "blockSum" : "blockSumInt";
  case Fold::Product:
    return isFloat ? std::optional<StringRef>("blockProduct") : std::nullopt;
  case Fold::Max:
    return isFloat ? "blockMax" : "blockMaxInt";
  case Fold::Min:
    return isFloat ? "blockMin" : "blockMinInt";
  }
  llvm_unreachable("a fold of the enumeration");
}

Val CudaEmitter::foldRow(Fold kind, Val count, int64_t lanes, Val neutral, llvm::function_ref<Val(Val, int64_t)> body) {
  constexpr int64_t few = 32;
  APInt fixed;
  bool isShort = matchPattern(count.get(), m_ConstantInt(&fixed)) && fixed.getSExtValue() <= few;
  std::optional<StringRef> reduction = reductionOf(kind, neutral.isFloat());
  if (isShort || !reduction || !isUniform())
    return TensorEmitter::foldRow(kind, count, lanes, neutral, body);
  std::optional<int64_t> rounds = wholeRounds(number(0), count);
  Val begin = rounds ? number(0) : thread, end = rounds ? number(*rounds) : count, step = number(rounds ? 1 : threads);
  Val mine = b.fold(begin, end, step, {neutral}, [&](Val i, ArrayRef<Val> carried) {
    dealtOut.insert(b.builder.getBlock()->getParentOp());
    return Vals{combine(kind, carried[0], body(rounds ? thread + i * threads : i, 1))};
  })[0];
  return call(neutral.getType(), *reduction, {std::to_string(threads)}, {mine.get()});
}

void CudaEmitter::alone(llvm::function_ref<void()> body) {
  if (!requireUniform("scratch that is read again"))
    return;
  barrier(); // what was there has been read
  b.ifThen(thread == 0, [&] {
    dealtOut.insert(b.builder.getBlock()->getParentOp());
    body();
  });
  barrier();
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
  if (!requireUniform("a quantised row"))
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
  call(Type(), "quantizeRow", {isWide ? "tern::I15" : "tern::I8", std::to_string(threads)},
       {buffer.get(), number(maxRows).get(), number(*columns).get(), row.get(), begin.get(), end.get(), element});
}

} // namespace tern::cuda
