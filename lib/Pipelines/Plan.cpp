//===- Plan.cpp - The phase plan ------------------------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "dialects/Plan/Transforms/Passes.h"
#include "tern/Conversion/Passes.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

void tern::buildPlanPipeline(OpPassManager &manager, const PlanOptions &options) {
  manager.addPass(createConvertKernelToPlan());
  if (options.verify)
    manager.addPass(plan::createVerifyPlaced());
}
