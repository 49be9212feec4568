//===- LinearFinish.h - What follows products, in lanes ----------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARFINISH_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARFINISH_H

#include "lib/Conversion/KernelToCpu/CpuEmitter.h"
#include "lib/Conversion/KernelToCpu/LinearLoops.h"

namespace tern::cpu {

/// What follows the products of one tile space: 16 rows in the lanes where that is possible.
class LinearFinish {
public:
  LinearFinish(CpuEmitter &e, const LinearTask &task) : e(e), b(e.b), task(task) {}

  /// Writes the roots' elements that come from `result`; the sums are those of the products, in order.
  void emit(const LinearResult &result);

private:
  bool isVectorizable(mlir::Value value);
  void finishRows(Index index, llvm::ArrayRef<Val> sums, Val rows);

  CpuEmitter &e;
  CodeBuilder &b;
  const LinearTask &task;
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARFINISH_H
