//===- RunCommand.cpp - tern run ------------------------------------------===//

#include "runtime/Sampler/StopRules.h"
#include "runtime/Text/StreamDecoder.h"
#include "tern/Import/Importer.h"
#include "tern/Import/TextFiles.h"
#include "tern/Interpreter/TokenSession.h"
#include "tools/tern/Chat.h"
#include "tern/Pipelines/DiagnosticProblems.h"
#include "tools/tern/Command.h"
#include "tools/tern/Progress.h"
#include "tools/tern/SamplerFlags.h"

#include <iostream>
#include <sys/resource.h>

using namespace tern;

namespace {

struct RunOptions {
  std::string model, prompt;
  std::string weights = "reference", backend = "interpreter";
  std::int64_t maxTokens = -1, context = 0;
  std::vector<std::string> stops;
  unsigned threads = 0;
  bool chat = false, ignoreEnd = false, json = false;
  SamplerFlags sampler;
};

/// What a run gave.
struct Generation {
  std::vector<std::int32_t> promptIds, ids;
  std::string text;
  StopReason reason = StopReason::MaxTokens;
  double loadSeconds = 0, prefillSeconds = 0, decodeSeconds = 0;

  /// Tokens a second after the first, which the prompt's pass gave.
  double decodeRate() const { return ids.size() > 1 ? (ids.size() - 1) / decodeSeconds : 0.0; }
};

/// The parts that a generation needs, made from a model and the options.
struct Generator {
  Tokenizer tokenizer;
  TokenSession session;
  Sampler sampler;
  StopRules rules;
};

} // namespace

static Result<std::vector<std::int32_t>> promptIds(const RunOptions &options, const Tokenizer &tokenizer) {
  Result<std::string> prompt = options.prompt == "-" ? readText("-") : Result<std::string>(options.prompt);
  if (!prompt)
    return prompt.problem();
  if (!options.chat)
    return tokenizer.encode(*prompt, /*addSpecial=*/true);
  Result<ModelTemplates> templates = openChatTemplates(options.model);
  if (!templates)
    return templates.problem();
  ChatInput input;
  input.messages = Json::array({{{"role", "user"}, {"content", *prompt}}});
  input.addGenerationPrompt = true;
  Result<std::string> rendered = renderChat(*templates, input);
  if (!rendered)
    return rendered.problem();
  return tokenizer.encode(*rendered, /*addSpecial=*/false);
}

/// Shows `text` now, as it belongs to what is generated.
static void emit(Generation &generation, const std::string &text, bool show) {
  generation.text += text;
  if (show)
    std::cout << text << std::flush;
}

/// Samples from `logits` until a rule stops; `failed` problems end it early.
static Status decode(Generator &parts, Generation &generation, Tensor logits, bool show) {
  StreamDecoder decoder(parts.tokenizer, /*skipSpecial=*/true);
  std::vector<TokenId> history = generation.promptIds;
  Stopwatch watch;
  while (true) {
    std::vector<float> row(logits.floats().begin(), logits.floats().end());
    Result<Candidate> next = parts.sampler.sample(row, history);
    if (!next)
      return next.problem();
    history.push_back(next->token);
    generation.ids.push_back(next->token);
    Result<std::string> bytes = decoder.feed(next->token);
    if (!bytes)
      return bytes.problem();
    StopRules::Step step = parts.rules.push(next->token, *bytes);
    emit(generation, step.text, show);
    generation.decodeSeconds = watch.seconds();
    if (step.reason) {
      generation.reason = *step.reason;
      if (*step.reason != StopReason::StopString)
        emit(generation, decoder.finish(), show);
      return Done{};
    }
    mlir::FailureOr<Tensor> following = parts.session.feed(next->token, /*allLogits=*/false);
    if (failed(following))
      return Problem{}; // the diagnostics say what and where
    logits = std::move(*following);
  }
}

static Json asJson(const Generation &generation, const RunOptions &options) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {{"prompt_ids", generation.promptIds},
          {"ids", generation.ids},
          {"text", generation.text},
          {"stop_reason", stopReasonName(generation.reason)},
          {"timing",
           {{"load_s", generation.loadSeconds},
            {"prefill_s", generation.prefillSeconds},
            {"decode_s", generation.decodeSeconds},
            {"decode_tokens_per_s", generation.decodeRate()}}},
          {"backend", options.backend},
          // The interpreter has no memory plan; what it took at most is known.
          {"memory", {{"planned", nullptr}, {"measured", std::int64_t(usage.ru_maxrss) * 1024}}}};
}

static Result<Generator> prepare(const RunOptions &options, Tokenizer tokenizer, TokenSession session,
                                 std::int64_t promptLength) {
  std::int64_t limit = options.context > 0 ? options.context : session.maxContext();
  if (limit > session.maxContext())
    return Problem{"--max-context",
                   "must be at most the model's " + std::to_string(session.maxContext()) + ", got " +
                       std::to_string(limit),
                   "ask for fewer positions"};
  if (promptLength == 0)
    return Problem{"prompt", "has no tokens", "give a prompt with text in it"};
  if (promptLength > limit)
    return Problem{"prompt",
                   "has " + std::to_string(promptLength) + " tokens, and the context holds " + std::to_string(limit),
                   "shorten the prompt or raise --max-context"};
  Result<SamplerOptions> samplerOptions = options.sampler.options();
  if (!samplerOptions)
    return samplerOptions.problem();
  Result<Sampler> sampler = Sampler::create(*samplerOptions, session.vocabulary());
  if (!sampler)
    return sampler.problem();
  StopOptions stops;
  stops.stopStrings = options.stops;
  stops.maxTokens = options.maxTokens;
  // The last token that is generated needs no room: nothing is computed from it.
  stops.contextRoom = limit - promptLength + 1;
  if (!options.ignoreEnd) {
    Result<std::vector<std::int32_t>> ends = endTokens(options.model);
    if (!ends)
      return ends.problem();
    stops.endTokens = *ends;
  }
  Result<StopRules> rules = StopRules::create(stops);
  if (!rules)
    return rules.problem();
  return Generator{std::move(tokenizer), std::move(session), std::move(*sampler), std::move(*rules)};
}

