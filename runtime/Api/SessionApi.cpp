//===- SessionApi.cpp - Sessions and their steps in C ---------------------===//

#include "runtime/Api/Handles.h"
#include "runtime/Run/ContextShift.h"

#include <algorithm>

using namespace tern;
using namespace tern::api;

tern_status tern_session_create(tern_model *model, int64_t slots, int64_t context, tern_session **session,
                                tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_session_create", {{"model", model}, {"session", session}});
        status != TERN_OK)
      return status;
    *session = nullptr;
    const LoadedModel &loaded = *model->loaded;
    Result<std::int64_t> positions = contextOf(loaded, context);
    if (!positions)
      return report(error, positions.problem());
    Result<std::unique_ptr<Decoder>> decoder = Decoder::create(loaded.executor(), slots, *positions);
    if (!decoder)
      return report(error, decoder.problem());
    *session = new tern_session{model->loaded, std::move(*decoder)};
    return TERN_OK;
  });
}

void tern_session_destroy(tern_session *session) { delete session; }

int64_t tern_session_slots(const tern_session *session) { return session ? session->decoder->slots() : 0; }

int64_t tern_session_context(const tern_session *session) { return session ? session->decoder->context() : 0; }

int64_t tern_session_length(const tern_session *session, int64_t slot) {
  return !session || slot < 0 || slot >= session->decoder->slots() ? -1 : session->decoder->length(slot);
}

tern_status tern_session_memory(const tern_session *session, tern_memory *planned, tern_memory *measured,
                                tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_session_memory", {{"session", session}}); status != TERN_OK)
      return status;
    for (const tern_memory *given : {planned, measured})
      if (tern_status status = given ? checkSize(error, given->size, "tern_memory") : TERN_OK; status != TERN_OK)
        return status;
    if (planned)
      writeResult(memoryOf(session->decoder->session().planned()), planned);
    if (measured)
      writeResult(memoryOf(session->decoder->session().measured()), measured);
    return TERN_OK;
  });
}

tern_status tern_session_rewind(tern_session *session, int64_t slot, int64_t length, tern_error *error) {
  return atWork(session, "session", "tern_session_rewind", error, [&]() -> tern_status {
    if (tern_status status = checkSlot(error, *session, slot); status != TERN_OK)
      return status;
    Status status = session->decoder->rewind(slot, length);
    return status ? TERN_OK : report(error, status.problem());
  });
}

tern_status tern_session_ids(tern_session *session, int64_t slot, int32_t *ids, size_t capacity, size_t *length,
                             tern_error *error) {
  return atWork(session, "session", "tern_session_ids", error, [&]() -> tern_status {
    if (tern_status status = checkSlot(error, *session, slot); status != TERN_OK)
      return status;
    return giveIds(session->decoder->ids(slot), ids, capacity, length, error);
  });
}

tern_status tern_session_keep(tern_session *session, int64_t slot, const int32_t *ids, size_t count, size_t *kept,
                              tern_error *error) {
  return atWork(session, "session", "tern_session_keep", error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_session_keep", {{"kept", kept}}); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_session_keep", {"ids", ids}, count); status != TERN_OK)
      return status;
    if (tern_status status = checkSlot(error, *session, slot); status != TERN_OK)
      return status;
    const std::vector<TokenId> &held = session->decoder->ids(slot);
    std::size_t same = 0, most = std::min(held.size(), count == 0 ? 0 : count - 1);
    while (same != most && held[same] == ids[same])
      ++same;
    if (!session->decoder->rewind(slot, static_cast<std::int64_t>(same)))
      session->decoder->reset(slot);
    *kept = session->decoder->ids(slot).size();
    return TERN_OK;
  });
}

tern_status tern_session_shift(tern_session *session, int64_t slot, int64_t keep, const tern_cancel *cancel,
                               tern_error *error) {
  return atWork(session, "session", "tern_session_shift", error, [&]() -> tern_status {
    if (tern_status status = checkSlot(error, *session, slot); status != TERN_OK)
      return status;
    SlotSequence sequence(*session->decoder, slot);
    Result<bool> finished = shiftContext(sequence, keep, flagOf(cancel));
    if (!finished)
      return report(error, finished.problem());
    return *finished ? TERN_OK : report(error, TERN_CANCELLED, "the step was cancelled");
  });
}

tern_cancel *tern_cancel_create(void) { return new (std::nothrow) tern_cancel; }

void tern_cancel_destroy(tern_cancel *cancel) { delete cancel; }

void tern_cancel_set(tern_cancel *cancel) {
  if (cancel)
    cancel->set.store(true);
}

void tern_cancel_clear(tern_cancel *cancel) {
  if (cancel)
    cancel->set.store(false);
}

void tern_prefill_options_init(tern_prefill_options *options, size_t size) {
  writeDefaults(tern_prefill_options{}, options, size);
}

static tern_status giveLogits(const LogitsView &view, const float **logits, tern_error *error) {
  if (view.cancelled)
    return report(error, TERN_CANCELLED, "the step was cancelled");
  if (logits)
    *logits = view.values;
  return TERN_OK;
}

