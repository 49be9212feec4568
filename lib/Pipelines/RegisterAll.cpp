//===- RegisterAll.cpp - Everything a tool has to know --------------------===//

#include "tern/RegisterAll.h"

#include "dialects/Check/IR/Check.h"
#include "dialects/Cuda/IR/Cuda.h"
#include "dialects/Graph/IR/Graph.h"
#include "dialects/Graph/Transforms/Passes.h"
#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Kernel/Transforms/Passes.h"
#include "dialects/Plan/IR/Plan.h"
#include "dialects/Plan/Transforms/Passes.h"
#include "tern/Conversion/KernelToCpu.h"
#include "tern/Conversion/Passes.h"
#include "tern/Import/Passes.h"
#include "tern/Interpreter/Passes.h"
#include "tern/Pipelines/Pipelines.h"
#include "tern/Target/ObjectCode.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

void tern::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::func::FuncDialect, check::CheckDialect, cuda::CudaDialect, graph::GraphDialect,
                  kernel::KernelDialect, plan::PlanDialect>();
  registerCpuKernelDialects(registry);
  registerObjectCodeDialects(registry);
}

void tern::registerAllPasses() {
  mlir::registerTransformsPasses();
  graph::registerTernGraphPasses();
  kernel::registerTernKernelPasses();
  plan::registerTernPlanPasses();
  registerTernConversionPasses();
  registerTernImportPasses();
  registerTernInterpreterPasses();
  registerPipelines();
}
