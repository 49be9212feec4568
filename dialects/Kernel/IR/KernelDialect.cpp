//===- KernelDialect.cpp - Registration of the kernel dialect -------------===//

#include "dialects/Kernel/IR/Kernel.h"
#include "runtime/Packing/QuantizedActivations.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tern::kernel;

#include "dialects/Kernel/IR/KernelDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Kernel/IR/KernelTypes.cpp.inc"

void KernelDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Kernel/IR/KernelTypes.cpp.inc"
      >();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Kernel/IR/KernelOps.cpp.inc"
      >();
}

Layout tern::kernel::layoutOf(Operation *symbol) {
  auto layout = symbol->getAttrOfType<LayoutAttr>(layoutAttrName);
  return layout ? layout.getValue() : Layout::Rows;
}

void tern::kernel::setLayout(Operation *symbol, Layout layout) {
  symbol->setAttr(layoutAttrName, LayoutAttr::get(symbol->getContext(), layout));
}

std::optional<int64_t> tern::kernel::bytesAtMaxima(graph::SymbolicTensorType type, DictionaryAttr maxima) {
  SmallVector<int64_t> sizes;
  for (Attribute dim : type.getDims()) {
    auto size = dyn_cast<IntegerAttr>(dim);
    if (!size)
      size = maxima ? maxima.getAs<IntegerAttr>(cast<StringAttr>(dim)) : IntegerAttr();
    if (!size)
      return std::nullopt;
    sizes.push_back(size.getInt());
  }
  int64_t rows = 1, columns = sizes.empty() ? 1 : sizes.pop_back_val();
  for (int64_t size : sizes)
    if (llvm::MulOverflow(rows, size, rows))
      return std::nullopt;
  StorageFormat format = type.getStorageFormat();
  if (std::optional<QuantizedLayout> layout = quantizedLayout(format, rows, columns))
    return layout->bytes;
  std::optional<uint64_t> bytes = storageBytes(format, rows, columns);
  return bytes ? std::optional<int64_t>(*bytes) : std::nullopt;
}
