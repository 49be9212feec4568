//===- SessionApi.cpp - Sessions and their steps in C ---------------------===//

#include "runtime/Api/Handles.h"

using namespace tern;
using namespace tern::api;

tern_status tern_session_create(tern_model *model, int64_t slots, int64_t context, tern_session **session,
                                tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (!model || !session)
      return report(error, TERN_BAD_ARGUMENT, "tern_session_create: model and session must not be null");
    *session = nullptr;
    const LoadedModel &loaded = *model->loaded;
    std::int64_t most = loaded.artifact().manifest().model.maxContext;
    if (context > most)
      return report(error,
                    Problem{"context",
                            "must be at most the model's " + std::to_string(most) + ", got " + std::to_string(context),
                            "ask for fewer positions"});
    Result<std::unique_ptr<Decoder>> decoder = Decoder::create(loaded.executor(), slots, context == 0 ? most : context);
    if (!decoder)
      return report(error, decoder.problem());
    std::int64_t length = std::min((*decoder)->context(), most);
    *session = new tern_session{model, std::move(*decoder), length};
    return TERN_OK;
  });
}

void tern_session_destroy(tern_session *session) { delete session; }

int64_t tern_session_slots(const tern_session *session) { return session->decoder->slots(); }

int64_t tern_session_context(const tern_session *session) { return session->context; }

int64_t tern_session_length(const tern_session *session, int64_t slot) {
  return slot < 0 || slot >= session->decoder->slots() ? -1 : session->decoder->length(slot);
}

void tern_session_memory(const tern_session *session, tern_memory *planned, tern_memory *measured) {
  if (planned)
    *planned = memoryOf(session->decoder->session().planned());
  if (measured)
    *measured = memoryOf(session->decoder->session().measured());
}

tern_status tern_session_rewind(tern_session *session, int64_t slot, int64_t length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Status status = session->decoder->rewind(slot, length);
    return status ? TERN_OK : report(error, status.problem());
  });
}

tern_cancel *tern_cancel_create(void) { return new (std::nothrow) tern_cancel; }

void tern_cancel_destroy(tern_cancel *cancel) { delete cancel; }

void tern_cancel_set(tern_cancel *cancel) { cancel->set.store(true); }

void tern_cancel_clear(tern_cancel *cancel) { cancel->set.store(false); }

void tern_prefill_options_init(tern_prefill_options *options) {
  *options = {};
  options->size = sizeof(*options);
}

static tern_status giveLogits(const LogitsView &view, const float **logits, tern_error *error) {
  if (view.cancelled)
    return report(error, TERN_CANCELLED, "the step was cancelled");
  if (logits)
    *logits = view.values;
  return TERN_OK;
}

tern_status tern_prefill(tern_session *session, int64_t slot, const int32_t *ids, size_t count,
                         const tern_prefill_options *given, const float **logits, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    tern_prefill_options options;
    tern_prefill_options_init(&options);
    if (!readOptions(given, options))
      return badSize(error, "tern_prefill_options");
    PrefillOptions prefill;
    prefill.cancel = flagOf(options.cancel);
    if (options.on_progress)
      prefill.progress = [&](std::int64_t done, std::int64_t total) { options.on_progress(options.user, done, total); };
    if (options.on_logits)
      prefill.allLogits = [&](std::int64_t first, const LogitsView &view) {
        options.on_logits(options.user, first, view.rows, view.values);
      };
    Result<LogitsView> view = session->decoder->prefill(slot, {ids, ids + count}, prefill);
    return view ? giveLogits(*view, logits, error) : report(error, view.problem());
  });
}

tern_status tern_decode(tern_session *session, size_t count, const int64_t *slots, const int32_t *tokens,
                        const tern_cancel *cancel, const float **logits, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (count == 0)
      return report(error, TERN_BAD_ARGUMENT, "tern_decode: count must be at least 1");
    std::vector<SlotToken> step;
    for (std::size_t i = 0; i != count; ++i)
      step.push_back({slots[i], tokens[i]});
    Result<LogitsView> view = session->decoder->decode(step, flagOf(cancel));
    return view ? giveLogits(*view, logits, error) : report(error, view.problem());
  });
}
