//===- Packed.h - Weights read from tiles of 16 rows -------------*- C++ -*-===//
//
// Single elements of weights in the layout of runtime/Packing/PackedFormat.h, for what reads few of them: embeddings.
// Products with whole matrices decode block by block.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_CONVERSION_KERNELTOCPU_PACKED_H
#define TERN_CONVERSION_KERNELTOCPU_PACKED_H

#include "lib/Conversion/KernelCode/CodeBuilder.h"
#include "runtime/Packing/PackedFormat.h"

namespace tern::cpu {

using namespace code;

/// The element in row `row` and column `column` of a matrix of `columns` columns at `tiles`, as f32.
Val loadPacked(CodeBuilder &b, PackedFormat format, Val tiles, int64_t columns, Val row, Val column);

} // namespace tern::cpu

#endif // TERN_CONVERSION_KERNELTOCPU_PACKED_H
