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

/// Registers the pipelines tern-<phase>. Once per process.
void registerPipelines();

} // namespace tern

#endif // TERN_PIPELINES_PIPELINES_H
