//===- EvalCheck.cpp - Numeric assertions ---------------------------------===//
//
// A check that does not hold is reported and counted; the function runs on.
//
//===----------------------------------------------------------------------===//

#include "Difference.h"
#include "Evaluation.h"
#include "runtime/Base/RandomWeights.h"

using namespace mlir;
using namespace tern;

/// Reports at `op` that it does not hold.
static Values fail(Operation *op, Frame &frame, const Twine &why) {
  ++frame.session.failedChecks;
  op->emitError() << "check failed: " << why;
  return {};
}

/// Compares shapes, then elements by `compare`.
static Values expect(Operation *op, Frame &frame, const Tensor &actual, const Tensor &expected,
                     llvm::function_ref<std::optional<Difference>()> compare) {
  if (actual.shape() != expected.shape())
    return fail(op, frame,
                "shapes must be equal, got " + shapeText(actual.shape()) + ", expected " + shapeText(expected.shape()));
  if (std::optional<Difference> difference = compare())
    return fail(op, frame, difference->str(actual, expected));
  return {};
}

EvalResult tern::eval(check::ExpectCloseOp op, Frame &frame) {
  const Tensor &actual = frame.get(op.getActual()), &expected = frame.get(op.getExpected());
  Tolerance tolerance{op.getAbsolute().convertToDouble(), op.getRelative().convertToDouble()};
  return expect(op, frame, actual, expected, [&] { return compareClose(actual, expected, tolerance); });
}

EvalResult tern::eval(check::ExpectEqOp op, Frame &frame) {
  const Tensor &actual = frame.get(op.getActual()), &expected = frame.get(op.getExpected());
  return expect(op, frame, actual, expected, [&] { return compareExact(actual, expected); });
}

EvalResult tern::eval(check::ExpectConstantOp op, Frame &frame) {
  const Tensor &actual = frame.get(op.getActual());
  FailureOr<Tensor> expected = tensorOf(op, op.getExpected());
  if (failed(expected))
    return failure();
  Tolerance tolerance{op.getAbsolute().convertToDouble(), op.getRelative().convertToDouble()};
  return expect(op, frame, actual, *expected, [&] { return compareClose(actual, *expected, tolerance); });
}

EvalResult tern::eval(check::RandomOp op, Frame &frame) {
  FailureOr<Shape> shape = frame.resolve(op, cast<graph::SymbolicTensorType>(op.getResult().getType()));
  if (failed(shape))
    return failure();
  std::vector<float> values(numElements(*shape));
  RandomWeights(op.getSeed(), "check.random").generate(0, 1, StorageFormat::F32, 0, values.data(), values.size());
  return floatResult(op.getResult(), *shape, std::move(values));
}
