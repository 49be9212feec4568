//===- TensorMemory.cpp - Tensors in memory, and loops over rows ----------===//

#include "lib/Conversion/KernelCode/TensorEmitter.h"

#include "lib/Conversion/KernelCode/Float8.h"

#include <limits>

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

std::optional<TensorPlace> TensorEmitter::placeOf(Value tensor) {
  if (auto copy = copies.find(tensor); copy != copies.end())
    return copy->second;
  if (auto argument = dyn_cast<BlockArgument>(tensor))
    return TensorPlace{frame.operands[argument.getArgNumber()], cast<graph::SymbolicTensorType>(tensor.getType()),
                       function.getLayout(argument.getArgNumber()), false};
  if (auto read = tensor.getDefiningOp<kernel::ReadStateOp>()) {
    auto argument = cast<BlockArgument>(read.getState());
    return TensorPlace{frame.operands[argument.getArgNumber()], cast<graph::SymbolicTensorType>(tensor.getType()),
                       read.getState().getType().getLayout(), true};
  }
  return std::nullopt;
}

void TensorEmitter::withCopy(Value tensor, const TensorPlace &copy, llvm::function_ref<void()> body) {
  copies.insert({tensor, copy});
  body();
  copies.erase(tensor);
}

TensorPlace TensorEmitter::resultPlace(unsigned index) {
  return {frame.operands[function.getNumArguments() + index],
          cast<graph::SymbolicTensorType>(function.getResultTypes()[index]), kernel::Layout::Rows, false};
}

/// [G][capacity][d] or [G][capacity/16][d][16] of one slot, slots one after another.
static Val cacheOffset(TensorEmitter &e, const TensorPlace &place, ArrayRef<Val> index) {
  Val groups = e.size(place.type, 2), width = e.size(place.type, 3);
  Val plane = index[0] * groups + index[2];
  if (place.layout == kernel::Layout::Heads)
    return (plane * e.capacity() + index[1]) * width + index[3];
  Val tile = plane * (e.capacity() >> 4) + (index[1] >> 4);
  return ((tile * width + index[3]) << 4) + (index[1] & 15);
}

Val TensorEmitter::offsetOf(const TensorPlace &place, ArrayRef<Val> index) {
  if (place.layout == kernel::Layout::Heads || place.layout == kernel::Layout::Lanes16)
    return cacheOffset(*this, place, index);
  if (index.empty())
    return number(0);
  Val offset = index[0];
  for (int64_t axis = 1; axis < place.type.getRank(); ++axis)
    offset = offset * (axis == 1 && place.isByPosition() ? capacity() : size(place.type, axis)) + index[axis];
  return offset;
}

Val TensorEmitter::load(const TensorPlace &place, ArrayRef<Val> index, int64_t lanes) {
  Type element = place.type.getElementType();
  if (place.type.isBlockStorage() || place.layout == kernel::Layout::Tiles16) {
    fail(function, "a tensor of blocks is read by linear and embedding ops only");
    return b.constant(lanes == 1 ? b.f32 : CodeBuilder::vec(b.f32, lanes), 0.0);
  }
  Val offset = offsetOf(place, index);
  Type stored = storedType(element);
  if (lanes == 1)
    return widen(element, b.load(stored, place.pointer, offset));
  if (lastStride(place) == 1)
    return widen(element, b.load(CodeBuilder::vec(stored, lanes), place.pointer, offset));
  Val gathered = b.constant(CodeBuilder::vec(place.type.isInteger() ? b.i64 : b.f32, lanes), 0);
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Val one = b.load(stored, place.pointer, offset + lane * lastStride(place));
    gathered = b.insert(widen(element, one), gathered, lane);
  }
  return gathered;
}

void TensorEmitter::store(Val value, const TensorPlace &place, ArrayRef<Val> index) {
  Val stored = narrow(place.type.getElementType(), value), offset = offsetOf(place, index);
  if (value.getLanes() == 1 || lastStride(place) == 1)
    return b.store(stored, place.pointer, offset);
  for (int64_t lane = 0; lane < value.getLanes(); ++lane)
    b.store(b.extract(stored, lane), place.pointer, offset + lane * lastStride(place));
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

Type TensorEmitter::storedType(Type element) {
  if (isFloat8(element))
    return IntegerType::get(element.getContext(), 8);
  auto integer = dyn_cast<IntegerType>(element);
  return integer ? IntegerType::get(element.getContext(), integer.getWidth()) : element;
}

Val TensorEmitter::widen(Type element, Val stored) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return integer.getWidth() == 1 || integer.isUnsigned() ? b.zeroExtend(b.i64, stored) : b.signExtend(b.i64, stored);
  if (isFloat8(element))
    return float8ToF32(b, element, stored);
  return b.convertFloat(b.f32, stored);
}

