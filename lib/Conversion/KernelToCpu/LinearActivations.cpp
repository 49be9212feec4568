//===- LinearActivations.cpp - Reading tokens column by column ------------===//

#include "lib/Conversion/KernelToCpu/LinearActivations.h"

#include "runtime/Packing/QuantizedActivations.h"

#include <cassert>

using namespace mlir;

namespace tern::cpu {

static QuantizedLayout layoutOf(const LinearInput &input) {
  std::optional<QuantizedLayout> layout = quantizedLayout(input.format, input.capacity, input.columns);
  assert(layout && "the caller has checked the buffer's size");
  return *layout;
}

QuantizedToken::QuantizedToken(CodeBuilder &b, const LinearInput &input, Val token, Val block) : b(b) {
  QuantizedLayout layout = layoutOf(input);
  int64_t blocks = int64_t(layout.columns) / 32;
  Val firstBlock = token * blocks + block;
  // One address for both planes: the second is the first's at a constant distance.
  highBase = b.bytePointer(input.base, firstBlock * 32);
  lowBase = b.bytePointer(highBase, layout.lo);
  scaleBase = b.elementPointer(b.f32, b.bytePointer(input.base, layout.scale), firstBlock);
  floatSumBase = b.bytePointer(scaleBase, layout.fsum - layout.scale);
  integerSumBase = b.elementPointer(b.i32, b.bytePointer(input.base, layout.isum16), firstBlock * 2);
}

static unsigned elementBytes(StorageFormat format) {
  switch (format) {
  case StorageFormat::F32:
    return 4;
  case StorageFormat::F16:
  case StorageFormat::BF16:
    return 2;
  default:
    return 1;
  }
}

ActivationColumns::ActivationColumns(CodeBuilder &b, const LinearInput &input, Val token, Val column)
    : b(b), input(input), stride(input.columns) {
  if (!input.isQuantized()) {
    base = b.bytePointer(input.base, (token * stride + column) * int64_t(elementBytes(input.format)));
    return;
  }
  QuantizedLayout layout = layoutOf(input);
  stride = int64_t(layout.columns);
  Val element = token * stride + column;
  base = b.bytePointer(input.base, element);
  if (input.format == StorageFormat::I15_32)
    lowBase = b.bytePointer(base, layout.lo);
  scaleBase = b.elementPointer(b.f32, b.bytePointer(input.base, layout.scale), b.shiftRightLogical(element, 5));
}

Val ActivationColumns::number(int64_t t, int64_t offset) {
  int64_t element = t * stride + offset;
  switch (input.format) {
  case StorageFormat::F32:
    return b.load(b.f32, base, element);
  case StorageFormat::F16:
    return b.convertFloat(b.f32, b.load(b.f16, base, element));
  case StorageFormat::BF16:
    return b.convertFloat(b.f32, b.load(b.bf16, base, element));
  default:
    break;
  }
  Val quant = b.signExtend(b.i32, b.load(b.i8, base, element));
  if (lowBase)
    quant = (quant << b.constantInt(b.i32, 7)) + b.signExtend(b.i32, b.load(b.i8, lowBase, element));
  return b.toFloat(b.f32, quant) * b.load(b.f32, scaleBase, t * (stride / 32));
}

Val ActivationColumns::pair(int64_t t, int64_t offset, bool single) {
  int64_t element = t * stride + offset;
  if (single)
    return b.zeroExtend(b.i32, b.load(b.i16, base, element));
  return b.load(b.i32, b.bytePointer(base, element * 2), int64_t(0), /*alignment=*/2);
}

} // namespace tern::cpu
