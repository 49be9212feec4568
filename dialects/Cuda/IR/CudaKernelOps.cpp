//===- CudaKernelOps.cpp - Kernels, lambdas and calls ---------------------===//

#include "dialects/Cuda/IR/Cuda.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace tern::cuda;

static bool isValue(Type type) { return isScalar(type) || isa<PointerType, LLVM::LLVMPointerType>(type); }

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &state) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag,
                      std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(parser, state, /*allowVariadic=*/false,
                                                  getFunctionTypeAttrName(state.name), buildType,
                                                  getArgAttrsAttrName(state.name), getResAttrsAttrName(state.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
                                           getArgAttrsAttrName(), getResAttrsAttrName());
}

void KernelOp::build(OpBuilder &builder, OperationState &state, StringRef name, TypeRange arguments, int64_t threads,
                     int64_t shared, StringRef comment) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.function_type = TypeAttr::get(builder.getFunctionType(arguments, {}));
  properties.threads = builder.getI64IntegerAttr(threads);
  properties.shared = builder.getI64IntegerAttr(shared);
  if (!comment.empty())
    properties.comment = builder.getStringAttr(comment);
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(state.addRegion(), {}, arguments, SmallVector<Location>(arguments.size(), state.location));
}

static LogicalResult verifyArgument(KernelOp kernel, unsigned index, llvm::StringSet<> &names) {
  if (DictionaryAttr attributes = kernel.getArgAttrDict(index)) { // (C4)
    Attribute name = attributes.get(nameAttrName), element = attributes.get(elementAttrName);
    auto text = dyn_cast_or_null<StringAttr>(name);
    if (name && (!text || !isIdentifier(text)))
      return kernel.emitOpError() << "must name arguments by identifiers, got " << name;
    auto type = dyn_cast_or_null<TypeAttr>(element);
    if (element && (!type || !isValue(type.getValue())))
      return kernel.emitOpError() << "elements of an argument must be scalars or pointers, got " << element;
  }
  if (!names.insert(kernel.getArgumentName(index)).second) // (C4)
    return kernel.emitOpError() << "must give arguments different names, got '" << kernel.getArgumentName(index)
                                << "' twice";
  return success();
}

LogicalResult KernelOp::verify() {
  if (!getResultTypes().empty()) // (C1)
    return emitOpError() << "must have no results";
  for (Type type : getArgumentTypes()) // (C1)
    if (!isa<PointerType, LLVM::LLVMPointerType>(type))
      return emitOpError() << "arguments must be pointers, got " << type;
  if (!isIdentifier(getSymName())) // (C5)
    return emitOpError() << "must have an identifier for a name, got \"" << getSymName() << "\"";
  int64_t threads = getThreadsAttr().getInt(), shared = getSharedAttr().getInt();
  if (threads < 1 || threads > 1024) // (C3)
    return emitOpError() << "must have from 1 to 1024 threads, got " << threads;
  if (shared < 0) // (C3)
    return emitOpError() << "bytes of shared memory must not be negative, got " << shared;
  if (int64_t resident = getResident().value_or(1); resident < 1 || resident > 32) // (C3)
    return emitOpError() << "resident blocks must be from 1 to 32, got " << resident;
  llvm::StringSet<> names;
  for (unsigned index = 0; index < getNumArguments(); ++index)
    if (failed(verifyArgument(*this, index, names)))
      return failure();
  return success();
}

LogicalResult KernelOp::verifyRegions() {
  if (!getBody().hasOneBlock() || !isa<ReturnOp>(getBody().front().getTerminator())) // (C2)
    return emitOpError() << "body must be one block that ends in cuda.return";
  return success();
}

std::string KernelOp::getArgumentName(unsigned index) {
  auto name = getArgAttrOfType<StringAttr>(index, nameAttrName);
  return name ? name.str() : "argument" + std::to_string(index);
}

Type KernelOp::getArgumentElement(unsigned index) {
  if (auto pointer = dyn_cast<PointerType>(getArgumentTypes()[index]))
    return pointer.getElement();
  auto element = getArgAttrOfType<TypeAttr>(index, elementAttrName);
  return element ? element.getValue() : IntegerType::get(getContext(), 8);
}

bool KernelOp::isArgumentReadOnly(unsigned index) { return bool(getArgAttr(index, readOnlyAttrName)); }
bool KernelOp::isArgumentAliased(unsigned index) { return bool(getArgAttr(index, aliasedAttrName)); }

