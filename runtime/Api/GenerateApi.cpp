//===- GenerateApi.cpp - Sampling and generation in C ---------------------===//

#include "runtime/Api/Handles.h"

using namespace tern;
using namespace tern::api;

void tern_sampler_options_init(tern_sampler_options *options) {
  *options = {};
  options->size = sizeof(*options);
  options->top_p = options->typical_p = options->repeat_penalty = 1;
  options->penalty_window = -1;
}

bool api::readSampler(const tern_sampler_options *given, SamplerOptions &options) {
  tern_sampler_options read;
  tern_sampler_options_init(&read);
  if (!readOptions(given, read))
    return false;
  options.temperature = read.temperature;
  options.topK = read.top_k;
  options.topP = read.top_p;
  options.minP = read.min_p;
  options.typicalP = read.typical_p;
  options.repetitionPenalty = read.repeat_penalty;
  options.presencePenalty = read.presence_penalty;
  options.frequencyPenalty = read.frequency_penalty;
  options.penaltyWindow = read.penalty_window;
  options.seed = read.seed;
  options.stream = read.stream;
  for (std::size_t i = 0; i != read.bias_count; ++i)
    options.logitBias.emplace_back(read.bias_tokens[i], read.bias_values[i]);
  return true;
}

tern_status tern_sampler_create(const tern_model *model, const tern_sampler_options *options, tern_sampler **sampler,
                                tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    *sampler = nullptr;
    SamplerOptions read;
    if (!readSampler(options, read))
      return badSize(error, "tern_sampler_options");
    auto vocabulary = static_cast<std::size_t>(model->vocabulary);
    Result<Sampler> made = Sampler::create(std::move(read), vocabulary);
    if (!made)
      return report(error, made.problem());
    *sampler = new tern_sampler{std::move(*made), vocabulary};
    return TERN_OK;
  });
}

void tern_sampler_destroy(tern_sampler *sampler) { delete sampler; }

tern_status tern_sampler_sample(tern_sampler *sampler, const float *logits, const int32_t *history,
                                size_t history_length, int32_t *token, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    std::vector<TokenId> past(history, history + history_length);
    Result<Candidate> drawn = sampler->sampler.sample({logits, sampler->vocabulary}, past);
    if (!drawn)
      return report(error, drawn.problem());
    *token = drawn->token;
    return TERN_OK;
  });
}

const char *tern_stop_reason_name(tern_stop_reason reason) {
  switch (reason) {
  case TERN_STOP_END_TOKEN:
    return "end_token";
  case TERN_STOP_STRING:
    return "stop_string";
  case TERN_STOP_MAX_TOKENS:
    return "max_tokens";
  case TERN_STOP_CONTEXT_END:
    return "context_end";
  case TERN_STOP_CANCELLED:
    return "cancelled";
  }
  return "unknown";
}

static tern_stop_reason reasonOf(std::optional<StopReason> reason) {
  if (!reason)
    return TERN_STOP_CANCELLED;
  switch (*reason) {
  case StopReason::EndToken:
    return TERN_STOP_END_TOKEN;
  case StopReason::StopString:
    return TERN_STOP_STRING;
  case StopReason::MaxTokens:
    return TERN_STOP_MAX_TOKENS;
  case StopReason::ContextEnd:
    return TERN_STOP_CONTEXT_END;
  }
  return TERN_STOP_CANCELLED;
}

void tern_generate_options_init(tern_generate_options *options) {
  *options = {};
  options->size = sizeof(*options);
  options->max_tokens = -1;
}

/// What the options ask for; callbacks refer to `options`.
static void fillRequest(const tern_generate_options &options, const ModelText &text, GenerationRequest &request) {
  request.cancel = flagOf(options.cancel);
  request.stops.maxTokens = options.max_tokens;
  for (std::size_t i = 0; i != options.stop_count; ++i)
    request.stops.stopStrings.emplace_back(options.stop_strings[i]);
  if (!options.ignore_end_tokens)
    request.stops.endTokens = text.chat.endTokens;
  if (options.on_progress)
    request.progress = [&](std::int64_t done, std::int64_t total) { options.on_progress(options.user, done, total); };
  if (options.on_text)
    request.stream = [&](std::optional<TokenId> token, std::string_view shown) {
      return options.on_text(options.user, token.value_or(-1), shown.data(), shown.size()) != 0;
    };
}

static tern_status runGeneration(tern_session *session, int64_t slot, std::vector<TokenId> prompt,
                                 const tern_generate_options *given, tern_generate_result *result, tern_error *error) {
  tern_generate_options options;
  tern_generate_options_init(&options);
  if (!readOptions(given, options))
    return badSize(error, "tern_generate_options");
  if (result && result->size < sizeof(result->size))
    return report(error, TERN_BAD_ARGUMENT, "tern_generate_result: the size must be set");
  Result<const ModelText *> text = session->model->loaded->text();
  if (!text)
    return report(error, text.problem());
  GenerationRequest request;
  request.prompt = std::move(prompt);
  if (!readSampler(options.sampler, request.sampler))
    return badSize(error, "tern_sampler_options");
  fillRequest(options, **text, request);
  Decoder &decoder = *session->decoder;
  if (slot < 0 || slot >= decoder.slots())
    return report(error, TERN_BAD_ARGUMENT,
                  "slot " + std::to_string(slot) + ": the session has slots 0 to " +
                      std::to_string(decoder.slots() - 1));
  SlotSequence sequence(decoder, slot, session->context);
  Result<Generation> generation = generate(sequence, (*text)->tokenizer, request);
  if (!generation)
    return report(error, generation.problem());
  if (result)
    writeResult({sizeof(*result), reasonOf(generation->reason), static_cast<std::int64_t>(request.prompt.size()),
                 static_cast<std::int64_t>(generation->ids.size()), generation->prefillSeconds,
                 generation->decodeSeconds, generation->decodeRate()},
                result);
  return TERN_OK;
}

tern_status tern_generate(tern_session *session, int64_t slot, const int32_t *prompt, size_t prompt_length,
                          const tern_generate_options *options, tern_generate_result *result, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    return runGeneration(session, slot, {prompt, prompt + prompt_length}, options, result, error);
  });
}

tern_status tern_generate_text(tern_session *session, int64_t slot, const char *prompt, uint32_t flags,
                               const tern_generate_options *options, tern_generate_result *result, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Result<const ModelText *> text = session->model->loaded->text();
    if (!text)
      return report(error, text.problem());
    Result<std::vector<std::int32_t>> ids = (*text)->tokenizer.encode(prompt, (flags & TERN_ADD_SPECIAL) != 0);
    return ids ? runGeneration(session, slot, std::move(*ids), options, result, error) : report(error, ids.problem());
  });
}
