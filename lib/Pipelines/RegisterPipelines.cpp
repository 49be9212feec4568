//===- RegisterPipelines.cpp - Phases by name -----------------------------===//

#include "tern/Pipelines/Pipelines.h"

#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace tern;

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
  PassPipelineRegistration<>("tern-plan", "entry points that launch kernels to launches on places in memory",
                             buildPlanPipeline);
}
