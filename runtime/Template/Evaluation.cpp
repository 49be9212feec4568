//===- Evaluation.cpp - Expressions of a running template -----------------===//

#include "runtime/Template/Iteration.h"
#include "runtime/Template/Operators.h"
#include "runtime/Template/Printing.h"
#include "runtime/Template/Renderer.h"

using namespace tern;
using namespace tern::jinja;

using ExprKind = Expression::Kind;

Value Renderer::evaluate(const Expression &expression, Scope *scope) {
  Nested nested(machine);
  if (!nested || !machine.step())
    return Value();
  machine.at = expression.at;
  return evaluateHere(expression, scope);
}

Value Renderer::evaluateHere(const Expression &expression, Scope *scope) {
  auto operand = [&](std::size_t index) {
    Value value = evaluate(*expression.operands[index], scope);
    machine.at = machine.failed() ? machine.at : expression.at;
    return value;
  };
  switch (expression.kind) {
  case ExprKind::Constant:
    return expression.value;
  case ExprKind::Name:
    return lookUp(expression.name, scope);
  case ExprKind::Tuple:
    return machine.makeTuple(evaluateAll(expression.operands, scope));
  case ExprKind::List:
    return machine.makeList(evaluateAll(expression.operands, scope));
  case ExprKind::Dict:
    return evaluateDict(expression, scope);
  case ExprKind::Attribute: {
    Value object = operand(0);
    return machine.failed() ? Value() : memberOf(machine, object, expression.name);
  }
  case ExprKind::Subscript:
    return evaluateSubscript(expression, scope);
  case ExprKind::Call:
    return evaluateCall(expression, scope);
  case ExprKind::Filter:
    return evaluateFilter(expression, scope);
  case ExprKind::Test:
    return evaluateTest(expression, scope);
  case ExprKind::Conditional:
    return evaluateConditional(expression, scope);
  case ExprKind::And: {
    Value left = operand(0);
    return truth(left) ? operand(1) : left;
  }
  case ExprKind::Or: {
    Value left = operand(0);
    return truth(left) || machine.failed() ? left : operand(1);
  }
  case ExprKind::Not:
    return Value::boolean(!truth(operand(0)));
  case ExprKind::Negative:
    return negate(machine, operand(0));
  case ExprKind::Positive:
    return positive(machine, operand(0));
  case ExprKind::Binary: {
    Value left = operand(0), right = operand(1);
    return machine.failed() ? Value() : arithmetic(machine, expression.name, left, right);
  }
  case ExprKind::Concat:
    return evaluateConcat(expression, scope);
  case ExprKind::Compare:
    return evaluateCompare(expression, scope);
  case ExprKind::Member:
  case ExprKind::Slice:
    break;
  }
  return machine.fail("a slice must stand between brackets");
}

std::vector<Value> Renderer::evaluateAll(const std::vector<Expression *> &expressions, Scope *scope) {
  std::vector<Value> values;
  values.reserve(expressions.size());
  for (const Expression *expression : expressions)
    values.push_back(evaluate(*expression, scope));
  return values;
}

Value Renderer::evaluateDict(const Expression &expression, Scope *scope) {
  auto dict = std::make_shared<DictObject>();
  for (std::size_t i = 0; i + 1 < expression.operands.size(); i += 2) {
    Value key = evaluate(*expression.operands[i], scope);
    Value value = evaluate(*expression.operands[i + 1], scope);
    if (machine.failed() || !machine.walk(key))
      return Value();
    machine.at = expression.operands[i]->at;
    if (!isHashable(key))
      return machine.fail("a " + typeName(key) + " cannot be a key");
    dict->set(std::move(key), std::move(value));
  }
  return machine.makeDict(std::move(dict));
}

Value Renderer::evaluateSubscript(const Expression &expression, Scope *scope) {
  Value object = evaluate(*expression.operands[0], scope);
  const Expression &place = *expression.operands[1];
  if (place.kind != ExprKind::Slice) {
    Value key = evaluate(place, scope);
    if (machine.failed())
      return Value();
    machine.at = expression.at;
    return itemOf(machine, object, key);
  }
  Value bounds[3];
  for (std::size_t i = 0; i < 3; ++i)
    bounds[i] = place.operands[i] ? evaluate(*place.operands[i], scope) : Value::none();
  if (machine.failed())
    return Value();
  machine.at = expression.at;
  return sliceOf(machine, object, bounds[0], bounds[1], bounds[2]);
}

