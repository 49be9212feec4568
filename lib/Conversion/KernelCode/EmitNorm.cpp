//===- EmitNorm.cpp - Norms and softmax -----------------------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace tern::code {

/// 1 / sqrt(sum / count + epsilon).
static Val inverseDeviation(CodeBuilder &b, Val sum, Val count, double epsilon) {
  return b.rsqrt(sum / b.toFloat(b.f32, count) + epsilon);
}

static Val emitRmsNorm(const Request &r, graph::RmsNormOp op) {
  CodeBuilder &b = r.b();
  Val scale = r.e.onceValue(op, 0, r.row(), [&] {
    Val count = r.e.size(r.type(), -1);
    int64_t lanes = r.e.chooseLanes({op.getInput()}, r.type().getDim(-1));
    Val squares = r.e.sumRow(count, lanes, [&](Val i, int64_t lanes) {
      Val x = r.inRow(op.getInput(), i, lanes);
      return x * x;
    });
    return inverseDeviation(b, squares, count, op.getEpsilon().convertToDouble());
  });
  Val normed = r.same(op.getInput()) * r.splat(scale);
  if (!op.getWeight())
    return normed;
  double offset = op.getOffset().convertToDouble();
  Val weight = r.alongRow(op.getWeight());
  return normed * (offset == 0 ? weight : weight + offset);
}

static Val emitLayerNorm(const Request &r, graph::LayerNormOp op) {
  CodeBuilder &b = r.b();
  Vals row = r.e.once(op, 0, r.row(), [&] {
    Val count = r.e.size(r.type(), -1);
    int64_t lanes = r.e.chooseLanes({op.getInput()}, r.type().getDim(-1));
    auto x = [&](Val i, int64_t lanes) { return r.inRow(op.getInput(), i, lanes); };
    Val mean = r.e.sumRow(count, lanes, x) / b.toFloat(b.f32, count);
    Val squares = r.e.sumRow(count, lanes, [&](Val i, int64_t lanes) {
      Val deviation = x(i, lanes) - (lanes == 1 ? mean : b.broadcast(mean, lanes));
      return deviation * deviation;
    });
    return Vals{mean, inverseDeviation(b, squares, count, op.getEpsilon().convertToDouble())};
  });
  Val result = (r.same(op.getInput()) - r.splat(row[0])) * r.splat(row[1]);
  if (op.getWeight())
    result = result * r.alongRow(op.getWeight());
  return op.getBias() ? result + r.alongRow(op.getBias()) : result;
}

static Val emitSoftmax(const Request &r, graph::SoftmaxOp op) {
  CodeBuilder &b = r.b();
  Vals row = r.e.once(op, 0, r.row(), [&] {
    Val count = r.e.size(r.type(), -1);
    int64_t lanes = r.e.chooseLanes({op.getInput()}, r.type().getDim(-1));
    auto x = [&](Val i, int64_t lanes) { return r.inRow(op.getInput(), i, lanes); };
    Val largest = r.e.extremeRow(count, lanes, /*largest=*/true, x);
    // All -infinity: every exponential is 0, and so is what they are multiplied with.
    double infinity = std::numeric_limits<double>::infinity();
    Val shift = b.select(largest == -infinity, literal(largest, 0.0), largest);
    Val sum = r.e.sumRow(count, lanes, [&](Val i, int64_t lanes) {
      return b.exp(x(i, lanes) - (lanes == 1 ? shift : b.broadcast(shift, lanes)));
    });
    return Vals{shift, b.select(sum == 0.0, sum, literal(sum, 1.0) / sum)};
  });
  return b.exp(r.same(op.getInput()) - r.splat(row[0])) * r.splat(row[1]);
}

Val emitNorm(const Request &r) {
  return llvm::TypeSwitch<Operation *, Val>(r.result.getOwner())
      .Case([&](graph::RmsNormOp op) { return emitRmsNorm(r, op); })
      .Case([&](graph::LayerNormOp op) { return emitLayerNorm(r, op); })
      .Case([&](graph::SoftmaxOp op) { return emitSoftmax(r, op); })
      .Default([](Operation *) { return Val(); });
}

} // namespace tern::code
