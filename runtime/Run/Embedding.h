//===- Embedding.h - Texts as vectors -----------------------------*- C++ -*-===//

#ifndef TERN_RUNTIME_RUN_EMBEDDING_H
#define TERN_RUNTIME_RUN_EMBEDDING_H

#include "runtime/Executor/Decoder.h"

namespace tern {

/// What becomes of the vectors of a text's tokens.
enum class Pooling : std::uint8_t {
  Mean,  ///< Their mean: sentence transformers.
  First, ///< That of the first token, "[CLS]".
  Last,  ///< That of the last: decoders that were trained for it.
  None,  ///< All of them, one after another.
};

struct EmbeddingRequest {
  std::vector<TokenId> ids; ///< At least one.
  Pooling pooling = Pooling::Mean;
  bool normalize = true;                     ///< To a length of 1; zeros stay.
  const std::atomic<bool> *cancel = nullptr; ///< May be null.
};

/// The embedding of one text, which slot 0 of `encoder` then holds; nothing if it was cancelled. Problems: a decoder
/// that gives logits, those of Decoder::prefill.
Result<std::optional<std::vector<float>>> embed(Decoder &encoder, const EmbeddingRequest &request);

} // namespace tern

#endif // TERN_RUNTIME_RUN_EMBEDDING_H