Value Renderer::evaluateConcat(const Expression &expression, Scope *scope) {
  std::string text;
  for (const Expression *part : expression.operands) {
    Value value = evaluate(*part, scope);
    if (machine.failed())
      return Value();
    text += strOf(machine, value);
  }
  return machine.makeString(std::move(text));
}

Value Renderer::evaluateCompare(const Expression &expression, Scope *scope) {
  Value left = evaluate(*expression.operands[0], scope);
  for (std::size_t i = 0; i < expression.comparisons.size(); ++i) {
    Value right = evaluate(*expression.operands[i + 1], scope);
    if (machine.failed())
      return Value();
    machine.at = expression.at;
    if (!compare(machine, expression.comparisons[i], left, right))
      return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

Value Renderer::evaluateConditional(const Expression &expression, Scope *scope) {
  Value test = evaluate(*expression.operands[0], scope);
  if (machine.failed())
    return Value();
  if (truth(test))
    return evaluate(*expression.operands[1], scope);
  if (expression.operands[2])
    return evaluate(*expression.operands[2], scope);
  return undefined("the condition is false and there is no else");
}

bool Renderer::evaluateArguments(const CallSyntax &call, Scope *scope, Arguments &arguments) {
  arguments.positional = evaluateAll(call.positional, scope);
  for (const auto &[name, expression] : call.named)
    arguments.named.emplace_back(name, evaluate(*expression, scope));
  if (call.star) {
    std::vector<Value> more;
    Value list = evaluate(*call.star, scope);
    if (machine.failed() || !collect(machine, list, more))
      return false;
    arguments.positional.insert(arguments.positional.end(), more.begin(), more.end());
  }
  if (call.doubleStar) {
    Value dict = evaluate(*call.doubleStar, scope);
    if (!machine.failed() && !dict.is(Kind::Dict))
      machine.fail("'**' needs a dict, not a " + typeName(dict));
    if (machine.failed() || !machine.walk(dict))
      return false;
    for (const auto &[key, value] : dict.as<DictObject>().entries) {
      if (!key.isString())
        machine.fail("'**' needs keys that are strings");
      else
        arguments.named.emplace_back(key.text(), value);
    }
  }
  return !machine.failed();
}

Value Renderer::evaluateCall(const Expression &expression, Scope *scope, const Value *caller) {
  Value callee = evaluate(*expression.operands[0], scope);
  Arguments arguments;
  if (machine.failed() || !evaluateArguments(expression.call, scope, arguments))
    return Value();
  if (caller) { // It comes after the names that are written and before those of '**', as kwargs shows.
    auto place = arguments.named.begin() + static_cast<std::ptrdiff_t>(expression.call.named.size());
    arguments.named.insert(place, {"caller", *caller});
  }
  machine.at = expression.at;
  return callValue(machine, callee, arguments);
}

Value Renderer::evaluateFilter(const Expression &expression, Scope *scope) {
  const Expression *operand = expression.operands[0];
  Value input = operand ? evaluate(*operand, scope) : filterInput ? *filterInput : Value();
  Arguments arguments;
  if (machine.failed() || !evaluateArguments(expression.call, scope, arguments) || !machine.walk(input))
    return Value();
  machine.at = expression.at;
  if (!expression.function)
    return machine.fail("no filter is called '" + expression.name.substr(0, 80) + "'");
  return expression.function(machine, input, arguments);
}

Value Renderer::evaluateTest(const Expression &expression, Scope *scope) {
  Value input = evaluate(*expression.operands[0], scope);
  Arguments arguments;
  if (machine.failed() || !evaluateArguments(expression.call, scope, arguments) || !machine.walk(input))
    return Value();
  machine.at = expression.at;
  if (!expression.function)
    return machine.fail("no test is called '" + expression.name.substr(0, 80) + "'");
  return expression.function(machine, input, arguments);
}
