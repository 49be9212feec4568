//===- Storage.h - Numbers of 16 bits, and tables ----------------*- C++ -*-===//
//
// What kernels declare their operands with: f16 (IEEE binary16) and bf16 are stored numbers, computed with as f32.
//
//   float x = toFloat(p[i]);  q[i] = fromFloat<f16>(x);
//
// Operands that every block reads and no kernel writes, like the weights of a norm, are asked for before the wait for
// the launch before: touchTable.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_CUDA_DEVICE_STORAGE_H
#define TERN_RUNTIME_CUDA_DEVICE_STORAGE_H

#include "runtime/Cuda/Device/Formats.h"
#include "runtime/Cuda/Device/Primitives.h"

namespace tern {

struct f16 {
  unsigned short bits;
};
struct bf16 {
  unsigned short bits;
};

__device__ __forceinline__ float toFloat(float value) { return value; }
__device__ __forceinline__ float toFloat(f16 value) { return halfToFloat(value.bits); }
__device__ __forceinline__ float toFloat(bf16 value) { return bfloat16ToFloat(value.bits); }

/// Rounds to nearest, ties to even.
template <typename T> __device__ __forceinline__ T fromFloat(float value);
template <> __device__ __forceinline__ float fromFloat<float>(float value) { return value; }
template <> __device__ __forceinline__ f16 fromFloat<f16>(float value) { return f16{floatToHalf(value)}; }
template <> __device__ __forceinline__ bf16 fromFloat<bf16>(float value) { return bf16{floatToBfloat16(value)}; }

/// The bits of a stored number, and the number of these bits.
__device__ __forceinline__ short bitsOf(f16 value) { return static_cast<short>(value.bits); }
__device__ __forceinline__ short bitsOf(bf16 value) { return static_cast<short>(value.bits); }
template <typename T> __device__ __forceinline__ T fromBits(short bits) { return T{static_cast<unsigned short>(bits)}; }

/// The type that a row of activations of a format is made of.
template <typename FORMAT> struct ElementOf;
template <> struct ElementOf<F32> {
  using type = float;
};
template <> struct ElementOf<F16> {
  using type = f16;
};
template <> struct ElementOf<BF16> {
  using type = bf16;
};

/// touch() for all of BYTES bytes. All threads of the block call it.
template <int THREADS, int BYTES> __device__ __forceinline__ void touchTable(const void *table) {
  constexpr int line = 128;
  for (int i = threadIndex() * line; i < BYTES; i += THREADS * line)
    touch(static_cast<const unsigned char *>(table) + i);
}

} // namespace tern

#endif // TERN_RUNTIME_CUDA_DEVICE_STORAGE_H
