//===- VectorTarget.h - What generated code needs of a CPU -------*- C++ -*-===//
//
// Kernels are written for vectors of 16 lanes, one for each row of a packed tile, and LLVM splits those where registers
// are shorter. What it cannot find on its own is an integer dot product: four bytes of a lane times four others, summed
// into the lane. Each CPU has its own step for it, and that is nearly all that the generators know of a CPU:
//
//   step       CPU                     weights x activations      sums
//   Vnni       AVX-512 or AVX VNNI     unsigned x signed bytes    32 bits
//   Maddubs    AVX2, AVX-512BW         unsigned x signed bytes    pairs saturate at 16 bits, so a bound is kept
//   Sdot       aarch64 dotprod         signed x signed bytes      32 bits
//   Portable   any                     by multiplication of 32-bit lanes
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_VECTORTARGET_H
#define TERN_CONVERSION_KERNELTOCPU_VECTORTARGET_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace llvm {
class Triple;
} // namespace llvm

namespace tern::cpu {

enum class DotStep { Portable, Maddubs, Vnni, Sdot };

struct VectorTarget {
  int64_t registerBytes = 16; ///< Of a vector register.
  int64_t registers = 16;     ///< How many there are.
  DotStep dotStep = DotStep::Portable;
  bool bf16Dot = false; ///< Sums of products of two pairs of bf16 in f32 lanes: AVX512_BF16.

  /// 32-bit lanes of a register.
  int64_t lanes() const { return registerBytes / 4; }
  /// Registers that hold one value for each row of a tile.
  int64_t registersPerTile() const { return 16 / lanes(); }
};

/// What the target with these LLVM features ("+avx2,+fma,...") offers. x86-64 and aarch64; others get the portable step.
VectorTarget vectorTargetFor(const llvm::Triple &triple, llvm::StringRef features);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_VECTORTARGET_H
