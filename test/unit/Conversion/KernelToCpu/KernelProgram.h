//===- KernelProgram.h - Scheduled programs against the interpreter -*- C++ -*-===//
//
//   KernelProgram program(R"(
//     kernel.func @double(...) ... { ... }
//     func.func @main(%x: !graph.tensor<f32[B, 8]>, %ids: !graph.tensor<i32[B]> {test.range = array<i64: 0, 10>}) ... {
//       %0 = kernel.launch @double(%x) ...
//       return %0
//     })");
//   program.expectAgrees("main", {{"B", 3}}, 1e-6);
//
// compiles all kernels, runs a function that launches them on random arguments as the runtime would (states in memory
// by their layouts, buffers for what launches give, the tasks of each launch in several pieces) and compares the
// results with those of the reference interpreter. States survive from call to call in both.
//
// Arguments: floats are uniform in [-2, 2), or times test.scale; integers uniform in test.range (from, to), or
// test.values. Block formats hold random quants with small scales; what a kernel reads in tiles16 is packed.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_KERNELPROGRAM_H
#define TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_KERNELPROGRAM_H

#include "dialects/Kernel/IR/Kernel.h"
#include "tern/Interpreter/Interpreter.h"
#include "test/unit/Conversion/KernelToCpu/CompiledKernel.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>
#include <random>

namespace tern::cpu {

using Sizes = std::map<std::string, int64_t>;
using Bytes = std::vector<uint8_t>;

class KernelProgram {
public:
  explicit KernelProgram(const std::string &text, int64_t capacity = 64);

  /// Runs `function` both ways. Floats may differ by `tolerance` times the largest magnitude in the tensor (at least
  /// 1). A symbol that no argument has must be in `sizes`, such as that of a cache's positions.
  void expectAgrees(const std::string &function, const Sizes &sizes, double tolerance);

  /// Runs `function` compiled alone and gives the problem's code.
  int64_t problemOf(const std::string &function, const Sizes &sizes);

  /// What both ways gave in the last call.
  std::vector<Tensor> results, expected;

private:
  struct Operand {
    Bytes bytes, packed;
    Tensor tensor;
  };

  Operand randomOperand(mlir::Type type, mlir::DictionaryAttr attrs, const Sizes &sizes);
  Bytes &stateBytes(kernel::LoadStateOp load);
  std::vector<Tensor> runCompiled(mlir::func::FuncOp function, std::vector<Operand> &arguments, const Sizes &sizes);
  void launch(kernel::LaunchOp op, llvm::DenseMap<mlir::Value, Bytes *> &values,
              llvm::DenseMap<mlir::Value, Bytes *> &packed, const Sizes &sizes);
  CompiledKernel &compiled(llvm::StringRef name);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<Interpreter> interpreter;
  std::vector<char> library;
  std::map<std::string, CompiledKernel> kernels;
  std::map<std::string, Bytes> states;
  std::vector<std::unique_ptr<Bytes>> buffers;
  std::vector<std::string> symbols;
  int64_t capacity, scratchBytes = 0, problem = 0;
  std::mt19937 generator{7};
};

} // namespace tern::cpu

#endif // TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_KERNELPROGRAM_H
