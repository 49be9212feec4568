//===- RandomStates.cpp - Recurrent layers for random programs ------------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <algorithm>
#include <cmath>

using namespace tern::testing;

/// Errors of a recurrence: those of its inputs many times over, and its own.
static Errors recurrent(std::initializer_list<Value> inputs, double magnitude) {
  Errors errors{1e-4 * magnitude, 1e-4 * magnitude};
  for (const Value &input : inputs)
    errors = sum(errors, scaled(input.errors, 30 * magnitude));
  return errors;
}

/// f32 without error of at most 1: what a recurrence may read without growing.
static Value small(ProgramBuilder &p, const Dims &dims, double low = -1, double high = 1) {
  return p.pick([&](const Value &v) { return v.element == "f32" && v.dims == dims && v.low >= low && v.high <= high && v.error() < 1e-4; },
                [&] { return p.argument({"", "f32", dims, Role::Uniform, low, high, ""}); });
}

/// The state of a recurrence: one that survives, or an argument.
struct State {
  std::string name; ///< Empty for an argument.
  Value value;
};

static State before(ProgramBuilder &p, const char *kind, const Dims &dims) {
  if (p.nextState > 4 || p.chance(25))
    return {"", p.floats("f32", dims, 1)};
  std::string name = p.state(kind, "f32", dims);
  Value value{p.newName(), "f32", dims, -10, 10, {1e-3, 1e-3}};
  p.addLine(value.name + " = graph.read_state @" + name + " : " + value.type());
  return {name, value};
}

static void after(ProgramBuilder &p, const State &state, const Value &next) {
  if (!state.name.empty())
    p.addLine("graph.write_state @" + state.name + ", " + next.name + " : " + next.type());
  else
    p.values.push_back(next);
}

/// Adds an op with the results `result` and `next`.
static void emitPair(ProgramBuilder &p, const std::string &text, const std::vector<Value> &operands, const Dims &dims,
                     const State &state, double magnitude, const Errors &errors) {
  std::string name = p.newName(), types;
  Value result{name + "#0", "f32", dims, -magnitude, magnitude, errors};
  Value next{name + "#1", "f32", state.value.dims, -magnitude, magnitude, errors};
  for (const Value &operand : operands)
    types += (types.empty() ? "" : ", ") + operand.type();
  p.addLine(name + ":2 = graph." + text + " : (" + types + ") -> (" + result.type() + ", " + next.type() + ")");
  p.values.push_back(result);
  after(p, state, next);
}

static bool makeShortConv(ProgramBuilder &p) {
  std::string width = p.randomSize();
  std::int64_t taps = p.uniform(1, 4);
  Value x = small(p, {"B", "T", width});
  State state = taps == 1 ? State{"", p.floats("f32", {"B", "0", width}, 1)}
                          : before(p, "convolution", {"B", std::to_string(taps - 1), width});
  Value weight = p.weight("f32", {width, std::to_string(taps)}, 0, 0.5);
  std::vector<Value> operands{x, state.value, weight};
  std::string text = "short_conv " + x.name + " state " + state.value.name + ", " + weight.name;
  if (p.chance(40)) {
    operands.push_back(p.weight("f32", {width}, 0, 0.5));
    text += " bias " + operands.back().name;
  }
  emitPair(p, text, operands, {"B", "T", width}, state, 3, recurrent({x}, 1));
  return true;
}

static bool makeGatedDeltaRule(ProgramBuilder &p) {
  std::string heads = std::to_string(p.uniform(1, 4)), depth = p.oneOf({"4", "8", "16", "5"}), width = p.oneOf({"8", "16", "32", "3"});
  Dims deep{"B", "T", heads, depth}, wide{"B", "T", heads, width}, each{"B", "T", heads};
  double unit = 1 / std::sqrt(static_cast<double>(number(depth)));
  Value query = small(p, deep, -unit, unit), key = small(p, deep, -unit, unit), value = small(p, wide);
  Value decay = small(p, each, -1, 0), beta = small(p, each, 0, 1);
  State state = before(p, "recurrent", {"B", heads, depth, width});
  std::string text = "gated_delta_rule " + query.name + ", " + key.name + ", " + value.name + " decay " + decay.name + " beta " +
                     beta.name + " state " + state.value.name;
  emitPair(p, text, {query, key, value, decay, beta, state.value}, wide, state, 30, recurrent({query, key, value, decay, beta}, 10));
  return true;
}

static bool makeSelectiveScan(ProgramBuilder &p) {
  std::int64_t groups = p.uniform(1, 2), heads = groups * p.uniform(1, 3);
  std::string h = std::to_string(heads), depth = p.oneOf({"4", "8", "16", "5"}), width = p.oneOf({"4", "8", "16", "3"});
  Value x = small(p, {"B", "T", h, depth}), delta = small(p, {"B", "T", h}, 0, 1);
  Value a = p.argument({"", "f32", {h}, Role::Uniform, -2, -0.5, ""}), skip = p.floats("f32", {h}, 1);
  Dims grouped{"B", "T", std::to_string(groups), width};
  Value b = small(p, grouped), c = small(p, grouped);
  State state = before(p, "recurrent", {"B", h, depth, width});
  std::string text = "selective_scan " + x.name + " delta " + delta.name + " a " + a.name + " b " + b.name + " c " + c.name +
                     " skip " + skip.name + " state " + state.value.name;
  emitPair(p, text, {x, delta, a, b, c, skip, state.value}, x.dims, state, 30, recurrent({x, delta, b, c}, 10));
  return true;
}

/// A state that any value is written to.
static bool makePlainState(ProgramBuilder &p) {
  Value x = p.pick([](const Value &v) { return v.isFloat() && v.dims[0] == "B" && v.magnitude() <= 8 && v.error() < 1e-4 &&
                                              std::count(v.dims.begin(), v.dims.end(), "T") == 0; },
                   [&] { return p.floats("f32", {"B", p.randomSize()}); });
  if (p.nextState > 4)
    return false;
  std::string name = p.state("recurrent", x.element, x.dims);
  Value old{p.newName(), x.element, x.dims, -8, 8, {1e-4, 1e-4}};
  p.addLine(old.name + " = graph.read_state @" + name + " : " + old.type());
  p.values.push_back(old);
  p.addLine("graph.write_state @" + name + ", " + x.name + " : " + x.type());
  return true;
}

std::vector<NamedMaker> tern::testing::stateMakers() {
  return {{"short_conv", 2, makeShortConv}, {"gated_delta_rule", 2, makeGatedDeltaRule},
          {"selective_scan", 2, makeSelectiveScan}, {"state", 2, makePlainState}};
}
