/*===- TestKernels.c - Kernels of a tiny model, as a shared object ----------===*/

#include "runtime/Cpu/KernelAbi.h"

/* Marks each task: operand 0 is i64[tasks]. */
void tern_mark(const struct TernKernelCall *call) {
  int64_t *marks = call->operands[0];
  for (int64_t task = call->begin; task < call->end; ++task)
    marks[task] += task + 1;
}

void tern_nothing(const struct TernKernelCall *call) { (void)call; }
