// The kernels of test/unit/Cpu/TestKernels.c as the compiler would write them for a GPU: one block computes one task.
// Sizes: 0 capacity, 1 B, 2 T, 3 N, 4 C.

#ifdef TERN_CUDA_EMULATION // NVRTC is given no header
#include "runtime/Cuda/Device/NextToken.h"
TERN_EMULATE_KERNEL(tern_next_token)
#define WAIT_FOR_PREVIOUS_LAUNCH tern::waitForPreviousLaunch()
#else
#define WAIT_FOR_PREVIOUS_LAUNCH asm volatile("griddepcontrol.wait;" ::: "memory")
#endif

struct Sizes {
  long long at[5];
};

// tokens[B, T], positions[B, T], cache: a task for each token.
extern "C" __global__ void __launch_bounds__(32)
    tern_append(const int *__restrict__ tokens, const int *__restrict__ positions, int *cache, Sizes sizes,
                long long *problem) {
  long long task = blockIdx.x;
  if (threadIdx.x != 0 || positions[task] < 0)
    return;
  if (tokens[task] < 0 || tokens[task] >= 32) {
    if (*problem == 0)
      *problem = 1;
  } else if (positions[task] < sizes.at[4]) {
    cache[task / sizes.at[2] * sizes.at[0] + positions[task]] = tokens[task];
  }
}

// tokens[B, T], positions[B, T], sums: a task for each sequence.
extern "C" __global__ void __launch_bounds__(32)
    tern_accumulate(const int *__restrict__ tokens, const int *__restrict__ positions, long long *sums, Sizes sizes,
                    long long *) {
  WAIT_FOR_PREVIOUS_LAUNCH;
  long long b = blockIdx.x;
  if (threadIdx.x != 0)
    return;
  for (long long t = 0; t < sizes.at[2]; ++t)
    if (positions[b * sizes.at[2] + t] >= 0)
      sums[b] += tokens[b * sizes.at[2] + t];
}

// positions[B, T], outputs[B, N], weights[32], cache, sums -> logits[B, N, 32]: a task for each of them. The threads
// share the positions and meet to add up.
extern "C" __global__ void __launch_bounds__(64)
    tern_logits(const int *__restrict__ positions, const int *__restrict__ outputs, const float *__restrict__ weights,
                const int *__restrict__ cache, const long long *__restrict__ sums, float *__restrict__ logits,
                Sizes sizes, long long *) {
  extern __shared__ char shared[];
  long long *parts = (long long *)shared;
  long long task = blockIdx.x, v = task % 32, row = task / 32, b = row / sizes.at[3];
  int last = positions[b * sizes.at[2] + outputs[row]];
  long long part = 0;
  for (long long p = threadIdx.x; p <= last; p += blockDim.x)
    part += (cache[b * sizes.at[0] + p] + 1) * (p + 1);
  parts[threadIdx.x] = part;
  __syncthreads();
  if (threadIdx.x != 0)
    return;
  long long total = 0;
  for (unsigned i = 0; i < blockDim.x; ++i)
    total += parts[i];
  logits[task] = last < 0 ? 0.0f : weights[v] * (float)total + (float)sums[b];
}
