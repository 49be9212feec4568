//===- GraphSyntax.cpp - Short spellings in the assembly format -----------===//

#include "dialects/Graph/IR/GraphSyntax.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static void printElementType(AsmPrinter &printer, Type elementType) {
  if (auto storage = dyn_cast<BlockStorageType>(elementType))
    printer << storageFormatInfo(storage.getFormat()).name;
  else
    printer << elementType;
}

static ParseResult parseElementType(AsmParser &parser, Type &elementType) {
  // Block formats are bare keywords; everything else is a builtin type.
  StringRef keyword;
  SmallVector<StringRef> blockFormats;
  for (int i = 0; i < numStorageFormats; ++i)
    if (const StorageFormatInfo &info = storageFormatInfo(static_cast<StorageFormat>(i)); info.blockLength > 1)
      blockFormats.push_back(info.name);
  if (succeeded(parser.parseOptionalKeyword(&keyword, blockFormats))) {
    elementType = BlockStorageType::get(parser.getContext(), *storageFormatByName(keyword));
    return success();
  }
  return parser.parseType(elementType);
}

ParseResult graph::parseTensor(AsmParser &parser, SymbolicTensorType &type) {
  SMLoc begin = parser.getCurrentLocation();
  Type elementType;
  SmallVector<Attribute> dims;
  auto parseDim = [&]() -> ParseResult {
    // Names first: as an integer, the parser would take `true` and `false` for -1 and 0.
    StringRef symbol;
    if (succeeded(parser.parseOptionalKeyword(&symbol))) {
      dims.push_back(symbolicDim(parser.getContext(), symbol));
      return success();
    }
    int64_t size;
    OptionalParseResult number = parser.parseOptionalInteger(size);
    if (!number.has_value())
      return parser.emitError(parser.getCurrentLocation()) << "expected a number or a name as dimension";
    dims.push_back(staticDim(parser.getContext(), size));
    return *number;
  };
  if (parseElementType(parser, elementType) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseDim, " in shape"))
    return failure();
  type = SymbolicTensorType::getChecked([&] { return parser.emitError(begin); }, elementType, dims);
  return success(static_cast<bool>(type));
}

void graph::printTensor(AsmPrinter &printer, SymbolicTensorType type) {
  printElementType(printer, type.getElementType());
  printer << shapeName(type.getDims());
}

//===----------------------------------------------------------------------===//
// Custom directives
//===----------------------------------------------------------------------===//

ParseResult graph::parseShortType(AsmParser &parser, Type &type) {
  SymbolicTensorType tensor;
  if (failed(parseTensor(parser, tensor)))
    return failure();
  type = tensor;
  return success();
}

void graph::printShortType(AsmPrinter &printer, Operation *, Type type) {
  // A type that the op should not have is shown as it is.
  if (auto tensor = dyn_cast<SymbolicTensorType>(type))
    printTensor(printer, tensor);
  else
    printer << type;
}

ParseResult graph::parseShortTypeAttr(AsmParser &parser, TypeAttr &attribute) {
  Type type;
  if (failed(parseShortType(parser, type)))
    return failure();
  attribute = TypeAttr::get(type);
  return success();
}

void graph::printShortTypeAttr(AsmPrinter &printer, Operation *op, TypeAttr attribute) {
  printShortType(printer, op, attribute.getValue());
}

ParseResult graph::parseNumber(AsmParser &parser, FloatAttr &number) {
  FailureOr<Real> value = parseReal(parser);
  if (failed(value))
    return failure();
  number = parser.getBuilder().getF64FloatAttr(*value);
  return success();
}

void graph::printNumber(AsmPrinter &printer, Operation *, FloatAttr number) {
  printReal(printer, number.getValueAsDouble());
}

ParseResult graph::parseShortTypeSlots(AsmParser &parser, ArrayRef<ShortTypeSlot> slots) {
  SMLoc begin = parser.getCurrentLocation();
  SmallVector<Type> types;
  auto parseOne = [&] { return parseShortType(parser, types.emplace_back()); };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseOne))
    return failure();
  size_t next = 0, singles = llvm::count_if(slots, [](const ShortTypeSlot &slot) { return slot.single; });
  bool hasVariadic = singles != slots.size();
  if (hasVariadic ? types.size() < singles : types.size() != singles)
    return parser.emitError(begin) << "expected " << singles << " types, one per operand or result, got "
                                   << types.size();
  for (const ShortTypeSlot &slot : slots) {
    if (slot.single)
      *slot.single = types[next++];
    else
      for (size_t rest = types.size() - singles; rest > 0; --rest)
        slot.many->push_back(types[next++]);
  }
  return success();
}
