//===- Normalizer.h - Changes to text before it is cut -----------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_NORMALIZER_H
#define TERN_RUNTIME_TEXT_NORMALIZER_H

#include "runtime/Text/ComponentSpec.h"
#include "runtime/Text/Pieces.h"

namespace tern {

/// Rewrites a stretch of text, once, before pre-tokenization. Immutable; safe to use from several threads. A normalizer
/// of a new kind is a class and a row in the registry of Normalizers.cpp.
class Normalizer {
public:
  virtual ~Normalizer() = default;

  /// Consumes the whole of `text` from `rewriter`, which stands at its beginning.
  virtual Status apply(std::string_view text, Rewriter &rewriter) const = 0;
};

/// Makes the normalizer that tokenizer.json's "normalizer" describes.
Result<std::unique_ptr<Normalizer>> makeNormalizer(const Json &json, const std::string &where);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_NORMALIZER_H
