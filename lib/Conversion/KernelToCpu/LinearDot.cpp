//===- LinearDot.cpp - Integer dot products of a tile ---------------------===//

#include "lib/Conversion/KernelToCpu/LinearDot.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tern::cpu {

bool hasSignedBytes(const CpuTarget &target) {
  return target.byteDot == ByteDot::Sdot || target.byteDot == ByteDot::Maddubs;
}

DotGroup prepareGroup(CodeBuilder &b, const CpuTarget &target, Val packed, int64_t bits) {
  if (bits < 8 || !hasSignedBytes(target))
    return {packed, Val()};
  Val bytes = packed ^ b.constantInt(packed.getType(), -128);
  if (target.byteDot == ByteDot::Maddubs)
    return {b.abs(bytes), bytes};
  return {bytes, Val()};
}

/// vpmaddubsw adds pairs of products to 16 bits with saturation. With activations of at most 127 a pair is at most
/// 2 * 127 * (2^bits - 1), 128 standing for the largest magnitude of eight signed bits, so this many pairs are exact.
static int64_t maxPendingGroups(int64_t bits) {
  int64_t largestWeight = bits < 8 ? (int64_t(1) << bits) - 1 : 128;
  return 32767 / (2 * 127 * largestWeight);
}

DotSum::DotSum(CodeBuilder &b, const CpuTarget &target, int64_t bits, Val start)
    : b(b), target(target), maxPending(maxPendingGroups(bits)) {
  if (start)
    sums.assign(registersPerTile(target), b.broadcast(start, target.lanes()));
}

static Val partOf(CodeBuilder &b, const CpuTarget &target, Val bytes, int64_t part) {
  if (target.registerBytes == 64)
    return bytes;
  return b.slice(bytes, part * target.registerBytes, target.registerBytes);
}

/// `word` in every lane of a register, as bytes.
static Val spread(CodeBuilder &b, const CpuTarget &target, Val word) {
  return b.bitcast(b.vec(b.i8, target.registerBytes), b.broadcast(word, target.lanes()));
}

void DotSum::add(const DotGroup &group, Val word) {
  bool is16Bit = target.byteDot == ByteDot::Maddubs;
  if (is16Bit && pending == maxPending)
    flush();
  Vals &targets = is16Bit ? halves : sums;
  bool first = targets.empty();
  for (int64_t part = 0; part < registersPerTile(target); ++part) {
    if (first && !is16Bit)
      sums.push_back(b.constantInt(b.vec(b.i32, target.lanes()), 0));
    Val added = is16Bit ? maddubs(group, part, word) : dotStep(part, group, word);
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
  return registerBytes == 64 ? "llvm.x86.avx512.vpdpbusd.512" : "llvm.x86.avx512.vpdpbusd.256";
}

Val DotSum::dotStep(int64_t part, const DotGroup &group, Val word) {
  StringRef name =
      target.byteDot == ByteDot::Vnni ? vnniName(target.registerBytes) : "llvm.aarch64.neon.sdot.v4i32.v16i8";
  Val weights = partOf(b, target, group.bytes, part);
  return b.intrinsic(name, sums[part].getType(), {sums[part], weights, spread(b, target, word)});
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
