//===- RunCommand.cpp - tern run ------------------------------------------===//

#include "runtime/tools/NumberChecks.h"
#include "tools/tern/Command.h"
#include "tools/tern/RunOptions.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <sys/resource.h>

using namespace tern;

Result<std::string> tern::promptOf(const RunOptions &options) {
  return options.prompt == "-" ? readText("-") : Result<std::string>(options.prompt);
}

void tern::showNumber(const RunOptions &options, std::int64_t sample) {
  if (!options.json && options.sampler.samples() > 1)
    std::cout << (sample == 0 ? "" : "\n") << "[" << sample + 1 << "] " << std::flush;
}

void ReadingProgress::show(std::int64_t done, std::int64_t total) {
  if (!reading)
    reading.emplace("reading the prompt", total);
  reading->show(done);
  if (done == total)
    reading.reset();
}

/// Set by an interrupt. The interpreter has a flag of its own.
static tern_cancel *const cancelled = tern_cancel_create();
static std::atomic<bool> interrupted{false};

static void interrupt(int) {
  tern_cancel_set(cancelled);
  interrupted = true;
  std::signal(SIGINT, SIG_DFL); // The second one kills.
}

Interruptible::Interruptible() { std::signal(SIGINT, interrupt); }
Interruptible::~Interruptible() { std::signal(SIGINT, SIG_DFL); }
tern_cancel *Interruptible::cancel() { return cancelled; }
const std::atomic<bool> *Interruptible::flag() { return &interrupted; }

std::int64_t tern::residentBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t(usage.ru_maxrss) * 1024;
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
      ->check(notNegative());
  command->add_flag("--chat", options->chat, "Put the prompt into the model's chat template");
  command->add_flag("--verify", options->verify, "Check the golden prompts that the artifact holds first");
  options->model.addBackendTo(*command);
  addThreadsOption(*command, options->model.threads);
  command->add_option("--stop", options->stops, "Text that ends the generation, not shown; may be repeated")
      ->allow_extra_args(false);
  command->add_flag("--ignore-eos", options->ignoreEnd, "Go on after the model's end tokens");
  command
      ->add_option(
          "--context-shift", options->shiftKeep,
          "Go on past the end of the context: keep so many first tokens (-1: the prompt) and the newer half of "
          "the others (default: the text ends)")
      ->check(CLI::Range(std::int64_t{-1}, std::int64_t{INT32_MAX}));
  command->add_flag("--json", options->json, "Print one JSON object at the end instead of streaming");
  options->sampler.addTo(*command);
  command->callback([options, prompt, &action] {
    options->hasPrompt = prompt->count() > 0;
    options->model.golden = options->verify;
    checkOptions(*options);
    action = [options] { return run(*options); };
  });
}
