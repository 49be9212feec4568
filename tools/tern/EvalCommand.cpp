//===- EvalCommand.cpp - tern eval ----------------------------------------===//

#include "tern/Import/TextFiles.h"
#include "tern/Support/LogitComparison.h"
#include "tools/tern/Command.h"
#include "tools/tern/Evaluation.h"

#include <CLI/CLI.hpp>
#include <iostream>

using namespace tern;

namespace {

struct EvalOptions {
  ModelFlags model;
  std::string tokens, text, logits, reference;
  bool step = false, json = false;
};

} // namespace

static Result<std::vector<TokenId>> readIds(const EvalOptions &options) {
  if (!options.text.empty()) {
    Result<Tokenizer> tokenizer = openTokenizer(options.model.path);
    if (!tokenizer)
      return tokenizer.problem();
    Result<std::string> text = readText(options.text);
    if (!text)
      return text.problem();
    return tokenizer->encode(*text, /*addSpecial=*/true);
  }
  Result<Json> list = readJson(options.tokens);
  if (!list)
    return list.problem();
  std::vector<TokenId> ids;
  Problem wrong{options.tokens, "must be a JSON list of token ids", "write for example [1, 2, 3]"};
  if (!list->is_array())
    return wrong;
  for (const Json &id : *list) {
    if (!id.is_number_integer() || id < 0 || id > INT32_MAX)
      return wrong;
    ids.push_back(id.get<TokenId>());
  }
  return ids;
}

/// The logits to compare with: a .npy file, or the interpreter's.
static Problems readReference(const EvalOptions &options, const EvaluationRequest &request,
                              const Evaluation &evaluation, FloatTable &reference) {
  if (options.reference != "interpreter") {
    Result<FloatTable> table = readNpy(options.reference);
    if (!table)
      return {table.problem()};
    reference = std::move(*table);
    return {};
  }
  if (options.model.isInterpreted()) {
    reference = evaluation.logits;
    return {};
  }
  EvaluationRequest whole = request;
  whole.step = false;
  EvaluationResult result = evaluate(options.model.forReference(), whole);
  if (result.evaluation)
    reference = std::move(result.evaluation->logits);
  return result.problems;
}

static Status addComparison(Json &object, const Evaluation &evaluation, const FloatTable &reference) {
  Result<LogitComparison> comparison = compareLogits(evaluation.logits, reference);
  if (!comparison)
    return comparison.problem();
  object["kl_mean"] = comparison->meanDivergence;
  object["kl_max"] = comparison->maxDivergence;
  object["top1_agreement"] = comparison->topAgreement;
  object["worst_position"] = comparison->worstPosition;
  object["max_error"] = comparison->maxError;
  object["reference_range"] = comparison->referenceRange;
  return Done{};
}

static void print(const Json &object, bool json) {
  if (json) {
    printJson(object);
    return;
  }
  for (const auto &[key, value] : object.items())
    std::cout << key << ' ' << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
  std::cout.flush();
}

static int eval(const EvalOptions &options) {
  Result<std::vector<TokenId>> ids = readIds(options);
  if (!ids)
    return fail(ids.problem(), options.json);
  EvaluationRequest request;
  request.ids = std::move(*ids);
  request.keepLogits = !options.logits.empty() || !options.reference.empty();
  request.step = options.step;
  request.minimumIds = options.text.empty() ? 1 : 2;
  EvaluationResult result = evaluate(options.model, request);
  if (!result.evaluation)
    return fail(result.problems, options.json);
  const Evaluation &evaluation = *result.evaluation;
  Json object{{"tokens", request.ids.size()}, {"backend", evaluation.backend}};
  if (evaluation.predictions > 0)
    object["perplexity"] = evaluation.perplexity();
  if (!options.logits.empty())
    if (Status status = writeNpy(options.logits, evaluation.logits); !status)
      return fail(status.problem(), options.json);
  if (!options.reference.empty()) {
    FloatTable reference;
    if (Problems problems = readReference(options, request, evaluation, reference); !problems.empty())
      return fail(problems, options.json);
    if (Status status = addComparison(object, evaluation, reference); !status)
      return fail(status.problem(), options.json);
  }
  print(object, options.json);
  return 0;
}

void tern::addEvalCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App *command = app.add_subcommand("eval", "Compute logits and perplexity, and compare with a reference");
  command->footer(
      "Runs a list of token ids or a text through the model. Longer texts than --max-context are cut into\n"
      "windows that know nothing of each other. Prompts and generation are different code: --step measures\n"
      "the second.\n\n"
      "  tern eval smol.gguf --text story.txt\n"
      "  tern eval smol.tern --tokens ids.json --reference interpreter --step\n"
      "  tern eval smol.gguf --tokens ids.json --logits logits.npy\n"
      "  tern eval smol.gguf --tokens ids.json --reference other-engine.npy --json");
  options->model.addTo(*command);
  auto *tokens = command->add_option("--tokens", options->tokens, "JSON list of token ids; - reads standard input");
  auto *text =
      command->add_option("--text", options->text, "Text file to measure perplexity on; - reads standard input");
  tokens->excludes(text);
  command->add_option("--logits", options->logits, "File for the logits, f32 [T, V] as .npy");
  command->add_option("--reference", options->reference,
                      "Logits to compare with: a .npy file, or interpreter for the reference interpreter's");
  command->add_flag("--step", options->step, "Feed token by token, as generation does, instead of prompts in chunks");
  options->model.addBackendTo(*command);
  addThreadsOption(*command, options->model.threads);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([=, &action] {
    if (tokens->count() == 0 && text->count() == 0)
      throw CLI::RequiredError("--tokens or --text");
    action = [options] { return eval(*options); };
  });
}
