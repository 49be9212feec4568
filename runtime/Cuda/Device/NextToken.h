//===- NextToken.h - From logits to the next step's inputs -------*- C++ -*-===//
//
// tern_next_token(logits, vocabulary, rows, parts, states, tokens, positions, outputs, problems, numProblems, history,
//                 ring)
//
// ends a decoding step whose successor needs no host: for each row the token with the largest logit, the first of
// equals, becomes the input of the next step, at the next position. Every artifact's code has this kernel.
//
//   grid      rows * parts blocks of nextTokenThreads: `parts` for each row
//   states    one for each row; a row with position -1 is empty, as in the inputs
//   inputs    tokens[rows], positions[rows] and outputs[rows], all of which a step may have overwritten
//   history   in memory of the host: ring * rows tokens, those of step i in row i % ring. -1 is none: a logit that is
//             no number or infinite, none above -infinity, or a launch that reported a problem
//
// Blocks of a row leave what they found in its state, and the last one to come decides.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_NEXTTOKEN_H
#define TERN_RUNTIME_CUDA_DEVICE_NEXTTOKEN_H

#include "runtime/Cuda/Device/Primitives.h"

namespace tern {

constexpr int nextTokenThreads = 256;

/// As runtime/Cuda/GreedySteps.cpp writes it.
struct NextTokenState {
  unsigned long long best; ///< The highest rank so far; 0 between steps.
  unsigned arrived, step;  ///< Blocks that have left their rank; steps that have ended.
  int position, padding;   ///< Of the step.
};

/// Ranks are in the order of logits, and of equals the first is highest. The highest of all says that a token cannot be
/// chosen.
constexpr unsigned long long noRank = ~0ull;

__device__ __forceinline__ unsigned long long rankOf(float logit, long long token) {
  unsigned bits = floatToBits(add(logit, 0.0f)); // -0 is 0
  if (!(logit < bitsToFloat(0x7f800000u)))
    return noRank;
  unsigned order = bits >> 31 ? ~bits : bits | 0x80000000u;
  return static_cast<unsigned long long>(order) << 32 | (0xffffffffu - static_cast<unsigned>(token));
}

/// The token of a rank, or -1 for noRank and for a logit of -infinity.
__device__ __forceinline__ int tokenOf(unsigned long long rank) {
  constexpr unsigned long long masked = ~0xff800000u;
  return rank == noRank || rank >> 32 <= masked ? -1 : static_cast<int>(0xffffffffu - static_cast<unsigned>(rank));
}

/// The highest rank that a thread of the block has, in thread 0.
__device__ __forceinline__ unsigned long long highestRank(unsigned long long rank) {
  __shared__ unsigned long long ranks[nextTokenThreads / 32];
  TERN_UNROLL
  for (int mask = 16; mask > 0; mask /= 2) {
    unsigned long long other = shuffleXor(rank, mask);
    rank = other > rank ? other : rank;
  }
  if (threadIndex() % 32 == 0)
    ranks[threadIndex() / 32] = rank;
  barrier();
  for (int warp = 1; threadIndex() == 0 && warp < nextTokenThreads / 32; ++warp)
    rank = ranks[warp] > rank ? ranks[warp] : rank;
  return rank;
}

/// Part `part` of `parts` of a row's logits; the first looks at the problems as well.
__device__ __forceinline__ unsigned long long rankOfPart(const float *logits, long long vocabulary, int part, int parts,
                                                         const long long *problems, int numProblems) {
  unsigned long long best = 0;
  long long end = vocabulary * (part + 1) / parts;
  TERN_UNROLL_BY(4)
  for (long long token = vocabulary * part / parts + threadIndex(); token < end; token += nextTokenThreads) {
    unsigned long long rank = rankOf(logits[token], token);
    best = rank > best ? rank : best;
  }
  for (int i = threadIndex(); part == 0 && i < numProblems; i += nextTokenThreads)
    best = problems[i] != 0 ? noRank : best;
  return best;
}

} // namespace tern

extern "C" __global__ void __launch_bounds__(256)
    tern_next_token(const float *logits, long long vocabulary, int rows, int parts, tern::NextTokenState *states,
                    int *tokens, int *positions, int *outputs, const long long *problems, int numProblems, int *history,
                    int ring) {
  tern::waitForPreviousLaunch();
  const int row = static_cast<int>(tern::blockIndex()) % rows, part = static_cast<int>(tern::blockIndex()) / rows;
  tern::NextTokenState &state = states[row];
  const bool isEmpty = state.position < 0;
  unsigned long long rank = 0;
  if (!isEmpty)
    rank =
        tern::highestRank(tern::rankOfPart(logits + row * vocabulary, vocabulary, part, parts, problems, numProblems));
  if (tern::threadIndex() != 0)
    return;
  tern::atomicLargest(&state.best, rank);
  tern::fence();
  if (tern::atomicIncrement(&state.arrived) != static_cast<unsigned>(parts) - 1)
    return;
  tern::fence();
  const int token = isEmpty ? -1 : tern::tokenOf(tern::atomicLargest(&state.best, 0));
  history[state.step % ring * rows + row] = token;
  state.best = 0;
  state.arrived = 0;
  ++state.step;
  state.position += isEmpty ? 0 : 1;
  tokens[row] = token < 0 ? 0 : token;
  positions[row] = state.position;
  outputs[row] = 0;
}

#endif // TERN_RUNTIME_CUDA_DEVICE_NEXTTOKEN_H
