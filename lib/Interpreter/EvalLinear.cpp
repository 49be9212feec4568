//===- EvalLinear.cpp - Embeddings and matrix products --------------------===//

#include "DotProduct.h"
#include "Evaluation.h"
#include "runtime/Packing/QuantizedActivations.h"

#include <cmath>

using namespace mlir;
using namespace tern;

/// Weight rows that one piece of a parallel loop takes: with one row of 1536 in f32 they stay in the first-level cache
/// while the inputs go past.
static constexpr int64_t rowsPerPiece = 8;

/// The elements in f64, which is what dotMany reads.
static std::vector<double> widened(ArrayRef<float> values) { return std::vector<double>(values.begin(), values.end()); }

/// Reports the first of `ids` that is not in [0, count).
static LogicalResult checkIndices(Operation *op, StringRef what, const Tensor &ids, int64_t count) {
  for (auto [place, id] : llvm::enumerate(ids.ints()))
    if (id < 0 || id >= count)
      return op->emitError() << what << " must be at least 0 and less than " << count << ", got " << id << " at "
                             << indexText(ids.shape(), place);
  return success();
}

EvalResult tern::eval(graph::EmbeddingOp op, Frame &frame) {
  const Tensor &table = frame.get(op.getTable()), &ids = frame.get(op.getIds());
  if (failed(checkIndices(op, "ids", ids, table.dim(0))))
    return failure();
  int64_t length = table.dim(1);
  std::vector<float> result(ids.size() * length), scratch;
  for (auto [place, id] : llvm::enumerate(ids.ints()))
    llvm::copy(table.row(id, scratch), result.begin() + place * length);
  Shape shape(ids.shape());
  shape.push_back(length);
  return floatResult(op.getResult(), shape, std::move(result));
}

/// Computes `result[t * rowEnd.. + n] = sum_k inputs[t, k] * weight[firstRow + n, k] + bias[n]` for all inputs t and
/// rows n: each row is decoded once, and rows go in small groups past all inputs.
static void multiplyRows(ThreadPool &pool, const Tensor &weight, int64_t firstRow, int64_t rows,
                         ArrayRef<double> inputs, int64_t length, ArrayRef<float> bias,
                         llvm::function_ref<void(int64_t input, int64_t row, double value)> store) {
  int64_t count = length == 0 ? 0 : inputs.size() / length;
  pool.parallelFor(0, rows, rowsPerPiece, [&](int64_t begin, int64_t end) {
    std::vector<std::vector<float>> scratch(rowsPerPiece);
    for (int64_t group = begin; group < end; group += rowsPerPiece) {
      int64_t groupEnd = std::min(end, group + rowsPerPiece);
      SmallVector<ArrayRef<float>, rowsPerPiece> decoded;
      for (int64_t n = group; n < groupEnd; ++n)
        decoded.push_back(weight.row(firstRow + n, scratch[n - group]));
      for (int64_t t = 0; t < count; t += 4) {
        int64_t tile = std::min<int64_t>(4, count - t);
        for (int64_t n = group; n < groupEnd; ++n) {
          double sums[4];
          dotMany(decoded[n - group].data(), inputs.data() + t * length, tile, length, sums);
          for (int64_t i = 0; i < tile; ++i)
            store(t + i, n, bias.empty() ? sums[i] : sums[i] + bias[n]);
        }
      }
    }
  });
}

/// Rounds a block of activations to quants of at most `top`, as graph.quantize says.
static void roundBlock(ArrayRef<float> input, float top, float *result) {
  float largest = 0;
  bool isFinite = true;
  for (float value : input) {
    isFinite &= std::isfinite(value);
    largest = std::max(largest, std::fabs(value));
  }
  float scale = largest / top, inverse = top / largest;
  bool isZero = largest < smallestQuantized;
  for (auto [place, value] : llvm::enumerate(input))
    result[place] = !isFinite ? NAN : isZero ? 0 : scale * std::nearbyint(value * inverse);
}

