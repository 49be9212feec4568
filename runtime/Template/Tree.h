//===- Tree.h - A parsed chat template ---------------------------*- C++ -*-===//
//
// Expressions and statements are two plain structs with a kind; the tables at the kinds say which fields each one uses.
// A Tree owns all of them, so they point at each other freely and die together. Depth is bounded when the tree is built
// (maxTreeDepth), so whoever walks it may recurse.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_TREE_H
#define TERN_RUNTIME_TEMPLATE_TREE_H

#include "runtime/Template/Machine.h"

#include <deque>

namespace tern::jinja {

constexpr unsigned maxTreeDepth = 200;

struct Expression;
struct Statement;
using Body = std::vector<Statement *>;

/// (a, b, name=c, *star, **doubleStar), not yet evaluated.
struct CallSyntax {
  std::vector<Expression *> positional;
  std::vector<std::pair<std::string, Expression *>> named;
  Expression *star = nullptr, *doubleStar = nullptr;
};

struct Expression {
  enum class Kind : std::uint8_t {
    Constant,    ///< value
    Name,        ///< name
    Member,      ///< operands[0] . name: only as the target of set, on a namespace called `name`.member
    Tuple,       ///< operands
    List,        ///< operands
    Dict,        ///< operands: key, value, key, value, ...
    Attribute,   ///< operands[0] . name
    Subscript,   ///< operands[0] [ operands[1] ]
    Slice,       ///< operands[0] : operands[1] : operands[2], each may be null; only as operands[1] of Subscript
    Call,        ///< operands[0] ( call )
    Filter,      ///< operands[0] | name ( call ); operands[0] is null for the body of a filter block
    Test,        ///< operands[0] is name ( call )
    Conditional, ///< operands[1] if operands[0] else operands[2]; the last may be null
    And,         ///< operands[0] and operands[1]
    Or,          ///< operands[0] or operands[1]
    Not,         ///< not operands[0]
    Negative,    ///< - operands[0]
    Positive,    ///< + operands[0]
    Binary,      ///< operands[0] name operands[1], where name is + - * / // % **
    Concat,      ///< operands joined by ~
    Compare,     ///< operands[0] comparisons[0] operands[1] comparisons[1] operands[2] ...
  };

  Kind kind = Kind::Constant;
  Location at;
  std::string name;
  std::string member; ///< Of Member, the attribute; then `name` is the namespace.
  Value value;
  std::vector<Expression *> operands;
  std::vector<std::string> comparisons; ///< == != < <= > >= in "not in"
  CallSyntax call;
  NativeFunction function = nullptr; ///< Of Filter and Test; null if there is none of that name.
  unsigned depth = 1;
};

/// What a macro or call block takes.
struct Signature {
  std::vector<std::string> parameters;
  std::vector<Expression *> defaults; ///< Of the last parameters.
  /// Whether the body reads these without defining them, which is what makes a macro accept them.
  bool usesCaller = false, usesKwargs = false, usesVarargs = false;
};

struct Statement {
  enum class Kind : std::uint8_t {
    Output,      ///< expressions, printed one after another
    If,          ///< branches in order, then otherwise
    For,         ///< target in value [if test] [recursive]: body, else otherwise
    Set,         ///< target = value
    SetBlock,    ///< target = body [through value, a Filter]
    Macro,       ///< name (signature): body
    CallBlock,   ///< value, a Call, with a caller of (signature): body. Without value: the body itself (generation)
    FilterBlock, ///< body through value, a Filter
    With,        ///< targets[i] = expressions[i]: body
    Block,       ///< name: body
    Break,
    Continue,
  };
  struct Branch {
    Expression *test;
    Body body;
  };

  Kind kind = Kind::Output;
  Location at;
  std::string name;
  Expression *target = nullptr, *value = nullptr, *test = nullptr;
  std::vector<Expression *> targets, expressions;
  std::vector<Branch> branches;
  Body body, otherwise;
  bool recursive = false;
  Signature signature;
  /// Names that are undefined at the start of `body` or `otherwise` even if the context has them; see Scopes.h.
  std::vector<std::string> unsetInBody, unsetInOtherwise;
};

struct Tree {
  std::string name; ///< Of the template, for problems.
  std::string source;
  Body body;
  std::vector<std::string> unset; ///< As Statement::unsetInBody.
  std::vector<const Statement *> blocks;
  std::deque<Expression> expressions;
  std::deque<Statement> statements;
};

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_TREE_H
