//===- QuantizeRows.h - Activations in blocks of 32 --------------*- C++ -*-===//

#ifndef TERN_CONVERSION_KERNELTOCPU_QUANTIZEROWS_H
#define TERN_CONVERSION_KERNELTOCPU_QUANTIZEROWS_H

#include "lib/Conversion/KernelCode/TensorEmitter.h"

namespace tern::cpu {

using namespace code;

/// As TensorEmitter::quantizeRow, a block in the lanes.
void emitQuantizedRow(TensorEmitter &e, graph::QuantizeOp quantize, llvm::ArrayRef<Val> index, Val buffer,
                      int64_t maxRows, Val row, Val begin, Val end);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_QUANTIZEROWS_H
