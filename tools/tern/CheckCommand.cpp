//===- CheckCommand.cpp - tern check --------------------------------------===//

#include "tern/Import/Importer.h"
#include "tools/tern/Command.h"

#include <iostream>

using namespace tern;

namespace {

struct CheckOptions {
  std::string model;
  std::string target = "interpreter";
  std::int64_t context = 0; ///< 0: the model's own maximum.
  bool json = false;
};

/// What a model needs at `context` positions of one sequence.
struct Needs {
  std::int64_t context, stateBytes, totalBytes;
};

} // namespace

static void printReport(const ModelSummary &summary, const Needs &needs, const Problems &problems) {
  std::cout << "architecture  " << summary.architecture << ", " << summary.layers << " layers, hidden "
            << summary.hidden << ", vocabulary " << summary.vocabulary << '\n';
  std::cout << "parameters    " << summary.parameters << '\n';
  std::cout << "weights       " << bytesText(summary.weightBytes) << '\n';
  std::cout << "state         " << bytesText(needs.stateBytes) << " at " << needs.context << " positions ("
            << bytesText(summary.stateBytesPerPosition) << " each, f32)\n";
  std::cout << "memory        " << bytesText(needs.totalBytes) << " for weights and state\n";
  std::cout << (problems.empty() ? "supported     yes" : "supported     no") << std::endl;
}

static int check(const CheckOptions &options) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ImportedModel model = importModel(context, options.model);
  const ModelSummary &summary = model.summary;
  if (options.context > summary.maxContext && summary.maxContext > 0)
    model.problems.push_back({"--max-context", "must be at most the model's " + std::to_string(summary.maxContext) +
                                                   ", got " + std::to_string(options.context),
                              "ask for fewer positions"});
  Needs needs;
  needs.context = options.context > 0 ? options.context : summary.maxContext;
  needs.stateBytes = needs.context * summary.stateBytesPerPosition;
  needs.totalBytes = needs.stateBytes + summary.weightBytes;
  if (options.json) {
    printJson({{"supported", model.problems.empty()},
               {"problems", problemsAsJson(model.problems)},
               {"architecture", summary.architecture},
               {"parameters", summary.parameters},
               {"bytes", summary.weightBytes},
               {"layers", summary.layers},
               {"hidden", summary.hidden},
               {"vocabulary", summary.vocabulary},
               {"max_context", summary.maxContext},
               {"target", options.target},
               {"memory",
                {{"context", needs.context},
                 {"weights", summary.weightBytes},
                 {"state", needs.stateBytes},
                 {"state_per_position", summary.stateBytesPerPosition},
                 {"total", needs.totalBytes}}}});
  } else if (!summary.architecture.empty()) {
    printReport(summary, needs, model.problems);
  }
  if (!options.json)
    for (const Problem &problem : model.problems)
      std::cerr << "problem: " << problem.str() << '\n';
  return model.problems.empty() ? 0 : 1;
}

void tern::addCheckCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App *command = app.add_subcommand("check", "Say what of a model is supported and what it needs");
  command->footer("Lists everything that is not supported at once, each with its place and what to do, and reads no\n"
                  "weights. Exit status 0 if the model is supported, 1 if not.\n\n"
                  "  tern check SmolLM2-135M-Instruct.Q4_1.gguf\n"
                  "  tern check ./Qwen3-8B --max-context 4096 --json");
  command->add_option("model", options->model, "Hugging Face directory or .gguf file")->required();
  command->add_option("--target", options->target, "What to check against; built so far: interpreter")
      ->check(CLI::IsMember({"interpreter"}));
  command->add_option("--max-context", options->context, "Positions to count state for (default: the model's maximum)")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([options, &action] { action = [options] { return check(*options); }; });
}
