//===- ConvertKernelToCpu.cpp - Kernels to code for a CPU -----------------===//
//
// Each kernel.func becomes an llvm.func by the generator of its kind: rows and serial kernels by pulling elements
// (TensorEmitter.h), attention and linear kernels by loops of their own. What they write in scf, arith, math and vector
// is lowered to the LLVM dialect at the end.
//
//===----------------------------------------------------------------------===//

#include "tern/Conversion/KernelToCpu.h"

#include "lib/Conversion/KernelCode/AttentionKernel.h"
#include "lib/Conversion/KernelCode/LinearKernel.h"
#include "lib/Conversion/KernelToCpu/CpuEmitter.h"
#include "lib/Conversion/KernelToCpu/KernelFunction.h"
#include "lib/Conversion/KernelToCpu/LowerToLlvm.h"
#include "tern/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tern;
using namespace tern::cpu;

namespace tern {
#define GEN_PASS_DEF_CONVERTKERNELTOCPU
#include "include/tern/Conversion/Passes.h.inc"
} // namespace tern

void tern::registerCpuKernelDialects(DialectRegistry &registry) { registerCodeDialects(registry); }

/// Weights and states lie at multiples of 64 bytes, and so do buffers; slots of small recurrent states may not.
static SmallVector<int64_t> alignmentsOf(kernel::FuncOp function) {
  SmallVector<int64_t> alignments;
  for (Type type : function.getArgumentTypes())
    alignments.push_back(isa<kernel::StateType>(type) ? 1 : 16);
  alignments.append(function.getNumResults(), 16);
  return alignments;
}

FailureOr<CpuKernels> tern::convertKernelsToCpu(ModuleOp module, const CpuTarget &target) {
  CpuKernels kernels;
  kernels.module = ModuleOp::create(module.getLoc());
  llvm::StringMap<int64_t> symbols = symbolsOf(module);
  bool hasFailed = false;
  for (auto function : module.getOps<kernel::FuncOp>()) {
    emitKernelFunction(*kernels.module, function.getLoc(), function.getSymName(), alignmentsOf(function),
                       [&](CodeBuilder &b, const KernelFrame &frame) {
                         CpuEmitter e(b, frame, function, symbols, target);
                         emitKernel(e);
                         hasFailed |= e.failed();
                         kernels.scratchBytes = std::max(kernels.scratchBytes, e.scratchBytes());
                       });
  }
  if (hasFailed || failed(lowerToLlvm(*kernels.module)))
    return failure();
  return kernels;
}

namespace {

struct ConvertKernelToCpu : tern::impl::ConvertKernelToCpuBase<ConvertKernelToCpu> {
  using ConvertKernelToCpuBase::ConvertKernelToCpuBase;

  void runOnOperation() override {
    Result<CpuTarget> parsed = parseCpuTarget(target);
    if (!parsed) {
      getOperation().emitError() << parsed.problem().str();
      return signalPassFailure();
    }
    FailureOr<CpuKernels> kernels = convertKernelsToCpu(getOperation(), *parsed);
    if (failed(kernels))
      return signalPassFailure();
    ModuleOp module = getOperation();
    module.getBodyRegion().takeBody(kernels->module->getBodyRegion());
    module->setAttr("kernel.scratch", Builder(module).getI64IntegerAttr(kernels->scratchBytes));
  }
};

} // namespace
