//===- Fuse.cpp - The phase fuse ------------------------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "dialects/Graph/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

void tern::buildFusePipeline(OpPassManager &manager, const FuseOptions &options) {
  manager.addNestedPass<func::FuncOp>(graph::createFormGroups({options.launchBytes}));
  if (options.verify)
    manager.addPass(graph::createVerifyGroups());
}
