//===- Parser.h - From tokens to a tree --------------------------*- C++ -*-===//
//
// Recursive descent over the grammar of Jinja2 3.1 with the loop controls extension and transformers' generation tag.
// Precedence, from loose to tight:
//
//   x if c else y | or | and | not | == != < <= > >= in, not in (chained) | + - | ~ | * / // % | ** | unary + -
//   then what follows a value: .name [item] (call) |filter, is test
//
// A sign binds tighter than a filter: -1|abs is (-1)|abs, and 2 ** 3 ** 2 is (2 ** 3) ** 2, as in Jinja2.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_PARSER_H
#define TERN_RUNTIME_TEMPLATE_PARSER_H

#include "runtime/Template/Lexer.h"
#include "runtime/Template/Tree.h"

#include <initializer_list>

namespace tern::jinja {

/// Expressions; the statements build on it. After an error everything answers quickly, and the result is useless.
class ExpressionParser {
public:
  ExpressionParser(std::vector<Token> tokens, Tree &tree, std::optional<SyntaxError> &error)
      : tree(tree), error(error), tokens(std::move(tokens)) {}

protected:
  Tree &tree;
  std::optional<SyntaxError> &error;

  //===- Tokens -----------------------------------------------------------===//
  const Token &current() const { return tokens[position]; }
  const Token &following() const { return tokens[std::min(position + 1, tokens.size() - 1)]; }
  Token take();
  bool takeName(std::string_view name);
  bool takeOperator(std::string_view sign);
  /// Takes the token or fails.
  std::string expectName(); ///< Any name.
  void expectName(std::string_view name);
  void expectOperator(std::string_view sign);
  void expect(TokenKind kind, const char *what);
  void fail(Location at, std::string what);
  void failHere(const std::string &expected);

  //===- Expressions ------------------------------------------------------===//
  Expression *make(Expression::Kind kind, Location at, std::vector<Expression *> operands = {});
  Expression *parseExpression(bool withConditional = true);
  /// One expression, or a tuple where commas follow. `end` is a name that ends a tuple early.
  Expression *parseTuple(bool withConditional = true, std::string_view end = {}, bool parenthesized = false);
  /// A name or tuple of names, or with `members` also namespace.name.
  Expression *parseTarget(bool members, std::string_view end = {});
  /// `name(args)|name(args)...` after a filter or set tag, around null.
  Expression *parseFilters(Expression *input, bool startsWithName);

private:
  std::vector<Token> tokens;
  std::size_t position = 0;
  unsigned nesting = 0;

  Expression *parseConditional();
  Expression *parseOr();
  Expression *parseAnd();
  Expression *parseNot();
  Expression *parseCompare();
  Expression *parseSum();
  Expression *parseConcat();
  Expression *parseProduct();
  Expression *parsePower();
  Expression *parseUnary(bool withFilter = true);
  Expression *parsePrimary(bool members = false);
  Expression *parseName(bool members);
  Expression *parseList();
  Expression *parseDict();
  Expression *parsePostfix(Expression *value);
  Expression *parseFilterOrTest(Expression *value);
  Expression *parseAttribute(Expression *value);
  Expression *parseSubscript(Expression *value);
  Expression *parseSubscriptPart();
  Expression *parseCall(Expression *value);
  Expression *parseTest(Expression *value);
  void parseArguments(CallSyntax &call);
  void parseArgument(CallSyntax &call, Location at);
  bool atTupleEnd(std::string_view end) const;
  /// Left-associative chains of the operators `signs` over `operand`.
  Expression *parseChain(std::initializer_list<const char *> signs, Expression *(ExpressionParser::*operand)());
};

/// Parses the whole template `source`, already normalized, into `tree`, scopes included.
void parseTemplate(std::string_view source, Tree &tree, std::optional<SyntaxError> &error);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_PARSER_H
