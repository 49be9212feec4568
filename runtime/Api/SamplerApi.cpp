//===- SamplerApi.cpp - Sampling in C --------------------------------------===//

#include "runtime/Api/Handles.h"
#include "runtime/Run/DryBreakers.h"

using namespace tern;
using namespace tern::api;

static tern_sampler_options defaultOptions() {
  tern_sampler_options options{};
  options.top_p = options.typical_p = options.repeat_penalty = 1;
  options.penalty_window = options.dry_window = options.logprobs = -1;
  SamplerOptions defaults;
  options.dry_base = defaults.dryBase;
  options.dry_allowed_length = defaults.dryAllowedLength;
  return options;
}

void tern_sampler_options_init(tern_sampler_options *options, size_t size) {
  writeDefaults(defaultOptions(), options, size);
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

/// Whether all arrays are there that the options give a length of.
static tern_status checkArrays(const tern_sampler_options &read, tern_error *error) {
  const struct {
    Given array;
    std::size_t count;
  } arrays[] = {{{"bias_tokens", read.bias_tokens}, read.bias_count},
                {{"bias_values", read.bias_values}, read.bias_count},
                {{"allowed_tokens", read.allowed_tokens}, read.allowed_count},
                {{"banned_tokens", read.banned_tokens}, read.banned_count},
                {{"dry_breakers", read.dry_breakers}, read.dry_breaker_count}};
  for (const auto &[array, count] : arrays)
    if (tern_status status = needed(error, "tern_sampler_options", array, count); status != TERN_OK)
      return status;
  for (std::size_t i = 0; i != read.dry_breaker_count; ++i)
    if (tern_status status = needed(error, "tern_sampler_options", {{"a text of dry_breakers", read.dry_breakers[i]}});
        status != TERN_OK)
      return status;
  return TERN_OK;
}

tern_status api::readSampler(const tern_sampler_options *given, SamplerRequest &request, tern_error *error) {
  tern_sampler_options read = defaultOptions();
  if (!readOptions(given, read))
    return badOptions(error, "tern_sampler_options");
  if (tern_status status = checkArrays(read, error); status != TERN_OK)
    return status;
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
    if (tern_status status = needed(error, "tern_sampler_create", {{"model", model}, {"sampler", sampler}});
        status != TERN_OK)
      return status;
    *sampler = nullptr;
    if (model->isEncoder)
      return report(error, Problem{model->loaded->artifact().path(), "gives embeddings, and has no logits to draw from",
                                   "call tern_embed"});
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
  return atWork(sampler, "sampler", "tern_sampler_sample", error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_sampler_sample", {{"logits", logits}, {"token", token}});
        status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_sampler_sample", {"history", history}, history_length);
        status != TERN_OK)
      return status;
    std::vector<TokenId> past(history, history + history_length);
    Result<Candidate> drawn = sampler->sampler.sample({logits, sampler->vocabulary}, past);
    if (!drawn)
      return report(error, drawn.problem());
    *token = drawn->token;
    return TERN_OK;
  });
}

std::vector<tern_token_logprob> api::topOf(const Logprobs &logprobs) {
  std::vector<tern_token_logprob> top;
  for (const TokenLogprob &token : logprobs.top)
    top.push_back({token.token, token.logprob});
  return top;
}

tern_status tern_sampler_logprobs(tern_sampler *sampler, const float *logits, int32_t token, double *logprob,
                                  tern_token_logprob *top, size_t capacity, size_t *length, tern_error *error) {
  return atWork(sampler, "sampler", "tern_sampler_logprobs", error, [&]() -> tern_status {
    if (tern_status status = needed(error, "tern_sampler_logprobs", {{"logits", logits}}); status != TERN_OK)
      return status;
    if (tern_status status = needed(error, "tern_sampler_logprobs", {"top", top}, capacity); status != TERN_OK)
      return status;
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
