//===- Pipelines.h - Phases as pass pipelines --------------------*- C++ -*-===//
//
// A phase of the compiler is a pipeline called tern-<phase>. Its builder is what programs call; the registered name is
// what tern-opt and --pass-pipeline use. docs/Pipeline.md has the contracts between phases.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_PIPELINES_PIPELINES_H
#define TERN_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace tern {

struct NormalizeOptions : public mlir::PassPipelineOptions<NormalizeOptions> {
  Option<bool> raise{*this, "raise", llvm::cl::init(true),
                     llvm::cl::desc("raise what frameworks write as several ops to the op that a model author names")};
  Option<bool> verify{*this, "verify", llvm::cl::init(true),
                      llvm::cl::desc("end with graph-verify-normal; it asks for all that 'raise' does")};
};

/// Phase normalize, a pipeline on modules: takes any graph program, gives one in the normal form of
/// graph-verify-normal.
void buildNormalizePipeline(mlir::OpPassManager &manager, const NormalizeOptions &options);

struct PrecisionOptions : public mlir::PassPipelineOptions<PrecisionOptions> {
  Option<std::string> policy{*this, "policy", llvm::cl::init("default"),
                             llvm::cl::desc("default, f32, bf16 or int8, and rules by commas: default,lm_head=f32")};
};

/// Phase precision, a pipeline on modules: takes a graph program in normal form, gives one whose types say what is
/// rounded to what.
void buildPrecisionPipeline(mlir::OpPassManager &manager, const PrecisionOptions &options);

struct FuseOptions : public mlir::PassPipelineOptions<FuseOptions> {
  Option<std::int64_t> launchBytes{*this, "launch-bytes", llvm::cl::init(16384),
                                   llvm::cl::desc("bytes that could be moved while a launch waits")};
  Option<bool> verify{*this, "verify", llvm::cl::init(true), llvm::cl::desc("end with graph-verify-groups")};
};

/// Phase fuse, a pipeline on modules: takes a graph program, gives one whose ops stand in groups.
void buildFusePipeline(mlir::OpPassManager &manager, const FuseOptions &options);

struct ScheduleOptions : public mlir::PassPipelineOptions<ScheduleOptions> {
  Option<std::string> function{*this, "function", llvm::cl::init("forward"),
                               llvm::cl::desc("the function that entries are made from")};
  ListOption<std::int64_t> batches{*this, "batches", llvm::cl::list_init<std::int64_t>({1}),
                                   llvm::cl::desc("an entry decode_<b> for each: one token of b sequences")};
  Option<std::int64_t> chunk{
      *this, "chunk", llvm::cl::init(256),
      llvm::cl::desc("tokens of a prompt that the entry prefill takes at most; 0 for no prefill")};
  Option<std::int64_t> outputs{*this, "outputs", llvm::cl::init(16),
                               llvm::cl::desc("positions that prefill gives logits of at most")};
  ListOption<std::string> entries{
      *this, "entries", llvm::cl::desc("instead of a decoder's entries: NAME:DIM=SIZE:DIM<MAXIMUM..., by commas")};
  Option<bool> gpu{*this, "gpu", llvm::cl::init(false),
                   llvm::cl::desc("for GPUs: more parts of the context, larger tasks of rows, fewer launches")};
  ListOption<std::string> rules{*this, "rules", llvm::cl::desc("rules of kernel-override-schedules, by commas")};
  Option<bool> verify{*this, "verify", llvm::cl::init(true), llvm::cl::desc("end with kernel-verify-scheduled")};
};

/// Phase schedule, a pipeline on modules: takes a program of groups, gives entry points that launch kernels. The entry
/// points of a decoder (`batches`, `chunk`, `outputs`) are made from a function of tokens [B, T] that gives logits
/// [B, N, vocabulary]; the largest context is the module's graph.max_context.
void buildSchedulePipeline(mlir::OpPassManager &manager, const ScheduleOptions &options);

struct PlanOptions : public mlir::PassPipelineOptions<PlanOptions> {
  Option<bool> verify{*this, "verify", llvm::cl::init(true), llvm::cl::desc("end with plan-verify-placed")};
};

/// Phase plan, a pipeline on modules: takes entry points that launch kernels, gives each of their values a place.
void buildPlanPipeline(mlir::OpPassManager &manager, const PlanOptions &options);

/// Adds the pass that checks what `phase` promises, if there is one (normalize, fuse, schedule, plan): for programs
/// that are taken up after it.
void addSeamVerifier(mlir::OpPassManager &manager, llvm::StringRef phase);

/// Registers the pipelines tern-<phase>. Once per process.
void registerPipelines();

} // namespace tern

#endif // TERN_PIPELINES_PIPELINES_H
