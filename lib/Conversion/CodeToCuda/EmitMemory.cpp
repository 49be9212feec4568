//===- EmitMemory.cpp - Pointers, elements, calls -------------------------===//
//
// Code is written with untyped pointers. Each gets the type of the elements that it is declared or first used with, and
// is cast only where it is used with another.
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/CodeToCuda/SourceEmitter.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::cuda;

/// The one index of an address, null where it is 0.
static Value indexOf(LLVM::GEPOp op) {
  return op.getDynamicIndices().size() == 1 ? op.getDynamicIndices()[0] : Value();
}

/// A fixed index, 0 if the index is a value.
static int64_t fixedIndexOf(LLVM::GEPOp op) {
  int32_t index = op.getRawConstantIndices()[0];
  return index == LLVM::GEPOp::kDynamicIndex ? 0 : index;
}

Type SourceEmitter::elementOf(Operation *op, Type type) {
  if (isa<LLVM::LLVMPointerType>(type))
    return PointerType::get(b.getI8Type());
  if (isScalar(type))
    return type;
  fail(op, "its elements are no scalars");
  return b.getI8Type();
}

Type SourceEmitter::inferElement(Value pointer) {
  for (OpOperand *use : treatments.liveUses(pointer)) {
    if (auto gep = dyn_cast<LLVM::GEPOp>(use->getOwner()))
      return elementOf(gep, gep.getElemType());
    if (auto load = dyn_cast<LLVM::LoadOp>(use->getOwner()))
      return elementOf(load, load.getType());
    if (auto store = dyn_cast<LLVM::StoreOp>(use->getOwner()); store && store.getAddr() == pointer)
      return elementOf(store, store.getValue().getType());
  }
  return b.getI8Type();
}

PointerType SourceEmitter::pointerTypeOf(Value pointer) {
  pointer = resolve(pointer);
  if (Value place = places.lookup(pointer)) {
    auto variable = dyn_cast<VariableType>(place.getType());
    return cast<PointerType>(variable ? variable.getValue() : place.getType());
  }
  Operation *op = pointer.getDefiningOp();
  if (!op)
    return PointerType::get(inferElement(pointer));
  return llvm::TypeSwitch<Operation *, PointerType>(op)
      .Case([&](LLVM::GEPOp op) {
        PointerType base = pointerTypeOf(op.getBase());
        Type element = elementOf(op, op.getElemType());
        bool keepsBytes = element.isInteger(8) && base.getElement().isUnsignedInteger(8);
        return PointerType::get(keepsBytes ? base.getElement() : element, base.getIsConst());
      })
      .Case([&](ProblemOp) { return PointerType::get(b.getI64Type()); })
      .Case([&](SharedOp) { return PointerType::get(b.getIntegerType(8, /*isSigned=*/false)); })
      .Case([&](LLVM::AddressOfOp op) {
        auto table = SymbolTable::lookupNearestSymbolFrom<TableOp>(source, op.getGlobalNameAttr());
        return PointerType::get(table ? table.getElementType() : b.getI8Type(), /*isConst=*/true);
      })
      .Case([&](arith::SelectOp op) {
        PointerType lhs = pointerTypeOf(op.getTrueValue()), rhs = pointerTypeOf(op.getFalseValue());
        return PointerType::get(lhs.getElement(), lhs.getIsConst() || rhs.getIsConst());
      })
      .Default([&](Operation *) { return PointerType::get(inferElement(pointer)); });
}

/// `pointer` as one to `element`; what is const stays const.
Value SourceEmitter::pointerTo(Type element, Value pointer) {
  Value text = expression(pointer);
  auto type = dyn_cast<PointerType>(text.getType());
  if (!type || type.getElement() == element) // a failure has no pointer
    return text;
  return ReinterpretOp::create(b, pointer.getLoc(), PointerType::get(element, type.getIsConst()), text);
}

/// `base + index`.
Value SourceEmitter::emitAddress(LLVM::GEPOp op) {
  if (op.getRawConstantIndices().size() != 1)
    return fail(op, "it has more than one index");
  PointerType type = pointerTypeOf(op.getResult());
  Value base = pointerTo(type.getElement(), op.getBase());
  if (Value index = indexOf(op)) {
    APInt number;
    if (matchPattern(index, m_ConstantInt(&number)) && number.isZero())
      return base;
    return binary(op.getLoc(), BinaryOperator::Add, base, looseExpression(index));
  }
  int64_t fixed = fixedIndexOf(op);
  return fixed ? binary(op.getLoc(), BinaryOperator::Add, base, integer(op.getLoc(), b.getI32Type(), fixed)) : base;
}

