//===- Treatments.h - Which values get a name --------------------*- C++ -*-===//
//
// Decides, for each op of a kernel in arith, math, scf and llvm, how it appears in source that a person reads:
//
//   const float scale = rsqrtf(sum / 576.0f + 1e-05f);        the quotient and the sum are inlined, the root is named
//   y[index] = x[index] * scale;                              the index is named, as it is used twice
//
// A value is inlined if it is used once, if moving it to its use changes neither what it is nor how often it is
// computed, and if the statement stays of a length that can be read. A load moves only over what does not write memory.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_CODETOCUDA_TREATMENTS_H
#define TERN_CONVERSION_CODETOCUDA_TREATMENTS_H

#include "dialects/Cuda/IR/Cuda.h"

#include "llvm/ADT/DenseMap.h"

namespace tern::cuda {

enum class Treatment {
  Statement, ///< A line of its own.
  Named,     ///< A declaration of its value.
  Inlined,   ///< Part of the statement that uses it.
  Repeated,  ///< Printed at each use: constants, addresses of elements.
  Dead       ///< Nobody uses it.
};

class Treatments {
public:
  explicit Treatments(KernelOp kernel);

  Treatment of(mlir::Operation *op) const { return treatments.lookup(op); }

  /// The uses of a value by ops that are not dead.
  llvm::SmallVector<mlir::OpOperand *> liveUses(mlir::Value value) const;

  /// Whether no op of `block` but its terminator is a statement or a declaration.
  bool isExpressionAlone(mlir::Block &block) const;

private:
  /// The one place where an op is printed.
  struct Place {
    mlir::Operation *statement = nullptr;
    bool eachTime = false; ///< It is evaluated each time round a loop.
    bool isCallee = false; ///< It is all that the statement evaluates.
  };

  void visit(mlir::Block &block);
  Treatment decide(mlir::Operation *op);
  Treatment decideValue(mlir::Operation *op);
  std::optional<Place> placeOf(mlir::OpOperand &use) const;
  bool fits(mlir::Operation *op, mlir::Operation *statement);

  llvm::DenseMap<mlir::Operation *, Treatment> treatments;
  llvm::DenseMap<mlir::Operation *, Place> places;    ///< Of inlined ops.
  llvm::DenseMap<mlir::Operation *, unsigned> widths; ///< Of statements, by what is inlined so far.
};

} // namespace tern::cuda

#endif // TERN_CONVERSION_CODETOCUDA_TREATMENTS_H
