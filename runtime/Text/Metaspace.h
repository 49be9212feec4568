//===- Metaspace.h - Spaces written as a character that shows ----*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_METASPACE_H
#define TERN_RUNTIME_TEXT_METASPACE_H

#include "runtime/Text/ComponentSpec.h"

namespace tern {

/// Options that the Metaspace pre-tokenizer and decoder share.
struct MetaspaceOptions {
  enum class Prepend { Always, First, Never };

  char32_t replacement = 0;
  std::string mark;                  ///< The replacement in UTF-8, usually "▁".
  Prepend prepend = Prepend::Always; ///< Which pieces get the mark in front.
  bool split = true;                 ///< Each mark begins a piece.

  static MetaspaceOptions read(ComponentSpec &spec);
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_METASPACE_H
