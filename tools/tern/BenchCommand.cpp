//===- BenchCommand.cpp - tern bench --------------------------------------===//

#include "tools/tern/Benchmark.h"
#include "tools/tern/Command.h"
#include "tools/tern/CompiledModel.h"

#include <CLI/CLI.hpp>
#include <unistd.h>

using namespace tern;

namespace {

struct BenchOptions {
  ModelFlags model;
  BenchmarkSizes sizes;
  std::vector<unsigned> threads;
  bool json = false;
};

} // namespace

static void printHeading(const CompiledModel &model) {
  std::printf("%s, code for %s\n", model.path.c_str(), model.info.target);
  std::printf("%-8s %6s %6s %8s %8s  %-28s %12s %10s %11s\n", "kind", "tokens", "batch", "context", "threads",
              "tokens/s (min .. max)", "bytes/token", "ceiling", "of ceiling");
}

static void printCase(const BenchmarkCase &result) {
  char rates[64];
  std::snprintf(rates, sizeof rates, "%.1f (%.1f .. %.1f)", result.median(), result.rates.front(), result.rates.back());
  std::printf("%-8s %6lld %6lld %8lld %8u  %-28s %12s %5.1f GB/s %10.0f%%\n", result.isPrefill ? "prefill" : "decode",
              static_cast<long long>(result.tokens), static_cast<long long>(result.batch),
              static_cast<long long>(result.context), result.threads, rates, bytesText(result.bytesPerToken).c_str(),
              result.ceiling / 1e9, 100 * result.fractionOfCeiling());
  std::fflush(stdout);
}

/// All cases of a model that is loaded.
static Status runCases(const CompiledModel &model, const BenchOptions &options, Json &cases) {
  auto add = [&](const Result<BenchmarkCase> &result) -> Status {
    if (!result)
      return result.problem();
    if (!options.json)
      printCase(*result);
    cases.push_back(result->asJson());
    return Done{};
  };
  if (options.sizes.prompt > 0)
    if (Status status = add(benchmarkPrefill(model, options.sizes)); !status)
      return status;
  if (options.sizes.decode > 0)
    for (std::int64_t batch : options.model.batches)
      if (Status status = add(benchmarkDecode(model, options.sizes, batch)); !status)
        return status;
  return Done{};
}

static int bench(const BenchOptions &options) {
  Json object = Json::object(), cases = Json::array();
  for (unsigned threads : options.threads) {
    ModelFlags flags = options.model;
    flags.threads = threads;
    CompiledModel model = openCompiled(flags);
    if (!model.problems.empty())
      return fail(model.problems, options.json);
    if (object.empty()) {
      object = {{"backend", model.info.backend}, {"target", model.info.target}};
      if (!options.json)
        printHeading(model);
    }
    if (Status status = runCases(model, options, cases); !status)
      return fail(status.problem(), options.json);
  }
  object["cases"] = std::move(cases);
  if (options.json)
    printJson(object);
  return 0;
}

void tern::addBenchCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App *command = app.add_subcommand("bench", "Measure prefill and decode against what the machine can read");
  command->footer(
      "The ceiling is what as many threads read from memory in the same run, over as many bytes as a step\n"
      "reads by the plan: weights once, and the cache. Prefill computes more than it reads, so its share of\n"
      "the ceiling says little.\n\n"
      "  tern bench smol.tern\n"
      "  tern bench smol.gguf --threads 1,2 --context 4000 --prompt 0 --json\n"
      "  tern bench smol.gguf --batch 1,8 --precision int8");
  ModelFlags &model = options->model;
  BenchmarkSizes &sizes = options->sizes;
  model.addTo(*command, /*hasContext=*/false);
  auto number = [&](const char *name, std::int64_t &value, const char *help) {
    command->add_option(name, value, help)->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 30));
  };
  number("--prompt", sizes.prompt, "Tokens of the prompt (default 512; 0: no prefill)");
  number("--decode", sizes.decode, "Steps to decode (default 128; 0: no decode)");
  number("--context", sizes.context, "Tokens in the cache before decode begins (default 100)");
  command->add_option("--batch", model.batches, "Sequences decoded at once, by commas: a case for each (default 1)")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{4096}));
  command->add_option("--threads", options->threads, "Worker threads, by commas: cases for each (default: one a core)")
      ->delimiter(',')
      ->check(CLI::Range(1u, 1024u));
  command->add_option("--repeat", sizes.repeat, "Times that each case is run (default 5)")->check(CLI::Range(1, 1000));
  model.backend = "cpu";
  command->add_option("--backend", model.backend, "What computes: cpu")->check(CLI::IsMember({"cpu"}));
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options, &action] {
    if (options->sizes.prompt == 0 && options->sizes.decode == 0)
      throw CLI::ValidationError("--prompt and --decode", "are both 0: nothing is left to measure");
    if (options->threads.empty())
      options->threads = {0};
    action = [options] { return bench(*options); };
  });
}
