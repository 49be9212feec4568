//===- LinearQuants.cpp - Quants times quantized tokens -------------------===//

#include "lib/Conversion/KernelToCpu/LinearActivations.h"

#include "llvm/Support/MathExtras.h"

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

  /// `sum` and the products of token `t`.
  Val add(Val sum, QuantizedTokens &tokens, int64_t t) {
    Val scale = b.broadcast(tokens.scale(t), 16);
    if (traits.scales == 1) {
      Val dot = b.toFloat(floats, dotProduct(tokens, t, 0, 8));
      sum = b.fma(block.scales[0] * scale, dot, sum);
      return traits.hasMinimum ? b.fma(block.minima[0], b.broadcast(tokens.floatSum(t), 16), sum) : sum;
    }
    Val scaled;
    for (int64_t h = 0; h < 2; ++h) {
      Val dot = b.toFloat(floats, dotProduct(tokens, t, 4 * h, 4));
      scaled = scaled ? b.fma(block.scales[h], dot, scaled) : block.scales[h] * dot;
      if (traits.hasMinimum)
        scaled = b.fma(block.minima[h], b.toFloat(floats, b.broadcast(tokens.integerSum(t, h), 16)), scaled);
    }
    return b.fma(scaled, scale, sum);
  }

private:
  /// Of the weights less their zero point and the 15-bit (or 8-bit) activations, exact: `count` groups from `first` on.
  Val dotProduct(QuantizedTokens &tokens, int64_t t, int64_t first, int64_t count) {
    DotSum high(b, target, traits.bits), low(b, target, traits.bits);
    for (int64_t g = first; g < first + count; ++g) {
      high.add(groups[g], tokens.highWord(t, g));
      if (hasLow)
        low.add(groups[g], tokens.lowWord(t, g));
    }
    Val dot = high.total();
    if (hasLow)
      dot = (dot << b.constantInt(dot.getType(), 7)) + low.total();
    if (traits.zeroPoint == 0)
      return dot;
    Val activations = tokens.integerSum(t, first / 4);
    if (count == 8)
      activations = activations + tokens.integerSum(t, 1);
    Val shift = b.constantInt(b.i32, llvm::Log2_64(traits.zeroPoint));
    return dot - b.broadcast(activations << shift, 16);
  }

  CodeBuilder &b;
  const CpuTarget &target;
  BlockTraits traits;
  bool hasLow;
  WeightBlock block;
  Type floats;
  llvm::SmallVector<DotGroup, 8> groups;
};

} // namespace

Vals ProductBuilder::multiplyQuants(ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const {
  Vals zeros(tiles.size() * tokens, b.constant(b.vec(b.f32, 16), 0.0));
  Val blocks = b.index(input.columns / 32);
  return b.fold(b.index(0), blocks, b.index(1), zeros, [&](Val index, ArrayRef<Val> carried) {
    Vals sums(carried);
    QuantizedTokens activations(b, input, firstToken, index);
    for (auto [i, tile] : llvm::enumerate(tiles)) {
      BlockPlace place = blockPlace(b, tile.format, tile.pointer, index);
      if (prefetch)
        prefetchBlock(b, tile.format, place, prefetch);
      BlockProduct product(*this, tile.format, place);
      for (int64_t t = 0; t < tokens; ++t)
        sums[i * tokens + t] = product.add(sums[i * tokens + t], activations, t);
    }
    return sums;
  });
}

Vals ProductBuilder::multiply(ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const {
  bool allQuants = llvm::all_of(tiles, [](const WeightTile &tile) { return isBlockFormat(tile.format); });
  if (allQuants && input.isQuantized())
    return multiplyQuants(tiles, firstToken, tokens);
  return multiplyFloats(tiles, firstToken, tokens);
}

} // namespace tern::cpu
