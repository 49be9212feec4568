//===- CpuTarget.h - Processors as data --------------------------*- C++ -*-===//
//
// A target says what code may assume of the processor that runs it: a row of a table, and features on top.
//
//   cpu                    the machine that compiles, as `cpu:native`
//   cpu:x86-64-v3          AVX2, FMA and F16C
//   cpu:x86-64-v4+vnni     AVX-512 (F, BW, DQ, VL) and the dot products of bytes
//   cpu:aarch64            Armv8.2 with half-precision arithmetic and dot products
//
// The same names tell the runtime which of an artifact's variants the machine can run.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_TARGET_CPUTARGET_H
#define TERN_TARGET_CPUTARGET_H

#include "runtime/Base/Result.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// The instruction that multiplies bytes and adds up four neighbours in 32 bits, if there is one.
enum class ByteDot : std::uint8_t {
  Maddubs, ///< x86: unsigned by signed in pairs to 16 bits (vpmaddubsw), which saturate, then pairs of those
           ///< (vpmaddwd).
  Vnni,    ///< x86: unsigned by signed in fours to 32 bits (vpdpbusd).
  Sdot     ///< aarch64: signed by signed in fours to 32 bits (sdot).
};

struct CpuTarget {
  std::string name;               ///< Canonical: "x86-64-v4+bf16+vnni".
  std::string triple;             ///< "x86_64-unknown-linux-gnu".
  std::string processor;          ///< LLVM's name, for its scheduling model.
  std::string features;           ///< LLVM's features: "+avx2,+fma,...".
  std::vector<std::string> needs; ///< What the CPU must have, as LLVM spells it: "avx512f", "dotprod".
  unsigned registerBytes = 32;    ///< Of one vector register.
  unsigned registers = 16;        ///< Vector registers.
  ByteDot byteDot = ByteDot::Maddubs;
  bool bf16Dot = false; ///< Whether pairs of bf16 are multiplied and added up in f32 (vdpbf16ps).

  /// Floats in one vector register.
  unsigned lanes() const { return registerBytes / 4; }
  bool isX86() const { return byteDot != ByteDot::Sdot; }
};

/// The target called `name`: "cpu", "cpu:NAME" or NAME, each with "+FEATURE" any number of times. Problems name what
/// exists.
Result<CpuTarget> parseCpuTarget(llvm::StringRef name);

/// The names of targets and, after "+", of features: for help texts.
std::string cpuTargetNames();

} // namespace tern

#endif // TERN_TARGET_CPUTARGET_H
