//===- Precision.cpp - The phase precision --------------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void tern::buildPrecisionPipeline(OpPassManager &manager, const PrecisionOptions &options) {
  manager.addPass(graph::createAssignPrecision({options.policy}));
  manager.addNestedPass<func::FuncOp>(graph::createShareRopeTables());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}
