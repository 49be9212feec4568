//===- Statements.h - Lines of CUDA C++ --------------------------*- C++ -*-===//

#ifndef TERN_TARGET_CUDA_STATEMENTS_H
#define TERN_TARGET_CUDA_STATEMENTS_H

#include "dialects/Cuda/IR/Cuda.h"

#include "llvm/Support/raw_ostream.h"

namespace tern::cuda {

/// Writes statements, indented by two spaces for each block and broken after commas beyond 120 columns.
class StatementPrinter {
public:
  explicit StatementPrinter(llvm::raw_ostream &output) : output(output) {}

  void printTable(TableOp table);
  void printKernel(KernelOp kernel);

private:
  void printBlock(mlir::Block &block);
  void printOp(mlir::Operation *op);
  void printIf(IfOp op);
  void printFor(ForOp op);
  void printLambda(LambdaOp op);
  void printComment(llvm::StringRef text);
  void line(const std::string &text);
  /// `head {`, the statements of `block`, `tail`.
  void braces(const std::string &head, mlir::Block &block, const std::string &tail = "}");

  llvm::raw_ostream &output;
  unsigned indent = 0;
};

} // namespace tern::cuda

#endif // TERN_TARGET_CUDA_STATEMENTS_H
