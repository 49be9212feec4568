//===- ProgramBuilder.cpp - A random program as it grows ------------------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <cmath>

#include <regex>

using namespace tern;
using namespace tern::testing;

Errors tern::testing::scaled(const Errors &errors, double slope) { return {errors[0] * slope, errors[1] * slope}; }
Errors tern::testing::sum(const Errors &a, const Errors &b) { return {a[0] + b[0], a[1] + b[1]}; }

Errors tern::testing::largerOf(const Errors &a, const Errors &b) {
  return {std::max(a[0], b[0]), std::max(a[1], b[1])};
}

Errors tern::testing::productErrors(const Value &a, const Value &b) {
  return sum(scaled(a.errors, b.magnitude() + b.error()), scaled(b.errors, a.magnitude()));
}

Errors tern::testing::policyErrors(const Value &value, double rounding) {
  return {rounding, value.isExact() ? 0 : rounding};
}

std::int64_t tern::testing::number(const std::string &dim) {
  return std::isdigit(static_cast<unsigned char>(dim[0])) ? std::stoll(dim) : 0;
}

StorageFormat tern::testing::formatOf(const std::string &element) {
  static const std::map<std::string, StorageFormat> others = {{"f8E4M3FN", StorageFormat::F8E4M3},
                                                              {"f8E5M2", StorageFormat::F8E5M2},
                                                              {"ui8", StorageFormat::U8},
                                                              {"i1", StorageFormat::Bool}};
  auto other = others.find(element);
  return other == others.end() ? storageFormatByName(element).value() : other->second;
}

bool Value::isFloat() const { return !storageFormatInfo(formatOf(element)).isInteger; }

static std::string dimsText(const Dims &dims) {
  std::string text;
  for (const std::string &dim : dims)
    text += (text.empty() ? "" : ", ") + dim;
  return "[" + text + "]";
}

std::string Value::type() const { return element + dimsText(dims); }

std::string Value::dim(int index) const {
  int rank = static_cast<int>(dims.size());
  int place = index < 0 ? index + rank : index;
  return place >= 0 && place < rank ? dims[static_cast<std::size_t>(place)] : "";
}

