//===- Model.h - From pieces of text to token ids ----------------*- C++ -*-===//
//
// The model is the part of a tokenizer that was trained: given a piece, it chooses tokens of its vocabulary. A model of
// a new kind is a class here and a row in the registry of Models.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_MODEL_H
#define TERN_RUNTIME_TEXT_MODEL_H

#include "runtime/Text/ComponentSpec.h"
#include "runtime/Text/Pieces.h"
#include "runtime/Text/TokenList.h"
#include "runtime/Text/TokenizerParts.h"

namespace tern {

/// Immutable once made; safe to use from several threads.
class Model {
public:
  explicit Model(TokenTable tokens) : vocabulary(std::move(tokens)) {}
  virtual ~Model() = default;

  /// Appends the tokens of each piece in turn. Problems: a piece that the model has no way to write, as when a
  /// word-level vocabulary lacks its unknown token. Spans of tokens are stretches of `pieces.whole()`.
  virtual Status tokenize(const Pieces &pieces, TokenList &tokens) const = 0;

  const TokenTable &tokens() const { return vocabulary; }
  /// The token that stands for what the vocabulary does not have; noToken when there is none.
  virtual std::int32_t unknownToken() const { return noToken; }

protected:
  TokenTable vocabulary;
};

/// Takes the arrays out of tokenizer.json's "model", an object: `vocab` and `merges` are null afterwards. A model of a
/// kind not known keeps them, and makeModel tells.
Result<TokenArrays> takeModelArrays(Json &model, const std::string &where);

/// Makes the model that tokenizer.json's "model" describes, of the arrays taken out of it.
Result<std::unique_ptr<Model>> makeModel(const Json &json, TokenArrays arrays, const std::string &where);

} // namespace tern

#endif // TERN_RUNTIME_TEXT_MODEL_H
