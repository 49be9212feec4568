//===- Unigram.h - The likeliest sequence of tokens --------------*- C++ -*-===//
//
// Each token has a log probability; a piece is written as the tokens whose sum is highest, found by dynamic programming
// over the byte positions of the piece (Viterbi). A character that no token covers costs ten less than the rarest token
// and becomes the unknown token, or its bytes.
// Follows Hugging Face tokenizers 0.23 (models/unigram), ties included: of equal sums the one found first stays.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_UNIGRAM_H
#define TERN_RUNTIME_TEXT_UNIGRAM_H

#include "runtime/Text/Model.h"

namespace tern {

class Unigram final : public Model {
public:
  /// `scores` has one entry per token. `unknown` may be noToken.
  Unigram(TokenTable tokens, std::vector<double> scores, std::int32_t unknown, bool byteFallback);
  /// Tokens and scores from a list of pairs.
  static Result<TokenArrays> readArrays(const Json &vocabulary, const std::string &where);
  static Result<std::unique_ptr<Model>> fromSpec(ComponentSpec &spec, TokenArrays arrays);

  /// Problem: a character that no token covers when there is no unknown token.
  Status tokenize(const Pieces &pieces, TokenList &tokens) const override;
  std::int32_t unknownToken() const override { return unknownId; }

private:
  /// The best way to write a piece up to a position.
  struct Best {
    double score = 0;
    std::int32_t token = noToken;
    std::size_t begin = 0; ///< Where the last token begins.
    bool reached = false;
  };

  std::vector<double> scores;
  double unknownScore;
  std::int32_t unknownId;
  std::vector<std::int32_t> byteTokens; ///< <0x00>..<0xFF>; empty without byte fallback.

  Status tokenizePiece(std::string_view piece, std::vector<Best> &best, TokenList &tokens) const;
  bool findPath(std::string_view piece, std::vector<Best> &best) const;
  void write(std::string_view text, Span span, TokenList &tokens) const;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_UNIGRAM_H
