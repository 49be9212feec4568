/*===- KernelProblems.h - What kernels report ----------------------*- C -*-===//
 *
 * Codes that a kernel, for a CPU or a GPU, stores where its caller said: the first one stays.
 *
 *===----------------------------------------------------------------------===*/

#ifndef TERN_RUNTIME_EXECUTOR_KERNELPROBLEMS_H
#define TERN_RUNTIME_EXECUTOR_KERNELPROBLEMS_H

enum {
  TERN_KERNEL_OK = 0,
  TERN_KERNEL_INDEX_OUTSIDE = 1,   /* an id or index lies outside its table */
  TERN_KERNEL_DIVISION_BY_ZERO = 2 /* an integer was divided by zero */
};

#endif /* TERN_RUNTIME_EXECUTOR_KERNELPROBLEMS_H */
