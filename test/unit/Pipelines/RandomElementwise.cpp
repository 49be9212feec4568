//===- RandomElementwise.cpp - Elementwise ops for random programs --------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <algorithm>
#include <cmath>

using namespace tern::testing;

/// Values larger than this are not made: errors and overflow would hide what is wrong.
static constexpr double limit = 1000;

/// A function of one number: its name, and the values and the largest slope on an interval.
struct Function {
  const char *name;
  Bounds (*bounds)(const Value &);
  double (*slope)(const Value &);
};

static Bounds between(double low, double high) { return {low, high, {}}; }

static const Function functions[] = {
    {"silu", [](const Value &x) { return between(-0.3, std::max(x.high, 0.0)); }, [](const Value &) { return 1.1; }},
    {"gelu", [](const Value &x) { return between(-0.2, std::max(x.high, 0.0)); }, [](const Value &) { return 1.2; }},
    {"gelu_tanh", [](const Value &x) { return between(-0.2, std::max(x.high, 0.0)); }, [](const Value &) { return 1.2; }},
    {"relu_squared", [](const Value &x) { return between(0, std::pow(std::max(x.high, 0.0), 2)); },
     [](const Value &x) { return 2 * (x.magnitude() + x.error()); }},
    {"sigmoid", [](const Value &) { return between(0, 1); }, [](const Value &) { return 0.25; }},
    {"tanh", [](const Value &) { return between(-1, 1); }, [](const Value &) { return 1.0; }},
    {"softplus", [](const Value &x) { return between(0, std::max(x.high, 0.0) + 0.7); }, [](const Value &) { return 1.0; }},
    {"exp", [](const Value &x) { return between(0, std::exp(x.high)); }, [](const Value &x) { return std::exp(x.high + x.error()); }},
};

/// What a function that is not exact costs, beside rounding to its element type: nothing is exact to the bit.
static Errors inexact(const Errors &errors, double magnitude) {
  double own = 1e-6 * magnitude + 1e-7;
  return sum(errors, {own, own});
}

static bool makeFunction(ProgramBuilder &p) {
  const Function &function = functions[p.uniform(0, static_cast<std::int64_t>(std::size(functions)) - 1)];
  Value x = p.anyFloats();
  Bounds bounds = function.bounds(x);
  double magnitude = std::max(std::abs(bounds.low), std::abs(bounds.high));
  if (magnitude > limit)
    return false;
  bounds.errors = inexact(scaled(x.errors, function.slope(x)), magnitude);
  p.emit(std::string(function.name) + " " + x.name, {x}, x.element, x.dims, bounds);
  return true;
}

static bool makeExactUnary(ProgramBuilder &p) {
  Value x = p.anyFloats();
  std::string name = p.oneOf({"relu", "neg", "abs"});
  Bounds bounds = name == "relu"  ? Bounds{std::max(x.low, 0.0), std::max(x.high, 0.0), x.errors}
                  : name == "neg" ? Bounds{-x.high, -x.low, x.errors}
                                  : Bounds{0, x.magnitude(), x.errors};
  p.emit(name + " " + x.name, {x}, x.element, x.dims, bounds);
  return true;
}

/// Where more than this is off, a number that must be positive is taken from elsewhere.
static constexpr double largestPositiveError = 0.05;

/// Functions that are steep or undefined near zero.
static bool makeRoot(ProgramBuilder &p) {
  Value any = p.anyFloats();
  if (any.error() > largestPositiveError)
    return false;
  Value x = p.positive(any);
  std::string name = p.oneOf({"log", "sqrt", "rsqrt"});
  Bounds bounds = name == "log"    ? Bounds{-1, std::log(x.high) + 0.1, scaled(x.errors, 2.5)}
                  : name == "sqrt" ? Bounds{0.6, std::sqrt(x.high) + 0.1, scaled(x.errors, 0.8)}
                                   : Bounds{0, 1.5, scaled(x.errors, 1.6)};
  bounds.errors = inexact(bounds.errors, std::max(1.5, bounds.high));
  p.emit(name + " " + x.name, {x}, x.element, x.dims, bounds);
  return true;
}

static bool makeSoftCap(ProgramBuilder &p) {
  Value x = p.anyFloats();
  double cap = p.oneOf<double>({0.5, 5, 30});
  p.emit("soft_cap " + x.name + " cap " + std::to_string(cap), {x}, x.element, x.dims, {-cap, cap, inexact(x.errors, cap)});
  return true;
}

