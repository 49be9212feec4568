//===- ExpressionParser.cpp - Expressions of a template -------------------===//

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Parser.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

using ExprKind = Expression::Kind;

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

static std::string describe(const Token &token) {
  switch (token.kind) {
  case TokenKind::Data:
    return "text";
  case TokenKind::BlockBegin:
    return "'{%'";
  case TokenKind::BlockEnd:
    return "'%}'";
  case TokenKind::VariableBegin:
    return "'{{'";
  case TokenKind::VariableEnd:
    return "'}}'";
  case TokenKind::Name:
  case TokenKind::Operator:
    return "'" + token.text.substr(0, 80) + "'";
  case TokenKind::String:
    return "a string";
  case TokenKind::Integer:
  case TokenKind::Float:
    return "a number";
  case TokenKind::End:
    return "the end of the template";
  }
  return "a token";
}

Token ExpressionParser::take() {
  Token token = tokens[position];
  if (position + 1 < tokens.size())
    ++position;
  return token;
}

bool ExpressionParser::takeName(std::string_view name) {
  bool found = current().isName(name);
  if (found)
    take();
  return found;
}

bool ExpressionParser::takeOperator(std::string_view sign) {
  bool found = current().isOperator(sign);
  if (found)
    take();
  return found;
}

void ExpressionParser::fail(Location at, std::string what) {
  if (!error)
    error = SyntaxError{at, std::move(what)};
  position = tokens.size() - 1; // nothing more to parse
}

void ExpressionParser::failHere(const std::string &expected) {
  fail(current().at, "expected " + expected + ", found " + describe(current()));
}

std::string ExpressionParser::expectName() {
  if (current().kind == TokenKind::Name)
    return take().text;
  failHere("a name");
  return {};
}

void ExpressionParser::expectName(std::string_view name) {
  if (!takeName(name))
    failHere("'" + std::string(name) + "'");
}

void ExpressionParser::expectOperator(std::string_view sign) {
  if (!takeOperator(sign))
    failHere("'" + std::string(sign) + "'");
}

void ExpressionParser::expect(TokenKind kind, const char *what) {
  if (current().kind == kind)
    take();
  else
    failHere(what);
}

