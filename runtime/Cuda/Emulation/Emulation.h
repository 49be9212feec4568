//===- Emulation.h - CUDA C++ compiled for this machine ----------*- C++ -*-===//
//
// Generated kernels are tested where there is no GPU: clang compiles their very source as C++ for this machine,
//
//   clang++ -std=c++17 -fPIC -shared -include runtime/Cuda/Emulation/Emulation.h kernels.cu -o kernels.so
//
// with this header before it, which gives the words of CUDA a meaning. Threads are fibers, run one at a time in an
// order that a seed chooses; Block.h says how, and what is detected. EmulatedKernels.h does all this from a string.
//
// Each kernel is made callable by one line after it,
//
//   TERN_EMULATE_KERNEL(tern_linear_3)
//
// which exports, with the parameters of cuLaunchKernel and one address for each parameter of the kernel,
//
//   const char *tern_emulate_tern_linear_3(void **kernelParams, unsigned grid, unsigned block, unsigned sharedBytes,
//                                          unsigned long long seed);
//
//   const unsigned *tern_parameters_tern_linear_3();   // their sizes in bytes, then 0
//
// The first runs the grid to its end and returns null, or a message if a thread did what a GPU would not forgive; the
// message lives until the next launch. Launches of one library must not overlap in time: its shared variables exist
// once.
//
// Emulated: grids and blocks of one dimension; blockIdx, threadIdx, blockDim, gridDim; static and dynamic shared
// memory, filled with NaN before each block; __syncthreads; everything in HostPrimitives.h: shuffles, ballots, integer
// dot products, matrix products of tensor cores, conversions, asynchronous copies, the waits of
// dependent launches (nothing to wait for, launches follow each other); the math functions of C; atomics of one thread
// at a time. A launch that begins before those before it are over:
//
//   void tern_emulate_order(unsigned number, unsigned over, void (*before)(void *), void *argument);   // LaunchOrder
//
// says so of the next. Not emulated: blocks that run at the same time and wait for each other, clusters, memory that is
// seen late by other blocks, the time anything takes, and the last bits of the GPU's own exp, sin and so on.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_EMULATION_EMULATION_H
#define TERN_RUNTIME_CUDA_EMULATION_EMULATION_H

#include "runtime/Cuda/Emulation/Block.h"

#include <math.h>
#include <utility>

/// Tells the device headers to leave Primitives.h to HostPrimitives.h.
#define TERN_CUDA_EMULATION 1

#define __global__
#define __device__
#define __host__
/// Inlining all that a GPU wants inlined would take minutes.
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __grid_constant__
#define __constant__ static const
/// One block runs at a time, so one variable for all blocks serves. Its section is how poisoning finds it.
#define __shared__ static __attribute__((section("tern_shared")))

#define threadIdx (::tern::emulation::Grid::current().thread().index)
#define blockIdx (::tern::emulation::Grid::current().block)
#define blockDim (::tern::emulation::Grid::current().threads)
#define gridDim (::tern::emulation::Grid::current().blocks)

/// The arguments by default are the caller's place.
inline void __syncthreads(const char *file = __builtin_FILE(), int line = __builtin_LINE()) {
  tern::emulation::Grid::current().waitForBlock({"a barrier", file, line});
}

template <typename T> inline T atomicAdd(T *address, T value) {
  return tern::emulation::change(address, [=](T old) { return old + value; });
}
template <typename T> inline T atomicMax(T *address, T value) {
  return tern::emulation::change(address, [=](T old) { return old < value ? value : old; });
}
template <typename T> inline T atomicExch(T *address, T value) {
  return tern::emulation::change(address, [=](T) { return value; });
}
template <typename T> inline T atomicCAS(T *address, T expected, T value) {
  return tern::emulation::change(address, [=](T old) { return old == expected ? value : old; });
}

// What CUDA offers beyond the math functions of C. Sums and products round to nearest and are never contracted.
inline float rsqrtf(float x) { return static_cast<float>(1.0 / sqrt(static_cast<double>(x))); }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __int_as_float(int bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
inline int __float_as_int(float value) {
  int bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
inline float __uint_as_float(unsigned bits) { return __int_as_float(static_cast<int>(bits)); }
inline unsigned __float_as_uint(float value) { return static_cast<unsigned>(__float_as_int(value)); }
inline double __longlong_as_double(long long bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
inline long long __double_as_longlong(double value) {
  long long bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
template <typename T> inline T min(T a, T b) { return b < a ? b : a; }
template <typename T> inline T max(T a, T b) { return a < b ? b : a; }

namespace tern::emulation {

/// A kernel and its arguments as cuLaunchKernel takes them.
template <typename... Parameters> struct Call {
  void (*kernel)(Parameters...);
  void **arguments;

  template <std::size_t... I> void make(std::index_sequence<I...>) const {
    kernel(*static_cast<std::remove_const_t<Parameters> *>(arguments[I])...);
  }
  static void body(void *call) { static_cast<Call *>(call)->make(std::index_sequence_for<Parameters...>()); }

  void addOperands(Grid &grid) const {
    unsigned index = 0;
    (addOperand<Parameters>(grid, index++), ...);
  }
  template <typename Parameter> void addOperand(Grid &grid, unsigned index) const {
    if constexpr (std::is_pointer_v<Parameter>)
      grid.addOperand(index, *static_cast<std::remove_const_t<Parameter> *>(arguments[index]));
  }
};

/// Runs `kernel`; null, or what went wrong, which lives until the next launch.
template <typename... Parameters>
const char *launch(const char *name, void (*kernel)(Parameters...), void **arguments, unsigned blocks, unsigned threads,
                   unsigned sharedBytes, unsigned long long seed) {
  Call<Parameters...> call{kernel, arguments};
  Grid grid(name, Call<Parameters...>::body, &call, blocks, threads, sharedBytes, seed);
  call.addOperands(grid);
  return grid.run();
}

/// The size of each parameter of a kernel, then 0.
template <typename... Parameters> const unsigned *parameterSizes(void (*)(Parameters...)) {
  static const unsigned sizes[] = {sizeof(Parameters)..., 0};
  return sizes;
}

/// Runs `body()` in every thread of a grid, for tests.
template <typename Function>
const char *launchBody(Function &body, unsigned grid, unsigned block, unsigned sharedBytes, unsigned long long seed) {
  return Grid(
             "a kernel", [](void *function) { (*static_cast<Function *>(function))(); }, &body, grid, block,
             sharedBytes, seed)
      .run();
}

} // namespace tern::emulation

/// Weak, as each source of a program that includes this has one.
extern "C" __attribute__((visibility("default"), weak)) void
tern_emulate_order(unsigned number, unsigned over, void (*before)(void *), void *argument) {
  tern::emulation::Grid::setNextOrder({number, over, before, argument});
}

#define TERN_EMULATE_KERNEL(kernel)                                                                                    \
  extern "C" __attribute__((visibility("default"))) const char *tern_emulate_##kernel(                                 \
      void **kernelParams, unsigned grid, unsigned block, unsigned sharedBytes, unsigned long long seed) {             \
    return ::tern::emulation::launch(#kernel, kernel, kernelParams, grid, block, sharedBytes, seed);                   \
  }                                                                                                                    \
  extern "C" __attribute__((visibility("default"))) const unsigned *tern_parameters_##kernel() {                       \
    return ::tern::emulation::parameterSizes(kernel);                                                                  \
  }

#include "runtime/Cuda/Emulation/HostPrimitives.h"
#include "runtime/Cuda/Emulation/Instrumentation.h"

#endif // TERN_RUNTIME_CUDA_EMULATION_EMULATION_H
