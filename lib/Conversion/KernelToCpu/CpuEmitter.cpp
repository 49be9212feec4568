//===- CpuEmitter.cpp - Kernels for one worker of a CPU -------------------===//

#include "lib/Conversion/KernelToCpu/CpuEmitter.h"

#include "lib/Conversion/KernelToCpu/AttentionTask.h"
#include "lib/Conversion/KernelToCpu/LinearFinish.h"
#include "lib/Conversion/KernelToCpu/Packed.h"
#include "lib/Conversion/KernelToCpu/QuantizeRows.h"

using namespace mlir;

namespace tern::cpu {

Val CpuEmitter::loadPacked(PackedFormat format, Val tiles, int64_t columns, Val row, Val column) {
  return cpu::loadPacked(b, format, tiles, columns, row, column);
}

void CpuEmitter::quantizeRow(graph::QuantizeOp quantize, ArrayRef<Val> index, Val buffer, int64_t maxRows, Val row,
                             Val begin, Val end) {
  emitQuantizedRow(*this, quantize, index, buffer, maxRows, row, begin, end);
}

void CpuEmitter::multiply(const LinearTask &task) {
  kernel::ScheduleAttr schedule = function.getSchedule();
  LinearSchedule loops{schedule.getRows(), schedule.getTokens(), schedule.getRows(), schedule.getPrefetch()};
  LinearFinish finish(*this, task);
  emitLinear(b, target, task.input, task.weights, task.rows, loops, task.range,
             [&](const LinearResult &result) { finish.emit(result); });
}

void CpuEmitter::attend(const AttentionOperands &operands, const Root &root, const AttentionTask &task) {
  if (task.combined)
    return fail(function,
                "tasks of a CPU cannot tell which of them is done last, to combine parts: another launch must");
  emitAttentionTask(*this, operands, root, task);
}

} // namespace tern::cpu