Expression *ExpressionParser::make(ExprKind kind, Location at, std::vector<Expression *> operands) {
  Expression &made = tree.expressions.emplace_back();
  made.kind = kind;
  made.at = at;
  for (const Expression *operand : operands)
    if (operand)
      made.depth = std::max(made.depth, operand->depth + 1);
  made.operands = std::move(operands);
  if (made.depth > maxTreeDepth)
    fail(at, "expressions may nest " + std::to_string(maxTreeDepth) + " levels deep");
  return &made;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Expression *ExpressionParser::parseExpression(bool withConditional) {
  if (++nesting > maxTreeDepth)
    fail(current().at, "expressions may nest " + std::to_string(maxTreeDepth) + " levels deep");
  Expression *result = error             ? make(ExprKind::Constant, current().at)
                       : withConditional ? parseConditional()
                                         : parseOr();
  --nesting;
  return result;
}

Expression *ExpressionParser::parseConditional() {
  Location at = current().at;
  Expression *value = parseOr();
  while (takeName("if")) {
    Expression *test = parseOr();
    Expression *otherwise = takeName("else") ? parseExpression() : nullptr;
    value = make(ExprKind::Conditional, at, {test, value, otherwise});
    at = current().at;
  }
  return value;
}

Expression *ExpressionParser::parseOr() {
  Expression *left = parseAnd();
  for (Location at = current().at; takeName("or"); at = current().at)
    left = make(ExprKind::Or, at, {left, parseAnd()});
  return left;
}

Expression *ExpressionParser::parseAnd() {
  Expression *left = parseNot();
  for (Location at = current().at; takeName("and"); at = current().at)
    left = make(ExprKind::And, at, {left, parseNot()});
  return left;
}

Expression *ExpressionParser::parseNot() {
  std::vector<Location> signs; // a loop, because `not not not ...` may be long
  while (current().isName("not"))
    signs.push_back(take().at);
  Expression *value = parseCompare();
  for (; !signs.empty(); signs.pop_back())
    value = make(ExprKind::Not, signs.back(), {value});
  return value;
}

Expression *ExpressionParser::parseCompare() {
  static constexpr const char *signs[] = {"==", "!=", "<", "<=", ">", ">="};
  Location at = current().at;
  std::vector<Expression *> operands = {parseSum()};
  std::vector<std::string> comparisons;
  while (!error) {
    bool isSign =
        std::any_of(std::begin(signs), std::end(signs), [&](auto sign) { return current().isOperator(sign); });
    if (isSign) {
      comparisons.push_back(take().text);
    } else if (takeName("in")) {
      comparisons.push_back("in");
    } else if (current().isName("not") && following().isName("in")) {
      take();
      take();
      comparisons.push_back("not in");
    } else {
      break;
    }
    operands.push_back(parseSum());
  }
  if (comparisons.empty())
    return operands[0];
  Expression *compare = make(ExprKind::Compare, at, std::move(operands));
  compare->comparisons = std::move(comparisons);
  return compare;
}

Expression *ExpressionParser::parseChain(std::initializer_list<const char *> signs,
                                         Expression *(ExpressionParser::*operand)()) {
  Expression *left = (this->*operand)();
  while (!error) {
    auto sign = std::find_if(signs.begin(), signs.end(), [&](auto text) { return current().isOperator(text); });
    if (sign == signs.end())
      break;
    Token token = take();
    left = make(ExprKind::Binary, token.at, {left, (this->*operand)()});
    left->name = token.text;
  }
  return left;
}

Expression *ExpressionParser::parseSum() { return parseChain({"+", "-"}, &ExpressionParser::parseConcat); }

Expression *ExpressionParser::parseConcat() {
  Location at = current().at;
  std::vector<Expression *> parts = {parseProduct()};
  while (takeOperator("~"))
    parts.push_back(parseProduct());
  return parts.size() == 1 ? parts[0] : make(ExprKind::Concat, at, std::move(parts));
}

Expression *ExpressionParser::parseProduct() {
  return parseChain({"*", "/", "//", "%"}, &ExpressionParser::parsePower);
}

Expression *ExpressionParser::parsePower() {
  Expression *left = parseUnary();
  while (current().isOperator("**")) {
    Location at = take().at;
    left = make(ExprKind::Binary, at, {left, parseUnary()});
    left->name = "**";
  }
  return left;
}

Expression *ExpressionParser::parseUnary(bool withFilter) {
  std::vector<Token> signs;
  while (current().isOperator("-") || current().isOperator("+"))
    signs.push_back(take());
  // What follows a value belongs to the value; filters belong to the signed value.
  Expression *value = parsePostfix(parsePrimary());
  for (; !signs.empty(); signs.pop_back())
    value = parsePostfix(
        make(signs.back().text == "-" ? ExprKind::Negative : ExprKind::Positive, signs.back().at, {value}));
  return withFilter ? parseFilterOrTest(value) : value;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Expression *ExpressionParser::parsePrimary(bool members) {
  const Token &token = current();
  Location at = token.at;
  switch (token.kind) {
  case TokenKind::Name:
    return parseName(members);
  case TokenKind::String: {
    std::string text;
    while (current().kind == TokenKind::String)
      text += take().text;
    Expression *constant = make(ExprKind::Constant, at);
    constant->value = Value::string(std::move(text));
    return constant;
  }
  case TokenKind::Integer:
  case TokenKind::Float: {
    Expression *constant = make(ExprKind::Constant, at);
    constant->value = token.kind == TokenKind::Integer ? Value::integer(token.integer) : Value::real(token.real);
    take();
    return constant;
  }
  default:
    break;
  }
  if (takeOperator("(")) {
    Expression *value = parseTuple(true, {}, true);
    expectOperator(")");
    return value;
  }
  if (token.isOperator("["))
    return parseList();
  if (token.isOperator("{"))
    return parseDict();
  failHere("an expression");
  return make(ExprKind::Constant, at);
}

Expression *ExpressionParser::parseName(bool members) {
  Token token = take();
  auto constant = [&](Value value) {
    Expression *made = make(ExprKind::Constant, token.at);
    made->value = std::move(value);
    return made;
  };
  if (token.text == "true" || token.text == "True")
    return constant(Value::boolean(true));
  if (token.text == "false" || token.text == "False")
    return constant(Value::boolean(false));
  if (token.text == "none" || token.text == "None")
    return constant(Value::none());
  bool isMember = members && takeOperator(".");
  Expression *name = make(isMember ? ExprKind::Member : ExprKind::Name, token.at);
  name->name = token.text;
  if (isMember)
    name->member = expectName();
  return name;
}

bool ExpressionParser::atTupleEnd(std::string_view end) const {
  return current().kind == TokenKind::VariableEnd || current().kind == TokenKind::BlockEnd ||
         current().isOperator(")") || (!end.empty() && current().isName(end)) || error;
}

Expression *ExpressionParser::parseTuple(bool withConditional, std::string_view end, bool parenthesized) {
  Location at = current().at;
  std::vector<Expression *> items;
  bool isTuple = false;
  while (!atTupleEnd(end)) {
    items.push_back(parseExpression(withConditional));
    if (!takeOperator(","))
      break;
    isTuple = true;
  }
  if (!isTuple && !items.empty())
    return items[0];
  if (items.empty() && !parenthesized)
    failHere("an expression");
  return make(ExprKind::Tuple, at, std::move(items));
}

Expression *ExpressionParser::parseTarget(bool members, std::string_view end) {
  Location at = current().at;
  std::vector<Expression *> items;
  bool isTuple = false;
  while (!atTupleEnd(end)) {
    items.push_back(parsePrimary(members));
    if (!takeOperator(","))
      break;
    isTuple = true;
  }
  if (items.empty())
    failHere("a name");
  Expression *target = !isTuple && !items.empty() ? items[0] : make(ExprKind::Tuple, at, std::move(items));
  std::vector<const Expression *> parts = {target};
  while (!parts.empty() && !error) {
    const Expression *part = parts.back();
    parts.pop_back();
    if (part->kind == ExprKind::Tuple)
      parts.insert(parts.end(), part->operands.begin(), part->operands.end());
    else if (part->kind != ExprKind::Name && part->kind != ExprKind::Member)
      fail(part->at, "only names can be assigned to");
  }
  return target;
}

Expression *ExpressionParser::parseList() {
  Location at = current().at;
  std::vector<Expression *> items;
  expectOperator("[");
  while (!error && !current().isOperator("]")) {
    items.push_back(parseExpression());
    if (!takeOperator(","))
      break;
  }
  expectOperator("]");
  return make(ExprKind::List, at, std::move(items));
}

Expression *ExpressionParser::parseDict() {
  Location at = current().at;
  std::vector<Expression *> items;
  expectOperator("{");
  while (!error && !current().isOperator("}")) {
    items.push_back(parseExpression());
    expectOperator(":");
    items.push_back(parseExpression());
    if (!takeOperator(","))
      break;
  }
  expectOperator("}");
  return make(ExprKind::Dict, at, std::move(items));
}

//===----------------------------------------------------------------------===//
// What follows a value
//===----------------------------------------------------------------------===//

Expression *ExpressionParser::parsePostfix(Expression *value) {
  while (!error) {
    if (current().isOperator("."))
      value = parseAttribute(value);
    else if (current().isOperator("["))
      value = parseSubscript(value);
    else if (current().isOperator("("))
      value = parseCall(value);
    else
      break;
  }
  return value;
}

Expression *ExpressionParser::parseFilterOrTest(Expression *value) {
  while (!error) {
    if (current().isOperator("|"))
      value = parseFilters(value, false);
    else if (current().isName("is"))
      value = parseTest(value);
    else if (current().isOperator("("))
      value = parseCall(value);
    else
      break;
  }
  return value;
}

Expression *ExpressionParser::parseAttribute(Expression *value) {
  Location at = take().at;
  if (current().kind == TokenKind::Integer) {
    Expression *index = make(ExprKind::Constant, current().at);
    index->value = Value::integer(take().integer);
    return make(ExprKind::Subscript, at, {value, index});
  }
  Expression *attribute = make(ExprKind::Attribute, at, {value});
  attribute->name = expectName();
  return attribute;
}

Expression *ExpressionParser::parseSubscript(Expression *value) {
  Location at = take().at;
  std::vector<Expression *> parts;
  while (!error && !current().isOperator("]")) {
    if (!parts.empty())
      expectOperator(",");
    parts.push_back(parseSubscriptPart());
  }
  expectOperator("]");
  Expression *subscript = parts.size() == 1 ? parts[0] : make(ExprKind::Tuple, at, std::move(parts));
  for (const Expression *part : subscript->kind == ExprKind::Tuple ? subscript->operands : std::vector<Expression *>())
    if (part->kind == ExprKind::Slice)
      fail(part->at, "a slice must stand alone between brackets");
  return make(ExprKind::Subscript, at, {value, subscript});
}

Expression *ExpressionParser::parseSubscriptPart() {
  Location at = current().at;
  auto atPartEnd = [&] {
    return current().isOperator(":") || current().isOperator("]") || current().isOperator(",") || error;
  };
  Expression *start = current().isOperator(":") ? nullptr : parseExpression();
  if (!takeOperator(":"))
    return start ? start : make(ExprKind::Constant, at);
  Expression *stop = atPartEnd() ? nullptr : parseExpression(), *step = nullptr;
  if (takeOperator(":"))
    step = atPartEnd() ? nullptr : parseExpression();
  return make(ExprKind::Slice, at, {start, stop, step});
}

Expression *ExpressionParser::parseCall(Expression *value) {
  Expression *call = make(ExprKind::Call, current().at, {value});
  parseArguments(call->call);
  return call;
}

void ExpressionParser::parseArguments(CallSyntax &call) {
  Location at = current().at;
  expectOperator("(");
  while (!error && !current().isOperator(")")) {
    parseArgument(call, at);
    if (!takeOperator(","))
      break;
  }
  expectOperator(")");
}

void ExpressionParser::parseArgument(CallSyntax &call, Location at) {
  bool misplaced = call.doubleStar;
  if (takeOperator("*")) {
    misplaced |= call.star != nullptr;
    call.star = parseExpression();
  } else if (takeOperator("**")) {
    call.doubleStar = parseExpression();
  } else if (current().kind == TokenKind::Name && following().isOperator("=")) {
    Token name = take();
    take();
    for (const auto &[given, value] : call.named)
      if (given == name.text)
        fail(name.at, "argument '" + name.text.substr(0, 80) + "' is given twice");
    call.named.emplace_back(name.text, parseExpression());
  } else {
    misplaced |= call.star || !call.named.empty();
    call.positional.push_back(parseExpression());
  }
  if (misplaced)
    fail(at, "arguments must come in order: positional, named, *list, **dict");
}

Expression *ExpressionParser::parseFilters(Expression *input, bool startsWithName) {
  while (!error && (startsWithName || takeOperator("|"))) {
    startsWithName = false;
    Expression *filter = make(ExprKind::Filter, current().at, {input});
    filter->name = expectName();
    while (takeOperator("."))
      filter->name += "." + expectName();
    filter->function = findFilter(filter->name);
    if (current().isOperator("("))
      parseArguments(filter->call);
    input = filter;
  }
  return input;
}

Expression *ExpressionParser::parseTest(Expression *value) {
  Location at = take().at;
  bool negated = takeName("not");
  Expression *test = make(ExprKind::Test, at, {value});
  test->name = expectName();
  while (takeOperator("."))
    test->name += "." + expectName();
  test->function = findTest(test->name);
  const Token &next = current();
  bool isWord = next.kind == TokenKind::Name && !next.isName("else") && !next.isName("or") && !next.isName("and");
  bool isLiteral = next.kind == TokenKind::String || next.kind == TokenKind::Integer || next.kind == TokenKind::Float;
  if (next.isOperator("(")) {
    parseArguments(test->call);
  } else if (isWord || isLiteral || next.isOperator("[") || next.isOperator("{")) {
    if (next.isName("is"))
      fail(next.at, "tests cannot be chained with 'is'");
    test->call.positional.push_back(parsePostfix(parsePrimary()));
  }
  return negated ? make(ExprKind::Not, at, {test}) : test;
}