Val TensorEmitter::narrow(Type element, Val computed) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return integer.getWidth() == 1 ? computed != 0 : b.truncate(storedType(element), computed);
  if (isFloat8(element))
    return f32ToFloat8(b, element, computed);
  return b.convertFloat(element, computed);
}

Val TensorEmitter::round(Type element, Val value) {
  if (auto integer = dyn_cast<IntegerType>(element)) {
    if (integer.getWidth() == 64)
      return value;
    if (integer.getWidth() == 1)
      return value & 1;
    Val low = b.truncate(storedType(element), value);
    return integer.isUnsigned() ? b.zeroExtend(b.i64, low) : b.signExtend(b.i64, low);
  }
  if (element.isF32() || element.isF64() || !isa<FloatType>(element))
    return value;
  return widen(element, narrow(element, value));
}

//===----------------------------------------------------------------------===//
// Loops over rows
//===----------------------------------------------------------------------===//

void TensorEmitter::forRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) {
  Val main = lanes == 1 ? end : begin + (end - begin) / lanes * lanes;
  b.forLoop(begin, main, number(lanes), [&](Val i) { body(i, lanes); });
  if (lanes > 1 && main.get() != end.get())
    b.forLoop(main, end, number(1), [&](Val i) { body(i, 1); });
}

void TensorEmitter::fillRows(Val count, int64_t /*atOnce*/, llvm::function_ref<void(Val)> body) {
  b.forLoop(number(0), count, number(1), body);
}

void TensorEmitter::fillRow(Val begin, Val end, int64_t lanes, llvm::function_ref<void(Val, int64_t)> body) {
  forRow(begin, end, lanes, body);
}

Val TensorEmitter::combine(Fold kind, Val x, Val y) {
  switch (kind) {
  case Fold::Sum:
    return x + y;
  case Fold::Product:
    return x * y;
  case Fold::Max:
    return b.maximum(x, y);
  case Fold::Min:
    return b.minimum(x, y);
  }
  llvm_unreachable("a fold of the enumeration");
}

/// The lanes of a vector combined. Products are never taken of vectors.
static Val combineLanes(CodeBuilder &b, Fold kind, Val vector) {
  return kind == Fold::Max ? b.reduceMax(vector) : kind == Fold::Min ? b.reduceMin(vector) : b.reduceAdd(vector);
}

Val TensorEmitter::foldRow(Fold kind, Val count, int64_t lanes, Val neutral,
                           llvm::function_ref<Val(Val, int64_t)> body) {
  Val main = lanes == 1 ? count : canonical(count / lanes * lanes);
  Val init = lanes == 1 ? neutral : b.broadcast(neutral, lanes);
  Val folded = b.fold(number(0), main, number(lanes), {init},
                      [&](Val i, ArrayRef<Val> carried) { return Vals{combine(kind, carried[0], body(i, lanes))}; })[0];
  if (lanes == 1)
    return folded;
  folded = combineLanes(b, kind, folded);
  if (main.get() == count.get())
    return folded;
  return b.fold(main, count, number(1), {folded},
                [&](Val i, ArrayRef<Val> carried) { return Vals{combine(kind, carried[0], body(i, 1))}; })[0];
}

Val TensorEmitter::sumRow(Val count, int64_t lanes, llvm::function_ref<Val(Val, int64_t)> body) {
  FastMathScope scope(b, sumFlags);
  return foldRow(Fold::Sum, count, lanes, b.constant(b.f32, 0.0), body);
}

Val TensorEmitter::extremeRow(Val count, int64_t lanes, bool largest, llvm::function_ref<Val(Val, int64_t)> body) {
  double infinity = std::numeric_limits<double>::infinity();
  return foldRow(largest ? Fold::Max : Fold::Min, count, lanes, b.constant(b.f32, largest ? -infinity : infinity),
                 body);
}

} // namespace tern::code
