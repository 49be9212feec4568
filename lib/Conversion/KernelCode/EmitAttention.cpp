//===- EmitAttention.cpp - Attention from its parts -----------------------===//

#include "lib/Conversion/KernelCode/ElementOps.h"

#include <limits>

using namespace mlir;

namespace tern::code {

/// The weight of each part, divided by the sum of all, in scratch.
static Val partWeights(const Request &r, kernel::AttendCombineOp op, int64_t parts, int64_t width) {
  CodeBuilder &b = r.b();
  return r.e.onceValue(op, 0, r.row(), [&] {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr int64_t step = 16;
    Val weights = r.e.scratch((parts + step) * 4);
    auto entry = [&](int64_t part, int64_t column) {
      Index place(r.row());
      place.append({r.e.number(part), r.e.number(column)});
      return r.e.element(op.getPart(), place);
    };
    Type lanes = CodeBuilder::vec(b.f32, step);
    Vals highest, totals;
    for (int64_t first = 0; first < parts; first += step) {
      highest.push_back(b.constant(lanes, -infinity));
      totals.push_back(b.constant(lanes, 0.0));
      for (int64_t part = first; part < std::min(first + step, parts); ++part) {
        highest.back() = b.insert(entry(part, width), highest.back(), part - first);
        totals.back() = b.insert(entry(part, width + 1), totals.back(), part - first);
      }
    }
    Val most = highest[0];
    for (Val values : highest)
      most = b.maximum(most, values);
    Val largest = b.reduceMax(most);
    Val sink = op.getSinks() ? r.e.element(op.getSinks(), {r.index[2]}) : Val();
    if (sink)
      largest = b.maximum(largest, sink);
    Val shift = b.select(largest == -infinity, literal(largest, 0.0), largest);
    Val sum = b.constant(lanes, 0.0);
    for (auto [values, total] : llvm::zip_equal(highest, totals)) {
      values = b.exp(values - b.broadcast(shift, step));
      sum = sum + values * total;
    }
    Val all = b.reduceAdd(sum);
    if (sink)
      all = all + b.exp(sink - shift);
    Val factor = b.select(all == 0.0, all, literal(all, 1.0) / all);
    for (auto [place, values] : llvm::enumerate(highest))
      b.store(values * b.broadcast(factor, step), weights, int64_t(place) * step);
    return weights;
  });
}

/// The same without vectors: the exponent's shift, and what exponentials are multiplied with.
static Vals partFactors(const Request &r, kernel::AttendCombineOp op, int64_t parts, int64_t width) {
  CodeBuilder &b = r.b();
  return r.e.once(op, 0, r.row(), [&] {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Val begin = r.e.number(0), end = r.e.number(parts), one = r.e.number(1);
    auto entry = [&](Val part, int64_t column) {
      Index place(r.row());
      place.append({part, r.e.number(column)});
      return r.e.element(op.getPart(), place);
    };
    Val sink = op.getSinks() ? r.e.element(op.getSinks(), {r.index[2]}) : b.constant(b.f32, -infinity);
    Val largest = b.fold(begin, end, one, {sink}, [&](Val part, ArrayRef<Val> carried) {
      return Vals{b.maximum(carried[0], entry(part, width))};
    })[0];
    Val shift = b.select(largest == -infinity, literal(largest, 0.0), largest);
    Val all = b.fold(begin, end, one, {b.exp(sink - shift)}, [&](Val part, ArrayRef<Val> carried) {
      return Vals{b.fma(b.exp(entry(part, width) - shift), entry(part, width + 1), carried[0])};
    })[0];
    return Vals{shift, b.select(all == 0.0, all, literal(all, 1.0) / all)};
  });
}

/// What a part is multiplied with.
static Val partWeight(const Request &r, kernel::AttendCombineOp op, int64_t parts, int64_t width, Val part) {
  CodeBuilder &b = r.b();
  if (r.e.vectorLanes > 1)
    return b.load(b.f32, partWeights(r, op, parts, width), part);
  Vals factors = partFactors(r, op, parts, width);
  Index place(r.row());
  place.append({part, r.e.number(width)});
  return b.exp(r.e.element(op.getPart(), place) - factors[0]) * factors[1];
}

/// The same by a function of the target, if it has one and the parts lie in memory.
static Val callCombine(const Request &r, kernel::AttendCombineOp op, int64_t parts, int64_t width) {
  CodeBuilder &b = r.b();
  std::optional<TensorPlace> place = r.e.placeOf(op.getPart());
  if (r.lanes != 1 || !place || place->layout != kernel::Layout::Rows || !place->type.getElementType().isF32())
    return Val();
  Index first(r.row());
  first.append({r.e.number(0), r.e.number(0)});
  Val sink = op.getSinks() ? r.e.element(op.getSinks(), {r.index[2]})
                           : b.constant(b.f32, -std::numeric_limits<double>::infinity());
  return r.e.combineParts(b.elementPointer(b.f32, place->pointer, r.e.offsetOf(*place, first)), parts, width, r.last(),
                          sink);
}

Val emitAttention(const Request &r) {
  auto op = dyn_cast<kernel::AttendCombineOp>(r.result.getOwner());
  if (!op)
    return Val();
  CodeBuilder &b = r.b();
  auto type = cast<graph::SymbolicTensorType>(op.getPart().getType());
  int64_t parts = *type.getStaticDim(3), width = *type.getStaticDim(4) - 2;
  if (Val combined = callCombine(r, op, parts, width))
    return combined;
  return b.fold(r.e.number(0), r.e.number(parts), r.e.number(1), {r.splat(0.0)}, [&](Val part, ArrayRef<Val> sum) {
    Index place(r.row());
    place.append({part, r.last()});
    Val weight = r.splat(partWeight(r, op, parts, width, part));
    return Vals{b.fma(weight, r.e.element(op.getPart(), place, r.lanes), sum[0])};
  })[0];
}

} // namespace tern::code
