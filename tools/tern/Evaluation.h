//===- Evaluation.h - Logits of a list of ids --------------------*- C++ -*-===//

#ifndef TERN_TOOLS_TERN_EVALUATION_H
#define TERN_TOOLS_TERN_EVALUATION_H

#include "tern/Support/Npy.h"
#include "tools/tern/CompiledModel.h"
#include "tools/tern/InterpretedModel.h"

#include <cmath>

namespace tern {

/// What to compute.
struct EvaluationRequest {
  std::vector<TokenId> ids;
  bool keepLogits = false;
  bool step = false;           ///< Token by token, as in generation, not in the chunks of a prompt.
  std::int64_t minimumIds = 1; ///< Fewer are a problem.
};

/// What came of it.
struct Evaluation {
  FloatTable logits; ///< [T, V]; empty unless they were to be kept.
  double negativeLogLikelihood = 0;
  std::int64_t predictions = 0; ///< Tokens that a prediction was made for.
  std::string backend;          ///< That computed.

  double perplexity() const { return std::exp(negativeLogLikelihood / static_cast<double>(predictions)); }
};

/// An evaluation, or everything that kept it from being made.
struct EvaluationResult {
  std::optional<Evaluation> evaluation;
  Problems problems;
};

/// Runs the ids through the model that `flags` names, in windows of at most --max-context positions, each a sequence of
/// its own, by the backend that `flags` names.
EvaluationResult evaluate(const ModelFlags &flags, const EvaluationRequest &request);

/// Adds the predictions of one sequence: row t of `logits`, `columns` long each, predicts ids[t + 1].
void addLikelihood(Evaluation &evaluation, const float *logits, std::int64_t columns, const TokenId *ids,
                   std::size_t count);

} // namespace tern

#endif // TERN_TOOLS_TERN_EVALUATION_H
