//===- Evaluation.cpp - Logits of a list of ids ---------------------------===//

#include "tools/tern/Evaluation.h"
#include "runtime/Base/LogProbability.h"
#include "tools/tern/Progress.h"

#include <algorithm>

using namespace tern;

void tern::addLikelihood(Evaluation &evaluation, const float *logits, std::int64_t columns, const TokenId *ids,
                         std::size_t count) {
  for (std::size_t t = 0; t + 1 < count; ++t) {
    const float *row = logits + static_cast<std::int64_t>(t) * columns;
    evaluation.negativeLogLikelihood -= logProbability(row, columns, ids[t + 1]);
    ++evaluation.predictions;
  }
}

static Status checkIds(const EvaluationRequest &request, std::int64_t vocabulary) {
  if (static_cast<std::int64_t>(request.ids.size()) < request.minimumIds)
    return Problem{"tokens",
                   "must be at least " + std::to_string(request.minimumIds) + ", got " +
                       std::to_string(request.ids.size()),
                   "give a longer text"};
  for (TokenId id : request.ids)
    if (id >= vocabulary)
      return Problem{"tokens",
                     "token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(vocabulary),
                     "use ids of this model's tokenizer"};
  return Done{};
}

namespace {

/// Takes the logits of one window as they come.
class WindowLogits {
public:
  explicit WindowLogits(std::int64_t columns) : columns(columns) {}

  void append(const LogitsView &logits) {
    values.insert(values.end(), logits.values, logits.values + logits.rows * columns);
  }

  std::int64_t columns;
  std::vector<float> values;
};

/// Windows one after another; `begin` starts a new sequence.
class Windows {
public:
  Windows(const EvaluationRequest &request, std::int64_t window, TokenSequence &sequence, std::function<void()> begin)
      : request(request), window(static_cast<std::size_t>(window)), sequence(sequence), begin(std::move(begin)),
        progress("evaluating", static_cast<std::int64_t>(request.ids.size())) {}

  Result<Evaluation> run() {
    result.logits.columns = sequence.vocabulary();
    for (std::size_t first = 0; first < request.ids.size(); first += window) {
      std::vector<TokenId> ids(request.ids.begin() + first,
                               request.ids.begin() + std::min(first + window, request.ids.size()));
      begin();
      WindowLogits logits(sequence.vocabulary());
      if (Status status = request.step ? step(ids, first, logits) : prefill(ids, first, logits); !status)
        return status.problem();
      addLikelihood(result, logits.values.data(), logits.columns, ids.data(), ids.size());
      if (!request.keepLogits)
        continue;
      result.logits.values.insert(result.logits.values.end(), logits.values.begin(), logits.values.end());
      result.logits.rows += static_cast<std::int64_t>(ids.size());
    }
    return std::move(result);
  }

private:
  Status prefill(const std::vector<TokenId> &ids, std::size_t first, WindowLogits &logits) {
    PrefillOptions options;
    options.allLogits = [&](std::int64_t, const LogitsView &rows) { logits.append(rows); };
    options.progress = [&](std::int64_t done, std::int64_t) { progress.show(static_cast<std::int64_t>(first) + done); };
    Result<LogitsView> last = sequence.prefill(ids, options);
    return last ? Status(Done{}) : Status(last.problem());
  }

  Status step(const std::vector<TokenId> &ids, std::size_t first, WindowLogits &logits) {
    for (std::size_t i = 0; i != ids.size(); ++i) {
      Result<LogitsView> row = sequence.decode(ids[i], nullptr);
      if (!row)
        return row.problem();
      logits.append(*row);
      progress.show(static_cast<std::int64_t>(first + i) + 1);
    }
    return Done{};
  }

  const EvaluationRequest &request;
  std::size_t window;
  TokenSequence &sequence;
  std::function<void()> begin;
  Progress progress;
  Evaluation result;
};

} // namespace

static EvaluationResult asResult(Result<Evaluation> evaluation) {
  if (!evaluation)
    return {std::nullopt, {evaluation.problem()}};
  return {std::move(*evaluation), {}};
}

static EvaluationResult evaluateInterpreted(const ModelFlags &flags, const EvaluationRequest &request) {
  InterpretedModel::Opened opened = InterpretedModel::open(flags);
  if (!opened.model)
    return {std::nullopt, std::move(opened.problems)};
  TokenSession &session = opened.model->session();
  if (Status status = checkIds(request, session.vocabulary()); !status)
    return asResult(status.problem());
  Result<std::int64_t> window = flags.contextFor(session.maxContext());
  if (!window)
    return asResult(window.problem());
  InterpretedSequence sequence(*opened.model, *window);
  EvaluationResult result = asResult(Windows(request, *window, sequence, [&] { session.reset(); }).run());
  if (result.evaluation)
    result.evaluation->backend = flags.backend;
  return result;
}

static EvaluationResult evaluateCompiled(const ModelFlags &flags, const EvaluationRequest &request) {
  CompiledModel model = openCompiled(flags);
  if (!model.problems.empty())
    return {std::nullopt, std::move(model.problems)};
  if (Status status = checkIds(request, model.loaded->artifact().manifest().model.vocabulary); !status)
    return asResult(status.problem());
  Result<std::int64_t> window = flags.contextFor(model.maxContext(), static_cast<std::int64_t>(request.ids.size()));
  if (!window)
    return asResult(window.problem());
  Result<std::unique_ptr<Decoder>> decoder = Decoder::create(model.loaded->executor(), 1, *window);
  if (!decoder)
    return asResult(decoder.problem());
  SlotSequence sequence(**decoder, 0, *window);
  EvaluationResult result = asResult(Windows(request, *window, sequence, [&] { (*decoder)->reset(0); }).run());
  if (result.evaluation)
    result.evaluation->backend = model.loaded->backend().name();
  return result;
}

EvaluationResult tern::evaluate(const ModelFlags &flags, const EvaluationRequest &request) {
  return flags.isInterpreted() ? evaluateInterpreted(flags, request) : evaluateCompiled(flags, request);
}
