//===- LinearActivations.cpp - Reading tokens column by column ------------===//

#include "lib/Conversion/KernelToCpu/LinearActivations.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tern::cpu {

QuantisedArrays quantisedArrays(StorageFormat format, int64_t rows, int64_t columns) {
  QuantisedArrays arrays;
  arrays.columns = llvm::alignTo(columns, 32);
  int64_t end = 0;
  auto place = [&](int64_t bytes) {
    int64_t begin = end;
    end += llvm::alignTo(bytes, 64);
    return begin;
  };
  int64_t elements = rows * arrays.columns;
  arrays.high = place(elements);
  if (format == StorageFormat::I15_32)
    arrays.low = place(elements);
  arrays.scale = place(elements / 32 * 4);
  arrays.floatSum = place(elements / 32 * 4);
  arrays.integerSum = place(elements / 16 * 4);
  arrays.bytes = end;
  return arrays;
}

QuantisedBlock::QuantisedBlock(CodeBuilder &b, const LinearInput &input, Val token, Val block) : b(b) {
  QuantisedArrays arrays = quantisedArrays(input.format, input.capacity, input.columns);
  blocks = arrays.columns / 32;
  Val firstBlock = token * blocks + block;
  // One address for both planes: the second is the first's at a constant distance.
  highBase = b.bytePointer(input.base, firstBlock * 32);
  lowBase = b.bytePointer(highBase, arrays.low);
  scaleBase = b.elementPointer(b.f32, b.bytePointer(input.base, arrays.scale), firstBlock);
  floatSumBase = b.bytePointer(scaleBase, arrays.floatSum - arrays.scale);
  integerSumBase = b.elementPointer(b.i32, b.bytePointer(input.base, arrays.integerSum), firstBlock * 2);
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
  if (!input.isQuantised()) {
    base = b.bytePointer(input.base, (token * stride + column) * int64_t(elementBytes(input.format)));
    return;
  }
  QuantisedArrays arrays = quantisedArrays(input.format, input.capacity, input.columns);
  stride = arrays.columns;
  Val element = token * stride + column;
  base = b.bytePointer(input.base, element);
  if (input.format == StorageFormat::I15_32)
    lowBase = b.bytePointer(base, arrays.low);
  scaleBase = b.elementPointer(b.f32, b.bytePointer(input.base, arrays.scale), b.shiftRightLogical(element, 5));
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
