//===- CompiledRun.cpp - tern run on compiled code ------------------------===//

#include "tern/Import/TextFiles.h"
#include "tools/tern/Command.h"
#include "tools/tern/CompiledModel.h"
#include "tools/tern/RunOptions.h"

#include <algorithm>
#include <iostream>

using namespace tern;

namespace {

/// What tern_generate says, as it says it.
class Listener {
public:
  explicit Listener(const RunOptions &options) : samples(1), options(options) {}

  /// Directs the callbacks of `generate` here.
  void hear(tern_generate_options &generate) {
    generate.user = this;
    generate.on_text = [](void *user, int32_t token, const char *text, size_t length) {
      of(user).hearText(token, {text, length});
      return 1;
    };
    generate.on_progress = [](void *user, int64_t done, int64_t total) { of(user).reading.show(done, total); };
    generate.on_logprobs = [](void *user, const tern_token_logprob *drawn, const tern_token_logprob *top,
                              size_t count) {
      Logprobs &logprobs = of(user).samples.back().logprobs.emplace_back();
      logprobs.drawn = {drawn->token, drawn->logprob};
      for (size_t i = 0; i != count; ++i)
        logprobs.top.push_back({top[i].token, top[i].logprob});
    };
    generate.on_sample = [](void *user, int64_t sample, const tern_generate_result *result) {
      of(user).endSample(sample, *result);
    };
  }

  std::vector<Generation> samples;

private:
  static Listener &of(void *user) { return *static_cast<Listener *>(user); }

  /// Before anything of a sample is shown.
  void begin() {
    if (!hasBegun)
      showNumber(options, static_cast<std::int64_t>(samples.size()) - 1);
    hasBegun = true;
  }

  void hearText(TokenId token, std::string_view text) {
    begin();
    if (token >= 0)
      samples.back().ids.push_back(token);
    samples.back().text += text;
    if (!options.json)
      std::cout << text << std::flush;
  }

  void endSample(std::int64_t sample, const tern_generate_result &result) {
    begin();
    Generation &done = samples.back();
    done.prefillSeconds = result.prefill_seconds;
    done.decodeSeconds = result.decode_seconds;
    done.shifts = result.context_shifts;
    constexpr StopReason reasons[] = {StopReason::EndToken, StopReason::StopString, StopReason::MaxTokens,
                                      StopReason::ContextEnd};
    if (result.reason == TERN_STOP_CANCELLED)
      return;
    done.reason = reasons[result.reason];
    if (sample + 1 < options.sampler.samples())
      samples.emplace_back();
    hasBegun = false;
  }

  const RunOptions &options;
  bool hasBegun = false;
  ReadingProgress reading;
};

} // namespace

/// Problem: the artifact has no text side. Of a model that was compiled just now, what its own files lack says more.
static Status checkText(const CompiledModel &model, const RunOptions &options) {
  tern_error error;
  if (tern_status status = tern_end_tokens(model.handle.get(), nullptr, 0, nullptr, &error);
      status == TERN_OK || status == TERN_BUFFER_TOO_SMALL)
    return Done{};
  Result<Tokenizer> tokenizer = openTokenizer(options.model.path);
  return tokenizer ? problemOf(error) : tokenizer.problem();
}

static Result<std::vector<TokenId>> promptIds(const RunOptions &options, const CompiledModel &model) {
  const tern_model *handle = model.handle.get();
  Result<std::string> prompt = promptOf(options);
  if (!prompt)
    return prompt.problem();
  if (!options.chat)
    return idsOf(handle, *prompt, TERN_ADD_SPECIAL);
  Result<std::string> templates = textOf([&](char *text, size_t capacity, size_t *length, tern_error *error) {
    return tern_list_templates(handle, text, capacity, length, error);
  });
  if (!templates)
    return templates.problem();
  if (*templates == "[]")
    return Problem{options.model.path, "has no chat template", "leave out --chat"};
  Json request = {{"messages", Json::array({{{"role", "user"}, {"content", *prompt}}})}};
  std::string text = request.dump(-1, ' ', false, Json::error_handler_t::replace);
  Result<std::string> rendered = textOf([&](char *buffer, size_t capacity, size_t *length, tern_error *error) {
    return tern_render_chat(handle, text.c_str(), buffer, capacity, length, error);
  });
  return rendered ? idsOf(handle, *rendered, 0) : rendered.problem();
}

