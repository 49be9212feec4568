//===- SentencePieceBpe.h - Byte-pair encoding by scores ---------*- C++ -*-===//
//
// The tokenizers of Llama 2, Mistral and Gemma as GGUF files hold them: tokens with scores and no list of merges. Two
// neighbours may merge whenever their text together is a token; the token with the highest score goes first, the
// leftmost of equals. Characters that end up as no token are written as bytes.
//
// Candidates wait in a heap and no candidate is longer than the longest token, so n characters cost O(n log n).
// Follows llama.cpp (src/llama-vocab.cpp, the SPM tokenizer), which follows SentencePiece.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEXT_SENTENCEPIECEBPE_H
#define TERN_RUNTIME_TEXT_SENTENCEPIECEBPE_H

#include "runtime/Text/Model.h"

namespace tern {

class SentencePieceBpe final : public Model {
public:
  /// `scores` has one entry per token, no NaN. `unknown` may be noToken; characters without a token and without byte
  /// tokens are dropped then.
  SentencePieceBpe(TokenTable tokens, std::vector<float> scores, std::int32_t unknown);

  Status tokenize(const Pieces &pieces, TokenList &tokens) const override;
  std::int32_t unknownToken() const override { return unknownId; }

private:
  class Word;

  std::vector<float> scores;
  std::int32_t unknownId;
  std::vector<std::int32_t> byteTokens;
};

} // namespace tern

#endif // TERN_RUNTIME_TEXT_SENTENCEPIECEBPE_H
