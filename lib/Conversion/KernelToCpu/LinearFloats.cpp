//===- LinearFloats.cpp - Products in f32 ---------------------------------===//

#include "lib/Conversion/KernelToCpu/LinearActivations.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;

namespace tern::cpu {

namespace {

/// Columns of a tile as f32 lanes, decoded when asked for so that few are alive at once.
class WeightColumns {
public:
  /// Columns from `first` on, which begins a block of 32 in formats of quants and is even in the others.
  WeightColumns(CodeBuilder &b, const WeightTile &tile, Val first)
      : b(b), format(tile.format), words(b.vec(b.i32, 16)), floats(b.vec(b.f32, 16)) {
    if (isBlockFormat(format)) {
      traits = blockTraits(format);
      block = loadBlock(b, format, blockPlace(b, format, tile.pointer, b.shiftRightLogical(first, 5)));
    } else {
      pointer = b.bytePointer(tile.pointer, first * int64_t(format == PackedFormat::F32 ? 64 : 32));
    }
  }

  Val column(int64_t column) {
    if (isBlockFormat(format))
      return decode(column);
    if (format == PackedFormat::F32)
      return b.load(floats, pointer, column * 16, /*alignment=*/32);
    if (format == PackedFormat::F16)
      return b.convertFloat(b.f32, b.load(b.vec(b.f16, 16), pointer, column * 16, /*alignment=*/32));
    // The even column of a pair is the low half of a lane's word.
    Val pairs = b.load(words, pointer, column / 2 * 16, /*alignment=*/32);
    return b.bitcast(floats, column % 2 ? pairs & -65536 : pairs << b.constantInt(words, 16));
  }

private:
  /// scale * (u - zeroPoint) + minimum, in f32 as runtime/Packing defines it.
  Val decode(int64_t column) {
    Val group = b.bitcast(words, block.groups[column / 4]);
    Val quant = b.shiftRightLogical(group, 8 * (column % 4)) & 255;
    if (traits.zeroPoint)
      quant = quant - traits.zeroPoint;
    int64_t part = column / 16 * (traits.scales - 1);
    Val number = b.toFloat(floats, quant);
    return traits.hasMinimum ? b.fma(block.scales[part], number, block.minima[part]) : block.scales[part] * number;
  }

  CodeBuilder &b;
  PackedFormat format;
  Type words, floats;
  BlockTraits traits{};
  WeightBlock block;
  Val pointer;
};

/// The sums of tiles and tokens while a loop goes through the columns. With few tokens each sum is kept in several
/// parts, because one multiply-add must wait for the one before it in the same part.
class FloatProduct {
public:
  FloatProduct(const ProductBuilder &p, ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens)
      : p(p), b(p.b), tiles(tiles), firstToken(firstToken), tokens(tokens),
        parts(std::clamp<int64_t>(8 / (tokens * int64_t(tiles.size())), 1, 4)),
        step(llvm::any_of(tiles, [](auto &tile) { return isBlockFormat(tile.format); }) ? 32 : 8) {
    if (p.input.isQuantized())
      step = 32;
  }

  Vals run() {
    int64_t columns = p.input.columns, whole = columns / step * step;
    Vals sums(tiles.size() * tokens * parts, b.constant(b.vec(b.f32, 16), 0.0));
    sums = b.fold(b.index(0), b.index(whole), b.index(step), sums, [&](Val column, ArrayRef<Val> carried) {
      Vals next(carried);
      addColumns(next, column, step, /*ahead=*/true);
      return next;
    });
    if (whole < columns)
      addColumns(sums, b.index(whole), columns - whole, /*ahead=*/false);
    return addParts(sums);
  }

private:
  bool usesPairs(const WeightTile &tile) const {
    return p.target.bf16Dot && tile.format == PackedFormat::BF16 && p.input.format == StorageFormat::BF16;
  }
  Val &sum(Vals &sums, int64_t tile, int64_t token, int64_t column) {
    return sums[(tile * tokens + token) * parts + column % parts];
  }

  void addColumns(Vals &sums, Val first, int64_t count, bool ahead) {
    ActivationColumns activations(b, p.input, firstToken, first);
    for (auto [i, tile] : llvm::enumerate(tiles)) {
      if (ahead && p.prefetch)
        prefetchColumns(tile, first);
      if (usesPairs(tile)) {
        addPairs(sums, i, activations, first, count);
        continue;
      }
      WeightColumns weights(b, tile, first);
      for (int64_t column = 0; column < count; ++column) {
        Val weight = weights.column(column);
        for (int64_t t = 0; t < tokens; ++t) {
          Val activation = b.broadcast(activations.number(t, column), 16);
          sum(sums, i, t, column) = b.fma(weight, activation, sum(sums, i, t, column));
        }
      }
    }
  }

  /// With the CPU's dot product of pairs of bf16.
  void addPairs(Vals &sums, int64_t tile, ActivationColumns &activations, Val first, int64_t count) {
    Type pairs = b.vec(b.bf16, 32);
    Val pointer = b.bytePointer(tiles[tile].pointer, first * 32);
    for (int64_t column = 0; column < count; column += 2) {
      Val weights = b.load(pairs, pointer, column / 2 * 32, /*alignment=*/32);
      for (int64_t t = 0; t < tokens; ++t) {
        Val pair = activations.pair(t, column, /*single=*/column + 1 == count);
        Val &target = sum(sums, tile, t, column / 2);
        target = b.intrinsic("llvm.x86.avx512bf16.dpbf16ps.512", b.vec(b.f32, 16),
                             {target, weights, b.bitcast(pairs, b.broadcast(pair, 16))});
      }
    }
  }

  void prefetchColumns(const WeightTile &tile, Val first) {
    if (isBlockFormat(tile.format))
      return prefetchBlock(b, tile.format, blockPlace(b, tile.format, tile.pointer, b.shiftRightLogical(first, 5)),
                           p.prefetch);
    int64_t bytes = tile.format == PackedFormat::F32 ? 64 : 32;
    Val pointer = b.bytePointer(tile.pointer, first * bytes);
    for (int64_t line = 0; line < step * bytes; line += 64)
      b.prefetch(b.bytePointer(pointer, p.prefetch + line), /*locality=*/3);
  }

  Vals addParts(const Vals &sums) {
    Vals totals;
    for (size_t i = 0; i < sums.size(); i += parts) {
      Val total = sums[i];
      for (int64_t part = 1; part < parts; ++part)
        total = total + sums[i + part];
      totals.push_back(total);
    }
    return totals;
  }

  const ProductBuilder &p;
  CodeBuilder &b;
  ArrayRef<WeightTile> tiles;
  Val firstToken;
  int64_t tokens, parts, step;
};

} // namespace

Vals ProductBuilder::multiplyFloats(ArrayRef<WeightTile> tiles, Val firstToken, int64_t tokens) const {
  return FloatProduct(*this, tiles, firstToken, tokens).run();
}

} // namespace tern::cpu
