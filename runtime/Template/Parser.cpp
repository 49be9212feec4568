//===- Parser.cpp - Statements of a template ------------------------------===//

#include "runtime/Template/Parser.h"

#include "runtime/Template/Scopes.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

using Kind = Statement::Kind;
using Names = std::initializer_list<std::string_view>;

class StatementParser : ExpressionParser {
public:
  using ExpressionParser::ExpressionParser;

  void run() { tree.body = parseBody({}); }

private:
  /// Tags whose end is awaited, innermost last.
  std::vector<std::string> open;
  unsigned loops = 0;    ///< Loops that break and continue here could mean.
  unsigned forLoops = 0; ///< For tags around this place, however far.

  Statement *make(Kind kind, Location at) {
    Statement &made = tree.statements.emplace_back();
    made.kind = kind;
    made.at = at;
    return &made;
  }

  //===- Bodies -----------------------------------------------------------===//

  /// Statements up to a tag named in `ends`, whose name is then current; to the end of the template without `ends`.
  Body parseBody(Names ends) {
    Body body;
    if (open.size() > maxTreeDepth)
      fail(current().at, "blocks may nest " + std::to_string(maxTreeDepth) + " levels deep");
    while (!error && current().kind != TokenKind::End) {
      if (current().kind == TokenKind::Data || current().kind == TokenKind::VariableBegin) {
        body.push_back(parseOutput());
        continue;
      }
      expect(TokenKind::BlockBegin, "'{%'");
      if (std::any_of(ends.begin(), ends.end(), [&](auto end) { return current().isName(end); }))
        return body;
      if (Statement *statement = parseStatement())
        body.push_back(statement);
      expect(TokenKind::BlockEnd, "'%}'");
    }
    if (ends.size() != 0)
      fail(current().at, "'" + open.back() + "' is not closed, expected '{% " + std::string(*ends.begin()) + " %}'");
    return body;
  }

  /// The rest of a tag and a body up to one of `ends`.
  Body parseBlock(Names ends) {
    takeOperator(":");
    expect(TokenKind::BlockEnd, "'%}'");
    return parseBody(ends);
  }
  Body parseBlock(std::string_view end) {
    Body body = parseBlock({end});
    take();
    return body;
  }

  /// The body of a macro or call block, which is a function: no loop around it can be left from inside.
  Body parseFunctionBody(std::string_view end) {
    unsigned outer = std::exchange(loops, 0);
    Body body = parseBlock(end);
    loops = outer;
    return body;
  }

  Statement *parseOutput() {
    Statement *output = make(Kind::Output, current().at);
    while (!error) {
      if (current().kind == TokenKind::Data) {
        Expression *text = ExpressionParser::make(Expression::Kind::Constant, current().at);
        text->value = Value::string(take().text);
        output->expressions.push_back(text);
      } else if (current().kind == TokenKind::VariableBegin) {
        take();
        output->expressions.push_back(parseTuple());
        expect(TokenKind::VariableEnd, "'}}'");
      } else {
        break;
      }
    }
    return output;
  }

  //===- Statements -------------------------------------------------------===//

  Statement *parseStatement() {
    struct Tag {
      std::string_view name;
      Statement *(StatementParser::*parse)(Location);
    };
    static constexpr Tag tags[] = {
        {"if", &StatementParser::parseIf},
        {"for", &StatementParser::parseFor},
        {"set", &StatementParser::parseSet},
        {"macro", &StatementParser::parseMacro},
        {"call", &StatementParser::parseCallBlock},
        {"filter", &StatementParser::parseFilterBlock},
        {"with", &StatementParser::parseWith},
        {"block", &StatementParser::parseNamedBlock},
        {"print", &StatementParser::parsePrint},
        {"generation", &StatementParser::parseGeneration},
        {"break", &StatementParser::parseLoopControl},
        {"continue", &StatementParser::parseLoopControl},
    };
    if (current().kind != TokenKind::Name) {
      failHere("the name of a tag");
      return nullptr;
    }
    auto tag =
        std::find_if(std::begin(tags), std::end(tags), [&](const Tag &row) { return current().isName(row.name); });
    if (tag == std::end(tags)) {
      failUnknownTag();
      return nullptr;
    }
    open.emplace_back(tag->name);
    Location at = current().at;
    if (tag->name != "break" && tag->name != "continue")
      take();
    Statement *statement = (this->*tag->parse)(at);
    open.pop_back();
    return statement;
  }

