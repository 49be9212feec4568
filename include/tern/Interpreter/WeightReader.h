//===- WeightReader.h - Rows of weights from files and generators -*- C++ -*-===//

#ifndef TERN_INTERPRETER_WEIGHTREADER_H
#define TERN_INTERPRETER_WEIGHTREADER_H

#include "dialects/Graph/IR/Graph.h"
#include "runtime/Base/MappedFile.h"
#include "tern/Interpreter/Tensor.h"

#include "llvm/ADT/DenseMap.h"

namespace tern {

/// Gives the weights of a module as tensors: float weights lazily, integer ones read at once. Every `graph.file` is
/// mapped once, when the reader is made; only their headers are read. Lazy tensors keep their file mapped.
class WeightReader {
public:
  /// Problems, reported at the `graph.file`: it cannot be opened, or its size or header is not the one declared.
  static mlir::FailureOr<WeightReader> create(mlir::ModuleOp module);

  /// The value of `weight`. Problems, reported at `user`: the range does not lie inside the file.
  mlir::FailureOr<Tensor> load(graph::WeightOp weight, mlir::Operation *user) const;

private:
  mlir::FailureOr<Tensor> loadStored(graph::WeightOp weight, graph::StoredAttr source, mlir::Operation *user) const;

  /// By the `graph.file`'s symbol.
  llvm::DenseMap<mlir::StringAttr, std::shared_ptr<const MappedFile>> files;
};

} // namespace tern

#endif // TERN_INTERPRETER_WEIGHTREADER_H
