//===- Normalize.cpp - The phase normalize --------------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void tern::buildNormalizePipeline(OpPassManager &manager, const NormalizeOptions &options) {
  manager.addPass(createCanonicalizerPass());
  if (options.raise)
    manager.addNestedPass<func::FuncOp>(graph::createRaiseGatedActivation());
  manager.addPass(createCSEPass());
  manager.addPass(createCanonicalizerPass());
  if (options.verify)
    manager.addPass(graph::createVerifyNormal());
}
