//===- EvalReduction.cpp - Many elements to few ---------------------------===//

#include "Evaluation.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;
using namespace tern;

//===----------------------------------------------------------------------===//
// graph.reduce
//===----------------------------------------------------------------------===//

/// Reduces `count` floats, `at(i)` giving each.
template <typename At> static double reduceFloats(graph::Reduction kind, int64_t count, At at) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double result = kind == graph::Reduction::Max       ? -infinity
                  : kind == graph::Reduction::Min     ? infinity
                  : kind == graph::Reduction::Product ? 1.0
                                                      : 0.0;
  for (int64_t i = 0; i < count; ++i) {
    double x = at(i);
    switch (kind) {
    case graph::Reduction::Sum:
    case graph::Reduction::Mean:
      result += x;
      break;
    case graph::Reduction::Max:
      result = std::isnan(x) || x > result ? x : result;
      break;
    case graph::Reduction::Min:
      result = std::isnan(x) || x < result ? x : result;
      break;
    case graph::Reduction::Product:
      result *= x;
      break;
    }
  }
  return kind == graph::Reduction::Mean ? result / count : result; // 0 / 0 is NaN
}

/// Reduces `count` integers; sums and products wrap.
template <typename At> static int64_t reduceInts(graph::Reduction kind, StorageFormat format, int64_t count, At at) {
  auto [smallest, largest] = integerRange(format);
  uint64_t result = kind == graph::Reduction::Max       ? smallest
                    : kind == graph::Reduction::Min     ? largest
                    : kind == graph::Reduction::Product ? 1
                                                        : 0;
  for (int64_t i = 0; i < count; ++i) {
    int64_t x = at(i), present = result;
    switch (kind) {
    case graph::Reduction::Sum:
    case graph::Reduction::Mean:
      result += x;
      break;
    case graph::Reduction::Max:
      result = std::max(x, present);
      break;
    case graph::Reduction::Min:
      result = std::min(x, present);
      break;
    case graph::Reduction::Product:
      result *= x;
      break;
    }
  }
  int64_t total = result;
  return kind == graph::Reduction::Mean && count > 0 ? total / count : total;
}

EvalResult tern::eval(graph::ReduceOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  int64_t axis = op.getAxis(), count = input.dim(axis);
  int64_t inner = numElements(input.shape().drop_front(axis + 1)), outer = numElements(input.shape().take_front(axis));
  Shape shape(input.shape());
  shape[axis] = 1;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t k = 0; k < inner; ++k) {
      auto place = [&](int64_t i) { return (o * count + i) * inner + k; };
      if (input.isInteger())
        ints.push_back(
            reduceInts(op.getKind(), input.format(), count, [&](int64_t i) { return input.ints()[place(i)]; }));
      else
        floats.push_back(reduceFloats(op.getKind(), count, [&](int64_t i) { return input.floats()[place(i)]; }));
    }
  return input.isInteger() ? intResult(op.getResult(), shape, std::move(ints))
                           : floatResult(op.getResult(), shape, std::move(floats));
}

//===----------------------------------------------------------------------===//
// graph.top_k and graph.argmax
//===----------------------------------------------------------------------===//

/// Whether `x` is larger than `y`, NaN counting as larger than any number.
static bool isLarger(float x, float y) { return std::isnan(x) ? !std::isnan(y) : x > y; }
static bool isLarger(int64_t x, int64_t y) { return x > y; }

/// The places of the `k` largest elements, largest first, the lower place first of equals.
template <typename T> static SmallVector<int64_t> largestPlaces(ArrayRef<T> row, int64_t k) {
  SmallVector<int64_t> places(row.size());
  std::iota(places.begin(), places.end(), 0);
  std::partial_sort(places.begin(), places.begin() + k, places.end(), [&](int64_t left, int64_t right) {
    if (isLarger(row[left], row[right]))
      return true;
    return !isLarger(row[right], row[left]) && left < right;
  });
  places.truncate(k);
  return places;
}

EvalResult tern::eval(graph::TopKOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  int64_t k = op.getK(), length = input.dim(-1);
  Shape shape(input.shape());
  shape.back() = k;
  std::vector<float> floats;
  std::vector<int64_t> ints, indices;
  for (int64_t row = 0; row < rowCount(input.shape()); ++row) {
    SmallVector<int64_t> places = input.isInteger() ? largestPlaces(input.ints().slice(row * length, length), k)
                                                    : largestPlaces(input.floats().slice(row * length, length), k);
    for (int64_t place : places) {
      if (input.isInteger())
        ints.push_back(input.ints()[row * length + place]);
      else
        floats.push_back(input.floats()[row * length + place]);
    }
    llvm::append_range(indices, places);
  }
  Values results = input.isInteger() ? intResult(op.getValues(), shape, std::move(ints))
                                     : floatResult(op.getValues(), shape, std::move(floats));
  results.push_back(intResult(op.getIndices(), shape, std::move(indices)).front());
  return results;
}

/// The place of the first of the largest elements.
template <typename T> static int64_t largestPlace(ArrayRef<T> row) {
  int64_t best = 0;
  for (int64_t i = 1; i < static_cast<int64_t>(row.size()); ++i)
    if (isLarger(row[i], row[best]))
      best = i;
  return best;
}

EvalResult tern::eval(graph::ArgmaxOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  int64_t length = input.dim(-1), rows = rowCount(input.shape());
  if (length == 0 && rows > 0)
    return op.emitError() << "last dimension of 'input' must not be 0, got " << shapeText(input.shape());
  std::vector<int64_t> result;
  for (int64_t row = 0; row < rows; ++row)
    result.push_back(input.isInteger() ? largestPlace(input.ints().slice(row * length, length))
                                       : largestPlace(input.floats().slice(row * length, length)));
  return intResult(op.getResult(), input.shape().drop_back(), std::move(result));
}