static int run(const RunOptions &options) {
  Stopwatch loading;
  Generation generation;
  Result<std::optional<std::uint64_t>> seed = parseWeights(options.weights);
  if (!seed)
    return fail(seed.problem(), options.json);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ImportOptions importOptions;
  importOptions.randomSeed = *seed;
  ImportedModel model = importModel(context, options.model, importOptions);
  if (!model.module)
    return fail(model.problems, options.json);
  Result<Tokenizer> tokenizer = openTokenizer(options.model);
  if (!tokenizer)
    return fail(tokenizer.problem(), options.json);
  Result<std::vector<std::int32_t>> ids = promptIds(options, *tokenizer);
  if (!ids)
    return fail(ids.problem(), options.json);
  generation.promptIds = *ids;

  DiagnosticProblems diagnostics(context);
  mlir::FailureOr<TokenSession> session = TokenSession::create(*model.module, {options.threads});
  if (failed(session))
    return fail(diagnostics.problems(), options.json);
  Result<Generator> parts = prepare(options, std::move(*tokenizer), std::move(*session), ids->size());
  if (!parts)
    return fail(parts.problem(), options.json);
  generation.loadSeconds = loading.seconds();

  if (std::optional<StopReason> atOnce = parts->rules.atStart()) {
    generation.reason = *atOnce;
  } else {
    Stopwatch prefilling;
    mlir::FailureOr<Tensor> logits = mlir::failure();
    {
      Progress progress("reading the prompt", ids->size());
      logits = parts->session.feed(*ids, /*allLogits=*/false, [&](std::int64_t done) { progress.show(done); });
    }
    generation.prefillSeconds = prefilling.seconds();
    if (failed(logits))
      return fail(diagnostics.problems(), options.json);
    if (Status status = decode(*parts, generation, *logits, !options.json); !status)
      return status.problem().what.empty() ? fail(diagnostics.problems(), options.json)
                                           : fail(status.problem(), options.json);
  }
  if (options.json) {
    printJson(asJson(generation, options));
    return 0;
  }
  std::cout << std::endl;
  std::fprintf(stderr, "%zu prompt tokens in %.2f s, %zu tokens at %.1f tokens/s, stopped by %s\n",
               generation.promptIds.size(), generation.prefillSeconds, generation.ids.size(), generation.decodeRate(),
               std::string(stopReasonName(generation.reason)).c_str());
  return 0;
}

/// What is wrong with options whatever the model.
static void checkOptions(const RunOptions &options) {
  Result<SamplerOptions> samplerOptions = options.sampler.options();
  if (!samplerOptions)
    failCommandLine(samplerOptions.problem());
  if (Result<Sampler> sampler = Sampler::create(*samplerOptions, INT32_MAX); !sampler)
    failCommandLine(sampler.problem());
  StopOptions stops;
  stops.stopStrings = options.stops;
  if (Result<StopRules> rules = StopRules::create(stops); !rules)
    failCommandLine(rules.problem());
}

void tern::addRunCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *command = app.add_subcommand("run", "Generate text from a prompt, streaming");
  command->footer("Raw text goes in as it is; --chat puts it into the model's chat template as the user's message.\n"
                  "The reference interpreter is the one backend built so far: exact, and slow.\n\n"
                  "  tern run smol.gguf -p \"The capital of France is\" -n 8\n"
                  "  tern run smol.gguf --chat -p \"What is a compiler?\" --temperature 0.7 --seed 1\n"
                  "  echo \"Once upon a time\" | tern run ./SmolLM2-135M -p - -n 64 --json");
  command->add_option("model", options->model, "Hugging Face directory or .gguf file")->required();
  command->add_option("-p,--prompt", options->prompt, "The prompt; - reads standard input")->required();
  command->add_option("-n,--max-tokens", options->maxTokens, "Tokens to generate (default: until the model ends)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--chat", options->chat, "Put the prompt into the model's chat template");
  command->add_option("--backend", options->backend, "What computes; built so far: interpreter")
      ->check(CLI::IsMember({"interpreter"}));
  addThreadsOption(*command, options->threads);
  command->add_option("--max-context", options->context, "Positions at most (default: the model's maximum)")
      ->check(CLI::PositiveNumber);
  command->add_option("--stop", options->stops, "Text that ends the generation, not shown; may be repeated");
  command->add_flag("--ignore-eos", options->ignoreEnd, "Go on after the model's end tokens");
  addWeightsOption(*command, options->weights);
  command->add_flag("--json", options->json, "Print one JSON object at the end instead of streaming");
  options->sampler.addTo(*command);
  command->callback([options, &action] {
    checkOptions(*options);
    action = [options] { return run(*options); };
  });
}
