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

/// The frequencies of `op`, a graph.rope or graph.rope_table.
template <typename Op> static std::vector<double> frequenciesOf(Op op, Frame &frame) {
  const Tensor *factors = frame.find(op.getFactors()), *longFactors = frame.find(op.getLongFactors());
  int64_t length = 0;
  for (int64_t position : frame.get(op.getPositions()).ints())
    length = std::max(length, positionAfter(position));
  return ropeFrequencies(op.getRotary(), length, factors ? factors->floats() : ArrayRef<float>(),
                         longFactors ? longFactors->floats() : ArrayRef<float>());
}

/// Turns pair `pair` of a head of which the first `2 * pairs` elements turn.
static void turn(float *head, graph::RopeLayout layout, int64_t pair, int64_t pairs, double cosine, double sine) {
  bool isHalf = layout == graph::RopeLayout::Half;
  float &first = head[isHalf ? pair : 2 * pair], &second = head[isHalf ? pair + pairs : 2 * pair + 1];
  double x = first, y = second;
  first = x * cosine - y * sine;
  second = y * cosine + x * sine;
}

EvalResult tern::eval(graph::RopeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &positions = frame.get(op.getPositions());
  graph::RopeAttr rotary = op.getRotary();
  std::vector<double> frequencies = frequenciesOf(op, frame);
  int64_t heads = input.dim(2), size = input.dim(3), pairs = rotary.getDims() / 2;
  std::vector<float> result = input.floats().vec();
  frame.session.pool.parallelFor(0, positions.size(), 4, [&](int64_t begin, int64_t end) {
    for (int64_t token = begin; token < end; ++token)
      for (int64_t i = 0; i < pairs; ++i) {
        double angle = positions.ints()[token] * frequencies[i];
        double cosine = std::cos(angle) * rotary.getAttentionFactor();
        double sine = std::sin(angle) * rotary.getAttentionFactor();
        for (int64_t h = 0; h < heads; ++h)
          turn(result.data() + (token * heads + h) * size, rotary.getLayout(), i, pairs, cosine, sine);
      }
  });
  return floatResult(op.getResult(), input.shape(), std::move(result));
}

EvalResult tern::eval(graph::RopeTableOp op, Frame &frame) {
  const Tensor &positions = frame.get(op.getPositions());
  std::vector<double> frequencies = frequenciesOf(op, frame);
  int64_t pairs = frequencies.size();
  double factor = op.getRotary().getAttentionFactor();
  Shape shape(positions.shape());
  shape.push_back(2 * pairs);
  std::vector<float> result(numElements(shape));
  for (auto [token, position] : llvm::enumerate(positions.ints()))
    for (int64_t i = 0; i < pairs; ++i) {
      result[token * 2 * pairs + i] = std::cos(position * frequencies[i]) * factor;
      result[token * 2 * pairs + pairs + i] = std::sin(position * frequencies[i]) * factor;
    }
  return floatResult(op.getResult(), shape, std::move(result));
}

EvalResult tern::eval(graph::RotateOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &table = frame.get(op.getTable());
  int64_t heads = input.dim(2), size = input.dim(3), pairs = table.dim(2) / 2;
  std::vector<float> result = input.floats().vec();
  for (int64_t row = 0; row < rowCount(input.shape()); ++row) {
    const float *angles = table.floats().data() + row / heads * 2 * pairs;
    for (int64_t i = 0; i < pairs; ++i)
      turn(result.data() + row * size, op.getLayout(), i, pairs, angles[i], angles[pairs + i]);
  }
  return floatResult(op.getResult(), input.shape(), std::move(result));
}

//===----------------------------------------------------------------------===//
// graph.attention
//===----------------------------------------------------------------------===//