static PrefillOptions prefillOptions(const tern_prefill_options &options) {
  PrefillOptions prefill;
  prefill.cancel = flagOf(options.cancel);
  if (options.on_progress)
    prefill.progress = [&](std::int64_t done, std::int64_t total) { options.on_progress(options.user, done, total); };
  if (options.on_logits)
    prefill.allLogits = [&](std::int64_t first, const LogitsView &view) {
      options.on_logits(options.user, first, view.rows, view.values);
    };
  return prefill;
}

tern_status tern_prefill(tern_session *session, int64_t slot, const int32_t *ids, size_t count,
                         const tern_prefill_options *given, const float **logits, tern_error *error) {
  return atWork(session, "session", "tern_prefill", error, [&]() -> tern_status {
    if (tern_status status = checkGenerates(error, "tern_prefill", *session); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_prefill", {"ids", ids}, count); status != TERN_OK)
      return status;
    if (tern_status status = checkSlot(error, *session, slot); status != TERN_OK)
      return status;
    tern_prefill_options options{};
    if (!readOptions(given, options))
      return badOptions(error, "tern_prefill_options");
    Result<LogitsView> view = session->decoder->prefill(slot, {ids, ids + count}, prefillOptions(options));
    return view ? giveLogits(*view, logits, error) : report(error, view.problem());
  });
}

/// What tern_decode and tern_decode_greedy are given.
static tern_status readStep(tern_session &session, const char *function, size_t count, const int64_t *slots,
                            const int32_t *tokens, std::vector<SlotToken> &step, tern_error *error) {
  if (tern_status status = checkGenerates(error, function, session); status != TERN_OK)
    return status;
  if (count == 0)
    return report(error, TERN_BAD_ARGUMENT, std::string(function) + ": count must be at least 1");
  if (tern_status status = needed(error, function, {{"slots", slots}, {"tokens", tokens}}); status != TERN_OK)
    return status;
  for (std::size_t i = 0; i != count; ++i) {
    if (tern_status status = checkSlot(error, session, slots[i]); status != TERN_OK)
      return status;
    step.push_back({slots[i], tokens[i]});
  }
  return TERN_OK;
}

tern_status tern_decode(tern_session *session, size_t count, const int64_t *slots, const int32_t *tokens,
                        const tern_cancel *cancel, const float **logits, tern_error *error) {
  return atWork(session, "session", "tern_decode", error, [&]() -> tern_status {
    std::vector<SlotToken> step;
    if (tern_status status = readStep(*session, "tern_decode", count, slots, tokens, step, error); status != TERN_OK)
      return status;
    Result<LogitsView> view = session->decoder->decode(step, flagOf(cancel));
    return view ? giveLogits(*view, logits, error) : report(error, view.problem());
  });
}

/// One step that the host takes; false if it was cancelled.
static Result<bool> decodeStep(Decoder &decoder, Sampler &sampler, const std::vector<SlotToken> &step,
                               std::vector<TokenId> &next, const std::atomic<bool> *cancel) {
  Result<LogitsView> view = decoder.decode(step, cancel);
  if (!view || view->cancelled)
    return view ? Result<bool>(false) : view.problem();
  next.clear();
  for (std::int64_t row = 0; row != view->rows; ++row) {
    Result<Candidate> largest = sampler.sample({view->row(row), static_cast<std::size_t>(view->vocabulary)}, {});
    if (!largest)
      return largest.problem();
    next.push_back(largest->token);
  }
  return true;
}

tern_status tern_decode_greedy(tern_session *session, size_t count, const int64_t *slots, const int32_t *tokens,
                               int64_t steps, int32_t *next, int64_t *taken, const tern_cancel *cancel,
                               tern_error *error) {
  return atWork(session, "session", "tern_decode_greedy", error, [&]() -> tern_status {
    std::int64_t done = 0;
    std::int64_t &told = taken ? *taken : done;
    told = 0;
    std::vector<SlotToken> step;
    if (tern_status status = readStep(*session, "tern_decode_greedy", count, slots, tokens, step, error);
        status != TERN_OK)
      return status;
    if (steps < 1)
      return report(error, TERN_BAD_ARGUMENT, "tern_decode_greedy: steps must be at least 1");
    if (tern_status status = needed(error, "tern_decode_greedy", {{"next", next}}); status != TERN_OK)
      return status;
    Decoder &decoder = *session->decoder;
    SamplerOptions greedy;
    greedy.temperature = 0;
    Result<Sampler> sampler = Sampler::create(greedy, static_cast<std::size_t>(decoder.vocabulary()));
    if (!sampler)
      return report(error, sampler.problem());
    auto take = [&](const std::vector<TokenId> &given) {
      next = std::copy(given.begin(), given.end(), next);
      for (std::size_t i = 0; i != count; ++i)
        step[i].token = given[i];
      ++told;
      return true;
    };
    std::vector<TokenId> given;
    while (told < steps) {
      Result<std::int64_t> looped = decoder.decodeGreedily(step, steps - told, take, flagOf(cancel));
      if (!looped)
        return report(error, looped.problem());
      if (*looped > 0)
        continue;
      Result<bool> finished = decodeStep(decoder, *sampler, step, given, flagOf(cancel));
      if (!finished)
        return report(error, finished.problem());
      if (!*finished)
        return report(error, TERN_CANCELLED, "the step was cancelled");
      take(given);
    }
    return TERN_OK;
  });
}
