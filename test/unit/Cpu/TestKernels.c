/*===- TestKernels.c - Kernels of a tiny model, as a shared object ----------===*
 *
 * A model whose logits depend on every token, its place, and a weight, in integers that f32 holds exactly:
 *
 *   cache[p]   = the token at position p                                    (state 0, i32, by position)
 *   sum        = all tokens so far                                          (state 1, i64, fixed)
 *   logits[v]  = w[v] * (sum over p <= position of (cache[p] + 1) * (p + 1)) + sum
 *
 * Symbols: 0 capacity, 1 B, 2 T, 3 N, 4 C. The vocabulary has 32 tokens.
 *
 *===----------------------------------------------------------------------===*/

#include "runtime/Cpu/KernelAbi.h"

enum { Capacity, B, T, N, C, Vocabulary = 32 };

/* Marks each task: operand 0 is i64[tasks]. */
void tern_mark(const struct TernKernelCall *call) {
  int64_t *marks = call->operands[0];
  for (int64_t task = call->begin; task < call->end; ++task)
    marks[task] += task + 1;
}

void tern_nothing(const struct TernKernelCall *call) { (void)call; }

/* tokens[B, T], positions[B, T], cache: a task for each token. */
void tern_append(const struct TernKernelCall *call) {
  const int32_t *tokens = call->operands[0], *positions = call->operands[1];
  int32_t *cache = call->operands[2];
  for (int64_t task = call->begin; task < call->end; ++task) {
    if (positions[task] < 0)
      continue;
    if (tokens[task] < 0 || tokens[task] >= Vocabulary)
      *call->problem = TERN_KERNEL_INDEX_OUTSIDE;
    else if (positions[task] < call->dims[C])
      cache[task / call->dims[T] * call->dims[Capacity] + positions[task]] = tokens[task];
  }
}

/* tokens[B, T], positions[B, T], sums: a task for each sequence. */
void tern_accumulate(const struct TernKernelCall *call) {
  const int32_t *tokens = call->operands[0], *positions = call->operands[1];
  int64_t *sums = call->operands[2];
  for (int64_t b = call->begin; b < call->end; ++b)
    for (int64_t t = 0; t < call->dims[T]; ++t)
      if (positions[b * call->dims[T] + t] >= 0)
        sums[b] += tokens[b * call->dims[T] + t];
}

/* positions[B, T], outputs[B, N], weights[V], cache, sums -> logits[B, N, V]: a task for each of them. */
void tern_logits(const struct TernKernelCall *call) {
  const int32_t *positions = call->operands[0], *outputs = call->operands[1];
  const float *weights = call->operands[2];
  const int32_t *cache = call->operands[3];
  const int64_t *sums = call->operands[4];
  float *logits = call->operands[5];
  for (int64_t task = call->begin; task < call->end; ++task) {
    int64_t v = task % Vocabulary, row = task / Vocabulary, b = row / call->dims[N];
    int32_t last = positions[b * call->dims[T] + outputs[row]];
    int64_t total = 0;
    for (int64_t p = 0; p <= last; ++p)
      total += (cache[b * call->dims[Capacity] + p] + 1) * (p + 1);
    logits[task] = last < 0 ? 0 : weights[v] * (float)total + (float)sums[b];
  }
}
