//===- AttentionTask.h - Attention block by block ----------------*- C++ -*-===//
//
// A task attends with some rows (a row is one query: a token and a head) that share keys and values, in blocks of 64
// keys. Sums are f32, and the softmax is taken online (Milakov and Gimelshein, https://arxiv.org/abs/1805.02867): m is
// the largest score of a row so far, l the sum of exp(score - m) and acc that of exp(score - m) * value.
//
//   for 64 keys:                            rows of a task         keys
//     scores = Q x K^T   rows x 64          decode   H/G heads     a part of the context
//     m, l, P = softmax update              prefill  64 tokens     all that the tokens may see
//     acc = acc * correction + P x V
//
// Both products are the same loop: 6 rows by 64 lanes of sums in registers, one number of the left broadcast a time.
// With few rows (decode) keys and values are converted from f16 as they stream by; with many, a block is converted
// once, to scratch.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_ATTENTIONTASK_H
#define TERN_CONVERSION_KERNELTOCPU_ATTENTIONTASK_H

#include "lib/Conversion/KernelCode/AttentionKernel.h"
#include "lib/Conversion/KernelToCpu/CpuEmitter.h"

namespace tern::cpu {

/// Floats that one step of a product computes of a row, whatever the registers' length.
inline constexpr int64_t productLanes = 16;

/// A matrix of f32 in memory, `stride` numbers from row to row.
struct RowMatrix {
  Val pointer;
  int64_t stride;
};

/// The right side of a product: 16 lanes of row `k`, from lane 16 * `tile` on.
using RightSide = llvm::function_ref<Val(Val k, int64_t tile)>;

/// out[i][...] = (accumulate ? out : 0) + sum_k left[i][k] * right(k, tile), for `rows` rows and `tiles` times 16
/// lanes.
void emitBlockProduct(CpuEmitter &e, RowMatrix left, RowMatrix out, int64_t rows, int64_t tiles, Val count,
                      bool accumulate, RightSide right);

/// Rows of a product that fill the registers, and 16-lane columns beside them.
int64_t productRows(const CpuTarget &target);
int64_t productTiles(const CpuTarget &target);

/// Writes the code of `task`, from queries to the result at `root`.
void emitAttentionTask(CpuEmitter &e, const AttentionOperands &operands, const Root &root, const AttentionTask &task);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_ATTENTIONTASK_H
