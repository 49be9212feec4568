//===- LinearQuants.cpp - Quants times quantized tokens -------------------===//

#include "lib/Conversion/KernelToCpu/LinearActivations.h"

#include <cassert>

using namespace mlir;

namespace tern::cpu {

namespace {

/// 32 columns of one tile times those of tokens.
class BlockProduct {
public:
  BlockProduct(const ProductBuilder &p, PackedFormat format, const BlockPlace &place)
      : b(p.b), target(p.target), traits(blockTraits(format)), hasLow(p.input.format == StorageFormat::I15_32),
        block(loadBlock(p.b, format, place)), floats(b.vec(b.f32, 16)) {
    if (traits.bits == 8 && hasSignedBytes(target))
      traits.zeroPoint = 0;
    for (Val packed : block.groups)
      groups.push_back(prepareGroup(b, target, packed, traits.bits));
  }

  /// `sum` and the products of `token`.
  Val add(Val sum, QuantizedToken token) {
    Val scale = b.broadcast(token.scale(), 16);
    if (traits.scales == 1) {
      Val dot = b.toFloat(floats, dotProduct(token, 0, 8));
      sum = b.fma(block.scales[0] * scale, dot, sum);
      return traits.hasMinimum ? b.fma(block.minima[0], b.broadcast(token.floatSum(), 16), sum) : sum;
    }
    Val scaled;
    for (int64_t h = 0; h < 2; ++h) {
      Val dot = b.toFloat(floats, dotProduct(token, 4 * h, 4));
      scaled = scaled ? b.fma(block.scales[h], dot, scaled) : block.scales[h] * dot;
      if (traits.hasMinimum)
        scaled = b.fma(block.minima[h], b.toFloat(floats, b.broadcast(token.integerSum(h), 16)), scaled);
    }
    return b.fma(scaled, scale, sum);
  }

private:
  /// Of the weights less their zero point and the 15-bit (or 8-bit) activations, exact: `count` groups from `first` on.
  Val dotProduct(QuantizedToken &token, int64_t first, int64_t count) {
    Val start = zeroPointShare(token, first / 4, count / 4);
    // Two chains of additions either way: one alone would wait for itself.
    DotSum one(b, target, traits.bits), other(b, target, traits.bits, start);
    for (int64_t g = first; g < first + count; ++g) {
      if (hasLow || g % 2 == 1)
        one.add(groups[g], token.highWord(g));
      if (hasLow || g % 2 == 0)
        other.add(groups[g], hasLow ? token.lowWord(g) : token.highWord(g));
    }
    Val dot = one.total();
    if (hasLow)
      dot = dot << b.constantInt(dot.getType(), 7);
    return dot + other.total();
  }

  /// What the zero point adds to the sums of `halves` of 16 columns from `half` on; nothing if it is 0.
  Val zeroPointShare(QuantizedToken &token, int64_t half, int64_t halves) {
    if (traits.zeroPoint == 0)
      return Val();
    Val activations = token.integerSum(half);
    if (halves == 2)
      activations = activations + token.integerSum(half + 1);
    return activations * -traits.zeroPoint;
  }

  CodeBuilder &b;
  const CpuTarget &target;
  BlockTraits traits;
  bool hasLow;
  WeightBlock block;
  Type floats;
  llvm::SmallVector<DotGroup, 8> groups;
};

/// The 32 columns from 32 * `index` on of `tile`.
BlockProduct loadTile(const ProductBuilder &p, const WeightTile &tile, Val index) {
  BlockPlace place = blockPlace(p.b, tile.format, tile.pointer, index);
  if (p.prefetch)
    prefetchBlock(p.b, tile.format, place, p.prefetch);
  return BlockProduct(p, tile.format, place);
}

} // namespace

Vals ProductBuilder::multiplyQuants(ArrayRef<WeightTile> tiles, Val token) const {
  Vals zeros(tiles.size(), b.constant(b.vec(b.f32, 16), 0.0));
  return b.fold(b.index(0), b.index(input.columns / 32), b.index(1), zeros, [&](Val index, ArrayRef<Val> carried) {
    Vals sums;
    QuantizedToken activations(b, input, token, index);
    for (auto [tile, sum] : llvm::zip_equal(tiles, carried))
      sums.push_back(loadTile(*this, tile, index).add(sum, activations));
    return sums;
  });
}

void ProductBuilder::multiplyQuants(const WeightTile &tile, Val firstToken, Val tokens, Val sums) const {
  Type lanes = b.vec(b.f32, 16);
  Val zero = b.index(0), one = b.index(1);
  b.forLoop(zero, tokens, one,
            [&](Val t) { b.store(b.constant(lanes, 0.0), sums, t * int64_t(tileRows), /*alignment=*/64); });
  b.forLoop(zero, b.index(input.columns / 32), one, [&](Val index) {
    BlockProduct product = loadTile(*this, tile, index);
    b.forLoop(zero, tokens, one, [&](Val t) {
      Val place = t * int64_t(tileRows);
      Val sum =
          product.add(b.load(lanes, sums, place, /*alignment=*/64), QuantizedToken(b, input, firstToken + t, index));
      b.store(sum, sums, place, /*alignment=*/64);
    });
  });
}

Vals ProductBuilder::multiply(ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const {
  if (llvm::all_of(tiles, [&](const WeightTile &tile) { return multipliesQuants(tile); })) {
    assert(tokens == 1 && "several tokens' sums go through memory");
    return multiplyQuants(tiles, firstToken);
  }
  return multiplyFloats(tiles, firstToken, tokens);
}

} // namespace tern::cpu
