//===- AttentionKernel.h - Attention as tasks --------------------*- C++ -*-===//
//
// A task attends with some rows (a row is one query: a token and a head) that share keys and values:
//
//                  rows of a task         keys
//     decode       H/G heads              a part of the context (kernel.attend_part)
//     prefill      tokens of one head     all that the tokens may see
//
// A task of attention in parts may append the new key and value of its group first (kernel-fuse-append-into-attention):
// the one whose part holds the position does. The last task of a group to be done may combine its parts, on targets
// that can tell which that is: by the argument that is marked `kernel.arrivals`
// (dialects/Kernel/IR/Arrivals.h).
//
// What a task is stands here; TensorEmitter::attend writes its code.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELCODE_ATTENTIONKERNEL_H
#define TERN_CONVERSION_KERNELCODE_ATTENTIONKERNEL_H

#include "lib/Conversion/KernelCode/RowsKernel.h"

#include <functional>

namespace tern::code {

/// Parts of a context are blocks of so many keys; the capacity of caches is a multiple.
inline constexpr int64_t blockKeys = 64;

/// What graph.attention and kernel.attend_part have in common.
struct AttentionOperands {
  mlir::Operation *op = nullptr;
  mlir::Value query, key, value, positions, lengths, bias, slopes, sinks;
  bool isCausal = false;
  std::optional<int64_t> window;
  double scale = 1;
  std::optional<double> softCap;
  bool isPart = false; ///< kernel.attend_part: sums are handed out undivided.

  int64_t headSize = 0, valueSize = 0, heads = 0, groups = 0;
};

/// Some rows of one sequence that share a key head, and the keys that they meet.
struct AttentionTask {
  Val sequence, group;
  Val rows; ///< How many, at most maxRows.
  int64_t maxRows = 1;
  std::function<Val(Val)> token; ///< Of a row.
  std::function<Val(Val)> head;
  /// Blocks of blockKeys keys: the first at keyBegin, a multiple of blockKeys, and one each keyStep, as far as keyEnd.
  Val keyBegin, keyEnd;
  int64_t keyStep = blockKeys;
  /// Of kernel.attend_part: which part it is, and whether it holds a position. Exactly one holds each from 0 on.
  Val part;
  std::function<Val(Val)> holds;
  /// What the last task of the group that is done makes of all parts, if this launch does, and what tells who is last:
  /// the address of the group's number of arrivals.
  std::optional<Root> combined;
  Val arrivals;
};

/// The operands of `value`'s op, or nothing if it is neither.
std::optional<AttentionOperands> attentionOf(mlir::Value value);

/// The keys [begin, end) that a row may see.
std::pair<Val, Val> visibleKeys(TensorEmitter &e, const AttentionOperands &operands, const AttentionTask &task,
                                Val row);

/// The body of a kernel of kind `attention`.
void emitAttentionKernel(TensorEmitter &e);

} // namespace tern::code

#endif // TERN_CONVERSION_KERNELCODE_ATTENTIONKERNEL_H
