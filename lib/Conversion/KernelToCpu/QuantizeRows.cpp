//===- QuantizeRows.cpp - Activations in blocks of 32 ---------------------===//

#include "lib/Conversion/KernelToCpu/QuantizeRows.h"

#include "runtime/Packing/QuantizedActivations.h"

#include <cmath>

using namespace mlir;

namespace tern::cpu {

/// The 32 elements of a block, computed once and kept in registers. Columns beyond the row's are zeros.
static Val blockOf(TensorEmitter &e, Value input, ArrayRef<Val> index, Val first) {
  CodeBuilder &b = e.b;
  auto type = cast<graph::SymbolicTensorType>(input.getType());
  Index place(index);
  place.push_back(first);
  if (type.getStaticDim(-1).value_or(1) % activationBlock == 0 && e.isVectorizable(input, activationBlock))
    return e.element(input, place, activationBlock);
  Val size = e.size(type, -1), block = b.constant(CodeBuilder::vec(b.f32, activationBlock), 0.0);
  return b.fold(e.number(0), b.minimum(size - first, e.number(activationBlock)), e.number(1), {block},
                [&](Val lane, ArrayRef<Val> carried) {
                  place.back() = first + lane;
                  return Vals{b.insert(e.element(input, place), carried[0], lane)};
                })[0];
}

namespace {

/// A block's quants (i32) and scale.
struct QuantizedBlock {
  Val quants, scale;
};

} // namespace

/// q = x * (top / m) to nearest, ties to even, with m = max |x|. All zeros if m is not a number that can be divided by.
static QuantizedBlock quantizeBlock(CodeBuilder &b, Val x, int64_t top) {
  FastMathScope exact(b, arith::FastMathFlags::none);
  constexpr double magic = 12582912.0; // 1.5 * 2^23: adding it leaves the rounded integer in the low bits
  Type integers = CodeBuilder::sameShape(x.getType(), b.i32);
  // Magnitudes in the order of their bits, NaN above infinity above numbers.
  Val largest = b.bitcast(b.f32, b.reduceMax(b.bitcast(integers, b.abs(x))));
  Val scale = largest / double(top);
  Val usable = (largest >= double(smallestQuantized)) & (largest < INFINITY);
  Val inverse = literal(largest, double(top)) / largest;
  Val scaled = x * b.broadcast(inverse, x.getLanes()) + magic;
  Val quants = b.bitcast(integers, scaled) - b.bitcast(integers, literal(x, magic));
  return {b.select(usable, quants, b.constantInt(integers, 0)), scale};
}

void emitQuantizedRow(TensorEmitter &e, graph::QuantizeOp quantize, ArrayRef<Val> index, Val buffer, int64_t maxRows,
                      Val row, Val begin, Val end) {
  CodeBuilder &b = e.b;
  auto type = cast<graph::SymbolicTensorType>(quantize.getResult().getType());
  StorageFormat format = type.getStorageFormat();
  bool isWide = format == StorageFormat::I15_32;
  std::optional<QuantizedLayout> layout = quantizedLayout(format, maxRows, type.getStaticDim(-1).value_or(0));
  if (!layout || layout->columns == 0)
    return e.fail(quantize, "quantised rows must have a fixed number of columns, and buffers below 2^63 bytes");
  int64_t blocks = layout->columns / activationBlock;
  auto array = [&](uint64_t offset) { return b.bytePointer(buffer, e.number(offset)); };
  Val hi = array(layout->hi), lo = array(layout->lo), scales = array(layout->scale), sums = array(layout->fsum),
      halves = array(layout->isum16);
  b.forLoop(begin, end, e.number(1), [&](Val block) {
    Val x = blockOf(e, quantize.getInput(), index, block << 5);
    auto [quants, scale] = quantizeBlock(b, x, isWide ? topOfI15 : topOfI8);
    Val place = row * blocks + block, upper = isWide ? (quants + 64) >> 7 : quants;
    b.store(b.truncate(b.i8, upper), hi, place << 5, activationBlock);
    if (isWide)
      b.store(b.truncate(b.i8, quants - (upper << 7)), lo, place << 5, activationBlock);
    Val first = b.reduceAdd(b.slice(quants, 0, activationSum));
    Val second = b.reduceAdd(b.slice(quants, activationSum, activationSum));
    b.store(first, halves, place << 1);
    b.store(second, halves, (place << 1) + 1);
    b.store(scale, scales, place);
    b.store(scale * b.toFloat(b.f32, first + second), sums, place);
  });
}

} // namespace tern::cpu