EvalResult tern::eval(graph::QuantizeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  StorageFormat format = formatOf(op.getResult());
  float top = format == StorageFormat::I8_32 ? topOfI8 : topOfI15;
  std::vector<float> result(input.size());
  for (int64_t first = 0; first < input.size(); first += activationBlock)
    roundBlock(input.floats().slice(first, activationBlock), top, result.data() + first);
  return Values{Tensor::fromFloats(input.shape(), std::move(result)).withFormat(format)};
}

EvalResult tern::eval(graph::LinearOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &weight = frame.get(op.getWeight());
  const Tensor *bias = frame.find(op.getBias());
  int64_t rows = weight.dim(0), length = weight.dim(1);
  Shape shape(input.shape());
  shape.back() = rows;
  std::vector<float> result(numElements(shape));
  if (length == 0) { // sums over nothing
    for (int64_t i = 0; bias && i < static_cast<int64_t>(result.size()); ++i)
      result[i] = bias->floats()[i % rows];
    return floatResult(op.getResult(), shape, std::move(result));
  }
  multiplyRows(frame.session.pool, weight, 0, rows, widened(input.floats()), length,
               bias ? bias->floats() : ArrayRef<float>(),
               [&](int64_t t, int64_t n, double value) { result[t * rows + n] = static_cast<float>(value); });
  return floatResult(op.getResult(), shape, std::move(result));
}

EvalResult tern::eval(graph::ExpertLinearOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput()), &weight = frame.get(op.getWeight());
  const Tensor &experts = frame.get(op.getExperts());
  const Tensor *bias = frame.find(op.getBias());
  int64_t numExperts = weight.dim(0), rows = weight.dim(1), length = weight.dim(2), picks = experts.dim(2);
  if (failed(checkIndices(op, "experts", experts, numExperts)))
    return failure();
  // The picks of each expert, so that it decodes its rows once.
  std::vector<std::vector<int64_t>> picksOf(numExperts);
  for (auto [pick, expert] : llvm::enumerate(experts.ints()))
    picksOf[expert].push_back(pick);
  Shape shape(experts.shape());
  shape.push_back(rows);
  std::vector<float> result(numElements(shape));
  for (int64_t expert = 0; expert < numExperts; ++expert) {
    ArrayRef<int64_t> mine = picksOf[expert];
    ArrayRef<float> expertBias = bias ? bias->floats().slice(expert * rows, rows) : ArrayRef<float>();
    std::vector<double> inputs;
    for (int64_t pick : mine) { // one row of input for all picks of a token, or one for each
      int64_t source = input.dim(2) == 1 ? pick / picks : pick;
      llvm::append_range(inputs, input.floats().slice(source * length, length));
      for (int64_t n = 0; bias && length == 0 && n < rows; ++n)
        result[pick * rows + n] = expertBias[n];
    }
    multiplyRows(frame.session.pool, weight, expert * rows, rows, inputs, length, expertBias,
                 [&](int64_t i, int64_t n, double value) { result[mine[i] * rows + n] = static_cast<float>(value); });
  }
  return floatResult(op.getResult(), shape, std::move(result));
}

EvalResult tern::eval(graph::MatmulOp op, Frame &frame) {
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  int64_t rows = lhs.dim(-2), length = lhs.dim(-1), columns = rhs.dim(-1);
  Shape shape(lhs.shape());
  shape.back() = columns;
  std::vector<float> result(numElements(shape));
  frame.session.pool.parallelFor(0, rowCount(lhs.shape()), 4, [&](int64_t begin, int64_t end) {
    std::vector<double> sums(columns);
    for (int64_t row = begin; row < end; ++row) {
      const float *left = lhs.floats().data() + row * length;
      const float *right = rhs.floats().data() + row / rows * length * columns;
      std::fill(sums.begin(), sums.end(), 0.0);
      for (int64_t k = 0; k < length; ++k)
        addScaled(left[k], right + k * columns, columns, sums.data());
      std::copy(sums.begin(), sums.end(), result.begin() + row * columns);
    }
  });
  return floatResult(op.getResult(), shape, std::move(result));
}
