//===- Importer.h - From a model's files to the graph dialect ----*- C++ -*-===//

#ifndef TERN_IMPORT_IMPORTER_H
#define TERN_IMPORT_IMPORTER_H

#include "tern/Import/ModelFiles.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tern {

struct ImportOptions {
  /// Weights from the documented generator instead of the files (docs/RandomWeights.md).
  std::optional<uint64_t> randomSeed;
  /// A vector for each token instead of logits, also of decoders; encoders give nothing else.
  bool embeddings = false;
};

/// What a model is, as far as its headers and configuration say.
struct ModelSummary {
  std::string architecture;
  std::int64_t layers = 0, hidden = 0, vocabulary = 0, maxContext = 0;
  std::int64_t parameters = 0;
  std::int64_t weightBytes = 0;
  std::int64_t stateBytesPerPosition = 0; ///< Of one sequence, where every layer keeps every position, in f32.
};

/// The program of a model, or as much as could be learnt about it before problems were found.
struct ImportedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< Null unless `problems` is empty.
  ModelSummary summary;
  Problems problems; ///< Everything that is wrong or not supported, not only the first of it.
};

/// Imports an open model: one function @forward in the graph dialect, with the weights and states that it uses. A
/// module whose @forward gives embeddings has the attribute `graph.embeddings`. Reads no weight bytes. `problems` that
/// opening the model found are part of the result's.
ImportedModel importModel(mlir::MLIRContext &context, const ModelFiles &model, const ImportOptions &options,
                          Problems problems = {});

/// Opens and imports the model at `path`.
ImportedModel importModel(mlir::MLIRContext &context, const std::string &path, const ImportOptions &options = {});

} // namespace tern

#endif // TERN_IMPORT_IMPORTER_H
