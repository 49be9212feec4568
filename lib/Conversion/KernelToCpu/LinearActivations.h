//===- LinearActivations.h - Reading tokens column by column -----*- C++ -*-===//
//
// The arrays of quantized activations (runtime/Packing/QuantizedActivations.h), and single activations of any format as
// f32. There, tokens that share a pass lie at constant distances, so their loads differ by a displacement alone.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_LINEARACTIVATIONS_H
#define TERN_CONVERSION_KERNELTOCPU_LINEARACTIVATIONS_H

#include "lib/Conversion/KernelToCpu/LinearProduct.h"

namespace tern::cpu {

/// One token's activations in 32 columns, in a quantized buffer.
class QuantizedToken {
public:
  /// Columns from 32 * `block` on.
  QuantizedToken(CodeBuilder &b, const LinearInput &input, Val token, Val block);

  /// Four neighbouring quants, those of group `group`, as one i32.
  Val highWord(int64_t group) { return b.load(b.i32, highBase, group); }
  Val lowWord(int64_t group) { return b.load(b.i32, lowBase, group); }
  Val scale() { return b.load(b.f32, scaleBase); }
  Val floatSum() { return b.load(b.f32, floatSumBase); }
  /// The sum of the quants in columns 16 * `half` to 16 * `half` + 15.
  Val integerSum(int64_t half) { return b.load(b.i32, integerSumBase, half); }

private:
  CodeBuilder &b;
  Val highBase, lowBase, scaleBase, floatSumBase, integerSumBase;
};

/// Some tokens' activations from a column on, in a buffer of any format.
class ActivationColumns {
public:
  /// Tokens from `token` on, columns from `column` on.
  ActivationColumns(CodeBuilder &b, const LinearInput &input, Val token, Val column);

  /// Column `column` + `offset` of token `t`, f32. In a quantized buffer `column` must begin a block, and `offset` lie
  /// in it.
  Val number(int64_t t, int64_t offset);

  /// Two neighbouring bf16 as one i32; with `single`, a zero beside the one at `offset`.
  Val pair(int64_t t, int64_t offset, bool single);

private:
  CodeBuilder &b;
  const LinearInput &input;
  Val base, lowBase, scaleBase;
  int64_t stride;
};

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_LINEARACTIVATIONS_H
