/*===- RunKernel.c - Runs one call of a kernel on another machine -*- C -*-===//
 *
 * run-kernel LIBRARY SYMBOL CALL: reads a call from the file CALL, runs it, and writes back what it left. For kernels of
 * processors that are emulated; see CompiledKernel::run. The file holds 64-bit numbers: how many operands and dims,
 * begin, end, first, bytes of scratch, the problem's code; then the dims; then each operand's bytes after their number.
 *
 *===----------------------------------------------------------------------===*/

#include "runtime/Cpu/KernelAbi.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { Operands, Dims, Begin, End, First, Scratch, Problem, HeaderLength };

static void *allocate(int64_t bytes) { return aligned_alloc(64, ((size_t)bytes + 127) / 64 * 64); }

static int readNumbers(FILE *file, int64_t *numbers, int64_t count) {
  return fread(numbers, sizeof(int64_t), (size_t)count, file) == (size_t)count;
}

int main(int argc, char **argv) {
  int64_t header[HeaderLength], *sizes, *dims;
  void **operands;
  if (argc != 4)
    return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  TernKernel kernel = library ? (TernKernel)dlsym(library, argv[2]) : NULL;
  FILE *file = fopen(argv[3], "r+b");
  if (!kernel || !file || !readNumbers(file, header, HeaderLength)) {
    fprintf(stderr, "run-kernel: %s\n", library ? "no such kernel or call" : dlerror());
    return 1;
  }
  dims = calloc((size_t)header[Dims] + 1, sizeof(int64_t));
  sizes = calloc((size_t)header[Operands] + 1, sizeof(int64_t));
  operands = calloc((size_t)header[Operands] + 1, sizeof(void *));
  if (!readNumbers(file, dims, header[Dims]))
    return 1;
  for (int64_t i = 0; i < header[Operands]; ++i) {
    if (!readNumbers(file, &sizes[i], 1))
      return 1;
    operands[i] = allocate(sizes[i]);
    if (fread(operands[i], 1, (size_t)sizes[i], file) != (size_t)sizes[i])
      return 1;
  }
  struct TernKernelCall call = {operands,      dims,          allocate(header[Scratch]), header[Begin],
                                header[End],   header[First], &header[Problem]};
  kernel(&call);
  rewind(file);
  fwrite(header, sizeof(int64_t), HeaderLength, file);
  fwrite(dims, sizeof(int64_t), (size_t)header[Dims], file);
  for (int64_t i = 0; i < header[Operands]; ++i) {
    fwrite(&sizes[i], sizeof(int64_t), 1, file);
    fwrite(operands[i], 1, (size_t)sizes[i], file);
  }
  return fclose(file) == 0 ? 0 : 1;
}
