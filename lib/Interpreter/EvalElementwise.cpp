//===- EvalElementwise.cpp - One element at a time ------------------------===//
//
// Every formula is computed in f64 and rounded once.
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"

#include <cmath>

using namespace mlir;
using namespace tern;

/// Elements that one piece of a parallel loop takes.
static constexpr int64_t elementsPerPiece = 8192;

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

/// `result[i] = formula(input[i])`.
template <typename Formula> static Values mapFloats(Frame &frame, Value resultValue, Value input, Formula formula) {
  const Tensor &tensor = frame.get(input);
  ArrayRef<float> source = tensor.floats();
  std::vector<float> result(source.size());
  frame.session.pool.parallelFor(0, source.size(), elementsPerPiece, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      result[i] = static_cast<float>(formula(static_cast<double>(source[i])));
  });
  return floatResult(resultValue, tensor.shape(), std::move(result));
}

static double relu(double x) { return x > 0 || std::isnan(x) ? x : 0.0; }
static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double silu(double x) { return x / (1 + std::exp(-x)); }
static double gelu(double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }
static double geluTanh(double x) {
  constexpr double sqrt2OverPi = 0.79788456080286535588;
  return 0.5 * x * (1 + std::tanh(sqrt2OverPi * (x + 0.044715 * x * x * x)));
}
/// log(1 + exp(x)) without overflow.
static double softplus(double x) { return std::isnan(x) ? x : std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

double tern::activate(graph::Activation activation, double x) {
  switch (activation) {
  case graph::Activation::Silu:
    return silu(x);
  case graph::Activation::Gelu:
    return gelu(x);
  case graph::Activation::GeluTanh:
    return geluTanh(x);
  case graph::Activation::Relu:
    return relu(x);
  case graph::Activation::ReluSquared:
    return relu(x) * relu(x);
  case graph::Activation::Sigmoid:
    return sigmoid(x);
  }
  llvm_unreachable("an activation of the enumeration");
}

#define TERN_EVAL_UNARY(OP, FORMULA)                                                                                   \
  EvalResult tern::eval(graph::OP op, Frame &frame) {                                                                  \
    return mapFloats(frame, op.getResult(), op.getInput(), [](double x) { return FORMULA; });                          \
  }
TERN_EVAL_UNARY(SiluOp, silu(x))
TERN_EVAL_UNARY(GeluOp, gelu(x))
TERN_EVAL_UNARY(GeluTanhOp, geluTanh(x))
TERN_EVAL_UNARY(ReluOp, relu(x))
TERN_EVAL_UNARY(ReluSquaredOp, relu(x) * relu(x))
TERN_EVAL_UNARY(SigmoidOp, sigmoid(x))
TERN_EVAL_UNARY(TanhOp, std::tanh(x))
TERN_EVAL_UNARY(SoftplusOp, softplus(x))
TERN_EVAL_UNARY(ExpOp, std::exp(x))
TERN_EVAL_UNARY(LogOp, std::log(x))
TERN_EVAL_UNARY(SqrtOp, std::sqrt(x))
TERN_EVAL_UNARY(RsqrtOp, 1 / std::sqrt(x))
TERN_EVAL_UNARY(NegOp, -x)
TERN_EVAL_UNARY(AbsOp, std::fabs(x))
#undef TERN_EVAL_UNARY

EvalResult tern::eval(graph::SoftCapOp op, Frame &frame) {
  double cap = op.getCap().convertToDouble();
  return mapFloats(frame, op.getResult(), op.getInput(), [=](double x) { return cap * std::tanh(x / cap); });
}

EvalResult tern::eval(graph::GatedOp op, Frame &frame) {
  ArrayRef<float> gate = frame.get(op.getGate()).floats(), input = frame.get(op.getInput()).floats();
  std::vector<float> result(gate.size());
  frame.session.pool.parallelFor(0, gate.size(), elementsPerPiece, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      result[i] = static_cast<float>(activate(op.getActivation(), gate[i]) * input[i]);
  });
  return floatResult(op.getResult(), frame.get(op.getInput()).shape(), std::move(result));
}

//===----------------------------------------------------------------------===//
// Two operands, broadcast
//===----------------------------------------------------------------------===//

/// How far apart in `shape` neighbours on each dimension of `result` lie; 0 where the dimension repeats.
static Shape broadcastStrides(ArrayRef<int64_t> shape, ArrayRef<int64_t> result) {
  Shape strides(result.size(), 0);
  int64_t stride = 1;
  for (std::size_t back = 1; back <= shape.size(); ++back) {
    int64_t size = shape[shape.size() - back];
    strides[result.size() - back] = size == 1 ? 0 : stride;
    stride *= size;
  }
  return strides;
}

/// The shape of both operands broadcast, or an error at `op`: dimensions given by symbols are compared here.
static FailureOr<Shape> broadcastShape(Operation *op, ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  Shape shape(std::max(lhs.size(), rhs.size()));
  for (std::size_t back = 1; back <= shape.size(); ++back) {
    int64_t left = back <= lhs.size() ? lhs[lhs.size() - back] : 1;
    int64_t right = back <= rhs.size() ? rhs[rhs.size() - back] : 1;
    if (left != right && left != 1 && right != 1)
      return op->emitError() << "operands must broadcast, got " << shapeText(lhs) << " and " << shapeText(rhs);
    shape[shape.size() - back] = left == 1 ? right : left;
  }
  return shape;
}

