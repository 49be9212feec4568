//===- EvalRecurrent.cpp - Layers that carry a state ----------------------===//
//
// Within a call the state is kept in f64 and rounded once at its end.
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include <cmath>

using namespace mlir;
using namespace tern;

EvalResult tern::eval(graph::ShortConvOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &state = frame.get(op.getState());
  const Tensor &weight = frame.get(op.getWeight()), *bias = frame.find(op.getBias());
  int64_t batch = input.dim(0), tokens = input.dim(1), width = input.dim(2), taps = weight.dim(1), kept = taps - 1;
  std::vector<float> result(input.size()), next(state.size());
  // Token t of the state followed by the input.
  auto y = [&](int64_t b, int64_t t, int64_t d) {
    return t < kept ? state.floats()[(b * kept + t) * width + d] : input.floats()[(b * tokens + t - kept) * width + d];
  };
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t d = 0; d < width; ++d) {
      for (int64_t t = 0; t < tokens; ++t) {
        double sum = bias ? bias->floats()[d] : 0.0;
        for (int64_t k = 0; k < taps; ++k)
          sum += static_cast<double>(y(b, t + k, d)) * weight.floats()[d * taps + k];
        result[(b * tokens + t) * width + d] = sum;
      }
      for (int64_t t = 0; t < kept; ++t)
        next[(b * kept + t) * width + d] = y(b, tokens + t, d);
    }
  Values results = floatResult(op.getResult(), input.shape(), std::move(result));
  results.push_back(floatResult(op.getNext(), state.shape(), std::move(next)).front());
  return results;
}

/// Runs `step(t, S)` for t from 0 to `tokens` for each of `heads` states of `size` elements, in parallel over heads,
/// and returns the last states.
static std::vector<float> scan(ThreadPool &pool, ArrayRef<float> state, int64_t heads, int64_t tokens,
                               llvm::function_ref<void(int64_t head, int64_t t, MutableArrayRef<double> S)> step) {
  std::vector<float> next(state.size());
  int64_t size = heads == 0 ? 0 : state.size() / heads;
  pool.parallelFor(0, heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t head = begin; head < end; ++head) {
      ArrayRef<float> first = state.slice(head * size, size);
      std::vector<double> S(first.begin(), first.end());
      for (int64_t t = 0; t < tokens; ++t)
        step(head, t, S);
      std::copy(S.begin(), S.end(), next.begin() + head * size);
    }
  });
  return next;
}

EvalResult tern::eval(graph::GatedDeltaRuleOp op, Frame &frame) {
  ArrayRef<float> query = frame.get(op.getQuery()).floats(), key = frame.get(op.getKey()).floats(),
                  value = frame.get(op.getValue()).floats(), decay = frame.get(op.getDecay()).floats(),
                  beta = frame.get(op.getBeta()).floats();
  const Tensor &state = frame.get(op.getState());
  ArrayRef<int64_t> valueShape = frame.get(op.getValue()).shape();
  int64_t batch = valueShape[0], tokens = valueShape[1], heads = valueShape[2];
  int64_t keySize = state.dim(2), valueSize = state.dim(3);
  std::vector<float> result(value.size());
  auto step = [&](int64_t head, int64_t t, MutableArrayRef<double> S) {
    int64_t at = (head / heads * tokens + t) * heads + head % heads; // [b, t, h]
    const float *q = query.data() + at * keySize, *k = key.data() + at * keySize, *v = value.data() + at * valueSize;
    for (double &element : S)
      element *= std::exp(static_cast<double>(decay[at]));
    for (int64_t e = 0; e < valueSize; ++e) {
      double recalled = 0, read = 0;
      for (int64_t d = 0; d < keySize; ++d)
        recalled += S[d * valueSize + e] * k[d];
      double update = beta[at] * (v[e] - recalled);
      for (int64_t d = 0; d < keySize; ++d)
        read += (S[d * valueSize + e] += k[d] * update) * q[d];
      result[at * valueSize + e] = read;
    }
  };
  std::vector<float> next = scan(frame.session.pool, state.floats(), batch * heads, tokens, step);
  Values results = floatResult(op.getResult(), valueShape, std::move(result));
  results.push_back(floatResult(op.getNext(), state.shape(), std::move(next)).front());
  return results;
}

EvalResult tern::eval(graph::SelectiveScanOp op, Frame &frame) {
  const Tensor &inputTensor = frame.get(op.getInput()), &state = frame.get(op.getState());
  ArrayRef<float> input = inputTensor.floats(), delta = frame.get(op.getDelta()).floats(),
                  a = frame.get(op.getA()).floats(), b = frame.get(op.getB()).floats(),
                  c = frame.get(op.getC()).floats(), skip = frame.get(op.getSkip()).floats();
  int64_t batch = inputTensor.dim(0), tokens = inputTensor.dim(1), heads = inputTensor.dim(2);
  int64_t headSize = state.dim(2), stateSize = state.dim(3), groups = frame.get(op.getB()).dim(2);
  std::vector<float> result(input.size());
  auto step = [&](int64_t head, int64_t t, MutableArrayRef<double> S) {
    int64_t h = head % heads, token = head / heads * tokens + t, at = token * heads + h; // [b, t, h]
    int64_t group = (token * groups + h / (heads / groups)) * stateSize;                 // [b, t, g, 0]
    double dt = delta[at], kept = std::exp(a[h] * dt);
    for (int64_t d = 0; d < headSize; ++d) {
      double x = input[at * headSize + d], sum = skip[h] * x;
      for (int64_t n = 0; n < stateSize; ++n) {
        double &element = S[d * stateSize + n];
        element = kept * element + dt * x * b[group + n];
        sum += element * c[group + n];
      }
      result[at * headSize + d] = sum;
    }
  };
  std::vector<float> next = scan(frame.session.pool, state.floats(), batch * heads, tokens, step);
  Values results = floatResult(op.getResult(), inputTensor.shape(), std::move(result));
  results.push_back(floatResult(op.getNext(), state.shape(), std::move(next)).front());
  return results;
}
