//===- EvalNorm.cpp - Norms and softmax -----------------------------------===//

#include "Evaluation.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tern;

/// Calls `body` with each row of `input` and of the result, which has the same shape.
static Values mapRows(Frame &frame, Value resultValue, const Tensor &input,
                      llvm::function_ref<void(ArrayRef<float> row, MutableArrayRef<float> result)> body) {
  int64_t length = input.dim(-1);
  std::vector<float> result(input.size());
  frame.session.pool.parallelFor(0, rowCount(input.shape()), 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      body(input.floats().slice(row * length, length), MutableArrayRef<float>(result).slice(row * length, length));
  });
  return floatResult(resultValue, input.shape(), std::move(result));
}

EvalResult tern::eval(graph::RmsNormOp op, Frame &frame) {
  const Tensor *weight = frame.find(op.getWeight());
  double epsilon = op.getEpsilon().convertToDouble(), offset = op.getOffset().convertToDouble();
  return mapRows(frame, op.getResult(), frame.get(op.getInput()), [&](ArrayRef<float> row, auto result) {
    double squares = 0;
    for (double x : row)
      squares += x * x;
    double scale = 1 / std::sqrt(squares / row.size() + epsilon);
    for (std::size_t d = 0; d < row.size(); ++d)
      result[d] = row[d] * scale * (weight ? offset + weight->floats()[d] : 1.0);
  });
}

EvalResult tern::eval(graph::LayerNormOp op, Frame &frame) {
  const Tensor *weight = frame.find(op.getWeight()), *bias = frame.find(op.getBias());
  double epsilon = op.getEpsilon().convertToDouble();
  return mapRows(frame, op.getResult(), frame.get(op.getInput()), [&](ArrayRef<float> row, auto result) {
    double sum = 0, squares = 0;
    for (double x : row)
      sum += x;
    double mean = sum / row.size();
    for (double x : row)
      squares += (x - mean) * (x - mean);
    double scale = 1 / std::sqrt(squares / row.size() + epsilon);
    for (std::size_t d = 0; d < row.size(); ++d) {
      double normed = (row[d] - mean) * scale;
      result[d] = normed * (weight ? weight->floats()[d] : 1.0) + (bias ? bias->floats()[d] : 0.0);
    }
  });
}

void tern::softmax(MutableArrayRef<double> scores, std::optional<double> sink) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double largest = sink.value_or(-infinity);
  bool hasNan = std::isnan(largest);
  for (double score : scores) {
    hasNan |= std::isnan(score);
    largest = std::max(largest, score);
  }
  if (largest == -infinity && !hasNan) {
    std::fill(scores.begin(), scores.end(), 0.0);
    return;
  }
  double sum = sink ? std::exp(*sink - largest) : 0.0;
  for (double &score : scores)
    sum += score = std::exp(score - largest);
  for (double &score : scores)
    score /= sum;
}

EvalResult tern::eval(graph::SoftmaxOp op, Frame &frame) {
  return mapRows(frame, op.getResult(), frame.get(op.getInput()), [&](ArrayRef<float> row, auto result) {
    SmallVector<double> weights(row.begin(), row.end());
    softmax(weights);
    llvm::copy(weights, result.begin());
  });
}
