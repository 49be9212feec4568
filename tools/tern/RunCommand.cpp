//===- RunCommand.cpp - tern run ------------------------------------------===//

#include "tools/tern/RunCommand.h"

#include "tools/tern/Chat.h"
#include "tools/tern/Command.h"
#include "tools/tern/CompiledModel.h"
#include "tools/tern/Progress.h"

#include <csignal>
#include <iostream>
#include <sys/resource.h>

using namespace tern;

namespace {

/// Set by an interrupt: the text so far is finished in order.
std::atomic<bool> interrupted{false};

void interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL); // The second one kills.
}

} // namespace

Result<std::vector<TokenId>> tern::promptIds(const RunOptions &options, const ModelText &text) {
  Result<std::string> prompt = options.prompt == "-" ? readText("-") : Result<std::string>(options.prompt);
  if (!prompt)
    return prompt.problem();
  if (!options.chat)
    return text.tokenizer.encode(*prompt, /*addSpecial=*/true);
  if (text.chat.templates.named.empty())
    return Problem{options.model.path, "has no chat template", "leave out --chat"};
  ChatInput input;
  input.messages = Json::array({{{"role", "user"}, {"content", *prompt}}});
  input.addGenerationPrompt = true;
  Result<Rendering> rendered = renderChat({text.chat.templates, text.chat.specialTokens}, input);
  if (!rendered)
    return rendered.problem();
  return text.tokenizer.encode(rendered->text, /*addSpecial=*/false);
}

Status tern::generateInto(RunReport &report, TokenSequence &sequence, const ModelText &text,
                          const RunOptions &options) {
  GenerationRequest request;
  if (Status status = options.sampler.fill(request); !status)
    return status;
  request.prompt = report.promptIds;
  request.stops.stopStrings = options.stops;
  request.stops.maxTokens = options.maxTokens;
  if (!options.ignoreEnd)
    request.stops.endTokens = text.chat.endTokens;
  request.cancel = &interrupted;
  std::optional<Progress> reading;
  request.progress = [&](std::int64_t done, std::int64_t total) {
    if (!reading)
      reading.emplace("reading the prompt", total);
    reading->show(done);
    if (done == total)
      reading.reset();
  };
  if (!options.json)
    request.stream = [](std::optional<TokenId>, std::string_view shown) {
      std::cout << shown << std::flush;
      return true;
    };
  std::signal(SIGINT, interrupt);
  SampleEvents events;
  events.begin = [&](std::int64_t sample) {
    if (!options.json && options.sampler.samples() > 1)
      std::cout << (sample == 0 ? "" : "\n") << "[" << sample + 1 << "] " << std::flush;
  };
  Result<std::vector<Generation>> samples =
      generateSamples(sequence, text.tokenizer, request, options.sampler.samples(), events);
  std::signal(SIGINT, SIG_DFL);
  if (!samples)
    return SamplerFlags::ofFlag(samples.problem());
  return report.setSamples(std::move(*samples), text.tokenizer);
}

/// Adds what `logits` are after `prompt`. Problem: not what they must be.
static Status compareWith(const GoldenPrompt &prompt, const LogitsView &logits, const std::string &path,
                          Verification &result) {
  GoldenDifference difference = compareGolden(prompt, logits.values);
  if (!(difference.divergence <= result.allowed)) { // NaN too
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, "%.3g nats, and %.3g are allowed", difference.divergence, result.allowed);
    return Problem{path,
                   "computes something else than it must: after the golden prompt '" + prompt.text +
                       "' the divergence from " + result.reference + " is " + numbers,
                   "compile the model on this machine; if that does not help, report it"};
  }
  result.maxDivergence = std::max(result.maxDivergence, difference.divergence);
  result.maxError = std::max(result.maxError, difference.maxError);
  return Done{};
}

/// Compares the weights with their hashes, then runs the artifact's golden prompts, read as prompts and token by token.
static Result<Verification> verify(const LoadedModel &loaded) {
  if (Status status = loaded.artifact().verifyWeights(loaded.executor()->program()); !status)
    return status.problem();
  Result<Golden> golden = readGolden(loaded.artifact());
  if (!golden)
    return golden.problem();
  Verification result{golden->prompts.size(), 0, golden->maxDivergence, 0, golden->reference};
  std::size_t longest = 1;
  for (const GoldenPrompt &prompt : golden->prompts)
    longest = std::max(longest, prompt.tokens.size());
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(loaded.executor(), 1, static_cast<std::int64_t>(longest));
  if (!decoder)
    return decoder.problem();
  for (const GoldenPrompt &prompt : golden->prompts)
    for (bool step : {false, true}) {
      (*decoder)->reset(0);
      Result<LogitsView> logits = step ? LogitsView() : (*decoder)->prefill(0, prompt.tokens);
      for (std::size_t i = 0; step && logits && i != prompt.tokens.size(); ++i)
        logits = (*decoder)->decode({{0, prompt.tokens[i]}});
      if (!logits)
        return logits.problem();
      if (Status status = compareWith(prompt, *logits, loaded.artifact().path(), result); !status)
        return status.problem();
    }
  return result;
}

