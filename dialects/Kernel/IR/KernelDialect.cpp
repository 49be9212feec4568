//===- KernelDialect.cpp - Registration of the kernel dialect -------------===//

#include "dialects/Kernel/IR/Kernel.h"

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
