//===- RandomAttention.cpp - Positions and attention for random programs --===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <algorithm>
#include <cmath>

using namespace tern::testing;

static std::string real(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%e", value);
  return text;
}

//===----------------------------------------------------------------------===//
// Rotary embeddings
//===----------------------------------------------------------------------===//

namespace {
/// `#graph.rotary` and the factors that go with it.
struct Rotary {
  std::string attribute, factors;
  std::vector<Value> operands; ///< Of the op, after the positions.
};
} // namespace

static Rotary randomRotary(ProgramBuilder &p, std::int64_t dims, const std::string &layout) {
  Rotary rotary;
  std::string scaling = p.oneOf({"default", "default", "linear", "dynamic", "yarn", "llama3", "longrope"});
  if (scaling == "dynamic" && dims <= 2)
    scaling = "default";
  std::string text = "#graph.rotary<theta = " + p.oneOf({"10000.0", "500000.0", "100.0"}) + ", dims = " + std::to_string(dims) +
                     ", layout = " + layout;
  if (scaling != "default")
    text += ", scaling = " + scaling + ", factor = " + p.oneOf({"2.0", "8.0"});
  if (scaling != "default" && scaling != "linear")
    text += ", original = " + p.oneOf({"4", "8", "64"});
  if (scaling == "llama3")
    text += ", low_frequency = 1.0, high_frequency = 4.0";
  if (scaling == "yarn")
    text += ", truncate = " + p.oneOf({"0", "1"});
  if (p.chance(20))
    text += ", attention_factor = 1.25";
  rotary.attribute = text + ">";
  auto factors = [&] { return p.argument({"", "f32", {std::to_string(dims / 2)}, Role::Uniform, 1, 4, ""}); };
  if (scaling == "longrope" || p.chance(20)) {
    rotary.operands.push_back(factors());
    rotary.factors = " factors " + rotary.operands.back().name;
  }
  if (scaling == "longrope") {
    rotary.operands.push_back(factors());
    rotary.factors += " long " + rotary.operands.back().name;
  }
  return rotary;
}

/// Heads [B, T, H, d].
static Value anyHeads(ProgramBuilder &p) {
  return p.pick([](const Value &v) { return v.isFloat() && v.dims.size() == 4 && v.dims[0] == "B" && v.dims[1] == "T" && number(v.dims[3]) >= 2; },
                [&] { return p.floats(p.randomFloat(), {"B", "T", std::to_string(p.uniform(1, 4)), p.oneOf({"4", "6", "16", "32", "64"})}); });
}

/// Elements turn by an angle that is off by some units in the last place.
static Errors turned(const Value &x) {
  double own = 4e-6 * x.magnitude() + 1e-7;
  return sum(scaled(x.errors, 1.8), {own, own});
}

static Value rope(ProgramBuilder &p, const Value &x) {
  std::int64_t half = number(x.dims[3]) / 2;
  Rotary rotary = randomRotary(p, 2 * (p.chance(70) ? half : p.uniform(1, half)), p.oneOf({"half", "interleaved"}));
  Value positions = p.positions();
  std::vector<Value> operands{x, positions};
  operands.insert(operands.end(), rotary.operands.begin(), rotary.operands.end());
  double magnitude = 1.8 * x.magnitude();
  return p.emit("rope " + x.name + " by " + rotary.attribute + " at " + positions.name + rotary.factors, operands, x.element,
                x.dims, {-magnitude, magnitude, turned(x)});
}

static bool makeRope(ProgramBuilder &p) {
  Value x = anyHeads(p);
  if (x.magnitude() > 500)
    return false;
  rope(p, x);
  return true;
}

static bool makeRotate(ProgramBuilder &p) {
  Value x = anyHeads(p);
  if (x.magnitude() > 500)
    return false;
  std::int64_t half = number(x.dims[3]) / 2, dims = 2 * (p.chance(70) ? half : p.uniform(1, half));
  std::string layout = p.oneOf({"half", "interleaved"});
  Rotary rotary = randomRotary(p, dims, layout);
  Value positions = p.positions();
  std::vector<Value> operands{positions};
  operands.insert(operands.end(), rotary.operands.begin(), rotary.operands.end());
  Value table = p.emit("rope_table " + rotary.attribute + " at " + positions.name + rotary.factors, operands, "f32",
                       {"B", "T", std::to_string(dims)}, {-1.25, 1.25, {2e-6, 2e-6}});
  double magnitude = 1.8 * x.magnitude();
  p.emit("rotate " + layout + " " + x.name + " by " + table.name, {x, table}, x.element, x.dims, {-magnitude, magnitude, turned(x)});
  return true;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
struct AttentionShape {
  std::string heads, groups, depth, width, keys;
};
} // namespace

static AttentionShape randomShape(ProgramBuilder &p, const std::string &keys) {
  std::int64_t groups = p.uniform(1, 3);
  return {std::to_string(groups * p.uniform(1, 4)), std::to_string(groups), p.oneOf({"4", "16", "32", "64", "5", "128"}),
          p.oneOf({"16", "32", "64", "8", "7"}), keys};
}