static bool makeGated(ProgramBuilder &p) {
  Value gate = p.anyFloats(), x = p.like(gate.element, gate.dims);
  std::string name = p.oneOf({"silu", "gelu", "gelu_tanh", "relu", "relu_squared", "sigmoid"});
  double m = gate.magnitude();
  double high = name == "relu_squared" ? m * m : name == "sigmoid" ? 1 : m;
  double slope = name == "relu_squared" ? 2 * (m + gate.error()) : 1.2;
  double magnitude = high * x.magnitude();
  if (magnitude > limit)
    return false;
  Errors errors = sum(scaled(gate.errors, slope * (x.magnitude() + x.error())), scaled(x.errors, high));
  p.emit("gated " + name + " " + gate.name + ", " + x.name, {gate, x}, x.element, x.dims,
         {-magnitude, magnitude, inexact(errors, magnitude)});
  return true;
}

/// Dimensions that broadcast to `dims`: some leading ones missing, some 1.
static Dims broadcastable(ProgramBuilder &p, const Dims &dims) {
  if (dims.empty() || p.chance(50))
    return dims;
  auto from = static_cast<std::size_t>(p.uniform(0, static_cast<std::int64_t>(dims.size()) - 1));
  Dims result(dims.begin() + static_cast<std::ptrdiff_t>(from), dims.end());
  for (std::string &dim : result)
    if (p.chance(25))
      dim = "1";
  return result;
}

/// Operands of a binary op, and the shape of its result.
struct Pair {
  Value lhs, rhs;
  Dims dims;
};

static Pair broadcastPair(ProgramBuilder &p, const Value &x) {
  Value y = p.like(x.element, broadcastable(p, x.dims));
  return p.chance(20) ? Pair{y, x, x.dims} : Pair{x, y, x.dims};
}

/// The interval of an integer type.
static Bounds wrapped(const std::string &element, double low, double high) {
  auto [smallest, largest] = tern::integerRange(formatOf(element));
  if (low >= static_cast<double>(smallest) && high <= static_cast<double>(largest))
    return {low, high, {}};
  return {static_cast<double>(smallest), static_cast<double>(largest), {}};
}

static Bounds hull(std::initializer_list<double> numbers) { return {std::min(numbers), std::max(numbers), {}}; }

static bool makeArithmetic(ProgramBuilder &p) {
  Value x = p.pick([](const Value &value) { return value.element != "i1"; }, [&] { return p.floats("f32", p.randomDims()); });
  auto [a, b, dims] = broadcastPair(p, x);
  std::string name = p.oneOf({"add", "sub", "mul"});
  Bounds bounds = name == "add"   ? Bounds{a.low + b.low, a.high + b.high, {}}
                  : name == "sub" ? Bounds{a.low - b.high, a.high - b.low, {}}
                                  : hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  if (x.isFloat()) {
    double magnitude = std::max(std::abs(bounds.low), std::abs(bounds.high));
    if (magnitude > limit)
      return false;
    bounds.errors = name == "mul" ? productErrors(a, b) : sum(a.errors, b.errors);
    bounds.errors = inexact(bounds.errors, magnitude);
  } else {
    bounds = wrapped(x.element, bounds.low, bounds.high);
  }
  p.emit(name + " " + a.name + ", " + b.name, {a, b}, x.element, dims, bounds);
  return true;
}

static bool makeExtreme(ProgramBuilder &p) {
  Value x = p.anyNumbers();
  auto [a, b, dims] = broadcastPair(p, x);
  bool isMax = p.chance(50);
  Bounds bounds = isMax ? Bounds{std::max(a.low, b.low), std::max(a.high, b.high), {}}
                        : Bounds{std::min(a.low, b.low), std::min(a.high, b.high), {}};
  bounds.errors = largerOf(a.errors, b.errors);
  p.emit((isMax ? "maximum " : "minimum ") + a.name + ", " + b.name, {a, b}, x.element, dims, bounds);
  return true;
}

