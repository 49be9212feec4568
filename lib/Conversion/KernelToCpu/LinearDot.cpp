//===- LinearDot.cpp - Integer dot products of a tile ---------------------===//

#include "lib/Conversion/KernelToCpu/LinearDot.h"

#include "llvm/Support/ErrorHandling.h"

#include <string>

using namespace mlir;

namespace tern::cpu {

bool hasSignedBytes(const VectorTarget &target) {
  return target.dotStep == DotStep::Sdot || target.dotStep == DotStep::Maddubs;
}

DotGroup prepareGroup(CodeBuilder &b, const VectorTarget &target, Val packed, int64_t bits) {
  if (bits < 8 || !hasSignedBytes(target))
    return {packed, Val()};
  Val bytes = packed ^ b.constantInt(packed.getType(), -128);
  if (target.dotStep == DotStep::Maddubs)
    return {b.abs(bytes), bytes};
  return {bytes, Val()};
}

/// vpmaddubsw adds pairs of products to 16 bits with saturation. With activations of at most 127 a pair is at most
/// 2 * 127 * (2^bits - 1), 128 standing for the largest magnitude of eight signed bits, so this many pairs are exact.
static int64_t maxPendingGroups(int64_t bits) {
  int64_t largestWeight = bits < 8 ? (int64_t(1) << bits) - 1 : 128;
  return 32767 / (2 * 127 * largestWeight);
}

DotSum::DotSum(CodeBuilder &b, const VectorTarget &target, int64_t bits)
    : b(b), target(target), maxPending(maxPendingGroups(bits)) {}

static Val partOf(CodeBuilder &b, const VectorTarget &target, Val bytes, int64_t part) {
  if (target.registerBytes == 64)
    return bytes;
  return b.slice(bytes, part * target.registerBytes, target.registerBytes);
}

/// `word` in every lane of a register, as bytes.
static Val spread(CodeBuilder &b, const VectorTarget &target, Val word) {
  return b.bitcast(b.vec(b.i8, target.registerBytes), b.broadcast(word, target.lanes()));
}

void DotSum::add(const DotGroup &group, Val word) {
  bool is16Bit = target.dotStep == DotStep::Maddubs;
  if (is16Bit && pending == maxPending)
    flush();
  Vals &targets = is16Bit ? halves : sums;
  bool first = targets.empty();
  for (int64_t part = 0; part < target.registersPerTile(); ++part) {
    if (first && !is16Bit)
      sums.push_back(b.constantInt(b.vec(b.i32, target.lanes()), 0));
    Val added = is16Bit ? maddubs(group, part, word) : step(part, group, word);
    if (!is16Bit)
      sums[part] = added;
    else if (first)
      halves.push_back(added);
    else
      halves[part] = halves[part] + added;
  }
  ++pending;
}

static StringRef vnniName(int64_t registerBytes) {
  switch (registerBytes) {
  case 64:
    return "llvm.x86.avx512.vpdpbusd.512";
  case 32:
    return "llvm.x86.avx512.vpdpbusd.256";
  default:
    return "llvm.x86.avx512.vpdpbusd.128";
  }
}

/// The four products of each lane by 32-bit multiplications. Weights are unsigned.
static Val portableStep(CodeBuilder &b, Val sum, Val weights, Val word) {
  Type type = sum.getType();
  Val packed = b.bitcast(type, weights), spreadWord = b.broadcast(word, sum.getLanes());
  for (int64_t j = 0; j < 4; ++j) {
    Val weight = b.shiftRightLogical(packed, 8 * j) & 255;
    Val activation = (spreadWord << b.constantInt(type, 24 - 8 * j)) >> b.constantInt(type, 24);
    sum = sum + weight * activation;
  }
  return sum;
}

Val DotSum::step(int64_t part, const DotGroup &group, Val word) {
  Val weights = partOf(b, target, group.bytes, part);
  Type type = sums[part].getType();
  switch (target.dotStep) {
  case DotStep::Vnni:
    return b.intrinsic(vnniName(target.registerBytes), type, {sums[part], weights, spread(b, target, word)});
  case DotStep::Sdot:
    return b.intrinsic("llvm.aarch64.neon.sdot.v4i32.v16i8", type, {sums[part], weights, spread(b, target, word)});
  case DotStep::Portable:
    return portableStep(b, sums[part], weights, word);
  case DotStep::Maddubs:
    break;
  }
  llvm_unreachable("16-bit sums have their own step");
}

Val DotSum::maddubs(const DotGroup &group, int64_t part, Val word) {
  bool is512 = target.registerBytes == 64;
  Val weights = partOf(b, target, group.bytes, part), activations = spread(b, target, word);
  if (group.signs) {
    Val signs = partOf(b, target, group.signs, part);
    // AVX-512 has masks instead of vpsignb.
    activations = is512 ? b.select(signs < 0, -activations, activations)
                        : b.intrinsic("llvm.x86.avx2.psign.b", activations.getType(), {activations, signs});
  }
  return b.intrinsic(is512 ? "llvm.x86.avx512.pmaddubs.w.512" : "llvm.x86.avx2.pmadd.ub.sw",
                     b.vec(b.i16, target.registerBytes / 2), {weights, activations});
}

void DotSum::flush() {
  StringRef name = target.registerBytes == 64 ? "llvm.x86.avx512.pmaddw.d.512" : "llvm.x86.avx2.pmadd.wd";
  bool first = sums.empty();
  for (auto [part, half] : llvm::enumerate(halves)) {
    Val sum = b.intrinsic(name, b.vec(b.i32, target.lanes()), {half, b.constantInt(half.getType(), 1)});
    if (first)
      sums.push_back(sum);
    else
      sums[part] = sums[part] + sum;
  }
  halves.clear();
  pending = 0;
}

Val DotSum::total() {
  if (!halves.empty())
    flush();
  Vals parts = sums;
  while (parts.size() > 1) {
    Vals joined;
    for (size_t i = 0; i < parts.size(); i += 2)
      joined.push_back(b.join(parts[i], parts[i + 1]));
    parts = joined;
  }
  return parts.front();
}

} // namespace tern::cpu
