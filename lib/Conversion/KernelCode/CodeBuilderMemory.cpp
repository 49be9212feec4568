//===- CodeBuilderMemory.cpp - Loads, stores and lanes --------------------===//

#include "lib/Conversion/KernelCode/CodeBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/Sequence.h"

#include <cassert>

using namespace mlir;

namespace tern::code {

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Val CodeBuilder::elementPointer(Type element, Val pointer, Val offset) {
  return wrap(LLVM::GEPOp::create(builder, loc, ptr, memoryType(element), pointer.get(), ValueRange{offset.get()},
                                  LLVM::GEPNoWrapFlags::inbounds));
}

Val CodeBuilder::bytePointer(Val pointer, Val bytes) { return elementPointer(i8, pointer, bytes); }
Val CodeBuilder::bytePointer(Val pointer, int64_t bytes) {
  return bytes == 0 ? pointer : bytePointer(pointer, index(bytes));
}

static unsigned elementBytes(CodeBuilder &b, Type type) {
  Type element = getElementTypeOrSelf(type);
  return element == b.ptr ? 8 : (element.getIntOrFloatBitWidth() + 7) / 8;
}

Val CodeBuilder::load(Type type, Val pointer, Val offset, unsigned alignment) {
  Type inMemory = memoryType(type);
  Val place = elementPointer(getElementTypeOrSelf(type), pointer, offset);
  unsigned aligned = alignment ? alignment : elementBytes(*this, type);
  Val loaded = wrap(LLVM::LoadOp::create(builder, loc, inMemory, place.get(), aligned));
  return inMemory == type ? loaded : loaded != 0;
}

Val CodeBuilder::load(Type type, Val pointer, int64_t offset, unsigned alignment) {
  return load(type, pointer, index(offset), alignment);
}

void CodeBuilder::store(Val value, Val pointer, Val offset, unsigned alignment) {
  Type inMemory = memoryType(value.getType());
  Val place = elementPointer(value.getElementType(), pointer, offset);
  unsigned aligned = alignment ? alignment : elementBytes(*this, value.getType());
  Val stored = inMemory == value.getType() ? value : zeroExtend(i8, value);
  LLVM::StoreOp::create(builder, loc, stored.get(), place.get(), aligned);
}

void CodeBuilder::store(Val value, Val pointer, int64_t offset, unsigned alignment) {
  store(value, pointer, index(offset), alignment);
}

/// Lane i is set if i < count.
static Val firstLanes(CodeBuilder &b, int64_t lanes, Val count) {
  SmallVector<int64_t> numbers = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
  Val limit = b.minimum(count, b.index(lanes));
  return b.constantLanes(b.i32, numbers) < b.broadcast(b.truncate(b.i32, limit), lanes);
}

Val CodeBuilder::loadPart(Type vectorType, Val pointer, Val offset, Val count) {
  Type element = getElementTypeOrSelf(vectorType);
  Val place = elementPointer(element, pointer, offset);
  int64_t lanes = cast<VectorType>(vectorType).getNumElements();
  Val zero = constant(vectorType, 0.0);
  return wrap(LLVM::MaskedLoadOp::create(builder, loc, vectorType, place.get(), firstLanes(*this, lanes, count).get(),
                                         zero.get(), elementBytes(*this, vectorType)));
}

void CodeBuilder::storePart(Val value, Val pointer, Val offset, Val count) {
  Val place = elementPointer(value.getElementType(), pointer, offset);
  LLVM::MaskedStoreOp::create(builder, loc, value.get(), place.get(), firstLanes(*this, value.getLanes(), count).get(),
                              elementBytes(*this, value.getType()));
}

void CodeBuilder::prefetch(Val pointer, unsigned locality) {
  LLVM::Prefetch::create(builder, loc, pointer.get(), /*rw=*/0, /*hint=*/locality, /*cache=*/1);
}

Val CodeBuilder::stackBuffer(Type element, int64_t count, unsigned alignment) {
  // At the top of the function, so that a loop does not allocate anew each time round.
  auto function = builder.getBlock()->getParent()->getParentOfType<FunctionOpInterface>();
  assert(function && "kernels are written into a function");
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&function.getFunctionBody().front());
  Val size = index(count);
  return wrap(LLVM::AllocaOp::create(builder, loc, ptr, memoryType(element), size.get(), alignment));
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Val CodeBuilder::broadcast(Val scalar, int64_t lanes) {
  Type type = vec(scalar.getType(), lanes);
  return wrap(builder.createOrFold<vector::BroadcastOp>(loc, type, scalar.get()));
}

Val CodeBuilder::extract(Val vector, int64_t lane) { return extract(vector, constantInt(i32, lane)); }
Val CodeBuilder::extract(Val vector, Val lane) {
  return wrap(LLVM::ExtractElementOp::create(builder, loc, vector.get(), lane.get()));
}

Val CodeBuilder::insert(Val scalar, Val vector, int64_t lane) { return insert(scalar, vector, constantInt(i32, lane)); }
Val CodeBuilder::insert(Val scalar, Val vector, Val lane) {
  return wrap(LLVM::InsertElementOp::create(builder, loc, vector.get(), scalar.get(), lane.get()));
}

Val CodeBuilder::shuffle(Val a, Val b, ArrayRef<int64_t> lanes) {
  SmallVector<int32_t> mask(lanes.begin(), lanes.end());
  return wrap(LLVM::ShuffleVectorOp::create(builder, loc, a.get(), b.get(), mask));
}

Val CodeBuilder::slice(Val vector, int64_t first, int64_t count) {
  return shuffle(vector, llvm::to_vector(llvm::seq(first, first + count)));
}

Val CodeBuilder::join(Val low, Val high) {
  return shuffle(low, high, llvm::to_vector(llvm::seq<int64_t>(0, low.getLanes() + high.getLanes())));
}

Val CodeBuilder::bitcast(Type type, Val value) {
  if (type == value.getType())
    return value;
  return wrap(LLVM::BitcastOp::create(builder, loc, type, value.get()));
}

static Val reduce(CodeBuilder &b, vector::CombiningKind kind, Val vector) {
  return b.wrap(vector::ReductionOp::create(b.builder, b.loc, kind, vector.get(), sumFlags));
}

Val CodeBuilder::reduceAdd(Val vector) { return reduce(*this, vector::CombiningKind::ADD, vector); }
Val CodeBuilder::reduceMax(Val vector) {
  return reduce(*this, vector.isFloat() ? vector::CombiningKind::MAXIMUMF : vector::CombiningKind::MAXSI, vector);
}
Val CodeBuilder::reduceMin(Val vector) {
  return reduce(*this, vector.isFloat() ? vector::CombiningKind::MINIMUMF : vector::CombiningKind::MINSI, vector);
}

Val CodeBuilder::reduceMaxnum(Val vector) {
  while (vector.getLanes() > 1) {
    int64_t half = vector.getLanes() / 2;
    if (half == 1)
      return maxnum(extract(vector, int64_t{0}), extract(vector, 1));
    vector = maxnum(slice(vector, 0, half), slice(vector, half, half));
  }
  return vector;
}

} // namespace tern::code
