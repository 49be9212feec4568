//===- SourceEmitter.cpp - Values and their places ------------------------===//

#include "lib/Conversion/CodeToCuda/SourceEmitter.h"

#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace tern::cuda;

LogicalResult SourceEmitter::emit(KernelOp target) {
  for (StringRef name : {"sizes", "problem", "tern", "min", "max", "abs", "llabs", "isnan"})
    names.declare(name);
  for (auto [index, argument] : llvm::enumerate(source.getBody().getArguments())) {
    names.declare(target.getArgumentName(index));
    places[argument] = target.getBody().getArgument(index);
  }
  if (auto module = source->getParentOfType<ModuleOp>())
    for (auto table : module.getOps<TableOp>())
      names.declare(table.getSymName());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&target.getBody().front());
  emitBlock(source.getBody().front());
  ReturnOp::create(b, source.getBody().front().getTerminator()->getLoc());
  return failure(hasFailed);
}

Value SourceEmitter::fail(Operation *op, const Twine &why) {
  if (!hasFailed)
    op->emitError() << "'" << op->getName() << "' cannot be written in CUDA C++: " << why;
  hasFailed = true;
  Type type = op->getNumResults() ? op->getResult(0).getType() : Type(b.getI32Type());
  if (isa<LLVM::LLVMPointerType>(type))
    type = PointerType::get(b.getI8Type());
  return UnrealizedConversionCastOp::create(b, op->getLoc(), type, ValueRange{}).getResult(0);
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

Value SourceEmitter::resolve(Value value) {
  for (auto alias = aliases.find(value); alias != aliases.end(); alias = aliases.find(value))
    value = alias->second;
  return value;
}

Value SourceEmitter::placeOf(Value value) { return places.lookup(resolve(value)); }

Type SourceEmitter::typeOf(Value value) {
  return isa<LLVM::LLVMPointerType>(value.getType()) ? Type(pointerTypeOf(value)) : value.getType();
}

bool SourceEmitter::isConsumedBy(Value value, Operation *op) {
  return value.getParentBlock() == op->getBlock() &&
         llvm::all_of(treatments.liveUses(value), [&](OpOperand *use) { return op->isAncestor(use->getOwner()); });
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

Value SourceEmitter::expression(Value value) {
  value = resolve(value);
  if (Value place = places.lookup(value)) {
    auto variable = dyn_cast<VariableType>(place.getType());
    return variable ? Value(ReadOp::create(b, value.getLoc(), variable.getValue(), place)) : place;
  }
  return emitExpression(value.getDefiningOp());
}

Value SourceEmitter::looseExpression(Value value) {
  APInt number;
  value = resolve(value);
  if (value.getType().isInteger(64) && matchPattern(value, m_ConstantInt(&number)) && number.isSignedIntN(32) &&
      !number.trunc(32).isMinSignedValue())
    return integer(value.getLoc(), b.getI32Type(), number.getSExtValue());
  return expression(value);
}

Value SourceEmitter::emitExpression(Operation *op) {
  Location loc = op->getLoc();
  Type type = op->getResult(0).getType();
  Attribute value;
  if (matchPattern(op, m_Constant(&value)) && isa<IntegerAttr, FloatAttr>(value) && isScalar(type))
    return constant(loc, type, value);
  if (isa<LLVM::UndefOp, LLVM::PoisonOp, ub::PoisonOp>(op) && isScalar(type))
    return constant(loc, type, b.getZeroAttr(type));
  if (isa<LLVM::ZeroOp, LLVM::UndefOp, LLVM::PoisonOp, ub::PoisonOp>(op) && isa<LLVM::LLVMPointerType>(type))
    return NullOp::create(b, loc, pointerTypeOf(op->getResult(0)));
  if (!isScalar(type) && !isa<LLVM::LLVMPointerType>(type))
    return fail(op, "there is no type for its result");
  using Emit = Value (SourceEmitter::*)(Operation *);
  for (Emit emit : {&SourceEmitter::emitInteger, &SourceEmitter::emitFloat, &SourceEmitter::emitMath,
                    &SourceEmitter::emitConversion, &SourceEmitter::emitMemory})
    if (Value text = (this->*emit)(op))
      return text;
  return fail(op, "there is no construct for it");
}

void SourceEmitter::emitNamed(Operation *op) {
  Value value = op->getResult(0);
  std::string wish = suggestName(op);
  // The numbers of thread and block are declared at once in the type they are used in.
  Operation *operand = isa<arith::ExtUIOp, arith::ExtSIOp>(op) ? op->getOperand(0).getDefiningOp() : nullptr;
  if (isa_and_nonnull<ThreadIndexOp, BlockIndexOp>(operand) && !placeOf(op->getOperand(0))) {
    Value number = b.clone(*operand)->getResult(0);
    places[value] = LetOp::create(b, op->getLoc(), value.getType(), names.declare(wish), number);
    return;
  }
  if (isa<SharedOp>(op)) {
    Type element = inferElement(value);
    Value bytes = emitExpression(op);
    Type wanted = element.isInteger(8) ? bytes.getType() : Type(PointerType::get(element));
    if (wanted != bytes.getType())
      bytes = ReinterpretOp::create(b, op->getLoc(), wanted, bytes);
    places[value] = let(op->getLoc(), wish, bytes);
    return;
  }
  places[value] = let(op->getLoc(), wish, emitExpression(op));
}

Value SourceEmitter::let(Location loc, StringRef wish, Value value) {
  return LetOp::create(b, loc, value.getType(), names.declare(wish), value);
}

//===----------------------------------------------------------------------===//
// Small expressions
//===----------------------------------------------------------------------===//

Value SourceEmitter::literal(Location loc, TypedAttr value, bool hex) {
  return LiteralOp::create(b, loc, value.getType(), value, hex);
}

Value SourceEmitter::integer(Location loc, Type type, int64_t number) {
  APInt bits(64, static_cast<uint64_t>(number));
  return literal(loc, IntegerAttr::get(type, bits.trunc(type.getIntOrFloatBitWidth())));
}

Value SourceEmitter::call(Location loc, Type type, StringRef callee, ValueRange operands,
                          ArrayRef<StringRef> arguments) {
  return CallOp::create(b, loc, type, callee, arguments, operands, /*pure=*/true).getResult(0);
}

Value SourceEmitter::castTo(Location loc, Type type, Value value) {
  return value.getType() == type ? value : Value(CastOp::create(b, loc, type, value));
}

Value SourceEmitter::binary(Location loc, BinaryOperator kind, Value lhs, Value rhs) {
  return BinaryOp::create(b, loc, resultType(kind, lhs.getType(), rhs.getType()), kind, lhs, rhs);
}

/// Infinities and NaN have no literals; numbers of 8 and 16 bits have those of int.
Value SourceEmitter::constant(Location loc, Type type, Attribute value) {
  if (auto number = dyn_cast<IntegerAttr>(value)) {
    if (type.isInteger(1) || type.isInteger(32) || type.isInteger(64))
      return literal(loc, number);
    return castTo(loc, type, integer(loc, b.getI32Type(), number.getValue().getSExtValue()));
  }
  APFloat number = cast<FloatAttr>(value).getValue();
  if (isa<Float16Type, BFloat16Type>(type)) {
    bool loses;
    number.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &loses);
    Value single = constant(loc, b.getF32Type(), FloatAttr::get(b.getF32Type(), number));
    return call(loc, type, "tern::fromFloat", single, {type.isF16() ? "tern::f16" : "tern::bf16"});
  }
  if (number.isFinite())
    return literal(loc, FloatAttr::get(type, number));
  bool isNegative = number.isNegative();
  number.clearSign();
  bool isSingle = type.isF32();
  Type bits = isSingle ? b.getI32Type() : b.getI64Type();
  Value text = literal(loc, IntegerAttr::get(bits, number.bitcastToAPInt()), /*hex=*/true);
  text = call(loc, type, isSingle ? "__int_as_float" : "__longlong_as_double", text);
  return isNegative ? Value(UnaryOp::create(b, loc, type, UnaryOperator::Minus, text)) : text;
}
