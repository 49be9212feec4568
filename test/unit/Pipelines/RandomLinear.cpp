//===- RandomLinear.cpp - Products for random programs --------------------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <algorithm>
#include <cmath>

using namespace tern::testing;

/// Bounds of a sum of `count` products.
static Bounds productBounds(const Value &x, const Value &y, double count) {
  double magnitude = count * x.magnitude() * y.magnitude();
  double own = 1e-6 * magnitude + 1e-7;
  return {-magnitude, magnitude, sum(scaled(productErrors(x, y), count), {own, own})};
}

/// Whether values are small enough, and their errors small beside them, to go on computing.
static bool isUseful(const Bounds &bounds) { return bounds.high < 1000 && bounds.errors[0] < 0.05 * bounds.high; }

static Bounds withBias(Bounds bounds, const Value &bias) {
  return {bounds.low - bias.magnitude(), bounds.high + bias.magnitude(), bounds.errors};
}

static bool isBlocks(const Value &weight) { return tern::storageFormatInfo(formatOf(weight.element)).blockLength > 1; }

/// What the policy costs that rounds the activations of a linear layer before a sum of `count` products. A program that
/// rounds as well may round the other way where it is off by some units in the last place: a few elements of a sum, and
/// as many more as these units are of a step.
static Errors roundedActivations(const ProgramBuilder &p, const Value &x, const Value &weight, double count) {
  double relative = isBlocks(weight) ? p.policy.quantizedRounding : p.policy.floatRounding;
  if (x.element != "f32" || relative == 0)
    return {};
  double step = 2 * relative * x.magnitude(), off = x.errors[static_cast<int>(Reference::Rounded)];
  Errors errors = policyErrors(x, count * weight.magnitude() * step / 2);
  double flips = step > 0 ? 4 + 8 * count * off / step : 0;
  errors[1] = std::min(errors[1], flips * step * weight.magnitude());
  return errors;
}

static Bounds linearBounds(const ProgramBuilder &p, const Value &x, const Value &weight) {
  auto count = static_cast<double>(number(x.dims.back()));
  Bounds bounds = productBounds(x, weight, count);
  bounds.errors = sum(bounds.errors, roundedActivations(p, x, weight, count));
  return bounds;
}

/// An input whose last dimension is a number, often whole blocks.
static Value linearInput(ProgramBuilder &p) {
  std::string columns = p.oneOf({"32", "64", "96", "256", "512", "7", "24", "33", "1", "48"});
  return p.pick([&](const Value &value) { return value.isFloat() && !value.dims.empty() && number(value.dims.back()) > 0 && value.magnitude() < 30; },
                [&] { return p.floats(p.randomFloat(), p.chance(80) ? Dims{"B", "T", columns} : Dims{"B", columns}, 1); });
}

static bool makeEmbedding(ProgramBuilder &p) {
  std::string columns = p.oneOf({"8", "32", "64", "256", "5"});
  Dims tableDims{std::to_string(p.uniform(1, 40)), columns};
  Value table = p.productWeight(tableDims);
  Dims dims = p.chance(80) ? Dims{"B", "T"} : Dims{std::to_string(p.uniform(1, 5))};
  Value ids = p.choices(dims, tableDims[0]);
  dims.push_back(columns);
  Errors errors{};
  if (isBlocks(table))
    errors = {1e-7, 1e-7};
  p.emit("embedding " + table.name + "[" + ids.name + "]", {table, ids}, p.oneOf({"f32", "f32", "f32", "bf16"}), dims,
         {table.low, table.high, errors});
  return true;
}

static bool makeLinear(ProgramBuilder &p) {
  Value x = linearInput(p);
  std::string rows = p.randomSize();
  Value weight = p.chance(92) ? p.productWeight({rows, x.dims.back()}) : p.floats("f32", {rows, x.dims.back()}, 0.25);
  Bounds bounds = linearBounds(p, x, weight);
  std::string text = "linear " + x.name + ", " + weight.name;
  std::vector<Value> operands{x, weight};
  if (p.chance(30)) {
    operands.push_back(p.weight(p.oneOf({"f32", "f32", "bf16"}), {rows}, 0, 0.5));
    text += " bias " + operands.back().name;
    bounds = withBias(bounds, operands.back());
  }
  if (!isUseful(bounds))
    return false;
  Dims dims = x.dims;
  dims.back() = rows;
  p.emit(text, operands, p.chance(70) ? x.element : "f32", dims, bounds);
  return true;
}