void KernelOp::describeArgument(unsigned index, StringRef name, Type element, bool readOnly) {
  setArgAttr(index, nameAttrName, StringAttr::get(getContext(), name));
  setArgAttr(index, elementAttrName, TypeAttr::get(element));
  if (readOnly)
    setArgAttr(index, readOnlyAttrName, UnitAttr::get(getContext()));
}

//===----------------------------------------------------------------------===//
// ProblemOp and SharedOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyPlace(Operation *op, Type type, Type element) {
  auto pointer = dyn_cast<PointerType>(type);
  if (!pointer || (pointer.getElement() == element && !pointer.getIsConst()))
    return success();
  return op->emitOpError() << "must be a pointer to " << element << ", got " << type;
}

LogicalResult ProblemOp::verify() { // (C1)
  return verifyPlace(*this, getType(), IntegerType::get(getContext(), 64));
}

LogicalResult SharedOp::verify() { // (C2)
  return verifyPlace(*this, getType(), IntegerType::get(getContext(), 8, IntegerType::Unsigned));
}

//===----------------------------------------------------------------------===//
// LambdaOp
//===----------------------------------------------------------------------===//

void LambdaOp::build(OpBuilder &builder, OperationState &state, StringRef name, TypeRange parameters, Type result,
                     llvm::function_ref<void(OpBuilder &, Location, ValueRange)> body) {
  Properties &properties = state.getOrAddProperties<Properties>();
  if (!name.empty())
    properties.name = builder.getStringAttr(name);
  if (result)
    properties.result_type = TypeAttr::get(result);
  state.addTypes(CallableType::get(builder.getContext()));
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Location> locations(parameters.size(), state.location);
  Block *block = builder.createBlock(state.addRegion(), {}, parameters, locations);
  body(builder, state.location, block->getArguments());
}

ParseResult LambdaOp::parse(OpAsmParser &parser, OperationState &state) {
  Builder &builder = parser.getBuilder();
  Properties &properties = state.getOrAddProperties<Properties>();
  std::string name;
  if (succeeded(parser.parseOptionalString(&name)))
    properties.name = builder.getStringAttr(name);
  SmallVector<OpAsmParser::Argument> parameters;
  if (parser.parseArgumentList(parameters, OpAsmParser::Delimiter::Paren, /*allowType=*/true))
    return failure();
  if (succeeded(parser.parseOptionalArrow())) {
    Type type;
    if (parser.parseType(type))
      return failure();
    properties.result_type = TypeAttr::get(type);
  }
  state.addTypes(CallableType::get(builder.getContext()));
  return failure(parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
                 parser.parseRegion(*state.addRegion(), parameters));
}

void LambdaOp::print(OpAsmPrinter &printer) {
  if (getNameAttr())
    printer << ' ' << getNameAttr();
  printer << '(';
  llvm::interleaveComma(getBody().getArguments(), printer,
                        [&](BlockArgument parameter) { printer.printRegionArgument(parameter); });
  printer << ')';
  if (getResultType())
    printer << " -> " << *getResultType();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getNameAttrName(), getResultTypeAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult LambdaOp::verifyRegions() {
  if (!getBody().hasOneBlock() || !isa<YieldOp>(getBody().front().getTerminator())) // (C2)
    return emitOpError() << "body must be one block that ends in cuda.yield";
  for (Type type : getBody().getArgumentTypes()) // (C1)
    if (!isValue(type))
      return emitOpError() << "parameters must be scalars or pointers, got " << type;
  if (getResultType() && !isValue(*getResultType())) // (C1)
    return emitOpError() << "the result must be a scalar or pointer, got " << *getResultType();
  SmallVector<StringRef> names(getName() ? 1 : 0, getName().value_or(""));
  if (ArrayAttr parameters = getParameterNamesAttr())
    llvm::append_range(names, parameters.getAsValueRange<StringAttr>());
  for (StringRef name : names) // (C3)
    if (!isIdentifier(name))
      return emitOpError() << "must have identifiers for names, got \"" << name << "\"";
  Value value = cast<YieldOp>(getBody().front().getTerminator()).getValue();
  if ((value ? value.getType() : Type()) != getResultType().value_or(Type())) // (C2)
    return emitOpError() << "cuda.yield must give what the lambda returns";
  return success();
}

void LambdaOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  if (getName())
    setName(getResult(), *getName());
}

//===----------------------------------------------------------------------===//
// CallOp
//===----------------------------------------------------------------------===//

