//===- RandomShapes.cpp - Shape ops for random programs -------------------===//

#include "test/unit/Pipelines/ProgramBuilder.h"

#include <algorithm>
#include <numeric>

using namespace tern::testing;

static Bounds boundsOf(const Value &value) { return {value.low, value.high, value.errors}; }

static std::string listText(const std::vector<std::size_t> &numbers) {
  std::string text;
  for (std::size_t number : numbers)
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

/// An axis of `value` that is a number of at least `least`, or -1.
static int fixedAxis(ProgramBuilder &p, const Value &value, std::int64_t least = 1) {
  std::vector<int> axes;
  for (std::size_t i = 0; i < value.dims.size(); ++i)
    if (number(value.dims[i]) >= least)
      axes.push_back(static_cast<int>(i));
  return axes.empty() ? -1 : axes[static_cast<std::size_t>(p.uniform(0, static_cast<std::int64_t>(axes.size()) - 1))];
}

/// Splits a number, merges two, adds a 1, or exchanges two dimensions.
static bool makeReshape(ProgramBuilder &p) {
  Value x = p.anyNumbers();
  Dims dims = x.dims;
  int axis = fixedAxis(p, x);
  std::int64_t choice = p.uniform(0, 3);
  if (choice == 0 && axis >= 0) {
    std::int64_t size = number(dims[static_cast<std::size_t>(axis)]), factor = p.uniform(1, 8);
    if (size % factor != 0)
      return false;
    dims[static_cast<std::size_t>(axis)] = std::to_string(factor);
    dims.insert(dims.begin() + axis + 1, std::to_string(size / factor));
  } else if (choice == 1 && axis >= 0 && axis + 1 < static_cast<int>(dims.size()) && number(x.dim(axis + 1)) > 0) {
    dims[static_cast<std::size_t>(axis)] = std::to_string(number(x.dim(axis)) * number(x.dim(axis + 1)));
    dims.erase(dims.begin() + axis + 1);
  } else if (choice == 2) {
    dims.insert(dims.begin() + p.uniform(0, static_cast<std::int64_t>(dims.size())), "1");
  } else if (dims.size() >= 2) {
    auto place = static_cast<std::size_t>(p.uniform(0, static_cast<std::int64_t>(dims.size()) - 2));
    std::swap(dims[place], dims[place + 1]);
  }
  if (dims.size() > 5)
    return false;
  p.emit("reshape " + x.name, {x}, x.element, dims, boundsOf(x));
  return true;
}

static bool makeTranspose(ProgramBuilder &p) {
  Value x = p.anyNumbers();
  std::vector<std::size_t> order(x.dims.size());
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(p.uniform(0, static_cast<std::int64_t>(i) - 1))]);
  Dims dims;
  for (std::size_t axis : order)
    dims.push_back(x.dims[axis]);
  p.emit("transpose " + x.name + " " + listText(order), {x}, x.element, dims, boundsOf(x));
  return true;
}

static bool makeSlice(ProgramBuilder &p) {
  Value x = p.anyNumbers();
  int axis = fixedAxis(p, x);
  if (axis < 0)
    return false;
  std::int64_t size = number(x.dim(axis)), begin = p.uniform(0, size - 1), end = p.uniform(begin + 1, size);
  std::int64_t step = p.chance(70) ? 1 : p.uniform(1, 4);
  Dims dims = x.dims;
  dims[static_cast<std::size_t>(axis)] = std::to_string((end - begin + step - 1) / step);
  p.emit("slice " + x.name + " axis " + std::to_string(axis) + " from " + std::to_string(begin) + " to " + std::to_string(end) +
             (step == 1 ? "" : " step " + std::to_string(step)),
         {x}, x.element, dims, boundsOf(x));
  return true;
}

