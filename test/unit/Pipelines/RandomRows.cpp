//===- RandomRows.cpp - Norms and reductions for random programs ----------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <algorithm>
#include <cmath>

using namespace tern::testing;

static std::string real(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%e", value);
  return text;
}

/// The weight of a norm: a parameter, or an argument.
static Value normWeight(ProgramBuilder &p, const Value &x) {
  std::string element = p.oneOf({"f32", "f32", "bf16", "f16"});
  bool isNumber = number(x.dims.back()) > 0;
  return isNumber && p.chance(80) ? p.weight(element, {x.dims.back()}, 1, 0.5) : p.floats(element, {x.dims.back()}, 1);
}

/// Errors of what divides by the deviation of a row: worst for rows that vary little.
static Errors normErrors(const Value &x, double factor, double epsilon, double magnitude) {
  double own = 2e-6 * magnitude + 1e-6;
  return sum(scaled(x.errors, factor / std::sqrt(epsilon)), {own, own});
}

static bool makeRmsNorm(ProgramBuilder &p) {
  Value x = p.anyFloats();
  double epsilon = p.oneOf<double>({1e-5, 1e-3, 0.1}), offset = p.chance(30) ? 1 : 0, factor = 1;
  std::string text = "rms_norm " + x.name;
  std::vector<Value> operands{x};
  if (p.chance(75)) {
    operands.push_back(normWeight(p, x));
    text += ", " + operands.back().name;
    factor = operands.back().magnitude() + offset;
  }
  double magnitude = std::sqrt(static_cast<double>(p.largest(x.dims.back()))) * factor;
  text += " epsilon " + real(epsilon) + (offset != 0 && operands.size() > 1 ? " offset " + real(offset) : "");
  Errors errors = normErrors(x, factor, epsilon, magnitude);
  if (errors[0] > 0.05 * magnitude)
    return false;
  p.emit(text, operands, x.element, x.dims, {-magnitude, magnitude, errors});
  return true;
}

static bool makeLayerNorm(ProgramBuilder &p) {
  Value x = p.anyFloats();
  double epsilon = p.oneOf<double>({1e-5, 1e-3, 0.1}), factor = 1, shift = 0;
  std::string text = "layer_norm " + x.name;
  std::vector<Value> operands{x};
  if (p.chance(75)) {
    operands.push_back(normWeight(p, x));
    text += " weight " + operands.back().name;
    factor = operands.back().magnitude();
  }
  if (p.chance(50)) {
    operands.push_back(normWeight(p, x));
    text += " bias " + operands.back().name;
    shift = operands.back().magnitude();
  }
  double magnitude = std::sqrt(static_cast<double>(p.largest(x.dims.back()))) * factor + shift;
  // Subtracting the mean loses what the row's magnitude rounds away.
  Value rounded = x;
  for (double &error : rounded.errors)
    error += 1e-6 * x.magnitude();
  Errors errors = normErrors(rounded, 2 * factor, epsilon, magnitude);
  if (errors[0] > 0.05 * magnitude)
    return false;
  p.emit(text + " epsilon " + real(epsilon), operands, x.element, x.dims, {-magnitude, magnitude, errors});
  return true;
}

static bool makeSoftmax(ProgramBuilder &p) {
  Value x = p.anyFloats();
  double own = 2e-6 + 1e-6 * x.magnitude();
  p.emit("softmax " + x.name, {x}, x.element, x.dims, {0, 1, sum(scaled(x.errors, 2), {own, own})});
  return true;
}

static bool makeReduce(ProgramBuilder &p) {
  Value x = p.pick([](const Value &value) { return value.element != "i1"; }, [&] { return p.floats("f32", p.randomDims()); });
  auto axis = static_cast<std::size_t>(p.uniform(0, static_cast<std::int64_t>(x.dims.size()) - 1));
  if (p.chance(60))
    axis = x.dims.size() - 1;
  std::string kind = p.oneOf({"sum", "mean", "max", "min", "product"});
  auto count = static_cast<double>(p.largest(x.dims[axis]));
  Bounds bounds{x.low, x.high, x.errors};
  if (kind == "sum")
    bounds = {std::min(x.low, x.low * count), std::max(x.high, x.high * count), scaled(x.errors, count)};
  if (kind == "product") {
    if (count > 4 || x.magnitude() > 4)
      return false;
    double magnitude = std::pow(std::max(1.0, x.magnitude() + x.error()), count);
    bounds = {-magnitude, magnitude, scaled(x.errors, count * magnitude)};
  }
  double magnitude = std::max(std::abs(bounds.low), std::abs(bounds.high));
  if (x.isFloat() && kind != "max" && kind != "min") {
    double own = 3e-6 * magnitude + 1e-7;
    bounds.errors = sum(bounds.errors, {own, own});
  }
  if (magnitude > (x.isFloat() ? 2000 : x.element == "i8" || x.element == "ui8" ? 120 : 30000))
    return false;
  Dims dims = x.dims;
  dims[axis] = "1";
  p.emit("reduce " + kind + " " + x.name + " axis " + std::to_string(axis), {x}, x.element, dims, bounds);
  return true;
}

static bool makeArgmax(ProgramBuilder &p) {
  Value x = p.anyExact();
  p.emit("argmax " + x.name, {x}, "i32", Dims(x.dims.begin(), x.dims.end() - 1),
         {0, static_cast<double>(p.largest(x.dims.back()) - 1), {}});
  return true;
}

static bool makeTopK(ProgramBuilder &p) {
  Value x = p.anyExact();
  std::int64_t size = number(x.dims.back());
  if (size == 0)
    return false;
  std::int64_t k = p.uniform(1, std::min<std::int64_t>(size, 9));
  Dims dims = x.dims;
  dims.back() = std::to_string(k);
  std::string name = p.newName();
  Value values{name + "#0", x.element, dims, x.low, x.high, {}};
  Value indices{name + "#1", "i32", dims, 0, static_cast<double>(size - 1), {}};
  p.addLine(name + ":2 = graph.top_k " + x.name + " k " + std::to_string(k) + " : (" + x.type() + ") -> (" + values.type() + ", " +
            indices.type() + ")");
  p.values.push_back(values);
  p.values.push_back(indices);
  return true;
}

std::vector<NamedMaker> tern::testing::rowMakers() {
  return {{"rms_norm", 5, makeRmsNorm}, {"layer_norm", 4, makeLayerNorm}, {"softmax", 4, makeSoftmax},
          {"reduce", 6, makeReduce},    {"argmax", 2, makeArgmax},        {"top_k", 2, makeTopK}};
}
