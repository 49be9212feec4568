//===- RegisterPipelines.cpp - Phases by name -----------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "dialects/Graph/Transforms/Passes.h"
#include "dialects/Kernel/Transforms/Passes.h"
#include "dialects/Plan/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace tern;

void tern::addSeamVerifier(OpPassManager &manager, StringRef phase) {
  if (phase == "normalize")
    manager.addPass(graph::createVerifyNormal());
  else if (phase == "fuse")
    manager.addPass(graph::createVerifyGroups());
  else if (phase == "schedule")
    manager.addPass(kernel::createVerifyScheduled());
  else if (phase == "plan")
    manager.addPass(plan::createVerifyPlaced());
}

void tern::registerPipelines() {
  PassPipelineRegistration<NormalizeOptions>(
      "tern-normalize", "any graph program to the normal form that graph-verify-normal checks", buildNormalizePipeline);
  PassPipelineRegistration<PrecisionOptions>("tern-precision",
                                             "a graph program in normal form to one whose types say what is rounded",
                                             buildPrecisionPipeline);
  PassPipelineRegistration<FuseOptions>("tern-fuse", "a graph program to one whose ops stand in groups",
                                        buildFusePipeline);
  PassPipelineRegistration<ScheduleOptions>("tern-schedule", "a program of groups to entry points that launch kernels",
                                            buildSchedulePipeline);
  PassPipelineRegistration<PlanOptions>("tern-plan", "entry points that launch kernels to launches on places in memory",
                                        buildPlanPipeline);
}