static bool makeConcat(ProgramBuilder &p) {
  Value x = p.anyNumbers();
  int axis = fixedAxis(p, x);
  if (axis < 0)
    return false;
  std::vector<Value> inputs{x};
  Bounds bounds = boundsOf(x);
  std::int64_t size = number(x.dim(axis));
  std::string names = x.name;
  for (std::int64_t more = p.uniform(0, 2); more > 0; --more) {
    Dims dims = x.dims;
    if (p.chance(50))
      dims[static_cast<std::size_t>(axis)] = std::to_string(p.uniform(1, 9));
    Value y = p.like(x.element, dims);
    inputs.push_back(y);
    names += ", " + y.name;
    size += number(y.dim(axis));
    bounds.low = std::min(bounds.low, y.low);
    bounds.high = std::max(bounds.high, y.high);
    bounds.errors = largerOf(bounds.errors, y.errors);
  }
  Dims dims = x.dims;
  dims[static_cast<std::size_t>(axis)] = std::to_string(size);
  p.emit("concat " + names + " axis " + std::to_string(axis), inputs, x.element, dims, bounds);
  return true;
}

static bool makeGather(ProgramBuilder &p) {
  Value x = p.anyNumbers();
  auto batch = static_cast<std::size_t>(p.uniform(0, std::min<std::int64_t>(2, static_cast<std::int64_t>(x.dims.size()) - 1)));
  Dims dims(x.dims.begin(), x.dims.begin() + static_cast<std::ptrdiff_t>(batch));
  for (std::int64_t more = p.uniform(0, 2); more > 0; --more)
    dims.push_back(p.chance(20) && batch == 0 ? "T" : std::to_string(p.uniform(1, 6)));
  Value indices = p.choices(dims, x.dims[batch]);
  dims.insert(dims.end(), x.dims.begin() + static_cast<std::ptrdiff_t>(batch) + 1, x.dims.end());
  if (dims.size() > 5)
    return false;
  p.emit("gather " + x.name + "[" + indices.name + "] batch_dims " + std::to_string(batch), {x, indices}, x.element, dims,
         boundsOf(x));
  return true;
}

static bool makeConstant(ProgramBuilder &p) {
  std::int64_t rows = p.uniform(1, 3), columns = p.uniform(1, 8);
  bool isInteger = p.chance(30);
  std::string text, element = isInteger ? "i32" : p.oneOf({"f32", "f16", "bf16"});
  for (std::int64_t row = 0; row < rows; ++row) {
    text += row == 0 ? "[" : ", [";
    for (std::int64_t column = 0; column < columns; ++column)
      text += (column == 0 ? "" : ", ") + std::to_string(p.uniform(-9, 9)) + (isInteger ? "" : ".5");
    text += "]";
  }
  Dims dims{std::to_string(rows), std::to_string(columns)};
  std::string name = p.newName();
  p.addLine(name + " = graph.constant dense<[" + text + "]> : tensor<" + std::to_string(rows) + "x" + std::to_string(columns) +
            "x" + element + "> as " + element + "[" + dims[0] + ", " + dims[1] + "]");
  p.define(name, element, dims, {-9.5, 9.5, {}});
  return true;
}

static bool makeLoadedWeight(ProgramBuilder &p) {
  Dims dims{std::to_string(p.uniform(1, 20)), p.randomSize()};
  if (p.chance(30))
    dims.insert(dims.begin(), std::to_string(p.uniform(1, 3)));
  Value weight = p.weight(p.oneOf({"f32", "f16", "bf16"}), dims, 0, 1);
  p.values.push_back(weight);
  return true;
}

static bool makeDequantize(ProgramBuilder &p) {
  Dims dims{std::to_string(p.uniform(1, 20)), p.oneOf({"32", "64", "256"})};
  Value weight = dims[1] == "256" ? p.storedWeight(p.oneOf({"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_xs"}), dims)
                                  : p.storedWeight(p.oneOf({"q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "iq4_nl", "mxfp4"}), dims);
  p.emit("dequantize " + weight.name, {weight}, p.oneOf({"f32", "f32", "bf16"}), dims,
         {weight.low * 1.01, weight.high * 1.01, {1e-7, 1e-7}});
  return true;
}

std::vector<NamedMaker> tern::testing::shapeMakers() {
  return {{"reshape", 5, makeReshape}, {"transpose", 5, makeTranspose},  {"slice", 5, makeSlice},
          {"concat", 5, makeConcat},   {"gather", 4, makeGather},        {"constant", 2, makeConstant},
          {"weight", 2, makeLoadedWeight}, {"dequantize", 1, makeDequantize}};
}
