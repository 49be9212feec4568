//===- Lowering.cpp - Kernels of a plan as code of one target -------------===//

#include "Lowering.h"

#include "dialects/Plan/IR/Plan.h"
#include "tern/Conversion/KernelToCpu.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace tern;

/// The exported function of a kernel.
static std::string exportedName(StringRef kernel) { return ("tern_" + kernel).str(); }

OwningOpRef<ModuleOp> tern::lowerToTarget(ModuleOp module, const CpuTarget &target) {
  FailureOr<CpuKernels> kernels = convertKernelsToCpu(module, target);
  if (failed(kernels))
    return nullptr;
  OwningOpRef<ModuleOp> lowered(module.clone());
  SymbolTable functions(*kernels->module);
  Builder builder(module.getContext());
  for (auto kernel : llvm::make_early_inc_range(lowered->getOps<kernel::FuncOp>())) {
    Operation *function = functions.lookup(exportedName(kernel.getSymName()));
    function->setAttr(kernel::tasksAttrName, kernel.getTasks());
    function->setAttr(kernel::taskBytesAttrName, kernel->getAttr(kernel::taskBytesAttrName));
    kernel.erase();
  }
  lowered->walk([&](plan::LaunchOp launch) {
    launch.setKernelAttr(FlatSymbolRefAttr::get(launch.getContext(), exportedName(launch.getKernel())));
  });
  for (auto memory : lowered->getOps<plan::MemoryOp>())
    memory.setScratch(std::max<int64_t>(memory.getScratch(), kernels->scratchBytes));
  Block *body = lowered->getBody();
  for (Operation &op : llvm::make_early_inc_range(*kernels->module->getBody()))
    op.moveBefore(body, body->end());
  return lowered;
}