  void failUnknownTag() {
    static constexpr std::string_view refused[] = {"extends", "include", "import", "from", "autoescape"};
    const std::string &name = current().text;
    if (std::find(std::begin(refused), std::end(refused), name) != std::end(refused))
      return fail(current().at, "a chat template stands alone, it cannot use '" + name + "'");
    std::string inside = open.empty() ? "" : " inside '" + open.back() + "'";
    fail(current().at, "unexpected tag '" + name.substr(0, 80) + "'" + inside);
  }

  Statement *parseIf(Location at) {
    Statement *statement = make(Kind::If, at);
    while (!error) {
      Expression *test = parseTuple(false);
      Body body = parseBlock({"endif", "elif", "else"});
      statement->branches.push_back({test, std::move(body)});
      if (takeName("elif"))
        continue;
      if (takeName("else"))
        statement->otherwise = parseBlock("endif");
      else
        take();
      break;
    }
    return statement;
  }

  Statement *parseFor(Location at) {
    Statement *statement = make(Kind::For, at);
    ++forLoops;
    statement->target = parseAssigned(false, "in");
    expectName("in");
    statement->value = parseTuple(false, "recursive");
    if (takeName("if"))
      statement->test = parseExpression();
    statement->recursive = takeName("recursive");
    // The body of a recursive loop is a function, and its else part lies outside the loop but inside the function.
    unsigned outer = statement->recursive ? std::exchange(loops, 0) : loops;
    ++loops;
    statement->body = parseBlock({"endfor", "else"});
    --loops;
    if (takeName("else"))
      statement->otherwise = parseBlock("endfor");
    else
      take();
    loops = outer;
    --forLoops;
    return statement;
  }

  /// A target of set or for. Inside a loop, `loop` is not one.
  Expression *parseAssigned(bool members, std::string_view end = {}) {
    Expression *target = parseTarget(members, end);
    checkNotLoop(target);
    return target;
  }
  void checkNotLoop(const Expression *target) {
    if (error) // what is not a name or tuple of names has been refused
      return;
    if (forLoops > 0 && target->kind == Expression::Kind::Name && target->name == "loop")
      fail(target->at, "'loop' cannot be assigned to inside a loop");
    for (const Expression *part : target->operands)
      checkNotLoop(part);
  }

  Statement *parseSet(Location at) {
    Expression *target = parseAssigned(true);
    if (takeOperator("=")) {
      Statement *statement = make(Kind::Set, at);
      statement->target = target;
      statement->value = parseTuple();
      return statement;
    }
    Statement *statement = make(Kind::SetBlock, at);
    statement->target = target;
    statement->value = parseFilters(nullptr, false);
    statement->body = parseBlock("endset");
    return statement;
  }

  void parseSignature(Signature &signature) {
    expectOperator("(");
    while (!error && !current().isOperator(")")) {
      Location at = current().at;
      std::string name = expectName();
      if (std::find(signature.parameters.begin(), signature.parameters.end(), name) != signature.parameters.end())
        fail(at, "parameter '" + name.substr(0, 80) + "' is given twice");
      signature.parameters.push_back(std::move(name));
      if (takeOperator("="))
        signature.defaults.push_back(parseExpression());
      else if (!signature.defaults.empty())
        fail(at, "a parameter without a default cannot follow one with a default");
      if (!takeOperator(","))
        break;
    }
    expectOperator(")");
  }

  Statement *parseMacro(Location at) {
    Statement *statement = make(Kind::Macro, at);
    statement->name = expectName();
    parseSignature(statement->signature);
    statement->body = parseFunctionBody("endmacro");
    return statement;
  }

  Statement *parseCallBlock(Location at) {
    Statement *statement = make(Kind::CallBlock, at);
    if (current().isOperator("("))
      parseSignature(statement->signature);
    statement->value = parseExpression();
    if (!error && statement->value->kind != Expression::Kind::Call)
      fail(statement->value->at, "a call block needs a call");
    statement->body = parseFunctionBody("endcall");
    return statement;
  }

