//===- LogProbability.cpp - Logits as probabilities -----------------------===//

#include "runtime/Base/LogProbability.h"

#include <algorithm>
#include <cmath>

using namespace tern;

/// log(sum(exp(logits))).
static double logSum(const float *logits, std::int64_t count) {
  double largest = *std::max_element(logits, logits + count), sum = 0;
  for (std::int64_t i = 0; i < count; ++i)
    sum += std::exp(logits[i] - largest);
  return largest + std::log(sum);
}

double tern::logProbability(const float *logits, std::int64_t count, std::int64_t index) {
  return logits[index] - logSum(logits, count);
}

double tern::logitDivergence(const float *logits, const float *reference, std::int64_t count) {
  double ofLogits = logSum(logits, count), ofReference = logSum(reference, count), sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    double expected = reference[i] - ofReference;
    if (double probability = std::exp(expected); probability > 0)
      sum += probability * (expected - (logits[i] - ofLogits));
  }
  return sum;
}
