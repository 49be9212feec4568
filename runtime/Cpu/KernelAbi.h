/*===- KernelAbi.h - How the runtime calls compiled kernels --------*- C -*-===//
 *
 * The contract between code that the compiler emits and the executor: each kernel is one exported function of a shared
 * object, `tern_<name>`, that computes the tasks [begin, end) of its task space. Tasks are independent: any worker may
 * compute any of them in any order. Kernels call nothing, allocate nothing and touch nothing but their operands and
 * their worker's scratch.
 *
 *===----------------------------------------------------------------------===*/

#ifndef TERN_RUNTIME_CPU_KERNELABI_H
#define TERN_RUNTIME_CPU_KERNELABI_H

#include "runtime/Executor/KernelProblems.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One call: a piece of one launch, on one worker. The emitted code knows the offsets of these fields. */
struct TernKernelCall {
  void *const *operands; /* One pointer for each operand: inputs (weights and states among them), then outputs. */
  const int64_t *dims;   /* The size of each symbol of the program; dims[0] is the capacity of the caches. */
  char *scratch;         /* This worker's scratch, aligned to 64 bytes. */
  int64_t begin, end;    /* The tasks of this piece. */
  int64_t first;         /* 1 on this worker's first piece of the launch: fill what its pieces share in scratch. */
  int64_t *problem;      /* Written with a code of KernelProblems.h on an error, else left alone. */
};

typedef void (*TernKernel)(const struct TernKernelCall *call);

#ifdef __cplusplus
}
#endif

#endif /* TERN_RUNTIME_CPU_KERNELABI_H */
