//===- Primitives.h - The instructions that device code is made of -*- C++ -*-===//
//
// Everything that a GPU does and C++ does not say, once: the other headers are written in terms of these functions and
// hold no assembly. The implementation for GPUs (sm_80 and later) is here, in PTX, so that NVRTC needs no header; tests
// that emulate kernels on the host replace this file by runtime/Cuda/Emulation/HostPrimitives.h.
//
//   warp       32 lanes, which shuffle values among themselves; all of them must take part
//   block      warps that share memory and meet at barriers
//   streamed   data that is read once and by nobody else: it passes by the first cache
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_PRIMITIVES_H
#define TERN_RUNTIME_CUDA_DEVICE_PRIMITIVES_H

#ifdef TERN_CUDA_EMULATION
#include "runtime/Cuda/Emulation/HostPrimitives.h"
#else

/// Before a loop: unroll it wholly, or by a number. Emulated code is not unrolled, to compile in time.
#define TERN_UNROLL _Pragma("unroll")
#define TERN_UNROLL_BY(COUNT) TERN_UNROLL_PRAGMA(unroll COUNT)
#define TERN_UNROLL_PRAGMA(TEXT) _Pragma(#TEXT)

namespace tern {

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

__device__ __forceinline__ int threadIndex() { return static_cast<int>(threadIdx.x); }
__device__ __forceinline__ long long blockIndex() { return blockIdx.x; }

/// Waits for all threads of the block; what they wrote to memory before is seen after.
__device__ __forceinline__ void barrier() { __syncthreads(); }

/// Likewise for the lanes of a warp.
__device__ __forceinline__ void warpBarrier() { __syncwarp(); }

/// The shared memory that a launch asks for, aligned to 128 bytes.
__device__ __forceinline__ unsigned char *sharedMemory() {
  extern __shared__ __align__(128) unsigned char ternSharedMemory[];
  return ternSharedMemory;
}

/// The value of lane `lane`, or of the lane whose number differs in the bits of `mask`. T has 4 or 8 bytes.
template <typename T> __device__ __forceinline__ T shuffle(T value, int lane) {
  return __shfl_sync(0xffffffffu, value, lane);
}
template <typename T> __device__ __forceinline__ T shuffleXor(T value, int mask) {
  return __shfl_xor_sync(0xffffffffu, value, mask);
}

/// Bit i is the vote of lane i.
__device__ __forceinline__ unsigned ballot(bool vote) { return __ballot_sync(0xffffffffu, vote); }

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

struct alignas(16) Words4 {
  unsigned x, y, z, w;
};
struct alignas(8) Words2 {
  unsigned x, y;
};

/// Reads a T, aligned to its size.
template <typename T> __device__ __forceinline__ T load(const void *address) {
  return *static_cast<const T *>(address);
}

/// Likewise from memory that no kernel writes: weights. Reads may be moved over barriers and waits.
template <typename T> __device__ __forceinline__ T loadStreamed(const void *address);

template <> __device__ __forceinline__ Words4 loadStreamed<Words4>(const void *address) {
  Words4 words;
  asm("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
      : "=r"(words.x), "=r"(words.y), "=r"(words.z), "=r"(words.w)
      : "l"(__cvta_generic_to_global(address)));
  return words;
}
template <> __device__ __forceinline__ Words2 loadStreamed<Words2>(const void *address) {
  Words2 words;
  asm("ld.global.nc.L1::no_allocate.v2.u32 {%0, %1}, [%2];"
      : "=r"(words.x), "=r"(words.y)
      : "l"(__cvta_generic_to_global(address)));
  return words;
}
template <> __device__ __forceinline__ unsigned loadStreamed<unsigned>(const void *address) {
  unsigned word;
  asm("ld.global.nc.u32 %0, [%1];" : "=r"(word) : "l"(__cvta_generic_to_global(address)));
  return word;
}
template <> __device__ __forceinline__ unsigned short loadStreamed<unsigned short>(const void *address) {
  unsigned short half;
  asm("ld.global.nc.u16 %0, [%1];" : "=h"(half) : "l"(__cvta_generic_to_global(address)));
  return half;
}

/// Waits until the launch before this one has ended and its results are seen; what does not depend on it comes before.
__device__ __forceinline__ void waitForPreviousLaunch() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// The next launch may begin when every block has come here; it waits for results as above.
__device__ __forceinline__ void allowNextLaunch() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

/// What this thread wrote before is seen by every block that sees what it writes after.
__device__ __forceinline__ void fence() { __threadfence(); }

/// Makes a number in memory the larger of it and `value`, or one more; gives what it was. Blocks take turns.
__device__ __forceinline__ unsigned long long atomicLargest(unsigned long long *number, unsigned long long value) {
  return atomicMax(number, value);
}
__device__ __forceinline__ unsigned atomicIncrement(unsigned *number) { return atomicAdd(number, 1u); }

/// Copies 16 aligned bytes to shared memory without waiting. Copies are seen by this thread after commitCopies and
/// waitForCopies, by others after a barrier besides.
__device__ __forceinline__ void copyAsync16(void *shared, const void *global) {
  asm volatile(
      "cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))),
      "l"(__cvta_generic_to_global(global))
      : "memory");
}
/// Likewise if `isThere`; else `global` is not read and zeros are written.
__device__ __forceinline__ void copyAsync16OrZeros(void *shared, const void *global, bool isThere) {
  asm volatile(
      "cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))),
      "l"(__cvta_generic_to_global(global)), "r"(isThere ? 16 : 0)
      : "memory");
}
/// Likewise 4 bytes.
__device__ __forceinline__ void copyAsync4OrZeros(void *shared, const void *global, bool isThere) {
  asm volatile(
      "cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))),
      "l"(__cvta_generic_to_global(global)), "r"(isThere ? 4 : 0)
      : "memory");
}
/// The copies since the last call become a group.
__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Waits until at most the last PENDING groups are under way.
template <int PENDING> __device__ __forceinline__ void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

// Sums and products that round to nearest where they stand and never merge, so that a number does not depend on the
// code around it.
__device__ __forceinline__ float multiply(float a, float b) { return __fmul_rn(a, b); }
__device__ __forceinline__ float add(float a, float b) { return __fadd_rn(a, b); }
__device__ __forceinline__ float divide(float a, float b) { return __fdiv_rn(a, b); }
__device__ __forceinline__ float multiplyAdd(float a, float b, float c) { return __fmaf_rn(a, b, c); }
__device__ __forceinline__ float roundToEven(float value) { return rintf(value); }
__device__ __forceinline__ float exponential(float x) { return expf(x); }
/// 2 to the power of `x`, but for the last two bits; 0 below 2^-126.
__device__ __forceinline__ float exponential2(float x) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/// NaN if one of them is.
__device__ __forceinline__ float maximum(float a, float b) {
  float result;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}
__device__ __forceinline__ float minimum(float a, float b) {
  float result;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}

__device__ __forceinline__ float bitsToFloat(unsigned bits) { return __uint_as_float(bits); }
__device__ __forceinline__ unsigned floatToBits(float value) { return __float_as_uint(value); }

/// IEEE binary16 and bfloat16 travel as their bits. Narrowing rounds to nearest, ties to even.
__device__ __forceinline__ float halfToFloat(unsigned short half) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(half));
  return value;
}
__device__ __forceinline__ unsigned short floatToHalf(float value) {
  unsigned short half;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(value));
  return half;
}
/// Two of them in a word, `low` in its low half.
__device__ __forceinline__ unsigned packHalves(float low, float high) {
  unsigned word;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}
