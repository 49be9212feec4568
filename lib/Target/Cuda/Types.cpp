//===- Types.cpp - Types and numbers of C++ -------------------------------===//

#include "lib/Target/Cuda/Text.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace tern::cuda;

static std::string integerText(IntegerType type) {
  bool isUnsigned = type.isUnsigned();
  switch (type.getWidth()) {
  case 1:
    return "bool";
  case 8:
    return isUnsigned ? "unsigned char" : "signed char";
  case 16:
    return isUnsigned ? "unsigned short" : "short";
  case 32:
    return isUnsigned ? "unsigned" : "int";
  default:
    return isUnsigned ? "unsigned long long" : "long long";
  }
}

std::string tern::cuda::typeText(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integerText(integer);
  if (isa<Float16Type>(type))
    return "tern::f16";
  if (isa<BFloat16Type>(type))
    return "tern::bf16";
  if (isa<Float32Type>(type))
    return "float";
  if (isa<Float64Type>(type))
    return "double";
  return StringRef(declarationText(type, "")).rtrim().str();
}

/// Pointers of pointers: `float *const *x` is a pointer to const pointers to float.
std::string tern::cuda::declarationText(Type type, StringRef name) {
  auto pointer = dyn_cast<PointerType>(type);
  if (!pointer)
    return (typeText(type) + " " + name).str();
  bool ofPointers = isa<PointerType>(pointer.getElement());
  std::string element = typeText(pointer.getElement());
  if (pointer.getIsConst())
    element = ofPointers ? element + "const" : "const " + element;
  return element + (ofPointers && !pointer.getIsConst() ? "*" : " *") + name.str();
}

/// The fewest digits that give `value` back, without an exponent where there are few zeros.
static std::string floatText(double value, bool isSingle) {
  char digits[40];
  int precision = 0;
  do
    std::snprintf(digits, sizeof digits, "%.*e", precision, value);
  while (
      (isSingle ? std::strtof(digits, nullptr) != static_cast<float>(value) : std::strtod(digits, nullptr) != value) &&
      ++precision < 17);
  int exponent = std::atoi(std::strchr(digits, 'e') + 1);
  if (exponent >= -4 && exponent <= 15)
    std::snprintf(digits, sizeof digits, "%.*f", std::max(precision - exponent, 1), value);
  return std::string(digits) + (isSingle ? "f" : "");
}

std::string tern::cuda::numberText(TypedAttr number, bool hex) {
  Type type = number.getType();
  if (auto value = dyn_cast<FloatAttr>(number))
    return floatText(value.getValueAsDouble(), type.isF32());
  APInt bits = cast<IntegerAttr>(number).getValue();
  if (type.isInteger(1))
    return bits.isZero() ? "false" : "true";
  bool isUnsigned = type.isUnsignedInteger();
  std::string suffix =
      std::string(isUnsigned ? "u" : "") + (bits.getBitWidth() == 64 ? (isUnsigned ? "ll" : "LL") : "");
  if (hex)
    return "0x" + llvm::utohexstr(bits.getZExtValue(), /*LowerCase=*/true) + suffix;
  if (!isUnsigned && bits.isMinSignedValue() && bits.getBitWidth() >= 32) // there is no literal of its magnitude
    return "(-" + llvm::toString(APInt::getSignedMaxValue(bits.getBitWidth()), 10, false) + suffix + " - 1)";
  return llvm::toString(bits, 10, !isUnsigned) + suffix;
}
