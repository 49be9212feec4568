//===- TensorEmitter.cpp - What is written where --------------------------===//

#include "lib/Conversion/KernelCode/TensorEmitter.h"

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

namespace tern::code {

TensorEmitter::TensorEmitter(CodeBuilder &b, const KernelFrame &frame, kernel::FuncOp function,
                             const llvm::StringMap<int64_t> &symbols, int64_t vectorLanes)
    : b(b), frame(frame), function(function), vectorLanes(vectorLanes), symbols(symbols) {}

TensorEmitter::~TensorEmitter() = default;

void TensorEmitter::fail(Operation *op, const Twine &message) {
  if (!hasFailed)
    op->emitError() << message;
  hasFailed = true;
}

//===----------------------------------------------------------------------===//
// Sizes and constants, at the top of the kernel
//===----------------------------------------------------------------------===//

static Block &entryBlock(CodeBuilder &b) {
  Operation *parent = b.builder.getBlock()->getParentOp();
  auto body = dyn_cast<FunctionOpInterface>(parent);
  return (body ? body : parent->getParentOfType<FunctionOpInterface>()).getFunctionBody().front();
}

/// Runs `make` with the builder at the top of the function, after what was put there before.
template <typename Make> static Val atTop(CodeBuilder &b, Operation *&last, Make make) {
  OpBuilder::InsertionGuard guard(b.builder);
  Block &entry = entryBlock(b);
  if (last)
    b.builder.setInsertionPointAfter(last);
  else
    b.builder.setInsertionPointToStart(&entry);
  Val made = make();
  last = made.get().getDefiningOp();
  return made;
}

Val TensorEmitter::number(int64_t number) {
  Val &known = numbers[number];
  if (!known)
    known = atTop(b, lastAtTop, [&] { return b.index(number); });
  return known;
}

Val TensorEmitter::size(Attribute dim) {
  if (auto fixed = dyn_cast<IntegerAttr>(dim))
    return number(fixed.getInt());
  if (Val known = sizes.lookup(dim))
    return known;
  auto symbol = symbols.find(cast<StringAttr>(dim).getValue());
  int64_t place = 0;
  if (symbol == symbols.end())
    fail(function, "symbol '" + cast<StringAttr>(dim).getValue() + "' must be in the module's kernel.symbols");
  else
    place = symbol->second;
  return sizes[dim] = atTop(b, lastAtTop, [&] { return frame.dim(place); });
}

Val TensorEmitter::capacity() {
  Attribute key = UnitAttr::get(function.getContext());
  if (Val known = sizes.lookup(key))
    return known;
  return sizes[key] = atTop(b, lastAtTop, [&] { return frame.dim(0); });
}

FailureOr<int64_t> TensorEmitter::maximum(Attribute dim) {
  std::optional<int64_t> found = function.getMaximum(dim);
  if (found)
    return *found;
  fail(function, "the largest size of '" + graph::dimName(dim) + "' must be in 'maxima'");
  return failure();
}

Val TensorEmitter::scratch(int64_t bytes) {
  int64_t offset = scratchUsed;
  scratchUsed += (bytes + 63) / 64 * 64;
  return b.bytePointer(frame.scratch, number(offset));
}

Val TensorEmitter::constantTable(ArrayRef<double> numbers) {
  return constantTable(
      b.f64, llvm::map_to_vector(numbers, [&](double number) { return Attribute(b.builder.getF64FloatAttr(number)); }));
}

Val TensorEmitter::constantTable(Type element, ArrayRef<Attribute> values) {
  auto body = cast<FunctionOpInterface>(entryBlock(b).getParentOp());
  std::string name = (body.getName() + ".table" + Twine(numTables++)).str();
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())}, element);
  auto array = LLVM::LLVMArrayType::get(element, values.size());
  LLVM::GlobalOp global;
  {
    OpBuilder::InsertionGuard guard(b.builder);
    b.builder.setInsertionPoint(body);
    global = LLVM::GlobalOp::create(b.builder, b.loc, array, /*isConstant=*/true, LLVM::Linkage::Internal, name,
                                    DenseElementsAttr::get(type, values), /*alignment=*/64);
  }
  return atTop(b, lastAtTop, [&] { return b.wrap(LLVM::AddressOfOp::create(b.builder, b.loc, global)); });
}

//===----------------------------------------------------------------------===//
// What is written once
//===----------------------------------------------------------------------===//

/// Whether the value is computed before the place where the builder stands, in its block or one around it.
bool TensorEmitter::isVisible(Value value) const {
  Block *block = b.builder.getBlock(), *home = value.getParentBlock();
  Operation *next = b.builder.getInsertionPoint() == block->end() ? nullptr : &*b.builder.getInsertionPoint();
  while (block != home) {
    next = block->getParentOp();
    if (!next || isa<FunctionOpInterface>(next))
      return false;
    block = next->getBlock();
  }
  Operation *maker = value.getDefiningOp();
  return !maker || !next || maker->isBeforeInBlock(next);
}

static int64_t depthOf(Block *block) {
  int64_t depth = 0;
  for (Operation *op = block->getParentOp(); op && !isa<FunctionOpInterface>(op); op = op->getParentOp())
    ++depth;
  return depth;
}

