//===- EmitKernel.cpp - Which generator writes a kernel -------------------===//

#include "lib/Conversion/KernelCode/AttentionKernel.h"
#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelCode/RowsKernel.h"

using namespace mlir;

namespace tern::code {

llvm::StringMap<int64_t> symbolsOf(ModuleOp module) {
  llvm::StringMap<int64_t> symbols;
  if (auto names = module->getAttrOfType<ArrayAttr>(kernel::symbolsAttrName))
    for (auto [place, name] : llvm::enumerate(names.getAsRange<StringAttr>()))
      symbols[name.getValue()] = place;
  return symbols;
}

void emitKernel(TensorEmitter &e) {
  switch (e.function.getSchedule().getKind()) {
  case kernel::Kind::Rows:
  case kernel::Kind::Serial:
    return emitRowsKernel(e);
  case kernel::Kind::Attention:
    return emitAttentionKernel(e);
  case kernel::Kind::Linear:
    return emitLinearKernel(e);
  }
}

} // namespace tern::code
