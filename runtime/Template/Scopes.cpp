//===- Scopes.cpp - Which names a scope hides -----------------------------===//

#include "runtime/Template/Scopes.h"

#include <algorithm>
#include <set>

using namespace tern;
using namespace tern::jinja;

namespace {

/// Calls `visit(expression)` for the direct parts of `expression`, in the order in which Jinja2 visits them.
template <typename Visit> void forEachPart(const Expression &expression, Visit visit) {
  auto some = [&](const Expression *part) {
    if (part)
      visit(*part);
  };
  for (const Expression *operand : expression.operands)
    some(operand);
  for (const Expression *argument : expression.call.positional)
    some(argument);
  for (const auto &[name, argument] : expression.call.named)
    some(argument);
  some(expression.call.star);
  some(expression.call.doubleStar);
}

//===----------------------------------------------------------------------===//
// Names unset at the start of a scope
//===----------------------------------------------------------------------===//

class Frame {
public:
  Frame(Frame *parent, std::vector<std::string> &unset) : parent(parent), unset(unset) {}

  void declare(const std::string &name) { known.insert(name); }

  void declareTargets(const Expression &target) {
    if (target.kind == Expression::Kind::Name)
      return declare(target.name);
    for (const Expression *part : target.operands)
      declareTargets(*part);
  }

  void loads(const Expression *expression) {
    if (!expression)
      return;
    bool isName = expression->kind == Expression::Kind::Name || expression->kind == Expression::Kind::Member;
    if (isName && !isVisible(expression->name))
      known.insert(expression->name);
    forEachPart(*expression, [&](const Expression &part) { loads(&part); });
  }

  /// Notes the names that `body` mentions at this level, then those of the scopes inside it.
  void analyze(const Body &body) {
    mention(body, false);
    for (Statement *statement : inner)
      analyzeInner(*statement);
  }

private:
  Frame *parent;
  std::vector<std::string> &unset;
  std::set<std::string> known;
  std::vector<Statement *> inner;

  bool isVisible(const std::string &name) const { return known.count(name) || (parent && parent->isVisible(name)); }

  void store(const std::string &name, bool conditional) {
    if (known.count(name))
      return;
    if (!conditional && !isVisible(name))
      unset.push_back(name);
    known.insert(name);
  }
  void storeTargets(const Expression &target, bool conditional) {
    if (target.kind == Expression::Kind::Name)
      return store(target.name, conditional);
    if (target.kind == Expression::Kind::Member)
      return loads(&target);
    for (const Expression *part : target.operands)
      storeTargets(*part, conditional);
  }

  void mention(const Body &body, bool conditional) {
    for (Statement *statement : body)
      mention(*statement, conditional);
  }

  void mention(Statement &statement, bool conditional) {
    using Kind = Statement::Kind;
    switch (statement.kind) {
    case Kind::If:
      for (const Statement::Branch &branch : statement.branches) {
        loads(branch.test);
        mention(branch.body, true);
      }
      return mention(statement.otherwise, true);
    case Kind::Set:
      loads(statement.value);
      return storeTargets(*statement.target, conditional);
    case Kind::SetBlock:
      storeTargets(*statement.target, conditional);
      break;
    case Kind::Macro:
      store(statement.name, conditional);
      break;
    case Kind::With:
    case Kind::Output:
      for (const Expression *expression : statement.expressions)
        loads(expression);
      break;
    case Kind::For:
    case Kind::CallBlock:
    case Kind::FilterBlock:
      loads(statement.value);
      break;
    case Kind::Block:
    case Kind::Break:
    case Kind::Continue:
      break;
    }
    inner.push_back(&statement);
  }

  void analyzeInner(Statement &statement) {
    using Kind = Statement::Kind;
    // A block is entered from the context, not from where it stands.
    Frame frame(statement.kind == Kind::Block ? nullptr : this, statement.unsetInBody);
    switch (statement.kind) {
    case Kind::For:
      frame.declareTargets(*statement.target);
      frame.declare("loop");
      break;
    case Kind::Macro:
    case Kind::CallBlock:
      for (const std::string &parameter : statement.signature.parameters)
        frame.declare(parameter);
      for (const char *special : {"caller", "kwargs", "varargs"})
        frame.declare(special);
      for (const Expression *value : statement.signature.defaults)
        frame.loads(value);
      break;
    case Kind::With:
      for (const Expression *target : statement.targets)
        frame.declareTargets(*target);
      break;
    default:
      break;
    }
    frame.analyze(statement.body);
    if (statement.kind == Kind::For) {
      Frame otherwise(this, statement.unsetInOtherwise);
      otherwise.analyze(statement.otherwise);
    }
  }
};

//===----------------------------------------------------------------------===//
// caller, kwargs, varargs
//===----------------------------------------------------------------------===//

/// Finds which of some names a body reads before anything in it defines them, wherever that may be.
class Undeclared {
public:
  std::set<std::string> wanted = {"caller", "kwargs", "varargs"}, found;

  void visit(const Body &body) {
    for (const Statement *statement : body)
      visit(*statement);
  }

private:
  void define(const std::string &name) { wanted.erase(name); }
  void defineTargets(const Expression *target) {
    if (!target)
      return;
    if (target->kind == Expression::Kind::Name)
      define(target->name);
    for (const Expression *part : target->operands)
      defineTargets(part);
  }
  void visit(const Expression *expression) {
    if (!expression)
      return;
    if (expression->kind == Expression::Kind::Name && wanted.count(expression->name))
      found.insert(expression->name);
    forEachPart(*expression, [&](const Expression &part) { visit(&part); });
  }

  void visit(const Statement &statement) {
    using Kind = Statement::Kind;
    if (statement.kind == Kind::Block)
      return;
    defineTargets(statement.target);
    for (const Expression *target : statement.targets)
      defineTargets(target);
    if (statement.kind != Kind::FilterBlock)
      visit(statement.value);
    for (const Expression *expression : statement.expressions)
      visit(expression);
    for (const Statement::Branch &branch : statement.branches) {
      visit(branch.test);
      visit(branch.body);
    }
    for (const std::string &parameter : statement.signature.parameters)
      define(parameter);
    for (const Expression *value : statement.signature.defaults)
      visit(value);
    visit(statement.body);
    visit(statement.otherwise);
    visit(statement.test);
    if (statement.kind == Kind::FilterBlock)
      visit(statement.value);
  }
};

} // namespace

void jinja::analyzeScopes(Tree &tree) {
  Frame root(nullptr, tree.unset);
  root.analyze(tree.body);
  for (Statement &statement : tree.statements) {
    if (statement.kind != Statement::Kind::Macro && statement.kind != Statement::Kind::CallBlock)
      continue;
    Undeclared undeclared;
    undeclared.visit(statement.body);
    const std::vector<std::string> &parameters = statement.signature.parameters;
    auto accepts = [&](const char *name) {
      return undeclared.found.count(name) && std::find(parameters.begin(), parameters.end(), name) == parameters.end();
    };
    statement.signature.usesCaller = undeclared.found.count("caller") != 0;
    statement.signature.usesKwargs = accepts("kwargs");
    statement.signature.usesVarargs = accepts("varargs");
  }
}
