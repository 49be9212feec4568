//===- CompileCommand.cpp - tern compile ----------------------------------===//

#include "runtime/tools/NumberChecks.h"
#include "tern/Pipelines/Compiler.h"
#include "tern/Pipelines/ScheduleFile.h"
#include "tern/RegisterAll.h"
#include "tools/tern/Command.h"
#include "tools/tern/Explanation.h"
#include "tools/tern/Progress.h"

#include "mlir/IR/MLIRContext.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace tern;

namespace {

struct CompileFlags {
  CompilerOptions compiler;
  std::string weights = "embed", scheduleFile;
  bool json = false, explain = false;
};

} // namespace

static Json asJson(const Compilation &compilation, const CompilerOptions &options) {
  Json phases = Json::array(), kernels = Json::array();
  for (const KernelResources &kernel : compilation.gpuKernels)
    kernels.push_back({{"name", kernel.name},
                       {"architecture", kernel.architecture},
                       {"registers", kernel.registers},
                       {"shared", kernel.sharedBytes},
                       {"spill_stores", kernel.spillStores},
                       {"spill_loads", kernel.spillLoads},
                       {"stack", kernel.stackBytes}});
  for (const Compilation::Phase &phase : compilation.phases)
    phases.push_back({{"name", phase.name}, {"seconds", phase.seconds}});
  const Compilation::Memory &memory = compilation.memory;
  return {{"phases", phases},
          {"memory",
           {{"weights", memory.weights},
            {"arena", memory.arena},
            {"scratch_per_thread", memory.scratchPerThread},
            {"state_per_position", memory.statePerPosition},
            {"state_fixed", memory.stateFixed}}},
          {"entry_points", compilation.entryPoints},
          {"targets", compilation.targets},
          {"golden_prompts", compilation.goldenPrompts},
          {"gpu_kernels", kernels},
          {"output", options.output}};
}

/// Sets what --weights says; checked when the command line was read.
static void setWeights(CompilerOptions &options, const std::string &weights) {
  options.embedWeights = weights == "embed";
  if (Result<std::optional<std::uint64_t>> seed = parseWeights(weights); seed)
    options.randomSeed = *seed;
}

/// Reads what --schedule names.
static Status setSchedule(CompilerOptions &options, const std::string &path) {
  if (path.empty())
    return Done{};
  Result<std::vector<std::string>> rules = readScheduleFile(path);
  if (!rules)
    return rules.problem();
  options.scheduleRules = std::move(*rules);
  return Done{};
}

static int compile(CompileFlags flags) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  CompilerOptions &options = flags.compiler;
  setWeights(options, flags.weights);
  if (Status status = setSchedule(options, flags.scheduleFile); !status)
    return fail(status.problem(), flags.json);
  std::optional<Explanation> explanation;
  if (flags.explain)
    explanation.emplace(context);
  options.onPhase = [](llvm::StringRef phase, double seconds) {
    std::fprintf(stderr, "%-10s %.3f s\n", phase.str().c_str(), seconds);
  };
  std::optional<Progress> packing;
  options.onWeights = [&](std::uint64_t done, std::uint64_t total) {
    if (!packing)
      packing.emplace("packing weights", total, "bytes");
    packing->show(done);
    if (done == total)
      packing.reset();
  };
  CompilationResult result = compileModel(context, options);
  if (!result.problems.empty())
    return fail(result.problems, flags.json);
  if (flags.json) {
    Json object = asJson(result.compilation, options);
    if (explanation)
      object["explain"] = explanation->asJson();
    printJson(object);
  } else if (explanation) {
    std::cout << explanation->asText() << std::flush;
  }
  return 0;
}

/// Adds the options that say what is compiled for.
static void addTargetOptions(CLI::App &command, CompilerOptions &options) {
  command
      .add_option("--target", options.targets,
                  "What to compile for, by commas: cpu (this machine), cpu:x86-64-v3, sm_90a, ...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--precision", options.precision, "default, f32, bf16 or int8, and rules: int8,lm_head=f32");
  command.add_option("--batch", options.batches, "Sequences to decode at once, by commas: an entry for each")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(positive());
  command.add_option("--max-context", options.maxContext, "Positions at most (default: the model's maximum)")
      ->check(positive());
  command.add_flag("--embeddings", options.embeddings,
                   "Give a vector for each token instead of logits (tern_embed); encoders always do");
  addThreadsOption(command, options.threads);
}

