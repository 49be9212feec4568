//===- CudaStatementOps.cpp - Declarations, stores, control flow ----------===//

#include "dialects/Cuda/IR/Cuda.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace tern::cuda;

static LogicalResult verifyName(Operation *op, StringRef name) {
  if (isIdentifier(name))
    return success();
  return op->emitOpError() << "must have an identifier for a name, got \"" << name << "\"";
}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

Type TableOp::getElementType() { return cast<TypedAttr>(getElements()[0]).getType(); }

LogicalResult TableOp::verify() {
  if (failed(verifyName(*this, getSymName()))) // (C1)
    return failure();
  if (getElements().empty()) // (C2)
    return emitOpError() << "must have an element";
  auto first = dyn_cast<TypedAttr>(getElements()[0]);
  for (Attribute element : getElements()) { // (C2)
    auto number = dyn_cast<TypedAttr>(element);
    auto real = dyn_cast<FloatAttr>(element);
    bool isNumber = isa<IntegerAttr>(element) || (real && real.getValue().isFinite() && promotedType(real.getType()));
    if (!isNumber || !isScalar(number.getType()) || number.getType() != first.getType())
      return emitOpError() << "elements must be numbers of one type, got " << element;
  }
  return success();
}

LogicalResult LetOp::verify() {
  if (!isWidening(getValue().getType(), getType())) // (C2)
    return emitOpError() << "must name a value of its type " << getType() << ", got " << getValue().getType();
  return verifyName(*this, getName()); // (C1)
}
void LetOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getResult(), getName()); }

LogicalResult ArrayOp::verify() {
  if (getType().getIsConst()) // (C3)
    return emitOpError() << "must not be const, got " << getType();
  return verifyName(*this, getName()); // (C1)
}
void ArrayOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getResult(), getName()); }

ParseResult VariableOp::parse(OpAsmParser &parser, OperationState &state) {
  std::string name;
  OpAsmParser::UnresolvedOperand value;
  Type valueType, type;
  if (parser.parseString(&name))
    return failure();
  state.getOrAddProperties<Properties>().name = parser.getBuilder().getStringAttr(name);
  bool hasValue = succeeded(parser.parseOptionalEqual());
  if ((hasValue && parser.parseOperand(value)) || parser.parseOptionalAttrDict(state.attributes) ||
      parser.parseColonType(valueType))
    return failure();
  type = valueType;
  if (hasValue && succeeded(parser.parseOptionalKeyword("as")) && parser.parseType(type))
    return failure();
  auto variable =
      VariableType::getChecked([&] { return parser.emitError(parser.getNameLoc()); }, type.getContext(), type);
  if (!variable || (hasValue && parser.resolveOperand(value, valueType, state.operands)))
    return failure();
  state.addTypes(variable);
  return success();
}

void VariableOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr();
  Type type = getType().getValue();
  if (getValue())
    printer << " = " << getValue();
  printer.printOptionalAttrDict((*this)->getAttrs(), {getNameAttrName()});
  printer << " : " << (getValue() ? getValue().getType() : type);
  if (getValue() && getValue().getType() != type)
    printer << " as " << type;
}

LogicalResult VariableOp::verify() {
  if (getValue() && !isWidening(getValue().getType(), getType().getValue())) // (C2)
    return emitOpError() << "must have a value of its type " << getType().getValue() << ", got "
                         << getValue().getType();
  return verifyName(*this, getName()); // (C1)
}
void VariableOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getResult(), getName()); }

//===----------------------------------------------------------------------===//
// Assignments
//===----------------------------------------------------------------------===//

LogicalResult AssignOp::verify() {
  Type type = getVariable().getType().getValue(), value = getValue().getType();
  if (!getKind()) {
    if (!isWidening(value, type)) // (C1)
      return emitOpError() << "must assign a value of the variable's type " << type << ", got " << value;
    return success();
  }
  BinaryOperator operation = *getKind();
  bool updates = operation <= BinaryOperator::BitXor;
  if (!updates || resultType(operation, type, value) != type) // (C2)
    return emitOpError() << "there is no update of " << type << " by " << stringifyBinaryOperator(operation) << " of "
                         << value;
  return success();
}

LogicalResult StoreOp::verify() {
  if (getPointer().getType().getIsConst()) // (C1)
    return emitOpError() << "must not store to const, got " << getPointer().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void IfOp::build(OpBuilder &, OperationState &state, Value condition, bool withElse) {
  state.addOperands(condition);
  state.addRegion()->emplaceBlock();
  Region *otherwise = state.addRegion();
  if (withElse)
    otherwise->emplaceBlock();
}

void ForOp::build(OpBuilder &builder, OperationState &state, StringRef name, Type type, Value begin, Value end,
                  Value step) {
  state.getOrAddProperties<Properties>().name = builder.getStringAttr(name);
  state.addOperands({begin, end});
  if (step)
    state.addOperands(step);
  state.addRegion()->emplaceBlock().addArgument(type, state.location);
}

ParseResult ForOp::parse(OpAsmParser &parser, OperationState &state) {
  std::string name;
  OpAsmParser::Argument number;
  SmallVector<OpAsmParser::UnresolvedOperand> operands(2);
  SmallVector<Type> types;
  if (parser.parseString(&name) || parser.parseArgument(number, /*allowType=*/true) || parser.parseEqual() ||
      parser.parseOperand(operands[0]) || parser.parseKeyword("to") || parser.parseOperand(operands[1]))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("step")) && parser.parseOperand(operands.emplace_back()))
    return failure();
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.name = parser.getBuilder().getStringAttr(name);
  if (succeeded(parser.parseOptionalKeyword("unroll")))
    properties.unroll = parser.getBuilder().getUnitAttr();
  Region *body = state.addRegion();
  if (parser.parseColonTypeList(types) ||
      parser.resolveOperands(operands, types, parser.getNameLoc(), state.operands) ||
      parser.parseRegion(*body, number) || parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), state.location);
  return success();
}

void ForOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr() << ' ';
  printer.printRegionArgument(getNumber());
  printer << " = " << getBegin() << " to " << getEnd();
  if (getStep())
    printer << " step " << getStep();
  printer << (getUnroll() ? " unroll : " : " : ") << getOperandTypes() << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false, /*printBlockTerminators=*/false);
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getNameAttrName(), getUnrollAttrName()});
}

LogicalResult ForOp::verify() {
  if (getBody().getNumArguments() != 1 ||
      !(getNumber().getType().isSignlessInteger(32) || getNumber().getType().isSignlessInteger(64))) // (C2)
    return emitOpError() << "must count by one i32 or i64";
  for (Value operand : getOperands()) // (C2)
    if (!isWidening(operand.getType(), getNumber().getType()))
      return emitOpError() << "must go from and to numbers of type " << getNumber().getType() << ", got "
                           << operand.getType();
  return verifyName(*this, getName()); // (C1)
}

LogicalResult WhileOp::verifyRegions() {
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  if (!isa<ConditionOp>(getBefore().front().getTerminator()) || !yield || yield.getValue()) // (C1)
    return emitOpError() << "must have a region that ends in cuda.condition and one that ends in cuda.yield";
  return success();
}

LogicalResult BreakOp::verify() {
  Operation *parent = (*this)->getParentOp();
  if ((*this)->getNextNode() != (*this)->getBlock()->getTerminator()) // (C1)
    return emitOpError() << "must stand last in its block";
  while (isa_and_nonnull<IfOp>(parent))
    parent = parent->getParentOp();
  if (!isa_and_nonnull<ForOp, WhileOp>(parent)) // (C1)
    return emitOpError() << "must stand in a loop";
  return success();
}
