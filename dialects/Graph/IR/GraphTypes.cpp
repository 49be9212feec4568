//===- GraphTypes.cpp - Tensors with named dimensions ---------------------===//

#include "dialects/Graph/IR/Graph.h"
#include "dialects/Graph/IR/GraphSyntax.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// Element types and storage formats
//===----------------------------------------------------------------------===//

Type graph::elementTypeOf(MLIRContext *context, StorageFormat format) {
  switch (format) {
  case StorageFormat::F64: return Float64Type::get(context);
  case StorageFormat::F32: return Float32Type::get(context);
  case StorageFormat::F16: return Float16Type::get(context);
  case StorageFormat::BF16: return BFloat16Type::get(context);
  case StorageFormat::F8E4M3: return Float8E4M3FNType::get(context);
  case StorageFormat::F8E5M2: return Float8E5M2Type::get(context);
  case StorageFormat::I64: return IntegerType::get(context, 64);
  case StorageFormat::I32: return IntegerType::get(context, 32);
  case StorageFormat::I16: return IntegerType::get(context, 16);
  case StorageFormat::I8: return IntegerType::get(context, 8);
  case StorageFormat::U8: return IntegerType::get(context, 8, IntegerType::Unsigned);
  case StorageFormat::Bool: return IntegerType::get(context, 1);
  default: return BlockStorageType::get(context, format);
  }
}

std::optional<StorageFormat> graph::storageFormatOf(Type elementType) {
  if (auto storage = dyn_cast<BlockStorageType>(elementType))
    return storage.getFormat();
  for (int i = 0; i < numStorageFormats; ++i) {
    auto format = static_cast<StorageFormat>(i);
    if (storageFormatInfo(format).blockLength == 1 && elementTypeOf(elementType.getContext(), format) == elementType)
      return format;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

Attribute graph::staticDim(MLIRContext *context, int64_t size) {
  return IntegerAttr::get(IntegerType::get(context, 64), size);
}

Attribute graph::symbolicDim(MLIRContext *context, StringRef symbol) { return StringAttr::get(context, symbol); }

std::string graph::dimName(Attribute dim) {
  if (auto symbol = dyn_cast<StringAttr>(dim))
    return symbol.str();
  return std::to_string(cast<IntegerAttr>(dim).getInt());
}

std::string graph::shapeName(ArrayRef<Attribute> dims) {
  return "[" + llvm::join(llvm::map_range(dims, dimName), ", ") + "]";
}

//===----------------------------------------------------------------------===//
// BlockStorageType
//===----------------------------------------------------------------------===//

LogicalResult BlockStorageType::verify(function_ref<InFlightDiagnostic()> emitError, StorageFormat format) {
  if (storageFormatInfo(format).blockLength > 1)
    return success();
  return emitError() << "'" << storageFormatInfo(format).name << "' is not a block format"; // (C1)
}

Type BlockStorageType::parse(AsmParser &parser) {
  StringRef name;
  SMLoc location = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword(&name) || parser.parseGreater())
    return {};
  std::optional<StorageFormat> format = storageFormatByName(name);
  if (!format) {
    parser.emitError(location) << "unknown storage format '" << name << "'";
    return {};
  }
  return getChecked([&] { return parser.emitError(location); }, parser.getContext(), *format);
}

void BlockStorageType::print(AsmPrinter &printer) const {
  printer << '<' << storageFormatInfo(getFormat()).name << '>';
}

//===----------------------------------------------------------------------===//
// SymbolicTensorType
//===----------------------------------------------------------------------===//

static bool isIdentifier(StringRef name) {
  return !name.empty() && (llvm::isAlpha(name.front()) || name.front() == '_') &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

LogicalResult SymbolicTensorType::verify(function_ref<InFlightDiagnostic()> emitError, Type elementType,
                                         ArrayRef<Attribute> dims) {
  std::optional<StorageFormat> format = storageFormatOf(elementType);
  if (!format) // (C1)
    return emitError() << "element type must be a float, an integer or a storage format, got " << elementType;
  for (Attribute dim : dims) { // (C2)
    if (auto symbol = dyn_cast<StringAttr>(dim)) {
      if (!isIdentifier(symbol))
        return emitError() << "dimension name must be an identifier, got '" << symbol.getValue() << "'";
    } else if (auto size = dyn_cast<IntegerAttr>(dim);
               !size || !size.getType().isSignlessInteger(64) || size.getInt() < 0) {
      return emitError() << "dimension must be a name or a number that is not negative, got " << dim;
    }
  }
  uint32_t blockLength = storageFormatInfo(*format).blockLength;
  if (blockLength == 1)
    return success();
  auto row = dims.empty() ? IntegerAttr() : dyn_cast<IntegerAttr>(dims.back());
  if (!row || row.getInt() % blockLength != 0) // (C3)
    return emitError() << "last dimension of '" << storageFormatInfo(*format).name << "' storage must be a multiple of "
                       << blockLength << ", got shape " << shapeName(dims);
  return success();
}

Type SymbolicTensorType::parse(AsmParser &parser) {
  SymbolicTensorType type;
  if (parser.parseLess() || parseTensor(parser, type) || parser.parseGreater())
    return {};
  return type;
}

void SymbolicTensorType::print(AsmPrinter &printer) const {
  printer << '<';
  printTensor(printer, *this);
  printer << '>';
}

std::optional<int64_t> SymbolicTensorType::getStaticDim(int64_t index) const {
  if (auto size = dyn_cast<IntegerAttr>(getDim(index)))
    return size.getInt();
  return std::nullopt;
}

bool SymbolicTensorType::hasStaticShape() const { return llvm::all_of(getDims(), llvm::IsaPred<IntegerAttr>); }

std::optional<int64_t> SymbolicTensorType::getNumElements() const {
  if (llvm::is_contained(getDims(), staticDim(getContext(), 0)))
    return hasStaticShape() ? std::optional<int64_t>(0) : std::nullopt;
  int64_t count = 1;
  for (Attribute dim : getDims()) {
    auto size = dyn_cast<IntegerAttr>(dim);
    if (!size || llvm::MulOverflow(count, size.getInt(), count))
      return std::nullopt;
  }
  return count;
}

SymbolicTensorType SymbolicTensorType::withElementType(Type elementType) const { return get(elementType, getDims()); }

SymbolicTensorType SymbolicTensorType::withDims(ArrayRef<Attribute> dims) const { return get(getElementType(), dims); }

StorageFormat SymbolicTensorType::getStorageFormat() const { return *storageFormatOf(getElementType()); }