ProgramBuilder::ProgramBuilder(std::uint64_t seed, const RandomPolicy &policy, const BlockPool &pool)
    : policy(policy), generator(seed * 2654435761u + 17), pool(pool) {
  batch = uniform(1, 3);
  tokens = chance(40) ? 1 : uniform(2, 9);
  tokensAreSymbolic = tokens > 1 && chance(60);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

std::int64_t ProgramBuilder::uniform(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(generator() % static_cast<std::uint64_t>(high - low + 1));
}

double ProgramBuilder::real(double low, double high) {
  return low + (high - low) * static_cast<double>(generator() >> 11) * 0x1p-53;
}

std::string ProgramBuilder::randomSize() {
  return std::to_string(oneOf<std::int64_t>({1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 24, 31, 32, 33, 40, 48, 64, 65, 96, 128}));
}

Dims ProgramBuilder::randomDims() {
  switch (uniform(0, 7)) {
  case 0:
    return {randomSize()};
  case 1:
    return {"B", randomSize()};
  case 2:
    return {"B", randomSize(), "T"};
  case 3:
    return {"B", "T", std::to_string(uniform(1, 4)), randomSize()};
  case 4:
    return {std::to_string(uniform(1, 6)), randomSize()};
  default:
    return {"B", "T", randomSize()};
  }
}

std::string ProgramBuilder::randomFloat() {
  return oneOf({"f32", "f32", "f32", "f32", "f32", "bf16", "f16"});
}

std::string ProgramBuilder::randomInteger() { return oneOf({"i32", "i32", "i64", "i16", "i8", "ui8"}); }

std::int64_t ProgramBuilder::largest(const std::string &dim) const {
  if (dim == "B")
    return batch;
  if (dim == "T")
    return tokens;
  return dim == "C" ? 64 : number(dim);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value ProgramBuilder::pick(const std::function<bool(const Value &)> &suits, const std::function<Value()> &otherwise) {
  std::vector<const Value *> found;
  for (const Value &value : values)
    if (!value.dims.empty() && suits(value)) // Few ops take scalars.
      found.push_back(&value);
  if (found.empty() || chance(10))
    return otherwise();
  // Mostly late ones, so that programs grow deep.
  auto last = static_cast<std::int64_t>(found.size()) - 1;
  return *found[static_cast<std::size_t>(std::max(uniform(0, last), uniform(0, last)))];
}

Value ProgramBuilder::anyFloats() {
  return pick([](const Value &value) { return value.isFloat(); }, [&] { return floats(randomFloat(), randomDims()); });
}

Value ProgramBuilder::anyNumbers() {
  return pick([](const Value &) { return true; }, [&] { return like(chance(70) ? randomFloat() : randomInteger(), randomDims()); });
}

Value ProgramBuilder::anyExact() {
  return pick([](const Value &value) { return value.isExact(); },
              [&] { return like(chance(60) ? randomFloat() : randomInteger(), randomDims()); });
}

Value ProgramBuilder::like(const std::string &element, const Dims &dims) {
  return pick([&](const Value &value) { return value.element == element && value.dims == dims; },
              [&] {
                bool isInteger = storageFormatInfo(formatOf(element)).isInteger;
                if (!isInteger)
                  return floats(element, dims);
                if (element == "i1")
                  return integers(element, dims, 0, 1);
                return integers(element, dims, element == "ui8" ? 0 : -20, 40);
              });
}

Value ProgramBuilder::floats(const std::string &element, const Dims &dims, double magnitude) {
  return argument({"", element, dims, Role::Uniform, -magnitude, magnitude, ""});
}

Value ProgramBuilder::boundedFloats(const Dims &dims, double magnitude) {
  return pick([&](const Value &value) { return value.element == "f32" && value.dims == dims && value.magnitude() <= magnitude; },
              [&] { return floats("f32", dims, magnitude); });
}

Value ProgramBuilder::integers(const std::string &element, const Dims &dims, std::int64_t low, std::int64_t high) {
  return argument({"", element, dims, Role::Uniform, static_cast<double>(low), static_cast<double>(high), ""});
}

Value ProgramBuilder::choices(const Dims &dims, const std::string &of) {
  return argument({"", "i32", dims, Role::Choice, 0, static_cast<double>(largest(of) - 1), of});
}

Value ProgramBuilder::positions() {
  if (!positionsValue)
    positionsValue = argument({"", "i32", {"B", "T"}, Role::Positions, -1, 63, ""});
  return *positionsValue;
}

Value ProgramBuilder::argument(RandomArgument argument) {
  argument.name = "%a" + std::to_string(arguments.size());
  arguments.push_back(argument);
  return define(argument.name, argument.element, argument.dims, {argument.low, argument.high, {}});
}

Value ProgramBuilder::define(const std::string &name, const std::string &element, const Dims &dims, Bounds bounds) {
  values.push_back({name, element, dims, bounds.low, bounds.high, bounds.errors});
  return values.back();
}

static std::string real(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9e", value);
  return text;
}

Value ProgramBuilder::weight(const std::string &element, const Dims &dims, double center, double scale) {
  std::string name = "w" + std::to_string(nextWeight++);
  Value value{newName(), element, dims, center - scale, center + scale, {}};
  addDeclaration("graph.weight @" + name + " : " + value.type() + " = #graph.random<tensor = \"" + name + "\", seed = " +
                 std::to_string(uniform(0, 1000)) + ", center = " + ::real(center) + ", scale = " + ::real(scale) + ">");
  addLine(value.name + " = graph.load_weight @" + name + " : " + value.type());
  // Rounding to the element type may pass the ends.
  value.low -= 0.07 * value.magnitude();
  value.high += 0.07 * value.magnitude();
  return value;
}

Value ProgramBuilder::storedWeight(const std::string &format, const Dims &dims) {
  StorageFormat storage = formatOf(format);
  const StorageFormatInfo &info = storageFormatInfo(storage);
  std::uint64_t blocks = 1;
  for (const std::string &dim : dims)
    blocks *= static_cast<std::uint64_t>(number(dim));
  blocks /= info.blockLength;
  BlockPool::Range range = pool.range(storage);
  std::uint64_t first = static_cast<std::uint64_t>(uniform(0, static_cast<std::int64_t>(range.blocks - blocks)));
  std::string name = "w" + std::to_string(nextWeight++);
  Value value{newName(), format, dims, -BlockPool::largest, BlockPool::largest, {}};
  addDeclaration("graph.weight @" + name + " : " + value.type() + " = #graph.stored<file = @blocks, tensor = \"" + name +
                 "\", offset = " + std::to_string(range.offset + first * info.blockBytes) +
                 ", bytes = " + std::to_string(blocks * info.blockBytes) + ">");
  addLine(value.name + " = graph.load_weight @" + name + " : " + value.type());
  return value;
}

Value ProgramBuilder::productWeight(const Dims &dims) {
  std::int64_t columns = number(dims.back());
  if (columns % 256 == 0 && chance(60))
    return storedWeight(oneOf({"q2_k", "q3_k", "q4_k", "q4_k", "q5_k", "q6_k", "iq4_xs"}), dims);
  if (columns % 32 == 0 && chance(70))
    return storedWeight(oneOf({"q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "iq4_nl", "mxfp4"}), dims);
  return weight(oneOf({"f32", "f32", "f16", "bf16", "bf16", "f8E4M3FN", "f8E5M2"}), dims, 0, 0.25);
}

Value ProgramBuilder::splat(const std::string &element, double number) {
  Value value{newName(), element, {"1"}, number, number, {}};
  bool isInteger = !value.isFloat();
  addLine(value.name + " = graph.constant dense<" + (isInteger ? std::to_string(static_cast<std::int64_t>(number)) : ::real(number)) +
          "> : tensor<1x" + element + "> as " + value.type());
  return value;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// How far rounding to `element` moves a number of this magnitude. Arithmetic in f32 costs a few units in the last place.
static double rounding(const std::string &element, double magnitude) {
  if (element == "bf16")
    return magnitude * 0x1p-8;
  if (element == "f16")
    return magnitude * 0x1p-11 + 0x1p-24;
  return magnitude * 3e-6 + 1e-30;
}

Value ProgramBuilder::emit(const std::string &text, const std::vector<Value> &operands, const std::string &element,
                           const Dims &dims, Bounds bounds) {
  Value value{newName(), element, dims, bounds.low, bounds.high, bounds.errors};
  if (!value.isFloat())
    value.errors = {};
  if (!value.isExact())
    for (double &error : value.errors)
      error += rounding(element, value.magnitude());
  std::string types;
  for (const Value &operand : operands)
    types += (types.empty() ? "" : ", ") + operand.type();
  addLine(value.name + " = graph." + text + " : (" + types + ") -> " + value.type());
  values.push_back(value);
  return value;
}

Value ProgramBuilder::positive(const Value &value) {
  Value size = emit("abs " + value.name, {value}, value.element, value.dims, {0, value.magnitude(), value.errors});
  Value half = splat(value.element, 0.5);
  Errors errors = sum(size.errors, {1e-7 * (1 + size.high), 1e-7 * (1 + size.high)});
  return emit("add " + size.name + ", " + half.name, {size, half}, value.element, value.dims, {0.5, size.high + 0.5, errors});
}

Value ProgramBuilder::cast(const Value &value, const std::string &element) {
  return emit("cast " + value.name, {value}, element, value.dims, {value.low, value.high, value.errors});
}

std::string ProgramBuilder::state(const std::string &kind, const std::string &element, const Dims &dims) {
  hasStates = true;
  hasCache |= kind == "key" || kind == "value";
  std::string name = "s" + std::to_string(nextState++);
  addDeclaration("graph.state @" + name + " " + kind + " of layer " + std::to_string(nextState / 2) + " : " + element +
                 dimsText(dims));
  return name;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

/// How often `text` has `name` and not a longer one.
static int mentions(const std::string &text, const std::string &name) {
  int count = 0;
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
    count += !std::isdigit(static_cast<unsigned char>(text[at + name.size()]));
  return count;
}

/// Whether a type of `text` has the dimension `symbol`.
static bool hasDimension(const std::string &text, const std::string &symbol) {
  return std::regex_search(text, std::regex("(\\[|, )" + symbol + "(,|\\])"));
}

RandomProgram ProgramBuilder::finish() {
  RandomProgram program;
  std::vector<Value> returned;
  // What nothing reads, and a few that something reads.
  for (const Value &value : values) {
    bool isArgument = value.name[1] == 'a';
    if (isArgument ? chance(3) : mentions(body, value.name) <= 1 || chance(10))
      returned.push_back(value);
  }
  std::string names, types, parameters;
  for (const Value &value : returned) {
    program.results.push_back({value.name, value.errors});
    names += (names.empty() ? " " : ", ") + value.name;
    types += (types.empty() ? "" : ", ") + ("!graph.tensor<" + value.type() + ">");
  }
  for (const RandomArgument &argument : arguments)
    parameters += (parameters.empty() ? "" : ", ") + argument.name + ": !graph.tensor<" + argument.element +
                  dimsText(argument.dims) + ">";
  program.text = pool.fileOp() + "\n" + header + "func.func @program(" + parameters + ")" +
                 (returned.empty() ? "" : " -> (" + types + ")") + " {\n" + body + "  return" + names +
                 (returned.empty() ? "" : " : " + types) + "\n}\n";
  if (hasCache)
    program.text = "module attributes {graph.max_context = 64 : i64} {\n" + program.text + "}\n";
  program.arguments = arguments;
  program.slots = batch;
  program.ops = ops;
  program.entry = "run"; // with the dimensions that the program has
  if (hasDimension(program.text, "B"))
    program.entry += ":B=" + std::to_string(batch);
  if (hasDimension(program.text, "T"))
    program.entry += (tokensAreSymbolic ? ":T<" : ":T=") + std::to_string(tokens);
  std::int64_t position = 0;
  for (int call = 0; call < (hasStates ? 3 : 1); ++call) {
    std::int64_t size = tokensAreSymbolic ? uniform(1, tokens) : tokens;
    position += size;
    program.calls.push_back({{"B", batch}, {"T", size}});
    if (hasCache)
      program.calls.back()["C"] = position;
  }
  return program;
}
