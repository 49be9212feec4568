//===- LogitComparison.cpp - How far two sets of logits are apart ---------===//

#include "tern/Support/LogitComparison.h"

#include "runtime/Base/LogProbability.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tern;

Result<LogitComparison> tern::compareLogits(const FloatTable &logits, const FloatTable &reference) {
  auto shape = [](const FloatTable &table) {
    return "[" + std::to_string(table.rows) + ", " + std::to_string(table.columns) + "]";
  };
  if (logits.rows != reference.rows || logits.columns != reference.columns || logits.values.empty())
    return Problem{"reference logits",
                   "must have the shape of the computed ones, " + shape(logits) + ", got " + shape(reference),
                   "compute the reference for the same tokens and model"};
  LogitComparison result;
  std::int64_t agreeing = 0;
  for (std::int64_t t = 0; t < logits.rows; ++t) {
    const float *row = logits.row(t), *expected = reference.row(t);
    double here = logitDivergence(row, expected, logits.columns);
    result.meanDivergence += here / static_cast<double>(logits.rows);
    // NaN counts as worst, so that it cannot hide.
    if (t == 0 || here > result.maxDivergence || std::isnan(here)) {
      result.maxDivergence = here;
      result.worstPosition = t;
    }
    agreeing += std::max_element(row, row + logits.columns) - row ==
                std::max_element(expected, expected + logits.columns) - expected;
    for (std::int64_t i = 0; i < logits.columns; ++i)
      result.maxError = std::max(result.maxError, std::abs(double(row[i]) - double(expected[i])));
  }
  result.topAgreement = static_cast<double>(agreeing) / static_cast<double>(logits.rows);
  auto [low, high] = std::minmax_element(reference.values.begin(), reference.values.end());
  result.referenceRange = double(*high) - double(*low);
  return result;
}
