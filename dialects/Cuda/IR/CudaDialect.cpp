//===- CudaDialect.cpp - Registration and types of the cuda dialect -------===//

#include "dialects/Cuda/IR/Cuda.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::cuda;

#include "dialects/Cuda/IR/CudaDialect.cpp.inc"

#include "dialects/Cuda/IR/CudaEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Cuda/IR/CudaAttrs.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Cuda/IR/CudaTypes.cpp.inc"

void CudaDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Cuda/IR/CudaAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Cuda/IR/CudaTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Cuda/IR/CudaOps.cpp.inc"
      >();
}

bool tern::cuda::isScalar(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    unsigned width = integer.getWidth();
    return !integer.isSigned() &&
           ((width == 1 && integer.isSignless()) || width == 8 || width == 16 || width == 32 || width == 64);
  }
  return isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
}

bool tern::cuda::isIdentifier(StringRef name) {
  static const llvm::StringSet<> words = {
      "alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
      "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
      "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
      "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
      "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
      "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
      "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
      "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
      "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
      "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
      "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
      "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
      "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
      "xor_eq"};
  if (name.empty() || llvm::isDigit(name.front()) || words.contains(name))
    return false;
  return llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

//===----------------------------------------------------------------------===//
// PointerType
//===----------------------------------------------------------------------===//

LogicalResult PointerType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, Type element, bool) {
  if (isScalar(element) || isa<PointerType>(element)) // (C1)
    return success();
  return emitError() << "a pointer must be to scalars or pointers, got " << element;
}

Type PointerType::parse(AsmParser &parser) {
  Type element;
  if (parser.parseLess())
    return {};
  bool isConst = succeeded(parser.parseOptionalKeyword("const"));
  if (parser.parseType(element) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(parser.getNameLoc()); }, parser.getContext(), element, isConst);
}

void PointerType::print(AsmPrinter &printer) const {
  printer << '<' << (getIsConst() ? "const " : "") << getElement() << '>';
}

//===----------------------------------------------------------------------===//
// VariableType
//===----------------------------------------------------------------------===//

LogicalResult VariableType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, Type value) {
  if (isScalar(value) || isa<PointerType>(value)) // (C1)
    return success();
  return emitError() << "a variable must hold scalars or pointers, got " << value;
}