/// Moves the builder to right after the last of `index` is known: to the top of the kernel if all are constants.
void TensorEmitter::moveToWhereKnown(ArrayRef<Val> index) {
  Block *home = nullptr;
  Operation *after = nullptr;
  int64_t depth = -1;
  for (Val value : index) {
    Block *block = value.get().getParentBlock();
    int64_t mine = depthOf(block);
    if (mine < depth)
      continue;
    Operation *maker = value.get().getDefiningOp();
    if (mine > depth)
      after = nullptr;
    if (maker && (!after || after->isBeforeInBlock(maker)))
      after = maker;
    home = block;
    depth = mine;
  }
  if (!home)
    home = &entryBlock(b);
  if (depth <= 0 && lastAtTop && (!after || after->isBeforeInBlock(lastAtTop)))
    after = lastAtTop;
  Operation *hoisted = lastHoisted[home];
  if (hoisted && (!after || after->isBeforeInBlock(hoisted)))
    after = hoisted;
  if (after)
    b.builder.setInsertionPointAfter(after);
  else
    b.builder.setInsertionPointToStart(home);
}

Vals TensorEmitter::once(const void *key, int64_t tag, ArrayRef<Val> index, llvm::function_ref<Vals()> compute) {
  std::vector<const void *> full = {key, reinterpret_cast<const void *>(tag)};
  for (Val value : index)
    full.push_back(value.get().getAsOpaquePointer());
  for (const Vals &values : known[full])
    if (llvm::all_of(values, [&](Val value) { return isVisible(value.get()); }))
      return values;
  OpBuilder::InsertionGuard guard(b.builder);
  moveToWhereKnown(index);
  Block *home = b.builder.getBlock();
  Vals values = compute();
  // What comes to this place later may build on what came now.
  if (b.builder.getInsertionPoint() != home->begin())
    lastHoisted[home] = &*std::prev(b.builder.getInsertionPoint());
  known[full].push_back(values);
  return values;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// Constants are one Val for each number, so that equal indices are the same.
Val TensorEmitter::canonical(Val index) {
  APInt constant;
  return matchPattern(index.get(), m_ConstantInt(&constant)) ? number(constant.getSExtValue()) : index;
}

std::vector<const void *> TensorEmitter::keyOf(Value tensor, ArrayRef<Val> index, int64_t lanes) {
  std::vector<const void *> key = {tensor.getAsOpaquePointer(), reinterpret_cast<const void *>(-lanes)};
  for (Val place : index)
    key.push_back(canonical(place).get().getAsOpaquePointer());
  return key;
}

Val TensorEmitter::element(Value tensor, ArrayRef<Val> index, int64_t lanes) {
  std::vector<const void *> key = keyOf(tensor, index, lanes);
  for (const Vals &values : known[key])
    if (isVisible(values[0].get()))
      return values[0];
  Index places = llvm::map_to_vector<4>(index, [&](Val place) { return canonical(place); });
  Val value = compute(tensor, places, lanes);
  known[key].push_back({value});
  return value;
}

void TensorEmitter::provide(Value tensor, ArrayRef<Val> index, Val value) {
  known[keyOf(tensor, index, value.getLanes())].push_back({value});
}

Val TensorEmitter::compute(Value tensor, ArrayRef<Val> index, int64_t lanes) {
  auto type = cast<graph::SymbolicTensorType>(tensor.getType());
  // Neighbours of which there is only one, repeated by a broadcast, are asked for as such.
  if (std::optional<TensorPlace> place = placeOf(tensor))
    return load(*place, index, lanes);
  Val value = emitElement(*this, cast<OpResult>(tensor), index, lanes);
  if (!value) {
    fail(tensor.getDefiningOp(), "must be an op that kernels of this kind compute");
    Type placeholder = type.isInteger() ? b.i64 : b.f32;
    return b.constant(lanes == 1 ? placeholder : CodeBuilder::vec(placeholder, lanes), 0);
  }
  return round(type.getElementType(), value);
}

bool TensorEmitter::isVectorizable(Value tensor, int64_t lanes) {
  if (placeOf(tensor))
    return true;
  return isElementVectorizable(*this, cast<OpResult>(tensor), lanes);
}

int64_t TensorEmitter::chooseLanes(ArrayRef<Value> tensors, Attribute dim) {
  if (vectorLanes == 1)
    return 1;
  int64_t widest = 2 * vectorLanes, lanes = widest;
  if (auto fixed = dyn_cast<IntegerAttr>(dim)) {
    while (lanes > 4 && fixed.getInt() % lanes != 0)
      lanes /= 2;
    if (fixed.getInt() % lanes != 0)
      lanes = fixed.getInt() >= widest ? widest : 1;
  }
  auto allow = [&](int64_t count) {
    return llvm::all_of(tensors, [&](Value tensor) { return isVectorizable(tensor, count); });
  };
  while (lanes > 4 && !allow(lanes))
    lanes /= 2;
  return lanes >= 4 && allow(lanes) ? lanes : 1;
}

} // namespace tern::code