/// Attention of `query` on `key` and `value` with options that suit. `isCache`: later positions are not there.
static bool attend(ProgramBuilder &p, const AttentionShape &shape, const Value &query, const Value &key, const Value &value,
                   bool isCache) {
  bool isCausal = isCache || p.chance(50);
  bool hasWindow = p.chance(25), hasSlopes = p.chance(20), hasPositions = isCausal || hasWindow || hasSlopes || p.chance(20);
  std::vector<Value> operands{query, key, value};
  std::string text = "attention " + query.name + ", " + key.name + ", " + value.name;
  auto add = [&](const char *keyword, const Value &operand) {
    operands.push_back(operand);
    text += std::string(" ") + keyword + " " + operand.name;
  };
  double scale = p.oneOf<double>({0.125, 0.5, 0.25});
  double depth = static_cast<double>(number(shape.depth));
  double scores = scale * depth * query.magnitude() * key.magnitude();
  if (scores > 60 || value.magnitude() > 100)
    return false;
  Errors errors = sum(scaled(query.errors, scale * depth * key.magnitude()), scaled(key.errors, scale * depth * query.magnitude()));
  if (hasPositions)
    add("at", p.positions());
  if (!isCache && p.chance(20))
    add("lengths", p.argument({"", "i32", {"B"}, Role::Lengths, 1, 64, shape.keys}));
  if (p.chance(15)) {
    Dims dims{p.oneOf({"B", "1"}), p.chance(50) ? shape.heads : "1", p.oneOf({"T", "1"}), isCache || p.chance(30) ? "1" : shape.keys};
    add("bias", p.floats("f32", dims, 1));
  }
  if (hasSlopes)
    add("slopes", p.argument({"", "f32", {shape.heads}, Role::Uniform, 0, 0.5, ""}));
  if (p.chance(20))
    add("sinks", p.floats("f32", {shape.heads}, 1));
  text += std::string(" mask ") + (isCausal ? "causal" : "none");
  if (hasWindow)
    text += " window " + std::to_string(p.uniform(1, 9));
  text += " scale " + real(scale);
  if (p.chance(20))
    text += " soft_cap " + p.oneOf({"5.0", "30.0"});
  double own = 2e-6 * (scores + 10) + 2e-6;
  errors = sum(errors, {own, own});
  errors = sum(scaled(errors, 2 * value.magnitude()), value.errors);
  errors = sum(errors, {2e-6 * value.magnitude(), 2e-6 * value.magnitude()});
  Dims dims{"B", "T", shape.heads, shape.width};
  p.emit(text, operands, query.element, dims, {std::min(value.low, 0.0), std::max(value.high, 0.0), errors});
  return true;
}

static Value headsFor(ProgramBuilder &p, const Dims &dims) {
  Value heads = p.boundedFloats(dims, 2);
  return heads.magnitude() < 2.5 && dims[1] == "T" && number(dims[3]) >= 2 && p.chance(40) ? rope(p, heads) : heads;
}

static bool makeAttention(ProgramBuilder &p) {
  AttentionShape shape = randomShape(p, p.chance(30) ? "T" : p.randomSize());
  std::string element = p.randomFloat();
  auto make = [&](const Dims &dims) {
    return element == "f32" ? p.boundedFloats(dims, 1) : p.floats(element, dims, 1);
  };
  Value query = make({"B", "T", shape.heads, shape.depth});
  Value key = make({"B", shape.keys, shape.groups, shape.depth}), value = make({"B", shape.keys, shape.groups, shape.width});
  return attend(p, shape, query, key, value, false);
}

/// Keys and values appended to caches, which attention reads.
static bool makeCachedAttention(ProgramBuilder &p) {
  if (p.nextState > 4)
    return false;
  AttentionShape shape = randomShape(p, "C");
  std::string element = p.oneOf({"f32", "f32", "f32", "f16", "bf16"});
  double precision = element == "bf16" ? 0x1p-8 : element == "f16" ? 0x1p-11 : 0;
  auto cache = [&](const char *kind, const std::string &width) {
    Value entries = headsFor(p, {"B", "T", shape.groups, width});
    if (entries.magnitude() > 4)
      entries = p.floats("f32", entries.dims, 1);
    if (element != "f32")
      entries = p.cast(entries, element);
    std::string state = p.state(kind, element, {"B", "C", shape.groups, width});
    Value positions = p.positions();
    if (entries.error() > 1e-3 + precision * 4)
      entries = p.floats(element, entries.dims, 1);
    Errors errors = entries.errors;
    if (element == "f32")
      errors = sum(errors, policyErrors(entries, 2 * p.policy.cacheRounding * entries.magnitude()));
    Value contents{p.newName(), element, {"B", "C", shape.groups, width}, -4, 4, errors};
    p.addLine(contents.name + " = graph.append_state @" + state + ", " + entries.name + " at " + positions.name + " : (" +
              entries.type() + ", " + positions.type() + ") -> " + contents.type());
    return contents;
  };
  Value query = headsFor(p, {"B", "T", shape.heads, shape.depth});
  if (query.magnitude() > 4)
    query = p.floats("f32", query.dims, 1);
  Value key = cache("key", shape.depth), value = cache("value", shape.width);
  key.low = value.low = -1.9, key.high = value.high = 1.9;
  return attend(p, shape, query, key, value, true);
}

std::vector<NamedMaker> tern::testing::attentionMakers() {
  return {{"rope", 3, makeRope}, {"rotate", 3, makeRotate}, {"attention", 4, makeAttention}, {"cached_attention", 4, makeCachedAttention}};
}
