//===- GraphWeightOps.cpp - Files, weights, constants ---------------------===//

#include "dialects/Graph/IR/ShapeChecks.h"

using namespace mlir;
using namespace tern;
using namespace tern::graph;

//===----------------------------------------------------------------------===//
// FileOp
//===----------------------------------------------------------------------===//

LogicalResult FileOp::verify() {
  if (getHeader() > getSize()) // (C3)
    return emitOpError() << "'header' must be at most 'size', got " << getHeader() << " and " << getSize();
  return success();
}

//===----------------------------------------------------------------------===//
// WeightOp
//===----------------------------------------------------------------------===//

LogicalResult WeightOp::verify() {
  SymbolicTensorType type = getTensorType();
  if (!type.hasStaticShape() || type.getRank() == 0) // (C1)
    return emitOpError() << "type must have a static shape of at least rank 1, got " << shapeName(type.getDims());
  auto stored = dyn_cast<StoredAttr>(getSource());
  if (!stored) {
    if (!type.isFloat()) // (C5)
      return emitOpError() << "a random weight must be a tensor of floats, got " << type;
    return success();
  }
  if (const StorageFormatInfo &info = storageFormatInfo(type.getStorageFormat()); info.isActivation) // (C6)
    return emitOpError() << "a stored weight must be of a format that files hold, got " << info.name
                         << ", a format of activations";
  std::optional<int64_t> elements = type.getNumElements();
  int64_t row = *type.getStaticDim(-1);
  std::optional<uint64_t> bytes;
  if (elements)
    bytes = storageBytes(type.getStorageFormat(), row == 0 ? 0 : *elements / row, row);
  if (!bytes || static_cast<int64_t>(*bytes) != stored.getBytes()) // (C3)
    return emitOpError() << "'bytes' must be what the type takes, "
                         << (bytes ? std::to_string(*bytes) : std::string("more than 2^63 - 1")) << ", got "
                         << stored.getBytes();
  return success();
}

LogicalResult WeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto stored = dyn_cast<StoredAttr>(getSource());
  if (!stored)
    return success();
  auto file = symbols.lookupNearestSymbolFrom<FileOp>(*this, stored.getFile());
  if (!file) // (C2)
    return emitOpError() << "'file' must name a graph.file of the module, got @" << stored.getFile().getValue();
  int64_t end;
  if (llvm::AddOverflow(stored.getOffset(), stored.getBytes(), end) ||
      end > static_cast<int64_t>(file.getSize())) { // (C4)
    InFlightDiagnostic error = emitOpError() << "range must lie inside the file of " << file.getSize()
                                             << " bytes, got " << stored.getBytes() << " bytes at "
                                             << stored.getOffset();
    error.attachNote(file.getLoc()) << "the file is declared here";
    return error;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// LoadWeightOp
//===----------------------------------------------------------------------===//

LogicalResult LoadWeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr());
  if (!weight) // (C1)
    return emitOpError() << "must name a graph.weight of the module, got @" << getWeight();
  if (weight.getType() == getType()) // (C2)
    return success();
  InFlightDiagnostic error = emitOpError() << "result must have the weight's type " << weight.getType() << ", got "
                                           << getType();
  error.attachNote(weight.getLoc()) << "the weight is declared here";
  return error;
}

//===----------------------------------------------------------------------===//
// DequantizeOp
//===----------------------------------------------------------------------===//

LogicalResult DequantizeOp::verify() { // (C1)
  return checkShape(getLoc(), "result", tensorOf(getResult()), tensorOf(getInput()).getDims());
}

//===----------------------------------------------------------------------===//
// ConstantOp
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  SymbolicTensorType type = tensorOf(getResult());
  ShapedType value = getValue().getType();
  bool sameShape = type.hasStaticShape() && type.getRank() == value.getRank();
  for (int64_t i = 0; sameShape && i < type.getRank(); ++i)
    sameShape = type.getStaticDim(i) == value.getDimSize(i);
  if (!sameShape || type.getElementType() != value.getElementType()) // (C1)
    return emitOpError() << "result must have the shape and element type of the value " << value << ", got " << type;
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
