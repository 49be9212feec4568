//===- Translation.h - Importing as an mlir-translate translation -*- C++ -*-===//

#ifndef TERN_IMPORT_TRANSLATION_H
#define TERN_IMPORT_TRANSLATION_H

namespace tern {

/// Registers `--import-model`.
void registerImportTranslation();

} // namespace tern

#endif // TERN_IMPORT_TRANSLATION_H