/// Prompt and generation on compiled code.
static Status generateCompiled(RunReport &report, const CompiledModel &model, const RunOptions &options,
                               const Stopwatch &loading) {
  Result<const ModelText *> text = model.loaded->text();
  if (!text) {
    // Of a model that was compiled just now, what its own files lack says more.
    Result<Tokenizer> tokenizer = openTokenizer(options.model.path);
    return tokenizer ? text.problem() : tokenizer.problem();
  }
  Result<std::vector<TokenId>> ids = promptIds(options, **text);
  if (!ids)
    return ids.problem();
  report.promptIds = std::move(*ids);
  std::int64_t needed =
      options.maxTokens < 0 ? -1 : static_cast<std::int64_t>(report.promptIds.size()) + options.maxTokens;
  Result<std::int64_t> context = options.model.contextFor(model.maxContext(), needed);
  if (!context)
    return context.problem();
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model.loaded->executor(), 1, *context);
  if (!decoder)
    return decoder.problem();
  report.loadSeconds = loading.seconds();
  SlotSequence sequence(**decoder, 0, *context);
  if (Status status = generateInto(report, sequence, **text, options); !status)
    return status;
  const ExecutorSession &session = (*decoder)->session();
  report.memory = {{"planned", memoryAsJson(session.planned())}, {"measured", memoryAsJson(session.measured())}};
  return Done{};
}

std::int64_t tern::residentBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t(usage.ru_maxrss) * 1024;
}

static Problems runCompiled(RunReport &report, const RunOptions &options) {
  Stopwatch loading;
  CompiledModel model = openCompiled(options.model);
  if (!model.problems.empty())
    return model.problems;
  report.backend = model.loaded->backend().name();
  report.target = model.loaded->variant().target;
  report.threads = model.loaded->executor()->workerCount();
  if (options.verify) {
    Result<Verification> verified = verify(*model.loaded);
    if (!verified)
      return {verified.problem()};
    report.verification = *verified;
  }
  if (options.hasPrompt)
    if (Status status = generateCompiled(report, model, options, loading); !status)
      return {status.problem()};
  report.memory["resident"] = residentBytes();
  return {};
}

static int run(const RunOptions &options) {
  RunReport report;
  report.backend = options.model.backend; // of compiled code, what is loaded says it
  if (std::string remark = options.sampler.remark(); !remark.empty())
    std::cerr << "remark: " << remark << "\n";
  Problems problems = options.model.isInterpreted() ? runInterpreted(report, options) : runCompiled(report, options);
  if (!problems.empty())
    return fail(problems, options.json);
  if (options.json) {
    printJson(report.asJson());
    return 0;
  }
  if (!report.samples.empty())
    std::cout << std::endl;
  report.printSummary();
  return 0;
}

/// What is wrong with options whatever the model.
static void checkOptions(const RunOptions &options) {
  if (!options.hasPrompt && !options.verify)
    throw CLI::RequiredError("-p or --verify");
  if (options.verify && options.model.isInterpreted())
    throw CLI::ValidationError("--verify", "runs compiled code; leave out --backend interpreter");
  if (Status status = options.sampler.check(); !status)
    failCommandLine(status.problem());
  StopOptions stops;
  stops.stopStrings = options.stops;
  if (Result<StopRules> rules = StopRules::create(stops); !rules)
    failCommandLine(SamplerFlags::ofFlag(rules.problem()));
}

void tern::addRunCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *command = app.add_subcommand("run", "Generate text from a prompt, streaming");
  command->footer("Takes an artifact as it is, and compiles a model first, once: the artifact stays in the cache.\n"
                  "Raw text goes in as it is; --chat puts it into the model's chat template as the user's message.\n\n"
                  "  tern run smol.tern -p \"The capital of France is\" -n 8\n"
                  "  tern run smol.gguf --chat -p \"What is a compiler?\" --temperature 0.7 --seed 1\n"
                  "  echo \"Once upon a time\" | tern run ./SmolLM2-135M -p - -n 64 --json\n"
                  "  tern run smol.tern --verify");
  options->model.addTo(*command);
  CLI::Option *prompt = command->add_option("-p,--prompt", options->prompt, "The prompt; - reads standard input");
  command->add_option("-n,--max-tokens", options->maxTokens, "Tokens to generate (default: until the model ends)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--chat", options->chat, "Put the prompt into the model's chat template");
  command->add_flag("--verify", options->verify, "Check the golden prompts that the artifact holds first");
  options->model.addBackendTo(*command);
  addThreadsOption(*command, options->model.threads);
  command->add_option("--stop", options->stops, "Text that ends the generation, not shown; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--ignore-eos", options->ignoreEnd, "Go on after the model's end tokens");
  command->add_flag("--json", options->json, "Print one JSON object at the end instead of streaming");
  options->sampler.addTo(*command);
  command->callback([options, prompt, &action] {
    options->hasPrompt = prompt->count() > 0;
    options->model.golden = options->verify;
    checkOptions(*options);
    action = [options] { return run(*options); };
  });
}
