//===- WordLevel.h - A token for each piece ----------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_TEXT_WORDLEVEL_H
#define TERN_RUNTIME_TEXT_WORDLEVEL_H

#include "runtime/Text/Model.h"

namespace tern {

/// Looks each piece up as a whole. Follows Hugging Face tokenizers 0.23 (models/wordlevel).
class WordLevel final : public Model {
public:
  WordLevel(TokenTable tokens, std::string unknown);
  static Result<std::unique_ptr<Model>> fromSpec(ComponentSpec &spec, TokenArrays arrays);

  /// Problem: a piece that is no token when the unknown token is none either.
  Status tokenize(const Pieces &pieces, TokenList &tokens) const override;
  std::int32_t unknownToken() const override { return unknownId; }

private:
  std::string unknown;
  std::int32_t unknownId;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_WORDLEVEL_H