namespace {

/// One graph.attention: its operands, and what one query does with them.
class Attention {
public:
  /// Of a graph.attention or a kernel.attend_part.
  template <typename Op>
  Attention(Op op, Frame &frame)
      : query(frame.get(op.getQuery())), key(frame.get(op.getKey())), value(frame.get(op.getValue())),
        positions(frame.find(op.getPositions())), lengths(frame.find(op.getLengths())), bias(frame.find(op.getBias())),
        slopes(frame.find(op.getSlopes())), isCausal(op.getMask() == graph::Mask::Causal), window(op.getWindow()),
        scale(op.getScale().convertToDouble()) {
    if (op.getSoftCap())
      softCap = op.getSoftCap()->convertToDouble();
    if constexpr (std::is_same_v<Op, graph::AttentionOp>)
      sinks = frame.find(op.getSinks());
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

  /// Writes part `part` of `parts`: the sum of exp(s - m) * value over its keys, m, and the sum of exp(s - m).
  void attendPart(int64_t b, int64_t t, int64_t h, int64_t part, int64_t parts, float *result) const {
    constexpr int64_t blockKeys = 64;
    auto [begin, end] = visibleKeys(b, t);
    double largest = -INFINITY, total = 0;
    std::vector<int64_t> keys;
    std::vector<double> scores;
    for (int64_t j = begin; j < end; ++j) {
      if (j / blockKeys % parts != part)
        continue;
      keys.push_back(j);
      largest = std::max(largest, scores.emplace_back(score(b, t, h, j)));
    }
    std::vector<double> sums(value.dim(3));
    for (auto [j, score] : llvm::zip_equal(keys, scores)) {
      double weight = std::isinf(largest) ? 0 : std::exp(score - largest);
      total += weight;
      addScaled(weight, entry(value, b, j, groupOf(h)), value.dim(3), sums.data());
    }
    std::copy(sums.begin(), sums.end(), result);
    result[sums.size()] = largest;
    result[sums.size() + 1] = total;
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
  const Tensor *positions, *lengths, *bias, *slopes, *sinks = nullptr;
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

//===----------------------------------------------------------------------===//
// Attention in parts
//===----------------------------------------------------------------------===//

EvalResult tern::eval(kernel::AttendPartOp op, Frame &frame) {
  Attention attention(op, frame);
  auto type = cast<graph::SymbolicTensorType>(op.getType());
  int64_t parts = *type.getStaticDim(3), width = *type.getStaticDim(4);
  Shape shape(frame.get(op.getQuery()).shape());
  int64_t tokens = shape[1], heads = shape[2];
  shape[3] = parts;
  shape.push_back(width);
  std::vector<float> result(numElements(shape));
  frame.session.pool.parallelFor(0, shape[0] * tokens * heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t part = 0; part < parts; ++part)
        attention.attendPart(row / heads / tokens, row / heads % tokens, row % heads, part, parts,
                             result.data() + (row * parts + part) * width);
  });
  return floatResult(op.getResult(), shape, std::move(result));
}

/// Writes what the parts of one query, each of `width` numbers, make together.
static void combineParts(ArrayRef<float> parts, int64_t width, std::optional<double> sink, float *result) {
  int64_t size = width - 2;
  double largest = sink.value_or(-INFINITY), total = 0;
  for (size_t part = 0; part < parts.size(); part += width)
    largest = std::max<double>(largest, parts[part + size]);
  std::vector<double> sums(size);
  for (size_t part = 0; part < parts.size() && !std::isinf(largest); part += width) {
    double weight = std::exp(parts[part + size] - largest);
    total += weight * parts[part + size + 1];
    addScaled(weight, parts.data() + part, size, sums.data());
  }
  if (sink && !std::isinf(largest))
    total += std::exp(*sink - largest);
  for (int64_t d = 0; d < size; ++d)
    result[d] = total == 0 ? 0 : sums[d] / total;
}

EvalResult tern::eval(kernel::AttendCombineOp op, Frame &frame) {
  const Tensor &part = frame.get(op.getPart()), *sinks = frame.find(op.getSinks());
  int64_t heads = part.dim(2), width = part.dim(4), stride = part.dim(3) * width, size = width - 2;
  Shape shape(part.shape().take_front(3));
  shape.push_back(size);
  std::vector<float> result(numElements(shape));
  for (int64_t row = 0; row < rowCount(shape); ++row)
    combineParts(part.floats().slice(row * stride, stride), width,
                 sinks ? std::optional<double>(sinks->floats()[row % heads]) : std::nullopt,
                 result.data() + row * size);
  return floatResult(op.getResult(), shape, std::move(result));
}
