//===- LogProbability.h - Logits as probabilities ----------------*- C++ -*-===//

#ifndef TERN_RUNTIME_BASE_LOGPROBABILITY_H
#define TERN_RUNTIME_BASE_LOGPROBABILITY_H

#include <cstdint>

namespace tern {

/// The natural logarithm of softmax(logits)[index] in f64. `logits` has `count` elements, of which one may be anything
/// but all -infinity.
double logProbability(const float *logits, std::int64_t count, std::int64_t index);

/// KL(softmax(reference) || softmax(logits)) in nats, in f64. NaN if any of the logits is.
double logitDivergence(const float *logits, const float *reference, std::int64_t count);

} // namespace tern

#endif // TERN_RUNTIME_BASE_LOGPROBABILITY_H