/// Several layers of one input, gated, and what follows a block of a decoder: a norm ahead, a residual after.
static bool makeFeedForward(ProgramBuilder &p) {
  Value x = p.pick([](const Value &v) { return v.element == "f32" && v.dims.size() == 3 && number(v.dims.back()) > 0 && v.magnitude() < 30; },
                   [&] { return p.floats("f32", {"B", "T", p.oneOf({"32", "64", "40"})}, 1); });
  double columns = static_cast<double>(number(x.dims.back()));
  std::string hidden = p.oneOf({"32", "48", "64", "96"});
  Value normed = x;
  if (p.chance(70)) {
    Value weight = p.weight("f32", {x.dims.back()}, 1, 0.2);
    double magnitude = std::sqrt(columns) * weight.magnitude();
    normed = p.emit("rms_norm " + x.name + ", " + weight.name + " epsilon 1.0e-02", {x, weight}, "f32", x.dims,
                    {-magnitude, magnitude, sum(scaled(x.errors, 12), {1e-5, 1e-5})});
  }
  Value gateWeight = p.productWeight({hidden, x.dims.back()}), upWeight = p.productWeight({hidden, x.dims.back()});
  Dims dims = x.dims;
  dims.back() = hidden;
  auto product = [&](const Value &input, const Value &weight, const Dims &shape) {
    Bounds bounds = linearBounds(p, input, weight);
    return p.emit("linear " + input.name + ", " + weight.name, {input, weight}, "f32", shape, bounds);
  };
  Value gate = product(normed, gateWeight, dims), up = product(normed, upWeight, dims);
  double m = gate.magnitude() * up.magnitude();
  Value gated = p.emit("gated " + p.oneOf({"silu", "gelu", "gelu_tanh"}) + " " + gate.name + ", " + up.name, {gate, up}, "f32",
                       dims, {-m, m, scaled(productErrors(gate, up), 1.2)});
  Value down = p.weight(p.oneOf({"f32", "bf16", "f16"}), {x.dims.back(), hidden}, 0, 0.05);
  if (number(hidden) % 32 == 0 && p.chance(60))
    down = p.storedWeight(p.oneOf({"q8_0", "q4_0", "q4_1"}), {x.dims.back(), hidden});
  Value projected = product(gated, down, x.dims);
  Bounds bounds{projected.low + x.low, projected.high + x.high, sum(projected.errors, x.errors)};
  p.emit("add " + x.name + ", " + projected.name, {x, projected}, "f32", x.dims, bounds);
  return true;
}

static bool makeExpertLinear(ProgramBuilder &p) {
  std::string columns = p.oneOf({"32", "64", "24", "256"}), rows = p.randomSize();
  std::int64_t experts = p.uniform(1, 6), picks = p.uniform(1, 3);
  bool isShared = p.chance(50);
  Dims inputDims{"B", "T", std::to_string(isShared ? 1 : picks), columns};
  Value x = p.pick([&](const Value &v) { return v.isFloat() && v.dims == inputDims && v.magnitude() < 20; },
                   [&] { return p.floats(p.randomFloat(), inputDims, 1); });
  Value weight = p.productWeight({std::to_string(experts), rows, columns});
  Value chosen = p.choices({"B", "T", std::to_string(picks)}, std::to_string(experts));
  Bounds bounds = productBounds(x, weight, static_cast<double>(number(columns)));
  std::string text = "expert_linear " + x.name + ", " + weight.name + " by " + chosen.name;
  std::vector<Value> operands{x, weight, chosen};
  if (p.chance(30)) {
    operands.push_back(p.weight("f32", {std::to_string(experts), rows}, 0, 0.5));
    text += " bias " + operands.back().name;
    bounds = withBias(bounds, operands.back());
  }
  if (!isUseful(bounds))
    return false;
  p.emit(text, operands, x.element, {"B", "T", std::to_string(picks), rows}, bounds);
  return true;
}

static bool makeMatmul(ProgramBuilder &p) {
  Value x = p.pick([](const Value &v) { return v.isFloat() && v.dims.size() >= 2 && v.magnitude() < 30; },
                   [&] { return p.floats(p.randomFloat(), {"B", "T", p.randomSize()}); });
  Dims other = x.dims;
  other[other.size() - 2] = x.dims.back();
  other.back() = p.chance(20) ? "T" : p.randomSize();
  Value y = p.pick([&](const Value &v) { return v.element == x.element && v.dims == other && v.magnitude() < 30; },
                   [&] { return p.floats(p.chance(80) ? x.element : p.randomFloat(), other, 1); });
  Bounds bounds = productBounds(x, y, static_cast<double>(p.largest(x.dims.back())));
  if (!isUseful(bounds))
    return false;
  Dims dims = x.dims;
  dims.back() = other.back();
  p.emit("matmul " + x.name + ", " + y.name, {x, y}, x.element, dims, bounds);
  return true;
}

std::vector<NamedMaker> tern::testing::linearMakers() {
  return {{"embedding", 4, makeEmbedding}, {"linear", 8, makeLinear}, {"feed_forward", 3, makeFeedForward},
          {"expert_linear", 3, makeExpertLinear}, {"matmul", 3, makeMatmul}};
}