/// What is wrong with the command line whatever the model.
static void checkFlags(const CompileFlags &flags, bool hasWeights) {
  const CompilerOptions &options = flags.compiler;
  auto number = [](const std::string &phase) { return llvm::find(phaseNames(), phase) - phaseNames().begin(); };
  if (!options.firstPhase.empty() && hasWeights && flags.weights.rfind("random", 0) == 0)
    throw CLI::ValidationError("--weights", "the IR says where its weights come from; import again to change it");
  if (!options.firstPhase.empty() && number(options.lastPhase) < number(options.firstPhase))
    throw CLI::ValidationError("--compile-to", options.lastPhase + " comes before " + options.firstPhase +
                                                   ", which the IR has been through");
  if (!flags.scheduleFile.empty() &&
      (number(options.lastPhase) < number("schedule") ||
       (!options.firstPhase.empty() && number(options.firstPhase) >= number("schedule"))))
    throw CLI::ValidationError("--schedule", "the phase schedule does not run; edit the attributes of the IR instead");
  if (options.golden.value_or(false) && (options.lastPhase != "emit" || !options.firstPhase.empty()))
    throw CLI::ValidationError("--golden",
                               "the interpreter runs the model, and the artifact keeps what it gave: compile "
                               "all the way, from the model");
  if (flags.explain && options.lastPhase != "emit" && options.output.empty() && !flags.json)
    throw CLI::ValidationError("--explain", "the IR goes to standard output: give -o");
  if (options.lastPhase == "emit" && options.output.empty())
    throw CLI::ValidationError("--output", "an artifact needs a file: give -o, or stop earlier with --compile-to");
}

void tern::addCompileCommand(CLI::App &app, Action &action) {
  auto flags = std::make_shared<CompileFlags>();
  CompilerOptions &options = flags->compiler;
  CLI::App *command = app.add_subcommand("compile", "Compile a model to an artifact that runs without the compiler");
  command->footer(
      "Phases: import, normalize, precision, fuse, schedule, plan, lower, emit. docs/Pipeline.md says what each\n"
      "does; IR that one left can be edited and taken up again.\n\n"
      "  tern compile smol.gguf -o smol.tern\n"
      "  tern compile ./SmolLM2-135M -o smol.tern --precision int8 --target cpu:x86-64-v3,cpu:x86-64-v4\n"
      "  tern compile smol.gguf -o smol.tern --explain\n"
      "  tern compile smol.gguf --compile-to fuse -o smol.mlir\n"
      "  tern compile smol.mlir --compile-from fuse -o smol.tern");
  std::vector<std::string> phases;
  for (llvm::StringRef phase : phaseNames())
    phases.push_back(phase.str());
  command->add_option("model", options.input, "Hugging Face directory, .gguf file, or IR with --compile-from")
      ->required();
  command->add_option("-o,--output", options.output, "File for the artifact, or for the IR of --compile-to");
  command->add_option("--compile-to", options.lastPhase, "Last phase to run (default: emit)")
      ->check(CLI::IsMember(phases));
  command->add_option("--compile-from", options.firstPhase, "Phase that the given IR has been through")
      ->check(CLI::IsMember(std::vector<std::string>(phases.begin(), phases.end() - 1)));
  command->add_option("--dump-phases-to", options.dumpDirectory, "Directory for the program after each phase");
  command->add_flag("--verify-each", options.verifyEach,
                    "Run the program after each pass and compare it with that before");
  addTargetOptions(*command, options);
  command->add_option("--schedule", flags->scheduleFile,
                      "File of rules for schedules of kernels: linear_* rows=4 prefetch=4096, one a line");
  CLI::Option *weights = command->add_option("--weights", flags->weights,
                                             "embed (default), reference (stay in the model's files) or random:SEED");
  weights->check([](const std::string &text) {
    if (text == "embed")
      return std::string();
    Result<std::optional<std::uint64_t>> seed = parseWeights(text);
    return seed ? std::string() : seed.problem().str();
  });
  command->add_flag("--explain", flags->explain, "Say what each layer got, and why: the passes' decisions by layer");
  command->add_flag_function(
      "--golden,!--no-golden", [&options](std::int64_t count) { options.golden = count > 0; },
      "Keep a prompt and what the interpreter gives after it, for tern run --verify (default: for models "
      "of up to 256 MB)");
  CLI::Option *json = command->add_flag("--json", flags->json, "Print one JSON object (needs -o)");
  json->needs(command->get_option("--output"));
  command->callback([flags, weights, &action] {
    checkFlags(*flags, weights->count() > 0);
    action = [flags] { return compile(*flags); };
  });
}
