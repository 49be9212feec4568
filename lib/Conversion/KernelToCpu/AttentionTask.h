//===- AttentionTask.h - One task of attention -------------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_ATTENTIONTASK_H
#define TERN_CONVERSION_KERNELTOCPU_ATTENTIONTASK_H

#include "lib/Conversion/KernelToCpu/AttentionKernel.h"
#include "lib/Conversion/KernelToCpu/RowsKernel.h"

#include <functional>

namespace tern::cpu {

/// Some rows of one sequence that share a key head, and the keys that they meet.
struct AttentionTask {
  Val sequence, group;
  Val rows; ///< How many, at most maxRows.
  int64_t maxRows = 1;
  std::function<Val(Val)> token; ///< Of a row.
  std::function<Val(Val)> head;
  Val keyBegin, keyEnd; ///< keyBegin is a multiple of blockKeys.
  Val part;             ///< Of kernel.attend_part.
};

/// Writes the code of `task`, from queries to the result at `root`.
void emitAttentionTask(TensorEmitter &e, const AttentionOperands &operands, const Root &root,
                       const AttentionTask &task);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_ATTENTIONTASK_H
