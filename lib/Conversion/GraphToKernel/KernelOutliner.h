//===- KernelOutliner.h - Ops of a group become a kernel ---------*- C++ -*-===//
//
// Takes some ops of an entry's group out into a kernel.func of their own and launches it where the group stands. What
// the ops read from outside becomes arguments: weights with class and layout, states as references, everything else as
// dependent tensors. Constants are copied into the kernel. Equal kernels are made once.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_CONVERSION_GRAPHTOKERNEL_KERNELOUTLINER_H
#define TERN_LIB_CONVERSION_GRAPHTOKERNEL_KERNELOUTLINER_H

#include "EntrySpec.h"

#include "llvm/ADT/StringMap.h"

namespace tern {

/// What the outliner keeps across entries.
class KernelTable {
public:
  explicit KernelTable(mlir::ModuleOp module) : module(module) {}

  /// The name of a kernel equal to `kernel` but for names and locations: an earlier one, and `kernel` is erased, or its
  /// own, made from `stem`.
  mlir::StringAttr unique(kernel::FuncOp kernel, llvm::StringRef stem);

private:
  mlir::ModuleOp module;
  llvm::StringMap<mlir::StringAttr> byText;
  unsigned count = 0;
};

/// A kernel to be: its ops, in order, and which of their results it gives.
struct KernelPlan {
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<mlir::Value> results;
  kernel::ScheduleAttr schedule;
  mlir::Value arrivals = {}; ///< What its tasks count themselves by (kernel.arrivals), if they do; no op takes it.
};

/// Outlines kernels of one entry.
class KernelOutliner {
public:
  KernelOutliner(mlir::func::FuncOp entry, const EntrySpec &spec, KernelTable &table)
      : entry(entry), spec(spec), table(table) {}

  /// `value` is what the state called `state` holds; kernels that read it take the state.
  void bindState(mlir::Value value, mlir::FlatSymbolRefAttr state) { states[value] = state; }
  mlir::FlatSymbolRefAttr stateOf(mlir::Value value) const { return states.lookup(value); }

  /// Makes the kernel of `plan` and launches it before `before`; the ops stay where they are, and `mapped` learns which
  /// result of the launch stands for each result of the plan.
  kernel::LaunchOp outline(const KernelPlan &plan, mlir::Operation *before, mlir::IRMapping &mapped);

  /// The largest number of elements of `type` but its last dimension.
  int64_t maximumRows(graph::SymbolicTensorType type) const;

private:
  struct Arguments;

  void addArgument(mlir::Value value, mlir::Operation *user, Arguments &arguments);
  kernel::FuncOp makeKernel(const KernelPlan &plan, Arguments &arguments);
  void fillBody(kernel::FuncOp kernel, const KernelPlan &plan, const Arguments &arguments);
  kernel::StateType stateType(mlir::FlatSymbolRefAttr state);
  mlir::DictionaryAttr maxima(const Arguments &arguments, llvm::ArrayRef<mlir::Value> results);

  mlir::func::FuncOp entry;
  const EntrySpec &spec;
  KernelTable &table;
  llvm::DenseMap<mlir::Value, mlir::FlatSymbolRefAttr> states;
};

/// The tile spaces of a kernel whose body is filled, by the kind of its schedule.
mlir::ArrayAttr tileSpaces(kernel::FuncOp kernel, const EntrySpec &spec);

} // namespace tern

#endif // TERN_LIB_CONVERSION_GRAPHTOKERNEL_KERNELOUTLINER_H
