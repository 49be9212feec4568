//===- EvalAttention.cpp - Positions and attention ------------------------===//

#include "DotProduct.h"
#include "Evaluation.h"
#include "tern/Interpreter/RopeFrequencies.h"

#include <cmath>

using namespace mlir;
using namespace tern;

//===----------------------------------------------------------------------===//
// graph.rope
//===----------------------------------------------------------------------===//

EvalResult tern::eval(graph::RopeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &positions = frame.get(op.getPositions());
  const Tensor *factors = frame.find(op.getFactors()), *longFactors = frame.find(op.getLongFactors());
  graph::RopeAttr rotary = op.getRotary();
  int64_t length = 0;
  for (int64_t position : positions.ints())
    length = std::max(length, positionAfter(position));
  std::vector<double> frequencies = ropeFrequencies(rotary, length, factors ? factors->floats() : ArrayRef<float>(),
                                                    longFactors ? longFactors->floats() : ArrayRef<float>());
  bool isHalf = rotary.getLayout() == graph::RopeLayout::Half;
  int64_t heads = input.dim(2), size = input.dim(3), pairs = rotary.getDims() / 2;
  std::vector<float> result = input.floats().vec();
  frame.session.pool.parallelFor(0, positions.size(), 4, [&](int64_t begin, int64_t end) {
    for (int64_t token = begin; token < end; ++token)
      for (int64_t i = 0; i < pairs; ++i) {
        double angle = positions.ints()[token] * frequencies[i];
        double cosine = std::cos(angle) * rotary.getAttentionFactor();
        double sine = std::sin(angle) * rotary.getAttentionFactor();
        for (int64_t h = 0; h < heads; ++h) {
          float *head = result.data() + (token * heads + h) * size;
          float &first = head[isHalf ? i : 2 * i], &second = head[isHalf ? i + pairs : 2 * i + 1];
          double x = first, y = second;
          first = x * cosine - y * sine;
          second = y * cosine + x * sine;
        }
      }
  });
  return floatResult(op.getResult(), input.shape(), std::move(result));
}

//===----------------------------------------------------------------------===//
// graph.attention
//===----------------------------------------------------------------------===//

namespace {

/// One graph.attention: its operands, and what one query does with them.
class Attention {
public:
  Attention(graph::AttentionOp op, Frame &frame)
      : query(frame.get(op.getQuery())), key(frame.get(op.getKey())), value(frame.get(op.getValue())),
        positions(frame.find(op.getPositions())), lengths(frame.find(op.getLengths())), bias(frame.find(op.getBias())),
        slopes(frame.find(op.getSlopes())), sinks(frame.find(op.getSinks())),
        isCausal(op.getMask() == graph::Mask::Causal), window(op.getWindow()), scale(op.getScale().convertToDouble()) {
    if (op.getSoftCap())
      softCap = op.getSoftCap()->convertToDouble();
  }

  /// Writes `result[b, t, h, :]`, of value.dim(3) elements.
  void attend(int64_t b, int64_t t, int64_t h, float *result) const {
    auto [begin, end] = visibleKeys(b, t);
    std::vector<double> weights;
    for (int64_t j = begin; j < end; ++j)
      weights.push_back(score(b, t, h, j));
    softmax(weights, sinks ? std::optional<double>(sinks->floats()[h]) : std::nullopt);
    std::vector<double> sums(value.dim(3));
    for (int64_t j = begin; j < end; ++j)
      addScaled(weights[j - begin], entry(value, b, j, groupOf(h)), value.dim(3), sums.data());
    std::copy(sums.begin(), sums.end(), result);
  }

private:
  int64_t groupOf(int64_t h) const { return h / (query.dim(2) / key.dim(2)); }

  int64_t positionOf(int64_t b, int64_t t) const { return positions->ints()[b * query.dim(1) + t]; }

  /// The elements `tensor[b, i, h, :]` of a tensor of rank 4.
  static const float *entry(const Tensor &tensor, int64_t b, int64_t i, int64_t h) {
    return tensor.floats().data() + ((b * tensor.dim(1) + i) * tensor.dim(2) + h) * tensor.dim(3);
  }

  /// The keys [begin, end) that a query may see.
  std::pair<int64_t, int64_t> visibleKeys(int64_t b, int64_t t) const {
    int64_t begin = 0, end = key.dim(1);
    if (lengths)
      end = std::min(end, lengths->ints()[b]);
    if (!positions)
      return {begin, end};
    int64_t position = positionOf(b, t);
    if (position < 0)
      return {0, 0};
    if (isCausal)
      end = std::min(end, positionAfter(position));
    if (window)
      begin = std::max<int64_t>(begin, position - *window + 1);
    return {begin, end};
  }

  double score(int64_t b, int64_t t, int64_t h, int64_t j) const {
    double s = scale * dot(entry(query, b, t, h), entry(key, b, j, groupOf(h)), query.dim(3));
    if (softCap)
      s = *softCap * std::tanh(s / *softCap);
    if (bias)
      s += biasAt({b, h, t, j});
    if (slopes)
      s -= slopes->floats()[h] * static_cast<double>(positionOf(b, t) - j);
    return s;
  }

  /// The bias of [b, h, t, j]; dimensions of 1 repeat.
  double biasAt(std::array<int64_t, 4> index) const {
    int64_t flat = 0;
    for (int64_t i = 0; i < 4; ++i)
      flat = flat * bias->dim(i) + (bias->dim(i) == 1 ? 0 : index[i]);
    return bias->floats()[flat];
  }

  const Tensor &query, &key, &value;
  const Tensor *positions, *lengths, *bias, *slopes, *sinks;
  bool isCausal;
  std::optional<int64_t> window;
  double scale;
  std::optional<double> softCap;
};

} // namespace

EvalResult tern::eval(graph::AttentionOp op, Frame &frame) {
  Attention attention(op, frame);
  Shape shape(frame.get(op.getQuery()).shape());
  int64_t tokens = shape[1], heads = shape[2];
  shape[3] = frame.get(op.getValue()).dim(3);
  std::vector<float> result(numElements(shape));
  frame.session.pool.parallelFor(0, shape[0] * tokens * heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      attention.attend(row / heads / tokens, row / heads % tokens, row % heads, result.data() + row * shape[3]);
  });
  return floatResult(op.getResult(), shape, std::move(result));
}
