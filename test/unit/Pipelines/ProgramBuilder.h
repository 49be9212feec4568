//===- ProgramBuilder.h - A random program as it grows -----------*- C++ -*-===//

#ifndef TERN_TEST_UNIT_PIPELINES_PROGRAMBUILDER_H
#define TERN_TEST_UNIT_PIPELINES_PROGRAMBUILDER_H

#include "test/unit/Pipelines/RandomProgram.h"

#include <functional>
#include <random>

namespace tern::testing {

/// A value of the program. `exact`: compiled code gives it to the bit.
struct Value {
  std::string name, element;
  Dims dims;
  double low = 0, high = 0;
  Errors errors{};

  bool isFloat() const;
  bool isExact() const { return errors[0] == 0 && errors[1] == 0; }
  /// How far it may be off from what was written, the larger of its errors.
  double error() const { return errors[static_cast<int>(Reference::Written)]; }
  /// The largest magnitude of an element.
  double magnitude() const { return std::max(std::abs(low), std::abs(high)); }
  std::string type() const;
  /// Dimension `index`, or "" if there is none; negative indices count from the last.
  std::string dim(int index) const;
};

/// The format of an element type as IR spells it.
StorageFormat formatOf(const std::string &element);

/// What is known of a value before it is made.
struct Bounds {
  double low, high;
  Errors errors{};
};

/// The number that `dim` is, or 0 if it is a symbol.
std::int64_t number(const std::string &dim);

class ProgramBuilder {
public:
  ProgramBuilder(std::uint64_t seed, const RandomPolicy &policy, const BlockPool &pool);

  //===--------------------------------------------------------------------===//
  // Choices
  //===--------------------------------------------------------------------===//

  std::int64_t uniform(std::int64_t low, std::int64_t high);
  double real(double low, double high);
  bool chance(int percent) { return uniform(0, 99) < percent; }
  template <typename T> T oneOf(std::initializer_list<T> choices) {
    return *(choices.begin() + uniform(0, static_cast<std::int64_t>(choices.size()) - 1));
  }
  std::string oneOf(std::initializer_list<const char *> choices) {
    return *(choices.begin() + uniform(0, static_cast<std::int64_t>(choices.size()) - 1));
  }

  /// A size: small, odd, or round.
  std::string randomSize();
  Dims randomDims();
  std::string randomFloat();
  std::string randomInteger();

  //===--------------------------------------------------------------------===//
  // Values
  //===--------------------------------------------------------------------===//

  /// One of the values so far that `suits` and is no scalar, or else what `otherwise` makes.
  Value pick(const std::function<bool(const Value &)> &suits, const std::function<Value()> &otherwise);

  /// Any floats; any numbers without error (new arguments if there are none).
  Value anyFloats();
  Value anyExact();
  Value anyNumbers();
  /// Floats or integers of this type and shape.
  Value like(const std::string &element, const Dims &dims);
  Value floats(const std::string &element, const Dims &dims, double magnitude = 2);
  /// f32 of this shape whose magnitude is at most `magnitude`.
  Value boundedFloats(const Dims &dims, double magnitude);

  Value argument(RandomArgument argument);
  Value integers(const std::string &element, const Dims &dims, std::int64_t low, std::int64_t high);
  /// i32 indices of a dimension.
  Value choices(const Dims &dims, const std::string &of);
  /// i32[B, T]: the same in all of a program.
  Value positions();

  /// A parameter of floats in center +- scale.
  Value weight(const std::string &element, const Dims &dims, double center, double scale);
  /// A parameter stored in blocks, or floats: `dims.back()` must be whole blocks.
  Value storedWeight(const std::string &format, const Dims &dims);
  /// A parameter for a sum over its last dimension, in any format that has it.
  Value productWeight(const Dims &dims);

  /// Adds "%n = graph.<text> : (<types>) -> <type>". Rounding to `element` is added to the errors, unless all are 0.
  Value emit(const std::string &text, const std::vector<Value> &operands, const std::string &element, const Dims &dims,
             Bounds bounds);
  /// Adds a line as it is.
  void addLine(const std::string &line) { body += "  " + line + "\n"; }
  void addDeclaration(const std::string &line) { header += line + "\n"; }
  /// A value that a line has made.
  Value define(const std::string &name, const std::string &element, const Dims &dims, Bounds bounds);
  std::string newName() { return "%" + std::to_string(nextValue++); }
  void count(const std::string &op) { ops.push_back(op); }

  /// `value` + 0.5 after its magnitude: more than 0.4.
  Value positive(const Value &value);
  /// A constant of one element that broadcasts.
  Value splat(const std::string &element, double number);
  Value cast(const Value &value, const std::string &element);

  /// The largest size of a dimension.
  std::int64_t largest(const std::string &dim) const;

  /// A state of the program; `C` becomes a symbol if it is one by position.
  std::string state(const std::string &kind, const std::string &element, const Dims &dims);

  RandomProgram finish();

  /// What the program will be compiled with.
  const RandomPolicy policy;
  int nextState = 0;
  std::vector<Value> values;

private:
  std::int64_t batch = 1, tokens = 1;
  bool tokensAreSymbolic = false, hasCache = false, hasStates = false;
  std::mt19937_64 generator;
  const BlockPool &pool;
  std::string header, body;
  std::vector<std::string> ops;
  std::vector<RandomArgument> arguments;
  std::optional<Value> positionsValue;
  int nextValue = 0, nextWeight = 0;
};

/// Adds one op, or declines: then nothing has changed but the choices made.
using Maker = bool (*)(ProgramBuilder &);
struct NamedMaker {
  const char *name;
  int weight; ///< How often it is chosen.
  Maker make;
};
std::vector<NamedMaker> elementwiseMakers();
std::vector<NamedMaker> shapeMakers();
std::vector<NamedMaker> rowMakers();
std::vector<NamedMaker> linearMakers();
std::vector<NamedMaker> attentionMakers();
std::vector<NamedMaker> stateMakers();

/// Errors that an op with these slopes hands on.
Errors scaled(const Errors &errors, double slope);
Errors sum(const Errors &a, const Errors &b);
Errors largerOf(const Errors &a, const Errors &b);
/// Errors of the product of two elements.
Errors productErrors(const Value &a, const Value &b);
/// What it costs that the policy rounds elements of `value` by `rounding`: nothing beside a program that rounds them as
/// well, if they are the same there.
Errors policyErrors(const Value &value, double rounding);

} // namespace tern::testing

#endif // TERN_TEST_UNIT_PIPELINES_PROGRAMBUILDER_H
