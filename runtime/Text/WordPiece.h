//===- WordPiece.h - Longest tokens first ------------------------*- C++ -*-===//
//
// BERT's model. A piece is written as the longest token that begins it, then the longest inner token that begins the
// rest, and so on: "unaffable" is "un" "##aff" "##able". If some rest has no token, the whole piece is unknown.
// Follows Hugging Face tokenizers 0.23 (models/wordpiece).
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_WORDPIECE_H
#define TERN_RUNTIME_TEXT_WORDPIECE_H

#include "runtime/Text/Model.h"

#include <limits>

namespace tern {

struct WordPieceModelOptions {
  std::string unknown = "[UNK]";
  std::string firstPrefix;        ///< Before the first token of a piece; GGUF writes word beginnings as "▁".
  std::string innerPrefix = "##"; ///< Before every other token.
  std::uint64_t longestPiece = std::numeric_limits<std::uint64_t>::max(); ///< In characters; longer ones are unknown.
};

class WordPiece final : public Model {
public:
  WordPiece(TokenTable tokens, WordPieceModelOptions options);
  static Result<std::unique_ptr<Model>> fromSpec(ComponentSpec &spec, TokenArrays arrays);

  /// Problem: an unknown piece when the unknown token is no token.
  Status tokenize(const Pieces &pieces, TokenList &tokens) const override;
  std::int32_t unknownToken() const override { return unknownId; }

private:
  WordPieceModelOptions options;
  std::int32_t unknownId;

  bool tokenizePiece(std::string_view piece, TokenList &tokens) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_WORDPIECE_H
