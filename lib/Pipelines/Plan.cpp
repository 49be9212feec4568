//===- Plan.cpp - The phase plan ------------------------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "tern/Conversion/Passes.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;

void tern::buildPlanPipeline(OpPassManager &manager) { manager.addPass(createConvertKernelToPlan()); }
