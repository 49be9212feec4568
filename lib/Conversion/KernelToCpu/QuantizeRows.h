//===- QuantizeRows.h - Activations in blocks of 32 --------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_QUANTIZEROWS_H
#define TERN_CONVERSION_KERNELTOCPU_QUANTIZEROWS_H

#include "lib/Conversion/KernelToCpu/TensorEmitter.h"

namespace tern::cpu {

/// Writes blocks [begin, end) of the row `row` of `quantize`'s result into the buffer at `buffer`, which is laid out
/// for `maxRows` rows (runtime/Packing/QuantizedActivations.h). `index` is the row's index in the tensor, all but the
/// last dimension, and `row` its number in the buffer.
void emitQuantizedRow(TensorEmitter &e, graph::QuantizeOp quantize, llvm::ArrayRef<Val> index, Val buffer,
                      int64_t maxRows, Val row, Val begin, Val end);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_QUANTIZEROWS_H
