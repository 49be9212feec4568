//===- CheckCommand.cpp - tern check --------------------------------------===//

#include "runtime/tools/NumberChecks.h"
#include "tern/Import/Importer.h"
#include "tern/Target/Target.h"
#include "tools/tern/Command.h"

#include "llvm/Support/MathExtras.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace tern;

namespace {

struct CheckOptions {
  std::string model;
  std::string target = "cpu";
  std::int64_t context = 0; ///< 0: the model's own maximum.
  bool json = false;
};

/// What a model needs at `context` positions of one sequence.
struct Needs {
  std::int64_t context;
  const char *stateFormat;
  std::uint64_t bytesPerPosition, stateBytes, totalBytes;
};

} // namespace

/// Compiled code keeps states in f16 unless told otherwise (dialects/Graph/Transforms/PrecisionPolicy.h), the
/// interpreter in f32.
static Needs needsOf(const ModelSummary &summary, const CheckOptions &options) {
  Needs needs;
  bool isCompiled = options.target != "interpreter";
  needs.context = options.context > 0 ? options.context : summary.maxContext;
  needs.stateFormat = isCompiled ? "f16" : "f32";
  needs.bytesPerPosition = std::uint64_t(summary.stateBytesPerPosition) / (isCompiled ? 2 : 1);
  needs.stateBytes = llvm::SaturatingMultiply(std::uint64_t(needs.context), needs.bytesPerPosition);
  needs.totalBytes = llvm::SaturatingAdd(needs.stateBytes, std::uint64_t(summary.weightBytes));
  return needs;
}

static void printReport(const ModelSummary &summary, const Needs &needs, const Problems &problems) {
  std::cout << "architecture  " << summary.architecture << ", " << summary.layers << " layers, hidden "
            << summary.hidden << ", vocabulary " << summary.vocabulary << '\n';
  std::cout << "parameters    " << summary.parameters << '\n';
  std::cout << "weights       " << bytesText(summary.weightBytes) << '\n';
  std::cout << "state         " << bytesText(needs.stateBytes) << " at " << needs.context << " positions ("
            << bytesText(needs.bytesPerPosition) << " each, " << needs.stateFormat << ")\n";
  std::cout << "memory        " << bytesText(needs.totalBytes) << " for weights and state\n";
  std::cout << (problems.empty() ? "supported     yes" : "supported     no") << std::endl;
}

/// Imports the model; one without weights with generated ones, which are of the same shapes.
static ImportedModel importForCheck(mlir::MLIRContext &context, const std::string &path, bool &hasWeights) {
  ImportedModel result;
  Result<ModelFiles> files = ModelFiles::open(path, result.problems);
  if (!files) {
    result.problems.push_back(files.problem());
    return result;
  }
  hasWeights = files->hasWeights();
  ImportOptions importOptions;
  if (!hasWeights)
    importOptions.randomSeed = 0;
  return importModel(context, *files, importOptions, std::move(result.problems));
}

static int check(const CheckOptions &options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  bool hasWeights = false;
  ImportedModel model = importForCheck(context, options.model, hasWeights);
  const ModelSummary &summary = model.summary;
  if (options.context > summary.maxContext && summary.maxContext > 0)
    model.problems.push_back({"--max-context",
                              "must be at most the model's " + std::to_string(summary.maxContext) + ", got " +
                                  std::to_string(options.context),
                              "ask for fewer positions"});
  Needs needs = needsOf(summary, options);
  if (options.json) {
    printJson({{"supported", model.problems.empty()},
               {"problems", problemsAsJson(model.problems)},
               {"architecture", summary.architecture},
               {"parameters", summary.parameters},
               {"bytes", summary.weightBytes},
               {"has_weights", hasWeights},
               {"layers", summary.layers},
               {"hidden", summary.hidden},
               {"vocabulary", summary.vocabulary},
               {"max_context", summary.maxContext},
               {"target", options.target},
               {"memory",
                {{"context", needs.context},
                 {"weights", summary.weightBytes},
                 {"state", needs.stateBytes},
                 {"state_per_position", needs.bytesPerPosition},
                 {"total", needs.totalBytes}}}});
  } else if (!summary.architecture.empty()) {
    printReport(summary, needs, model.problems);
    if (!hasWeights)
      std::cout << "note          there are no weights here; run it with --weights random:SEED" << std::endl;
  }
  if (!options.json)
    for (const Problem &problem : model.problems)
      std::cerr << "problem: " << problem.str() << '\n';
  return model.problems.empty() ? 0 : 1;
}

/// What is wrong with a name of --target, or "".
static std::string targetProblem(const std::string &name) {
  if (name == "interpreter")
    return "";
  Result<Target> target = parseTarget(name);
  return target ? "" : target.problem().what + "; " + target.problem().remedy + ", interpreter";
}

void tern::addCheckCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App *command = app.add_subcommand("check", "Say what of a model is supported and what it needs");
  command->footer("Lists everything that is not supported at once, each with its place and what to do, and reads no\n"
                  "weights. Exit status 0 if the model is supported, 1 if not.\n\n"
                  "  tern check SmolLM2-135M-Instruct.Q4_1.gguf\n"
                  "  tern check ./Qwen3-8B --max-context 4096 --json");
  command->add_option("model", options->model, "Hugging Face directory or .gguf file")->required();
  command
      ->add_option("--target", options->target,
                   "What is to run it: cpu (the default), cpu:x86-64-v3, sm_90a, ..., or interpreter")
      ->check(CLI::Validator(targetProblem, ""));
  command->add_option("--max-context", options->context, "Positions to count state for (default: the model's maximum)")
      ->check(positive());
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}
