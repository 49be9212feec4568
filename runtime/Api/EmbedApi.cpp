//===- EmbedApi.cpp - Embeddings in C -------------------------------------===//

#include "runtime/Api/Handles.h"
#include "runtime/Run/Embedding.h"

using namespace tern;
using namespace tern::api;

void tern_embed_options_init(tern_embed_options *options, size_t size) {
  writeDefaults(tern_embed_options{}, options, size);
}

static tern_status readEmbedding(const tern_embed_options *given, EmbeddingRequest &request, tern_error *error) {
  tern_embed_options options{};
  if (!readOptions(given, options))
    return badOptions(error, "tern_embed_options");
  int pooling = numberOf(options.pooling);
  if (pooling < TERN_POOL_MEAN || pooling > TERN_POOL_NONE)
    return report(error, TERN_BAD_ARGUMENT,
                  "tern_embed_options: pooling must be one of tern_pooling, is " + std::to_string(pooling));
  request.pooling = static_cast<Pooling>(pooling);
  request.normalize = !options.keep_length;
  request.cancel = flagOf(options.cancel);
  return TERN_OK;
}

static tern_status giveEmbedding(tern_session *session, EmbeddingRequest request, float *vector, std::size_t capacity,
                                 std::size_t *length, tern_error *error) {
  Decoder &encoder = *session->decoder;
  auto count = static_cast<std::int64_t>(request.ids.size());
  if (encoder.isEncoder() && count > session->decoder->context())
    return report(error, Problem{"text",
                                 "has " + std::to_string(count) + " tokens, and the context has room for " +
                                     std::to_string(session->decoder->context()),
                                 "shorten the text or make a session with a longer context"});
  auto needed = static_cast<std::size_t>(encoder.vocabulary() * (request.pooling == Pooling::None ? count : 1));
  if (length)
    *length = needed;
  if (encoder.isEncoder() && needed > capacity)
    return tooSmall(error, needed, capacity);
  Result<std::optional<std::vector<float>>> embedding = embed(encoder, request);
  if (!embedding)
    return report(error, embedding.problem());
  if (!*embedding)
    return report(error, TERN_CANCELLED, "the step was cancelled");
  std::copy((*embedding)->begin(), (*embedding)->end(), vector);
  return TERN_OK;
}

tern_status tern_embed(tern_session *session, const int32_t *ids, size_t count, const tern_embed_options *options,
                       float *vector, size_t capacity, size_t *length, tern_error *error) {
  return atWork(session, "session", "tern_embed", error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_embed", {"ids", ids}, count); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_embed", {"vector", vector}, capacity); status != TERN_OK)
      return status;
    EmbeddingRequest request;
    if (tern_status status = readEmbedding(options, request, error); status != TERN_OK)
      return status;
    request.ids.assign(ids, ids + count);
    return giveEmbedding(session, std::move(request), vector, capacity, length, error);
  });
}

/// Without what the tokenizer fills texts up with at either end.
static void dropFilling(std::vector<TokenId> &ids, const Tokenizer &tokenizer) {
  std::optional<TokenId> filling = tokenizer.fillingToken();
  if (!filling)
    return;
  auto isText = [&](TokenId id) { return id != *filling; };
  ids.erase(ids.begin(), std::find_if(ids.begin(), ids.end(), isText));
  ids.erase(std::find_if(ids.rbegin(), ids.rend(), isText).base(), ids.end());
}

tern_status tern_embed_text(tern_session *session, const char *text, size_t text_length,
                            const tern_embed_options *options, float *vector, size_t capacity, size_t *length,
                            tern_error *error) {
  return atWork(session, "session", "tern_embed_text", error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_embed_text", {"text", text}, text_length); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_embed_text", {"vector", vector}, capacity); status != TERN_OK)
      return status;
    EmbeddingRequest request;
    if (tern_status status = readEmbedding(options, request, error); status != TERN_OK)
      return status;
    Result<const ModelText *> side = session->loaded->text();
    if (!side)
      return report(error, side.problem());
    Result<std::vector<TokenId>> ids = (*side)->tokenizer.encode({text, text_length}, /*addSpecial=*/true);
    if (!ids)
      return report(error, ids.problem());
    request.ids = std::move(*ids);
    dropFilling(request.ids, (*side)->tokenizer);
    return giveEmbedding(session, std::move(request), vector, capacity, length, error);
  });
}
