//===- WeightTable.h - A program's weights as JSON ---------------*- C++ -*-===//

#ifndef TERN_TARGET_WEIGHTTABLE_H
#define TERN_TARGET_WEIGHTTABLE_H

namespace tern {

/// Registers the translation `--export-weight-table`: where every weight of a program lies, as one JSON object, for
/// programs that load weights and know no MLIR.
///
///     {"files": [{"name", "path", "size"}],
///      "weights": [{"name", "format", "shape", "file", "tensor", "offset", "bytes"[, "hash"]}
///                  or {"name", "format", "shape", "seed", "tensor", "center", "scale"}]}
void registerWeightTableTranslation();

} // namespace tern

#endif // TERN_TARGET_WEIGHTTABLE_H
