//===- CompiledKernel.h - Kernels compiled and run in a test -----*- C++ -*-===//
//
//   CompiledKernel kernel = CompiledKernel::build(1, [](CodeBuilder &b, const KernelFrame &frame) {
//     b.store(b.constant(b.f32, 1.0), frame.operands[0]);
//   });
//   std::vector<float> out(1);
//   kernel.run({out.data()});
//
// compiles for the machine at hand (or `target`), loads the shared object and calls the kernel as the runtime would.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_COMPILEDKERNEL_H
#define TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_COMPILEDKERNEL_H

#include "lib/Conversion/KernelToCpu/KernelFunction.h"
#include "runtime/Cpu/KernelAbi.h"
#include "tern/Target/CpuTarget.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <functional>
#include <string>
#include <vector>

namespace tern::cpu {

/// A context with every dialect that kernels are written in and lowered to.
mlir::MLIRContext &testContext();

/// The target that tests compile for: TERN_TEST_TARGET if set in the environment, or the machine at hand.
const CpuTarget &testTarget();

class CompiledKernel {
public:
  /// Compiles what `emitBody` writes for a kernel of `numOperands` operands.
  static CompiledKernel build(unsigned numOperands,
                              const std::function<void(CodeBuilder &, const KernelFrame &)> &emitBody);

  /// Compiles all llvm.func of `module`, as the conversion of kernels leaves them, and loads `name`.
  static CompiledKernel load(mlir::ModuleOp module, const std::string &name, const CpuTarget &target = testTarget());

  CompiledKernel(CompiledKernel &&other) noexcept;
  ~CompiledKernel();

  /// Runs the tasks [begin, end) and returns the problem code.
  int64_t run(const std::vector<void *> &operands, const std::vector<int64_t> &dims = {}, int64_t begin = 0,
              int64_t end = 1, int64_t first = 1);

  /// The same on operands of known sizes, for which a kernel of another machine can be run by an emulator.
  int64_t runOn(const std::vector<std::vector<uint8_t> *> &operands, const std::vector<int64_t> &dims, int64_t begin,
              int64_t end);

  /// Bytes of scratch that run() provides; 1 MiB unless set.
  size_t scratchBytes = size_t{1} << 20;

private:
  CompiledKernel() = default;
  int64_t emulate(const std::vector<std::vector<uint8_t> *> &operands, const std::vector<int64_t> &dims, int64_t begin,
                  int64_t end);

  std::string symbol, libraryPath; ///< The path only if the kernel is for another machine.
  void *library = nullptr;
  TernKernel function = nullptr;
};

} // namespace tern::cpu

#endif // TERN_TEST_UNIT_CONVERSION_KERNELTOCPU_COMPILEDKERNEL_H
