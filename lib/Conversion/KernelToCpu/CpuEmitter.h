//===- CpuEmitter.h - Kernels for one worker of a CPU ------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_CPUEMITTER_H
#define TERN_CONVERSION_KERNELTOCPU_CPUEMITTER_H

#include "lib/Conversion/KernelCode/TensorEmitter.h"
#include "tern/Target/CpuTarget.h"

namespace tern::cpu {

using namespace code;

/// Code that one worker runs, with vectors of the target's registers.
class CpuEmitter : public TensorEmitter {
public:
  CpuEmitter(CodeBuilder &b, const KernelFrame &frame, kernel::FuncOp function, const llvm::StringMap<int64_t> &symbols,
             const CpuTarget &target)
      : TensorEmitter(b, frame, function, symbols, target.lanes()), target(target) {}

  const CpuTarget &target;

  Val loadPacked(PackedFormat format, Val tiles, int64_t columns, Val row, Val column) override;
  void quantizeRow(graph::QuantizeOp quantize, llvm::ArrayRef<Val> index, Val buffer, int64_t maxRows, Val row,
                   Val begin, Val end) override;
  void multiply(const LinearTask &task) override;
  void attend(const AttentionOperands &operands, const Root &root, const AttentionTask &task) override;
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_CPUEMITTER_H
