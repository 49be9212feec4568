//===- LogitComparison.h - How far two sets of logits are apart --*- C++ -*-===//

#ifndef TERN_SUPPORT_LOGITCOMPARISON_H
#define TERN_SUPPORT_LOGITCOMPARISON_H

#include "tern/Support/Npy.h"

namespace tern {

/// How logits [T, V] differ from a reference of the same shape, softmax and sums in f64.
struct LogitComparison {
  double meanDivergence = 0; ///< Mean over positions of KL(reference || logits), in nats.
  double maxDivergence = 0;
  double topAgreement = 0; ///< Share of positions with the same largest logit.
  std::int64_t worstPosition = 0; ///< Where the divergence is largest.
  double maxError = 0;       ///< Largest difference of two logits.
  double referenceRange = 0; ///< Largest minus smallest logit of the reference.
};

/// Problems: shapes differ, or there is nothing to compare.
Result<LogitComparison> compareLogits(const FloatTable &logits, const FloatTable &reference);

} // namespace tern

#endif // TERN_SUPPORT_LOGITCOMPARISON_H
