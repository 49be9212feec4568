//===- Pack.h - Weights into tiles and back ----------------------*- C++ -*-===//
//
// From the rows of a file to the layout of PackedFormat.h. Tiles are independent of each other, so any thread may pack
// any of them. The way back is for tests, for embeddings and for people who want to see what a kernel reads.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_PACKING_PACK_H
#define TERN_RUNTIME_PACKING_PACK_H

#include "runtime/Packing/PackedFormat.h"

namespace tern {

/// Packs tiles [tileBegin, tileEnd) of a matrix of `rows` rows and `columns` columns. `rowMajor` is row 0 as a file
/// holds it, of any alignment; only rows of these tiles are read. `target` receives tile `tileBegin` first. `format`
/// must have a packed format and `columns` be whole blocks.
void packTiles(StorageFormat format, const std::uint8_t *rowMajor, std::uint64_t rows, std::uint64_t columns,
               std::uint64_t tileBegin, std::uint64_t tileEnd, std::uint8_t *target);

/// Decodes row `row` of a packed matrix to f32, bit for bit what decodeToFloat makes of the row that was packed.
void unpackRow(PackedFormat format, const std::uint8_t *packed, std::uint64_t row, std::uint64_t columns,
               float *target);

/// Decodes all rows, row-major.
void unpackTiles(PackedFormat format, const std::uint8_t *packed, std::uint64_t rows, std::uint64_t columns,
                 float *target);

} // namespace tern

#endif // TERN_RUNTIME_PACKING_PACK_H
