//===- GenerateApi.cpp - Generation in C ----------------------------------===//

#include "runtime/Api/Handles.h"

using namespace tern;
using namespace tern::api;

const char *tern_stop_reason_name(tern_stop_reason reason) {
  switch (numberOf(reason)) {
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

static tern_generate_options defaultOptions() {
  tern_generate_options options{};
  options.max_tokens = -1;
  return options;
}

void tern_generate_options_init(tern_generate_options *options, size_t size) {
  writeDefaults(defaultOptions(), options, size);
}

/// What the options ask for; callbacks refer to `options`.
static void fillRequest(const tern_generate_options &options, const ModelText &text, GenerationRequest &request) {
  request.cancel = flagOf(options.cancel);
  request.stops.maxTokens = options.max_tokens;
  for (std::size_t i = 0; i != options.stop_count; ++i)
    request.stops.stopStrings.emplace_back(options.stop_strings[i]);
  if (!options.ignore_end_tokens)
    request.stops.endTokens = text.chat.endTokens;
  if (options.context_shift)
    request.shiftKeep = options.shift_keep;
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
          generation.decodeRate(),
          generation.shifts};
}

/// The options as this version has them, and whether they are whole.
static tern_status readGeneration(const tern_generate_options *given, tern_generate_options &options,
                                  const tern_generate_result *result, tern_error *error) {
  options = defaultOptions();
  if (!readOptions(given, options))
    return badOptions(error, "tern_generate_options");
  if (tern_status status =
          needed(error, "tern_generate_options", {"stop_strings", options.stop_strings}, options.stop_count);
      status != TERN_OK)
    return status;
  for (std::size_t i = 0; i != options.stop_count; ++i)
    if (tern_status status =
            needed(error, "tern_generate_options", {{"a text of stop_strings", options.stop_strings[i]}});
        status != TERN_OK)
      return status;
  return result ? checkSize(error, result->size, "tern_generate_result") : TERN_OK;
}

namespace {

/// A call of tern_generate or tern_generate_text.
struct Call {
  const char *function;
  tern_session *session;
  std::int64_t slot;
  Given prompt;
  std::size_t promptLength;
  const tern_generate_options *given;
  tern_generate_result *result;
  tern_error *error;
  std::uint32_t flags = 0; ///< For the tokens of the prompt.
};

} // namespace

static tern_status runGeneration(const Call &call, const ModelText &text, const tern_generate_options &options,
                                 std::vector<TokenId> prompt) {
  SamplerRequest sampler;
  if (tern_status status = readSampler(options.sampler, sampler, call.error); status != TERN_OK)
    return status;
  GenerationRequest request;
  request.prompt = std::move(prompt);
  request.sampler = std::move(sampler.options);
  request.dryBreakers = std::move(sampler.dryBreakers);
  fillRequest(options, text, request);
  SlotSequence sequence(*call.session->decoder, call.slot);
  SampleEvents events;
  if (options.on_sample)
    events.end = [&](std::int64_t sample, const Generation &generation) {
      tern_generate_result done = resultOf(generation, request.prompt.size());
      options.on_sample(options.user, sample, &done);
    };
  Result<std::vector<Generation>> samples =
      generateSamples(sequence, text.tokenizer, request, options.samples == 0 ? 1 : options.samples, events);
  if (!samples)
    return report(call.error, samples.problem());
  if (call.result)
    writeResult(resultOf(samples->back(), request.prompt.size()), call.result);
  return TERN_OK;
}

/// Looks at what was given, then generates; `idsOf` gives the tokens of the prompt.
template <typename IdsOf> static tern_status generate(const Call &call, IdsOf &&idsOf) {
  return atWork(call.session, "session", call.function, call.error, [&]() -> tern_status {
    if (tern_status status = needed(call.error, call.function, call.prompt, call.promptLength); status != TERN_OK)
      return status;
    if (tern_status status = checkFlags(call.error, call.function, call.flags, TERN_ADD_SPECIAL); status != TERN_OK)
      return status;
    if (tern_status status = checkSlot(call.error, *call.session, call.slot); status != TERN_OK)
      return status;
    tern_generate_options options;
    if (tern_status status = readGeneration(call.given, options, call.result, call.error); status != TERN_OK)
      return status;
    if (tern_status status = checkGenerates(call.error, call.function, *call.session); status != TERN_OK)
      return status;
    Result<const ModelText *> text = call.session->loaded->text();
    if (!text)
      return report(call.error, text.problem());
    Result<std::vector<TokenId>> ids = idsOf(**text);
    return ids ? runGeneration(call, **text, options, std::move(*ids)) : report(call.error, ids.problem());
  });
}

tern_status tern_generate(tern_session *session, int64_t slot, const int32_t *prompt, size_t prompt_length,
                          const tern_generate_options *options, tern_generate_result *result, tern_error *error) {
  Call call = {"tern_generate", session, slot, {"prompt", prompt}, prompt_length, options, result, error};
  return generate(call, [&](const ModelText &) -> Result<std::vector<TokenId>> {
    return std::vector<TokenId>(prompt, prompt + prompt_length);
  });
}

tern_status tern_generate_text(tern_session *session, int64_t slot, const char *prompt, size_t prompt_length,
                               uint32_t flags, const tern_generate_options *options, tern_generate_result *result,
                               tern_error *error) {
  Call call = {"tern_generate_text", session, slot, {"prompt", prompt}, prompt_length, options, result, error, flags};
  return generate(call, [&](const ModelText &text) {
    return text.tokenizer.encode({prompt, prompt_length}, (flags & TERN_ADD_SPECIAL) != 0);
  });
}
