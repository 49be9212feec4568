//===- Renderer.h - Runs a parsed template -----------------------*- C++ -*-===//
//
// Walks the tree, statements writing to the current output and expressions answering values. Scopes are chained as the
// template nests them: for, macro, call, filter, set and with blocks open one, if does not. A macro keeps the scope
// that it was made in, so a scope that a macro could see lives until the end of the rendering; all others die as they
// close.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_RUNTIME_TEMPLATE_RENDERER_H
#define TERN_RUNTIME_TEMPLATE_RENDERER_H

#include "runtime/Base/Json.h"
#include "runtime/Template/Tree.h"

namespace tern::jinja {

/// Variables of one opening of a block. An entry without an object behind its Undefined is unset (see Scopes.h).
struct Scope {
  explicit Scope(Scope *parent) : parent(parent) {}

  Value *find(std::string_view name);
  void set(std::string_view name, Value value);

  Scope *parent;
  bool captured = false;                                     ///< A macro can see it.
  bool isDetached = false;                                   ///< A named block: what is unset around it does not count.
  std::vector<std::pair<std::string_view, Value>> variables; ///< Names belong to the tree or the caller's variables.
};

class Renderer {
public:
  Renderer(const Tree &tree, const RenderLimits &limits, std::optional<std::tm> clock)
      : tree(tree), limits(limits), machine(limits, clock) {}

  Result<Rendering> run(const Json &variables);

  /// What the body of a macro or call block prints when called with `arguments` in the scope it was made in.
  Value invoke(const Statement &macro, Scope *closure, const Arguments &arguments);
  /// What a recursive loop prints for another `iterable`, called from the loop at `depth`.
  Value recurse(const Statement &loop, Scope *scope, const Value &iterable, unsigned depth);

private:
  /// How a statement ended: at its end, or looking for the end of a loop. A failure of the machine stops everything.
  enum class Flow { Normal, Break, Continue };

  const Tree &tree;
  const RenderLimits &limits;
  Machine machine;
  std::string *output = nullptr;
  Rendering result;
  std::size_t countedBytes = 0, countedCharacters = 0; ///< Of the result's text, so far.
  Scope *root = nullptr;
  const Value *filterInput = nullptr; ///< The text of the filter block whose filter is being evaluated.
  std::vector<std::unique_ptr<Scope>> kept;

  //===- Scopes (Renderer.cpp) --------------------------------------------===//
  std::unique_ptr<Scope> open(Scope *parent, const std::vector<std::string> &unset);
  void close(std::unique_ptr<Scope> scope);
  void capture(Scope *scope);
  Value lookUp(const std::string &name, Scope *scope);
  void assign(const Expression &target, const Value &value, Scope *scope);
  void assignMember(const Expression &target, const Value &value, Scope *scope);

  //===- Statements (Renderer.cpp) ----------------------------------------===//
  void write(std::string_view text);
  Flow execute(const Body &body, Scope *scope);
  Flow execute(const Statement &statement, Scope *scope);
  void print(const Statement &statement, Scope *scope);
  Flow executeIf(const Statement &statement, Scope *scope);
  Flow executeFor(const Statement &statement, const Value &iterable, Scope *scope, unsigned depth);
  Flow executeSetBlock(const Statement &statement, Scope *scope);
  Flow executeFilterBlock(const Statement &statement, Scope *scope);
  Flow executeWith(const Statement &statement, Scope *scope);
  void executeGeneration(const Statement &statement, Scope *scope);
  void executeCallBlock(const Statement &statement, Scope *scope);
  void executeBlock(const Statement &statement);
  Value makeMacro(const Statement &statement, Scope *scope);
  Value filteredIterable(const Statement &statement, const Value &iterable, Scope *scope);
  /// Runs `body` with its output going to `text`.
  Flow executeInto(std::string &text, const Body &body, Scope *scope);
  Value applyFilter(const Expression &filter, std::string text, Scope *scope);
  void bindParameters(const Statement &macro, const Arguments &arguments, Scope *scope);

  //===- Expressions (Evaluation.cpp) -------------------------------------===//
  Value evaluate(const Expression &expression, Scope *scope);
  Value evaluateHere(const Expression &expression, Scope *scope);
  std::vector<Value> evaluateAll(const std::vector<Expression *> &expressions, Scope *scope);
  Value evaluateDict(const Expression &expression, Scope *scope);
  Value evaluateSubscript(const Expression &expression, Scope *scope);
  Value evaluateConcat(const Expression &expression, Scope *scope);
  Value evaluateCompare(const Expression &expression, Scope *scope);
  Value evaluateConditional(const Expression &expression, Scope *scope);
  Value evaluateCall(const Expression &expression, Scope *scope, const Value *caller = nullptr);
  Value evaluateFilter(const Expression &expression, Scope *scope);
  Value evaluateTest(const Expression &expression, Scope *scope);
  bool evaluateArguments(const CallSyntax &call, Scope *scope, Arguments &arguments);
};

/// A variable given from outside. Fails on text that is not UTF-8 and on integers beyond 64 bits.
Value fromJson(Machine &machine, const Json &json);

} // namespace tern::jinja

#endif // TERN_RUNTIME_TEMPLATE_RENDERER_H