std::pair<Value, Value> SourceEmitter::elementAt(Type element, Value address) {
  // The steps from a pointer that has a name, the last one first.
  SmallVector<LLVM::GEPOp> steps;
  Value base = resolve(address);
  while (!placeOf(base)) {
    auto step = base.getDefiningOp<LLVM::GEPOp>();
    if (!step || elementOf(step, step.getElemType()) != element || step.getRawConstantIndices().size() != 1)
      break;
    steps.push_back(step);
    base = resolve(step.getBase());
  }
  Value pointer = pointerTo(element, base), index;
  for (LLVM::GEPOp step : llvm::reverse(steps)) {
    Value more =
        indexOf(step) ? looseExpression(indexOf(step)) : integer(step.getLoc(), b.getI32Type(), fixedIndexOf(step));
    index = index ? binary(step.getLoc(), BinaryOperator::Add, index, more) : more;
  }
  return {pointer, index};
}

Value SourceEmitter::emitMemory(Operation *op) {
  Location loc = op->getLoc();
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](LLVM::GEPOp op) { return emitAddress(op); })
      .Case([&](LLVM::LoadOp op) -> Value {
        if (op.getVolatile_() || op.getOrdering() != LLVM::AtomicOrdering::not_atomic)
          return fail(op, "it is volatile or atomic");
        Type element = elementOf(op, op.getType());
        auto [pointer, index] = elementAt(element, op.getAddr());
        return hasFailed ? fail(op, "") : Value(LoadOp::create(b, loc, element, pointer, index));
      })
      .Case([&](LLVM::AddressOfOp op) -> Value {
        return TableAddressOp::create(b, loc, pointerTypeOf(op.getResult()), op.getGlobalName());
      })
      .Case([&](ProblemOp) -> Value { return ProblemOp::create(b, loc, PointerType::get(b.getI64Type())); })
      .Case(
          [&](SharedOp op) -> Value { return SharedOp::create(b, loc, pointerTypeOf(op.getResult()), op.getOffset()); })
      .Case<ThreadIndexOp, BlockIndexOp, SizeOp>([&](Operation *op) { return b.clone(*op)->getResult(0); })
      .Case([&](CallOp op) { return emitCall(op); })
      .Default([](Operation *) { return Value(); });
}

void SourceEmitter::emitStore(LLVM::StoreOp op) {
  Type element = elementOf(op, op.getValue().getType());
  bool isPlain = !op.getVolatile_() && op.getOrdering() == LLVM::AtomicOrdering::not_atomic;
  if (!isPlain || pointerTypeOf(op.getAddr()).getIsConst()) {
    fail(op, isPlain ? "it stores to what is read only" : "it is volatile or atomic");
    return;
  }
  auto [pointer, index] = elementAt(element, op.getAddr());
  Value value = expression(op.getValue());
  if (!hasFailed)
    StoreOp::create(b, op.getLoc(), value, pointer, index);
}

void SourceEmitter::emitArray(LLVM::AllocaOp op) {
  APInt count;
  if (!matchPattern(op.getArraySize(), m_ConstantInt(&count)) || !count.isStrictlyPositive()) {
    fail(op, "the number of its elements is not fixed");
    return;
  }
  auto type = PointerType::get(elementOf(op, op.getElemType()));
  auto wish = op->getAttrOfType<StringAttr>(nameAttrName);
  places[op.getResult()] =
      ArrayOp::create(b, op.getLoc(), type, names.declare(wish ? wish.getValue() : "buffer"), count.getSExtValue());
}

/// Parameters of device functions are declared with their types, so that constants may be ints.
Value SourceEmitter::emitCall(CallOp op) {
  SmallVector<Value> operands;
  for (Value operand : op.getOperands())
    operands.push_back(op.getPure() ? expression(operand) : looseExpression(operand));
  SmallVector<StringRef> arguments;
  if (ArrayAttr texts = op.getTemplateArgumentsAttr())
    llvm::append_range(arguments, texts.getAsValueRange<StringAttr>());
  bool isUsed = op.getNumResults() == 1 && !treatments.liveUses(op.getResult(0)).empty();
  Type type = isUsed ? typeOf(op.getResult(0)) : Type();
  auto call = CallOp::create(b, op.getLoc(), type, op.getCallee(), arguments, operands, op.getPure());
  return isUsed ? call.getResult(0) : Value();
}
