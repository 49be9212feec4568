//===- ScheduleRules.h - Tiles, splits and tokens of kernels -----*- C++ -*-===//
//
// The defaults that a tuner or a person overrides by editing the attributes of a kernel. Measured with
// test/benchmark: eight tokens on one tile of 16 rows fill the registers of AVX-512; with many tokens four
// tiles share a visit to a block of tokens, so that activations are read from the second-level cache a quarter as
// often; with few, tasks are single tiles, so that the workers' shares differ by little.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_LIB_CONVERSION_GRAPHTOKERNEL_SCHEDULERULES_H
#define TERN_LIB_CONVERSION_GRAPHTOKERNEL_SCHEDULERULES_H

#include "dialects/Kernel/IR/Kernel.h"

namespace tern {

/// Up to so many elements of input, every worker computes norm and quantisation for itself.
inline constexpr int64_t inlinePrologueElements = 16384;

/// Tokens at most for which a linear layer is bound by reading its weights.
inline constexpr int64_t fewTokens = 16;

struct LinearSchedule {
  int64_t taskTiles = 1;  ///< Tiles of 16 rows of a task.
  int64_t tiles = 1;      ///< Tiles that go through the columns, or meet a block of tokens, together.
  int64_t tokens = 8;     ///< Tokens in registers.
  int64_t taskTokens = 0; ///< Tokens of a task; 0 for all.
  int64_t prefetch = 0;   ///< Bytes ahead.
};

/// For `rows` output rows of a weight in `format`, and at most `tokens` tokens.
LinearSchedule scheduleLinear(StorageFormat format, int64_t rows, int64_t tokens);

/// Parts of the context for decoding `sequences` sequences with `groups` key heads each. On a CPU as many as keep its
/// workers busy. On a GPU as many as keep its multiprocessors busy with one sequence, whose parts are then a block of
/// keys each for contexts up to 64 times their number; and the same for up to `fewTokens` sequences, so that one has the
/// same sums alone and among others. More sequences keep them busy with fewer parts each.
int64_t contextParts(int64_t sequences, int64_t groups, bool isForGpu);

/// Rows that keep a GPU busy: one for each multiprocessor.
inline constexpr int64_t fewestRows = 128;

/// Queries of one attention task with many tokens. On a GPU, a tile of 16 for each of four warps.
constexpr int64_t attentionQueries(bool isForGpu) { return isForGpu ? 64 : 48; }

} // namespace tern

#endif // TERN_LIB_CONVERSION_GRAPHTOKERNEL_SCHEDULERULES_H
