//===- Lowering.cpp - Kernels of a plan as code of one target -------------===//

#include "Lowering.h"

#include "dialects/Plan/IR/Plan.h"
#include "tern/Conversion/KernelToCpu.h"
#include "tern/Conversion/KernelToCuda.h"
#include "tern/Conversion/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace tern;

/// The exported function of a kernel.
static std::string exportedName(StringRef kernel) { return ("tern_" + kernel).str(); }

namespace {

/// The code of all kernels, and what they need of a worker's scratch: nothing on a GPU, which has shared memory.
struct Code {
  OwningOpRef<ModuleOp> module;
  int64_t scratchBytes = 0;
};

} // namespace

static Code emitCode(ModuleOp module, const CpuTarget &target) {
  FailureOr<CpuKernels> kernels = convertKernelsToCpu(module, target);
  return failed(kernels) ? Code() : Code{std::move(kernels->module), kernels->scratchBytes};
}

static Code emitCode(ModuleOp module, const CudaTarget &target) {
  OwningOpRef<ModuleOp> kernels = convertKernelsToCuda(module, target);
  if (!kernels)
    return Code();
  PassManager passes(module.getContext());
  passes.addPass(createCanonicalizerPass());
  passes.addPass(createCSEPass());
  passes.addPass(createConvertCodeToCuda());
  if (failed(passes.run(*kernels)))
    return Code();
  return {std::move(kernels)};
}

/// What the schedule of a target says beyond that of all.
static LogicalResult scheduleFor(ModuleOp, const CpuTarget &) { return success(); }

static LogicalResult scheduleFor(ModuleOp module, const CudaTarget &target) {
  PassManager passes(module.getContext());
  ChooseLinearTasksOptions blocks;
  blocks.target = target.name;
  passes.addPass(createChooseLinearTasks(blocks));
  ChooseSplitRowsOptions splits;
  splits.target = target.name;
  passes.addPass(createChooseSplitRows(splits));
  return passes.run(module);
}

OwningOpRef<ModuleOp> tern::lowerToTarget(ModuleOp module, const Target &target) {
  OwningOpRef<ModuleOp> lowered(module.clone());
  if (failed(std::visit([&](const auto &kind) { return scheduleFor(*lowered, kind); }, target)))
    return nullptr;
  Code code = std::visit([&](const auto &kind) { return emitCode(*lowered, kind); }, target);
  if (!code.module)
    return nullptr;
  SymbolTable functions(*code.module);
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
    memory.setScratch(std::max<int64_t>(memory.getScratch(), code.scratchBytes));
  Block *body = lowered->getBody();
  for (Operation &op : llvm::make_early_inc_range(*code.module->getBody()))
    op.moveBefore(body, body->end());
  return lowered;
}