static bool makeDivision(ProgramBuilder &p) {
  Value x = p.pick([](const Value &value) { return value.element != "i1"; }, [&] { return p.floats("f32", p.randomDims()); });
  Dims dims = broadcastable(p, x.dims);
  if (!x.isFloat()) {
    Value y = p.integers(x.element, dims, 1, 30);
    p.emit("div " + x.name + ", " + y.name, {x, y}, x.element, x.dims, {std::min(x.low, 0.0), std::max(x.high, 0.0), {}});
    return true;
  }
  Value any = p.like(x.element, dims);
  if (any.error() > largestPositiveError)
    return false;
  Value y = p.positive(any);
  double magnitude = x.magnitude() * 2.1;
  if (magnitude > limit)
    return false;
  Errors errors = sum(scaled(x.errors, 2.1), scaled(y.errors, 4.5 * (x.magnitude() + x.error())));
  p.emit("div " + x.name + ", " + y.name, {x, y}, x.element, x.dims, {-magnitude, magnitude, inexact(errors, magnitude)});
  return true;
}

static bool makeCompare(ProgramBuilder &p) {
  Value x = p.anyExact();
  Dims dims = broadcastable(p, x.dims);
  Value y = p.pick([&](const Value &value) { return value.isExact() && value.element == x.element && value.dims == dims; },
                   [&] {
                     return x.isFloat() ? p.floats(x.element, dims)
                                        : p.integers(x.element, dims, 0, x.element == "i1" ? 1 : 9);
                   });
  p.emit("compare " + p.oneOf({"eq", "ne", "lt", "le", "gt", "ge"}) + " " + x.name + ", " + y.name, {x, y}, "i1", x.dims,
         {0, 1, {}});
  return true;
}

static bool makeSelect(ProgramBuilder &p) {
  Value x = p.anyNumbers(), y = p.like(x.element, x.dims), condition = p.like("i1", x.dims);
  Bounds bounds{std::min(x.low, y.low), std::max(x.high, y.high), largerOf(x.errors, y.errors)};
  p.emit("select " + condition.name + ", " + x.name + ", " + y.name, {condition, x, y}, x.element, x.dims, bounds);
  return true;
}

static bool makeCast(ProgramBuilder &p) {
  bool toInteger = p.chance(30);
  Value x = toInteger ? p.anyExact() : p.anyNumbers();
  std::string element = toInteger ? p.oneOf({"i64", "i32", "i16", "i8", "ui8", "i1"})
                                  : p.oneOf({"f32", "f32", "f16", "bf16", "f64", "f8E4M3FN", "f8E5M2"});
  if (toInteger) {
    Bounds bounds = element == "i1" ? Bounds{0, 1, {}}
                    : x.isFloat()   ? Bounds{x.low, x.high, {}}
                                    : wrapped(element, x.low, x.high);
    auto [smallest, largest] = tern::integerRange(formatOf(element));
    bounds.low = std::clamp(std::trunc(bounds.low), static_cast<double>(smallest), static_cast<double>(largest));
    bounds.high = std::clamp(std::trunc(bounds.high), static_cast<double>(smallest), static_cast<double>(largest));
    p.emit("cast " + x.name, {x}, element, x.dims, bounds);
    return true;
  }
  bool isSmall = element == "f8E4M3FN" || element == "f8E5M2";
  if (x.magnitude() > (isSmall ? 100 : element == "f16" ? 10000 : 1e9))
    return false;
  // Rounding jumps, so what is off before may be off by a step of the narrow type after; nothing reads f8 but casts.
  Errors errors = x.errors;
  if (isSmall && !x.isExact())
    return false;
  Value result = p.emit("cast " + x.name, {x}, element, x.dims, {x.low * 1.13, x.high * 1.13, errors});
  if (isSmall) {
    p.values.pop_back();
    p.emit("cast " + result.name, {result}, "f32", x.dims, {result.low, result.high, {}});
  } else if (element == "f64") {
    p.values.pop_back();
    p.emit("cast " + result.name, {result}, "f32", x.dims, {result.low, result.high, errors});
  }
  return true;
}

std::vector<NamedMaker> tern::testing::elementwiseMakers() {
  return {{"function", 8, makeFunction}, {"exact unary", 4, makeExactUnary}, {"root", 3, makeRoot},
          {"soft_cap", 1, makeSoftCap},  {"gated", 3, makeGated},            {"arithmetic", 10, makeArithmetic},
          {"extreme", 4, makeExtreme},   {"div", 3, makeDivision},           {"compare", 4, makeCompare},
          {"select", 3, makeSelect},     {"cast", 6, makeCast}};
}
