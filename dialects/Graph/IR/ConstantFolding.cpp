//===- ConstantFolding.cpp - Moving and converting written tensors --------===//

#include "dialects/Graph/IR/ConstantFolding.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APSInt.h"

using namespace mlir;
using namespace tern::graph;

RankedTensorType tern::graph::builtinTypeOf(SymbolicTensorType type) {
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < type.getRank(); ++i)
    shape.push_back(*type.getStaticDim(i));
  return RankedTensorType::get(shape, type.getElementType());
}

DenseElementsAttr tern::graph::foldableConstant(Attribute value, SymbolicTensorType type) {
  auto elements = dyn_cast_or_null<DenseIntOrFPElementsAttr>(value);
  if (!elements || !type.hasStaticShape() || !type.getNumElements())
    return {};
  return elements.isSplat() || elements.getNumElements() <= maxFoldedElements ? elements : DenseElementsAttr();
}

/// Counts `position` up in row-major order within `shape`.
static void advance(MutableArrayRef<int64_t> position, ArrayRef<int64_t> shape) {
  for (size_t i = shape.size(); i-- > 0;) {
    if (++position[i] < shape[i])
      return;
    position[i] = 0;
  }
}

DenseElementsAttr tern::graph::gatherConstant(DenseElementsAttr value, SymbolicTensorType type,
                                              llvm::function_ref<int64_t(ArrayRef<int64_t>)> source) {
  RankedTensorType resultType = builtinTypeOf(type);
  if (value.isSplat())
    return value.resizeSplat(resultType);
  SmallVector<Attribute> elements(value.getValues<Attribute>()), moved;
  SmallVector<int64_t> position(resultType.getRank(), 0);
  for (int64_t i = 0; i < resultType.getNumElements(); ++i, advance(position, resultType.getShape()))
    moved.push_back(elements[source(position)]);
  return DenseElementsAttr::get(resultType, moved);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

static bool isUnsigned(Type type) { return type.isUnsignedInteger() || type.isInteger(1); }

static APFloat toFloat(const APFloat &number, FloatType type) {
  APFloat rounded = number;
  bool losesInformation;
  rounded.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInformation);
  return rounded;
}

static APFloat toFloat(const APInt &number, Type from, FloatType type) {
  APFloat rounded(type.getFloatSemantics());
  rounded.convertFromAPInt(number, !isUnsigned(from), APFloat::rmNearestTiesToEven);
  return rounded;
}

static APInt toInteger(const APFloat &number, IntegerType type) {
  if (type.getWidth() == 1)
    return APInt(1, !number.isZero());
  // Saturates, and gives 0 for NaN.
  llvm::APSInt integer(type.getWidth(), isUnsigned(type));
  bool isExact;
  number.convertToInteger(integer, APFloat::rmTowardZero, &isExact);
  return integer;
}

static APInt toInteger(const APInt &number, Type from, IntegerType type) {
  if (type.getWidth() == 1)
    return APInt(1, !number.isZero());
  return isUnsigned(from) ? number.zextOrTrunc(type.getWidth()) : number.sextOrTrunc(type.getWidth());
}

/// Applies `convert` to a splat's one element, or to every element.
template <typename From, typename To, typename Convert>
static DenseElementsAttr mapElements(DenseElementsAttr value, RankedTensorType type, Convert convert) {
  if (value.isSplat())
    return DenseElementsAttr::get(type, To(convert(value.getSplatValue<From>())));
  SmallVector<To> converted;
  for (const From &element : value.getValues<From>())
    converted.push_back(convert(element));
  return DenseElementsAttr::get(type, converted);
}

DenseElementsAttr tern::graph::castConstant(DenseElementsAttr value, SymbolicTensorType type) {
  Type from = value.getElementType();
  RankedTensorType resultType = builtinTypeOf(type);
  auto floatType = dyn_cast<FloatType>(type.getElementType());
  auto integerType = dyn_cast<IntegerType>(type.getElementType());
  if (isa<FloatType>(from)) {
    if (floatType)
      return mapElements<APFloat, APFloat>(value, resultType, [&](const APFloat &n) { return toFloat(n, floatType); });
    return mapElements<APFloat, APInt>(value, resultType, [&](const APFloat &n) { return toInteger(n, integerType); });
  }
  if (floatType)
    return mapElements<APInt, APFloat>(value, resultType, [&](const APInt &n) { return toFloat(n, from, floatType); });
  return mapElements<APInt, APInt>(value, resultType, [&](const APInt &n) { return toInteger(n, from, integerType); });
}

bool tern::graph::isExactCast(Type from, Type to) {
  auto fromFloat = dyn_cast<FloatType>(from), toFloat = dyn_cast<FloatType>(to);
  if (fromFloat && toFloat)
    return from == to || APFloat::isRepresentableBy(fromFloat.getFloatSemantics(), toFloat.getFloatSemantics());
  auto fromInteger = dyn_cast<IntegerType>(from), toInteger = dyn_cast<IntegerType>(to);
  if (!fromInteger)
    return false; // an integer type has no infinity
  // Bits of magnitude: a signed type spends one on the sign.
  unsigned bits = fromInteger.getWidth() - (isUnsigned(from) ? 0 : 1);
  if (toFloat)
    return bits <= toFloat.getFPMantissaWidth();
  if (!toInteger || (!isUnsigned(from) && isUnsigned(to)))
    return false;
  return bits <= toInteger.getWidth() - (isUnsigned(to) ? 0 : 1);
}