  Statement *parseGeneration(Location at) {
    Statement *statement = make(Kind::CallBlock, at);
    statement->body = parseFunctionBody("endgeneration");
    return statement;
  }

  Statement *parseFilterBlock(Location at) {
    Statement *statement = make(Kind::FilterBlock, at);
    statement->value = parseFilters(nullptr, true);
    statement->body = parseBlock("endfilter");
    return statement;
  }

  Statement *parseWith(Location at) {
    Statement *statement = make(Kind::With, at);
    while (!error && current().kind != TokenKind::BlockEnd) {
      if (!statement->targets.empty())
        expectOperator(",");
      statement->targets.push_back(parseTarget(false));
      expectOperator("=");
      statement->expressions.push_back(parseExpression());
    }
    statement->body = parseBlock("endwith");
    return statement;
  }

  Statement *parseNamedBlock(Location at) {
    Statement *statement = make(Kind::Block, at);
    statement->name = expectName();
    takeName("scoped");
    for (const Statement *other : tree.blocks)
      if (other->name == statement->name)
        fail(at, "block '" + statement->name.substr(0, 80) + "' is defined twice");
    tree.blocks.push_back(statement);
    statement->body = parseFunctionBody("endblock");
    if (current().isName(statement->name))
      take();
    return statement;
  }

  Statement *parsePrint(Location at) {
    Statement *statement = make(Kind::Output, at);
    while (!error && current().kind != TokenKind::BlockEnd) {
      if (!statement->expressions.empty())
        expectOperator(",");
      statement->expressions.push_back(parseExpression());
    }
    return statement;
  }

  Statement *parseLoopControl(Location at) {
    Token tag = take();
    if (loops == 0)
      fail(at, "'" + tag.text + "' must stand in a loop");
    return make(tag.text == "break" ? Kind::Break : Kind::Continue, at);
  }
};

//===----------------------------------------------------------------------===//
// Unknown filters and tests
//===----------------------------------------------------------------------===//

/// Refuses filters and tests that do not exist, unless they stand in a condition or what it guards: templates may ask
/// whether a filter exists before they use it. Those fail when they run.
class BuiltinCheck {
public:
  explicit BuiltinCheck(std::optional<SyntaxError> &error) : error(error) {}

  void check(const Body &body, bool guarded) {
    for (const Statement *statement : body)
      check(*statement, guarded);
  }

private:
  std::optional<SyntaxError> &error;

  void check(const Statement &statement, bool guarded) {
    bool isIf = statement.kind == Kind::If;
    for (const Expression *expression : {statement.value, statement.test})
      check(expression, guarded);
    for (const Expression *expression : statement.expressions)
      check(expression, guarded);
    for (const Expression *expression : statement.signature.defaults)
      check(expression, false);
    for (const Statement::Branch &branch : statement.branches) {
      check(branch.test, true);
      check(branch.body, true);
    }
    check(statement.body, false);
    check(statement.otherwise, isIf);
  }

  void check(const Expression *expression, bool guarded) {
    if (!expression || error)
      return;
    bool isFilter = expression->kind == Expression::Kind::Filter;
    if ((isFilter || expression->kind == Expression::Kind::Test) && !expression->function && !guarded)
      error = SyntaxError{expression->at, std::string("no ") + (isFilter ? "filter" : "test") + " is called '" +
                                              expression->name.substr(0, 80) + "'"};
    guarded |= expression->kind == Expression::Kind::Conditional;
    for (const Expression *operand : expression->operands)
      check(operand, guarded);
    for (const Expression *argument : expression->call.positional)
      check(argument, guarded);
    for (const auto &[name, argument] : expression->call.named)
      check(argument, guarded);
    check(expression->call.star, guarded);
    check(expression->call.doubleStar, guarded);
  }
};

} // namespace

void jinja::parseTemplate(std::string_view source, Tree &tree, std::optional<SyntaxError> &error) {
  std::vector<Token> tokens = tokenize(source, error);
  if (error)
    return;
  StatementParser(std::move(tokens), tree, error).run();
  if (!error)
    BuiltinCheck(error).check(tree.body, false);
  if (!error)
    analyzeScopes(tree);
}
