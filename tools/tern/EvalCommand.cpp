//===- EvalCommand.cpp - tern eval ----------------------------------------===//

#include "runtime/Base/LogProbability.h"
#include "tern/Import/Importer.h"
#include "tern/Import/TextFiles.h"
#include "tern/Interpreter/TokenSession.h"
#include "tern/Support/LogitComparison.h"
#include "tern/Support/Npy.h"
#include "tern/Pipelines/DiagnosticProblems.h"
#include "tools/tern/Command.h"
#include "tools/tern/Progress.h"

#include <cmath>
#include <iostream>

using namespace tern;

namespace {

struct EvalOptions {
  std::string model, tokens, text, logits, reference;
  std::string weights = "reference", backend = "interpreter";
  unsigned threads = 0;
  std::int64_t context = 0;
  bool json = false;
};

/// What came of an evaluation.
struct Evaluation {
  FloatTable logits; ///< [T, V]; empty when nobody asked for them.
  double negativeLogLikelihood = 0;
  std::int64_t predictions = 0; ///< Tokens that a prediction was made for.

  double perplexity() const { return std::exp(negativeLogLikelihood / predictions); }
};

} // namespace

static Result<std::vector<std::int32_t>> readIds(const EvalOptions &options) {
  if (!options.text.empty()) {
    Result<Tokenizer> tokenizer = openTokenizer(options.model);
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
  std::vector<std::int32_t> ids;
  Problem wrong{options.tokens, "must be a JSON list of token ids", "write for example [1, 2, 3]"};
  if (!list->is_array())
    return wrong;
  for (const Json &id : *list) {
    if (!id.is_number_integer() || id < 0 || id > INT32_MAX)
      return wrong;
    ids.push_back(id.get<std::int32_t>());
  }
  return ids;
}

/// Adds the predictions of one window: row t of `logits` predicts ids[t + 1].
static void addLikelihood(Evaluation &evaluation, const FloatTable &logits, llvm::ArrayRef<std::int32_t> ids) {
  for (std::size_t t = 0; t + 1 < ids.size(); ++t) {
    evaluation.negativeLogLikelihood -= logProbability(logits.row(t), logits.columns, ids[t + 1]);
    ++evaluation.predictions;
  }
}

/// Runs `ids` in windows of at most `window` positions, each a sequence of its own.
static mlir::FailureOr<Evaluation> evaluate(TokenSession &session, llvm::ArrayRef<std::int32_t> ids,
                                            std::int64_t window, bool keepLogits) {
  Evaluation evaluation;
  evaluation.logits.columns = session.vocabulary();
  Progress progress("evaluating", ids.size());
  for (std::size_t begin = 0; begin < ids.size(); begin += window) {
    llvm::ArrayRef<std::int32_t> part = ids.slice(begin, std::min<std::size_t>(window, ids.size() - begin));
    session.reset();
    auto logits = session.feed(part, /*allLogits=*/true, [&](std::int64_t done) { progress.show(begin + done); });
    if (failed(logits))
      return mlir::failure();
    FloatTable table{logits->dim(0), logits->dim(1),
                     std::vector<float>(logits->floats().begin(), logits->floats().end())};
    addLikelihood(evaluation, table, part);
    if (keepLogits) {
      evaluation.logits.values.insert(evaluation.logits.values.end(), table.values.begin(), table.values.end());
      evaluation.logits.rows += table.rows;
    }
  }
  return evaluation;
}

static Status checkIds(const std::vector<std::int32_t> &ids, std::int64_t vocabulary, std::size_t least) {
  if (ids.size() < least)
    return Problem{"tokens", "must be at least " + std::to_string(least) + ", got " + std::to_string(ids.size()),
                   "give a longer text"};
  for (std::int32_t id : ids)
    if (id >= vocabulary)
      return Problem{"tokens",
                     "token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(vocabulary),
                     "use ids of this model's tokenizer"};
  return Done{};
}

/// The logits to compare with: a .npy file, or the interpreter's own.
static Result<FloatTable> readReference(const EvalOptions &options, const Evaluation &evaluation) {
  if (options.reference == "interpreter")
    return evaluation.logits;
  return readNpy(options.reference);
}

static int report(const EvalOptions &options, const std::vector<std::int32_t> &ids, const Evaluation &evaluation) {
  Json object{{"tokens", ids.size()}, {"backend", options.backend}};
  if (evaluation.predictions > 0)
    object["perplexity"] = evaluation.perplexity();
  if (!options.logits.empty())
    if (Status status = writeNpy(options.logits, evaluation.logits); !status)
      return fail(status.problem(), options.json);
  if (!options.reference.empty()) {
    Result<FloatTable> reference = readReference(options, evaluation);
    if (!reference)
      return fail(reference.problem(), options.json);
    Result<LogitComparison> comparison = compareLogits(evaluation.logits, *reference);
    if (!comparison)
      return fail(comparison.problem(), options.json);
    object["kl_mean"] = comparison->meanDivergence;
    object["kl_max"] = comparison->maxDivergence;
    object["top1_agreement"] = comparison->topAgreement;
    object["worst_position"] = comparison->worstPosition;
    object["max_error"] = comparison->maxError;
    object["reference_range"] = comparison->referenceRange;
  }
  if (options.json) {
    printJson(object);
  } else {
    for (const auto &[key, value] : object.items())
      std::cout << key << ' ' << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
    std::cout.flush();
  }
  return 0;
}

static int eval(const EvalOptions &options) {
  Result<std::optional<std::uint64_t>> seed = parseWeights(options.weights);
  if (!seed)
    return fail(seed.problem(), options.json);
  Result<std::vector<std::int32_t>> ids = readIds(options);
  if (!ids)
    return fail(ids.problem(), options.json);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ImportOptions importOptions;
  importOptions.randomSeed = *seed;
  ImportedModel model = importModel(context, options.model, importOptions);
  if (!model.module)
    return fail(model.problems, options.json);
  DiagnosticProblems diagnostics(context);
  auto session = TokenSession::create(*model.module, {options.threads});
  if (failed(session))
    return fail(diagnostics.problems(), options.json);
  if (Status status = checkIds(*ids, session->vocabulary(), options.text.empty() ? 1 : 2); !status)
    return fail(status.problem(), options.json);
  std::int64_t window = options.context > 0 ? options.context : session->maxContext();
  if (window > session->maxContext())
    return fail(Problem{"--max-context", "must be at most the model's " + std::to_string(session->maxContext()),
                        "ask for fewer positions"},
                options.json);
  auto evaluation = evaluate(*session, *ids, window, !options.logits.empty() || !options.reference.empty());
  if (failed(evaluation))
    return fail(diagnostics.problems(), options.json);
  return report(options, *ids, *evaluation);
}

void tern::addEvalCommand(CLI::App &app, Action &action) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App *command = app.add_subcommand("eval", "Compute logits and perplexity, and compare with a reference");
  command->footer("Runs a list of token ids or a text through the model. Longer texts than --max-context are cut into\n"
                  "windows that know nothing of each other.\n\n"
                  "  tern eval smol.gguf --text story.txt\n"
                  "  tern eval smol.gguf --tokens ids.json --logits logits.npy\n"
                  "  tern eval smol.gguf --tokens ids.json --reference other-engine.npy --json");
  command->add_option("model", options->model, "Hugging Face directory or .gguf file")->required();
  auto *tokens = command->add_option("--tokens", options->tokens, "JSON list of token ids; - reads standard input");
  auto *text =
      command->add_option("--text", options->text, "Text file to measure perplexity on; - reads standard input");
  tokens->excludes(text);
  command->add_option("--logits", options->logits, "File for the logits, f32 [T, V] as .npy");
  command->add_option("--reference", options->reference,
                      "Logits to compare with: a .npy file, or interpreter for the reference interpreter's");
  command->add_option("--backend", options->backend, "What computes; built so far: interpreter")
      ->check(CLI::IsMember({"interpreter"}));
  addThreadsOption(*command, options->threads);
  command->add_option("--max-context", options->context, "Longest window (default: the model's maximum)")
      ->check(CLI::PositiveNumber);
  addWeightsOption(*command, options->weights);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->callback([=, &action] {
    if (tokens->count() == 0 && text->count() == 0)
      throw CLI::RequiredError("--tokens or --text");
    action = [options] { return eval(*options); };
  });
}