void CallOp::build(OpBuilder &builder, OperationState &state, Type result, StringRef callee,
                   ArrayRef<StringRef> arguments, ValueRange operands, bool pure) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.callee = builder.getStringAttr(callee);
  if (!arguments.empty())
    properties.template_arguments = builder.getStrArrayAttr(arguments);
  if (pure)
    properties.pure = builder.getUnitAttr();
  state.addOperands(operands);
  if (result)
    state.addTypes(result);
}

LogicalResult CallOp::verify() {
  SmallVector<StringRef> parts;
  getCallee().split(parts, "::");
  if (!llvm::all_of(parts, isIdentifier)) // (C1)
    return emitOpError() << "must call a function by its name, got " << getCalleeAttr();
  if (getNumResults() > 1) // (C2)
    return emitOpError() << "must have at most one result, got " << getNumResults();
  return success();
}

void CallOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  if (getPure())
    return;
  effects.emplace_back(MemoryEffects::Read::get());
  effects.emplace_back(MemoryEffects::Write::get());
}

static ParseResult parseCallee(OpAsmParser &parser, StringAttr &callee, ArrayAttr &arguments) {
  if (parser.parseAttribute(callee))
    return failure();
  if (failed(parser.parseOptionalLess()))
    return success();
  SmallVector<Attribute> texts;
  auto parseText = [&] {
    std::string text;
    if (parser.parseString(&text))
      return failure();
    texts.push_back(parser.getBuilder().getStringAttr(text));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseText) || parser.parseGreater())
    return failure();
  arguments = parser.getBuilder().getArrayAttr(texts);
  return success();
}

static void printCallee(OpAsmPrinter &printer, Operation *, StringAttr callee, ArrayAttr arguments) {
  printer << callee;
  if (!arguments)
    return;
  printer << '<';
  llvm::interleaveComma(arguments, printer);
  printer << '>';
}

//===----------------------------------------------------------------------===//
// Enumerations as bare words, for the generated parsers and printers
//===----------------------------------------------------------------------===//

template <typename Enum>
static ParseResult parseWord(OpAsmParser &parser, std::optional<Enum> &value,
                             std::optional<Enum> (*symbolize)(StringRef), StringRef what) {
  StringRef word;
  SMLoc place = parser.getCurrentLocation();
  if (parser.parseKeyword(&word))
    return failure();
  value = symbolize(word);
  return value ? success() : parser.emitError(place, "expected ") << what << ", got '" << word << "'";
}

static ParseResult parseUnary(OpAsmParser &parser, UnaryOperatorAttr &operation) {
  std::optional<UnaryOperator> value;
  if (parseWord<UnaryOperator>(parser, value, symbolizeUnaryOperator, "an operator of one operand"))
    return failure();
  operation = UnaryOperatorAttr::get(parser.getContext(), *value);
  return success();
}

static void printUnary(OpAsmPrinter &printer, Operation *, UnaryOperatorAttr operation) {
  printer << stringifyUnaryOperator(operation.getValue());
}

static ParseResult parseBinary(OpAsmParser &parser, BinaryOperatorAttr &operation) {
  std::optional<BinaryOperator> value;
  if (parseWord<BinaryOperator>(parser, value, symbolizeBinaryOperator, "an operator of two operands"))
    return failure();
  operation = BinaryOperatorAttr::get(parser.getContext(), *value);
  return success();
}

static void printBinary(OpAsmPrinter &printer, Operation *, BinaryOperatorAttr operation) {
  printer << stringifyBinaryOperator(operation.getValue());
}

/// `=`, or the operation of an update.
static ParseResult parseUpdate(OpAsmParser &parser, BinaryOperatorAttr &operation) {
  return succeeded(parser.parseOptionalEqual()) ? success() : parseBinary(parser, operation);
}

static void printUpdate(OpAsmPrinter &printer, Operation *op, BinaryOperatorAttr operation) {
  if (operation)
    printBinary(printer, op, operation);
  else
    printer << '=';
}

/// The type of a value and, if it is another, `as` that of the declaration.
static ParseResult parseWidened(OpAsmParser &parser, Type &value, Type &result) {
  if (parser.parseType(value))
    return failure();
  result = value;
  return failed(parser.parseOptionalKeyword("as")) ? success() : parser.parseType(result);
}

static void printWidened(OpAsmPrinter &printer, Operation *, Type value, Type result) {
  printer << value;
  if (value != result)
    printer << " as " << result;
}

#define GET_OP_CLASSES
#include "dialects/Cuda/IR/CudaOps.cpp.inc"