/// Generates in `session`, showing text as it comes unless JSON is wanted.
static Status generateInto(RunReport &report, tern_session *session, const CompiledModel &model,
                           const RunOptions &options) {
  RuntimeSampler sampler;
  if (Status status = options.sampler.fill(sampler); !status)
    return status;
  std::vector<const char *> stops;
  for (const std::string &stop : options.stops)
    stops.push_back(stop.c_str());
  Listener listener(options);
  tern_generate_options generate;
  tern_generate_options_init(&generate, sizeof(generate));
  listener.hear(generate);
  generate.cancel = Interruptible::cancel();
  generate.sampler = &sampler.options;
  generate.max_tokens = options.maxTokens;
  generate.stop_strings = stops.data();
  generate.stop_count = stops.size();
  generate.ignore_end_tokens = options.ignoreEnd;
  generate.samples = options.sampler.samples();
  generate.context_shift = options.shiftKeep.has_value();
  generate.shift_keep = options.shiftKeep.value_or(0);
  Interruptible interruptible;
  tern_error error;
  tern_status status =
      tern_generate(session, 0, report.promptIds.data(), report.promptIds.size(), &generate, nullptr, &error);
  if (status != TERN_OK)
    return SamplerFlags::ofFlag(problemOf(error));
  return report.setSamples(std::move(listener.samples), [&](TokenId token) -> Result<std::string> {
    Result<std::string> text = textOf([&](char *buffer, size_t capacity, size_t *length, tern_error *error) {
      return tern_detokenize(model.handle.get(), &token, 1, 0, buffer, capacity, length, error);
    });
    return text ? std::move(*text) : std::string(); // a model can have more logits than the tokenizer has tokens
  });
}

/// Prompt and generation on compiled code.
static Status generateCompiled(RunReport &report, const CompiledModel &model, const RunOptions &options,
                               const Stopwatch &loading) {
  if (Status status = checkText(model, options); !status)
    return status;
  Result<std::vector<TokenId>> ids = promptIds(options, model);
  if (!ids)
    return ids.problem();
  report.promptIds = std::move(*ids);
  std::int64_t most = model.info.max_context;
  std::int64_t needed = options.maxTokens < 0
                            ? -1
                            : static_cast<std::int64_t>(report.promptIds.size()) + std::min(options.maxTokens, most);
  Result<std::int64_t> context = options.model.contextFor(most, needed);
  if (!context)
    return context.problem();
  Result<SessionHandle> session = model.newSession(1, *context);
  if (!session)
    return session.problem();
  report.loadSeconds = loading.seconds();
  if (Status status = generateInto(report, session->get(), model, options); !status)
    return status;
  tern_memory planned{}, measured{};
  planned.size = measured.size = sizeof(tern_memory);
  tern_error error;
  if (tern_session_memory(session->get(), &planned, &measured, &error) != TERN_OK)
    return problemOf(error);
  report.memory = {{"planned", memoryAsJson(planned)}, {"measured", memoryAsJson(measured)}};
  return Done{};
}

Problems tern::runCompiled(RunReport &report, const RunOptions &options) {
  Stopwatch loading;
  CompiledModel model = openCompiled(options.model);
  if (!model.problems.empty())
    return model.problems;
  report.backend = model.info.backend;
  report.target = model.info.target;
  report.threads = model.info.threads;
  if (options.verify) {
    tern_error error;
    report.verification.emplace().size = sizeof(tern_verification);
    if (tern_model_verify(model.handle.get(), &*report.verification, &error) != TERN_OK)
      return {problemOf(error)};
  }
  if (options.hasPrompt)
    if (Status status = generateCompiled(report, model, options, loading); !status)
      return {status.problem()};
  report.memory["resident"] = residentBytes();
  return {};
}