__device__ __forceinline__ float bfloat16ToFloat(unsigned short bits) {
  return __uint_as_float(static_cast<unsigned>(bits) << 16);
}
__device__ __forceinline__ unsigned short floatToBfloat16(float value) {
  unsigned short bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}
/// Two of them, `low` in the lower half.
__device__ __forceinline__ unsigned pairOfBfloat16(float low, float high) {
  unsigned pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}

/// sum + the products of four unsigned (signed) bytes with four signed ones.
__device__ __forceinline__ int dotUnsigned(unsigned bytes, int others, int sum) {
  int result;
  asm("dp4a.u32.s32 %0, %1, %2, %3;" : "=r"(result) : "r"(bytes), "r"(others), "r"(sum));
  return result;
}
__device__ __forceinline__ int dotSigned(int bytes, int others, int sum) { return __dp4a(bytes, others, sum); }

//===----------------------------------------------------------------------===//
// Matrix products of a warp
//===----------------------------------------------------------------------===//
//
// d[16 x 8] += a[16 x K] * b[K x 8], in pieces that the lanes hold. With g = lane / 4, q = lane % 4 and n numbers to a
// word (4 bytes or 2 halves, K = 8 n):
//
//   a[0], a[1]   rows g and g + 8, columns n q .. n q + n - 1        a[2], a[3]   likewise, 4 n columns further
//   b[0], b[1]   column g, rows n q .. n q + n - 1                   and 4 n rows further
//   d[0], d[1]   row g, columns 2 q and 2 q + 1                      d[2], d[3]   row g + 8

/// Four tiles of 8 x 8 halves from shared memory: lane 8 t + r gives the address of row r of tile t, 16 aligned bytes.
/// Each is transposed: tiles[t] holds rows 2 q and 2 q + 1 of column g, which is what b wants where its columns lie
/// side by side in memory.
__device__ __forceinline__ void loadTilesTransposed(unsigned (&tiles)[4], const void *row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(tiles[0]), "=r"(tiles[1]), "=r"(tiles[2]), "=r"(tiles[3])
               : "r"(static_cast<unsigned>(__cvta_generic_to_shared(row)))
               : "memory");
}

/// a of unsigned bytes, b of signed ones; exact.
__device__ __forceinline__ void multiplyTilesU8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ __forceinline__ void multiplyTilesF16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ __forceinline__ void multiplyTilesBf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

} // namespace tern

#endif // TERN_CUDA_EMULATION
#endif // TERN_RUNTIME_CUDA_DEVICE_PRIMITIVES_H
