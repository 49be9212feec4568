//===- GenerateApi.cpp - Sampling and generation in C ---------------------===//

#include "runtime/Api/Handles.h"
#include "runtime/Run/DryBreakers.h"

using namespace tern;
using namespace tern::api;

void tern_sampler_options_init(tern_sampler_options *options) {
  *options = {};
  options->size = sizeof(*options);
  options->top_p = options->typical_p = options->repeat_penalty = 1;
  options->penalty_window = options->dry_window = options->logprobs = -1;
  SamplerOptions defaults;
  options->dry_base = defaults.dryBase;
  options->dry_allowed_length = defaults.dryAllowedLength;
}

static void fillSampler(const tern_sampler_options &read, SamplerOptions &options) {
  options.temperature = read.temperature;
  options.topK = read.top_k;
  options.topP = read.top_p;
  options.minP = read.min_p;
  options.typicalP = read.typical_p;
  options.repetitionPenalty = read.repeat_penalty;
  options.presencePenalty = read.presence_penalty;
  options.frequencyPenalty = read.frequency_penalty;
  options.penaltyWindow = read.penalty_window;
  options.dryMultiplier = read.dry_multiplier;
  options.dryBase = read.dry_base;
  options.dryAllowedLength = read.dry_allowed_length;
  options.dryWindow = read.dry_window;
  options.logprobs = read.logprobs;
  options.seed = read.seed;
  options.stream = read.stream;
  for (std::size_t i = 0; i != read.bias_count; ++i)
    options.logitBias.emplace_back(read.bias_tokens[i], read.bias_values[i]);
  options.allowedTokens.assign(read.allowed_tokens, read.allowed_tokens + read.allowed_count);
  options.bannedTokens.assign(read.banned_tokens, read.banned_tokens + read.banned_count);
  if (read.mask)
    options.mask = [mask = read.mask,
                    user = read.mask_user](const std::vector<TokenId> &history) -> Result<const std::uint32_t *> {
      return mask(user, history.data(), history.size());
    };
}

tern_status api::readSampler(const tern_sampler_options *given, SamplerRequest &request, tern_error *error) {
  tern_sampler_options read;
  tern_sampler_options_init(&read);
  if (!readOptions(given, read))
    return badSize(error, "tern_sampler_options");
  fillSampler(read, request.options);
  request.dryBreakers = GenerationRequest().dryBreakers;
  if (read.dry_breakers)
    request.dryBreakers.assign(read.dry_breakers, read.dry_breakers + read.dry_breaker_count);
  if (!read.stages)
    return TERN_OK;
  Result<std::vector<SamplerStage>> stages = parseSamplerStages(read.stages);
  if (!stages)
    return report(error, stages.problem());
  request.options.stages = std::move(*stages);
  return TERN_OK;
}

/// Puts the breakers into the options as tokens, if they are needed.
static Status addBreakers(const tern_model &model, SamplerRequest &request) {
  if (request.options.dryMultiplier == 0)
    return Done{};
  Result<const ModelText *> text = model.loaded->text();
  if (!text)
    return text.problem();
  Result<std::vector<std::vector<TokenId>>> breakers =
      dryBreakersOf((*text)->tokenizer, request.dryBreakers, model.vocabulary);
  if (!breakers)
    return breakers.problem();
  request.options.dryBreakers = std::move(*breakers);
  return Done{};
}

tern_status tern_sampler_create(const tern_model *model, const tern_sampler_options *options, tern_sampler **sampler,
                                tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    *sampler = nullptr;
    SamplerRequest request;
    if (tern_status status = readSampler(options, request, error); status != TERN_OK)
      return status;
    if (Status status = addBreakers(*model, request); !status)
      return report(error, status.problem());
    auto vocabulary = static_cast<std::size_t>(model->vocabulary);
    Result<Sampler> made = Sampler::create(std::move(request.options), vocabulary);
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

static std::vector<tern_token_logprob> topOf(const Logprobs &logprobs) {
  std::vector<tern_token_logprob> top;
  for (const TokenLogprob &token : logprobs.top)
    top.push_back({token.token, token.logprob});
  return top;
}

tern_status tern_sampler_logprobs(tern_sampler *sampler, const float *logits, int32_t token, double *logprob,
                                  tern_token_logprob *top, size_t capacity, size_t *length, tern_error *error) {
  return guarded(error, [&]() -> tern_status {
    Result<Logprobs> logprobs = sampler->sampler.logprobs({logits, sampler->vocabulary}, token);
    if (!logprobs)
      return report(error, logprobs.problem());
    if (logprob)
      *logprob = logprobs->drawn.logprob;
    std::vector<tern_token_logprob> all = topOf(*logprobs);
    std::copy_n(all.begin(), std::min(all.size(), capacity), top);
    if (length)
      *length = all.size();
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
  if (options.on_logprobs)
    request.logprobs = [&](const Logprobs &logprobs) {
      tern_token_logprob drawn = {logprobs.drawn.token, logprobs.drawn.logprob};
      std::vector<tern_token_logprob> top = topOf(logprobs);
      options.on_logprobs(options.user, &drawn, top.data(), top.size());
    };
}

static tern_generate_result resultOf(const Generation &generation, std::size_t promptLength) {
  return {sizeof(tern_generate_result),
          reasonOf(generation.reason),
          static_cast<std::int64_t>(promptLength),
          static_cast<std::int64_t>(generation.ids.size()),
          generation.prefillSeconds,
          generation.decodeSeconds,
          generation.decodeRate()};
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
  SamplerRequest sampler;
  if (tern_status status = readSampler(options.sampler, sampler, error); status != TERN_OK)
    return status;
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.sampler = std::move(sampler.options);
  request.dryBreakers = std::move(sampler.dryBreakers);
  fillRequest(options, **text, request);
  Decoder &decoder = *session->decoder;
  if (slot < 0 || slot >= decoder.slots())
    return report(error, TERN_BAD_ARGUMENT,
                  "slot " + std::to_string(slot) + ": the session has slots 0 to " +
                      std::to_string(decoder.slots() - 1));
  SlotSequence sequence(decoder, slot, session->context);
  SampleEvents events;
  if (options.on_sample)
    events.end = [&](std::int64_t sample, const Generation &generation) {
      tern_generate_result done = resultOf(generation, request.prompt.size());
      options.on_sample(options.user, sample, &done);
    };
  Result<std::vector<Generation>> samples =
      generateSamples(sequence, (*text)->tokenizer, request, options.samples == 0 ? 1 : options.samples, events);
  if (!samples)
    return report(error, samples.problem());
  if (result)
    writeResult(resultOf(samples->back(), request.prompt.size()), result);
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