/// Calls `body(i, left, right)` for each element of the broadcast result with the places of its operands.
template <typename Body>
static void forEachPair(ArrayRef<int64_t> shape, ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs, Body body) {
  Shape leftStrides = broadcastStrides(lhs, shape), rightStrides = broadcastStrides(rhs, shape);
  Shape index(shape.size(), 0);
  int64_t left = 0, right = 0;
  for (int64_t i = 0, count = numElements(shape); i < count; ++i) {
    body(i, left, right);
    for (std::size_t axis = shape.size(); axis-- > 0;) { // count up, the last dimension fastest
      left += leftStrides[axis];
      right += rightStrides[axis];
      if (++index[axis] < shape[axis])
        break;
      left -= leftStrides[axis] * shape[axis];
      right -= rightStrides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/// `result[i] = formula(lhs[i], rhs[i])` with a formula for floats and one for integers.
template <typename Op, typename FloatFormula, typename IntFormula>
static EvalResult mapPairs(Op op, Frame &frame, FloatFormula floatFormula, IntFormula intFormula) {
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  FailureOr<Shape> shape = broadcastShape(op, lhs.shape(), rhs.shape());
  if (failed(shape))
    return failure();
  if (lhs.isInteger()) {
    std::vector<int64_t> result(numElements(*shape));
    forEachPair(*shape, lhs.shape(), rhs.shape(), [&](int64_t i, int64_t left, int64_t right) {
      result[i] = intFormula(lhs.ints()[left], rhs.ints()[right]);
    });
    return intResult(op.getResult(), *shape, std::move(result));
  }
  std::vector<float> result(numElements(*shape));
  ArrayRef<float> lefts = lhs.floats(), rights = rhs.floats();
  forEachPair(*shape, lhs.shape(), rhs.shape(), [&](int64_t i, int64_t left, int64_t right) {
    result[i] = static_cast<float>(floatFormula(static_cast<double>(lefts[left]), static_cast<double>(rights[right])));
  });
  return floatResult(op.getResult(), *shape, std::move(result));
}

/// Integer sums, differences and products are modulo 2^64 here and wrapped to the element type afterwards.
template <typename Formula> static auto wrapping(Formula formula) {
  return [=](int64_t x, int64_t y) {
    return static_cast<int64_t>(formula(static_cast<uint64_t>(x), static_cast<uint64_t>(y)));
  };
}

EvalResult tern::eval(graph::AddOp op, Frame &frame) {
  return mapPairs(op, frame, std::plus<>(), wrapping(std::plus<>()));
}
EvalResult tern::eval(graph::SubOp op, Frame &frame) {
  return mapPairs(op, frame, std::minus<>(), wrapping(std::minus<>()));
}
EvalResult tern::eval(graph::MulOp op, Frame &frame) {
  return mapPairs(op, frame, std::multiplies<>(), wrapping(std::multiplies<>()));
}

EvalResult tern::eval(graph::DivOp op, Frame &frame) {
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  // A divisor takes part only if the result has elements at all.
  if (rhs.isInteger() && lhs.size() > 0)
    for (auto [place, divisor] : llvm::enumerate(rhs.ints()))
      if (divisor == 0)
        return op.emitError() << "integer divisors must not be 0, got 0 at " << indexText(rhs.shape(), place);
  return mapPairs(op, frame, std::divides<>(), [](int64_t x, int64_t y) {
    return y == -1 ? static_cast<int64_t>(0 - static_cast<uint64_t>(x)) : x / y; // -2^63 / -1 wraps
  });
}

EvalResult tern::eval(graph::MaximumOp op, Frame &frame) {
  return mapPairs(
      op, frame, [](double x, double y) { return std::isnan(x) || x > y ? x : y; },
      [](int64_t x, int64_t y) { return std::max(x, y); });
}

EvalResult tern::eval(graph::MinimumOp op, Frame &frame) {
  return mapPairs(
      op, frame, [](double x, double y) { return std::isnan(x) || x < y ? x : y; },
      [](int64_t x, int64_t y) { return std::min(x, y); });
}

/// Whether `x <order> y`.
template <typename T> static bool isOrdered(graph::Comparison order, T x, T y) {
  switch (order) {
  case graph::Comparison::Equal:
    return x == y;
  case graph::Comparison::NotEqual:
    return x != y;
  case graph::Comparison::Less:
    return x < y;
  case graph::Comparison::LessEqual:
    return x <= y;
  case graph::Comparison::Greater:
    return x > y;
  case graph::Comparison::GreaterEqual:
    return x >= y;
  }
  llvm_unreachable("a comparison of the enumeration");
}

EvalResult tern::eval(graph::CompareOp op, Frame &frame) {
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  FailureOr<Shape> shape = broadcastShape(op, lhs.shape(), rhs.shape());
  if (failed(shape))
    return failure();
  std::vector<int64_t> result(numElements(*shape));
  forEachPair(*shape, lhs.shape(), rhs.shape(), [&](int64_t i, int64_t left, int64_t right) {
    result[i] = lhs.isInteger() ? isOrdered(op.getOrder(), lhs.ints()[left], rhs.ints()[right])
                                : isOrdered(op.getOrder(), lhs.floats()[left], rhs.floats()[right]);
  });
  return intResult(op.getResult(), *shape, std::move(result));
}

EvalResult tern::eval(graph::SelectOp op, Frame &frame) {
  const Tensor &condition = frame.get(op.getCondition());
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  Tensor result = rhs;
  for (auto [i, picksLeft] : llvm::enumerate(condition.ints())) {
    if (!picksLeft)
      continue;
    if (result.isInteger())
      result.mutableInts()[i] = lhs.ints()[i];
    else
      result.mutableFloats()[i] = lhs.floats()[i];
  }
  return Values{result};
}
