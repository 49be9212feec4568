//===- Renderer.cpp - Statements of a running template --------------------===//

#include "runtime/Template/Renderer.h"

#include "runtime/Template/Builtins.h"
#include "runtime/Template/Characters.h"
#include "runtime/Template/Iteration.h"
#include "runtime/Template/Loop.h"
#include "runtime/Template/Printing.h"

#include <algorithm>

using namespace tern;
using namespace tern::jinja;

namespace {

using StatementKind = Statement::Kind;

/// A macro, or the caller of a call block.
struct Macro : NativeObject {
  Macro(Renderer &renderer, const Statement &statement, Scope *closure)
      : renderer(renderer), statement(statement), closure(closure) {}

  const char *typeName() const override { return "Macro"; }
  std::string repr() const override {
    return statement.name.empty() ? "<Macro anonymous>" : "<Macro " + pythonQuoted(statement.name) + ">";
  }
  bool attribute(Machine &machine, const Value &, std::string_view name, Value &value) override {
    const Signature &signature = statement.signature;
    if (name == "name") {
      value = statement.name.empty() ? Value::none() : Value::string(statement.name);
    } else if (name == "arguments") {
      std::vector<Value> names;
      for (const std::string &parameter : signature.parameters)
        names.push_back(Value::string(parameter));
      value = machine.makeTuple(std::move(names));
    } else if (name == "catch_kwargs" || name == "catch_varargs" || name == "caller") {
      value = Value::boolean(name == "caller"         ? signature.usesCaller
                             : name == "catch_kwargs" ? signature.usesKwargs
                                                      : signature.usesVarargs);
    } else {
      return false;
    }
    return true;
  }
  Value call(Machine &, Arguments &arguments) override { return renderer.invoke(statement, closure, arguments); }

  Renderer &renderer;
  const Statement &statement;
  Scope *closure;
};

} // namespace

//===----------------------------------------------------------------------===//
// Scopes
//===----------------------------------------------------------------------===//

Value *Scope::find(std::string_view name) {
  for (auto &[known, value] : variables)
    if (known == name)
      return &value;
  return nullptr;
}

void Scope::set(std::string_view name, Value value) {
  if (Value *known = find(name))
    *known = std::move(value);
  else
    variables.emplace_back(name, std::move(value));
}

std::unique_ptr<Scope> Renderer::open(Scope *parent, const std::vector<std::string> &unset) {
  auto scope = std::make_unique<Scope>(parent);
  for (const std::string &name : unset)
    scope->variables.emplace_back(name, Value());
  return scope;
}

void Renderer::close(std::unique_ptr<Scope> scope) {
  if (scope->captured && machine.charge(sizeof(Scope)))
    kept.push_back(std::move(scope));
  else if (scope->captured)
    kept.push_back(std::move(scope)); // failed, yet values may still point to it
}

void Renderer::capture(Scope *scope) {
  for (; scope && !scope->captured; scope = scope->parent)
    scope->captured = true;
}

Value Renderer::lookUp(const std::string &name, Scope *scope) {
  bool detached = false;
  for (; scope; scope = scope->parent) {
    if (Value *value = scope->find(name)) {
      bool isUnset = value->isUndefined() && !value->identity();
      if (!isUnset)
        return *value;
      if (!detached)
        return undefinedName(name);
    }
    detached |= scope->isDetached;
  }
  Value global;
  return findGlobal(machine, name, global) ? global : undefinedName(name);
}

void Renderer::assignMember(const Expression &target, const Value &value, Scope *scope) {
  machine.at = target.at;
  Value object = lookUp(target.name, scope);
  if (!object.is(Kind::Namespace)) {
    machine.fail("only a namespace can have its attributes set, and '" + target.name + "' is a " + typeName(object));
  } else if (target.member.front() == '_') {
    machine.fail("attributes of a namespace cannot begin with an underscore");
  } else if (machine.charge(sizeof(Value))) {
    object.as<NamespaceObject>().attributes.set(Value::string(target.member), value);
  }
}

void Renderer::assign(const Expression &target, const Value &value, Scope *scope) {
  if (target.kind == Expression::Kind::Name)
    return scope->set(target.name, value.isUndefined() && !value.identity() ? undefinedName(target.name) : value);
  if (target.kind == Expression::Kind::Member)
    return assignMember(target, value, scope);
  std::vector<Value> items;
  machine.at = target.at;
  if (!collect(machine, value, items))
    return;
  if (items.size() != target.operands.size()) {
    machine.fail(std::to_string(items.size()) + " values cannot be unpacked into " +
                 std::to_string(target.operands.size()) + " names");
    return;
  }
  for (std::size_t i = 0; i < items.size() && !machine.failed(); ++i)
    assign(*target.operands[i], items[i], scope);
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void Renderer::write(std::string_view text) {
  if (machine.failed())
    return;
  if (text.size() > limits.maxOutput - std::min<std::uint64_t>(output->size(), limits.maxOutput))
    machine.fail("the template may print " + std::to_string(limits.maxOutput) + " bytes and prints more");
  else
    output->append(text);
}

void Renderer::print(const Statement &statement, Scope *scope) {
  for (const Expression *expression : statement.expressions) {
    Value value = evaluate(*expression, scope);
    if (machine.failed())
      return;
    machine.at = expression->at;
    if (value.isString())
      write(value.text());
    else
      write(strOf(machine, value));
  }
}

Renderer::Flow Renderer::execute(const Body &body, Scope *scope) {
  Nested nested(machine);
  if (!nested)
    return Flow::Normal;
  for (const Statement *statement : body) {
    Flow flow = execute(*statement, scope);
    if (flow != Flow::Normal || machine.failed())
      return flow;
  }
  return Flow::Normal;
}

Renderer::Flow Renderer::execute(const Statement &statement, Scope *scope) {
  if (!machine.step())
    return Flow::Normal;
  machine.at = statement.at;
  switch (statement.kind) {
  case StatementKind::Output:
    print(statement, scope);
    return Flow::Normal;
  case StatementKind::If:
    return executeIf(statement, scope);
  case StatementKind::For: {
    Value iterable = evaluate(*statement.value, scope);
    machine.at = machine.failed() ? machine.at : statement.value->at;
    return machine.failed() ? Flow::Normal : executeFor(statement, iterable, scope, 0);
  }
  case StatementKind::Set: {
    Value value = evaluate(*statement.value, scope);
    if (!machine.failed())
      assign(*statement.target, value, scope);
    return Flow::Normal;
  }
  case StatementKind::SetBlock:
    return executeSetBlock(statement, scope);
  case StatementKind::Macro:
    scope->set(statement.name, makeMacro(statement, scope));
    return Flow::Normal;
  case StatementKind::CallBlock:
    executeCallBlock(statement, scope);
    return Flow::Normal;
  case StatementKind::FilterBlock:
    return executeFilterBlock(statement, scope);
  case StatementKind::With:
    return executeWith(statement, scope);
  case StatementKind::Block:
    executeBlock(statement);
    return Flow::Normal;
  case StatementKind::Break:
    return Flow::Break;
  case StatementKind::Continue:
    return Flow::Continue;
  }
  return Flow::Normal;
}

Renderer::Flow Renderer::executeIf(const Statement &statement, Scope *scope) {
  for (const Statement::Branch &branch : statement.branches) {
    bool taken = truth(evaluate(*branch.test, scope));
    if (machine.failed())
      return Flow::Normal;
    if (taken)
      return execute(branch.body, scope);
  }
  return execute(statement.otherwise, scope);
}

Value Renderer::filteredIterable(const Statement &statement, const Value &iterable, Scope *scope) {
  Value source = iterate(machine, iterable);
  if (machine.failed())
    return Value();
  capture(scope); // the loop may outlive the scope, and ask for its next value then
  return makeGenerator(machine, source.depth(), [this, source, &statement, scope](Machine &machine, Value &value) {
    while (nextOf(machine, source, value)) {
      Scope test(scope);
      assign(*statement.target, value, &test);
      bool passes = truth(evaluate(*statement.test, &test));
      if (machine.failed() || passes)
        return passes;
    }
    return false;
  });
}

Renderer::Flow Renderer::executeFor(const Statement &statement, const Value &iterable, Scope *scope, unsigned depth) {
  Value over = statement.test ? filteredIterable(statement, iterable, scope) : iterable;
  Value iterator = machine.failed() ? Value() : iterate(machine, over);
  if (machine.failed())
    return Flow::Normal;
  if (statement.recursive)
    capture(scope);
  auto loop = std::make_shared<Loop>(*this, over, iterator, statement.recursive ? &statement : nullptr, scope, depth);
  Value loopValue = machine.make(Kind::Native, loop), item;
  bool completed = false; // as in Jinja2, else runs unless an iteration came to its end
  while (!machine.failed() && loop->advance(machine, item)) {
    std::unique_ptr<Scope> inner = open(scope, statement.unsetInBody);
    inner->set("loop", loopValue);
    assign(*statement.target, item, inner.get());
    Flow flow = machine.failed() ? Flow::Normal : execute(statement.body, inner.get());
    close(std::move(inner));
    completed |= flow == Flow::Normal;
    if (flow == Flow::Break)
      break;
  }
  if (completed || machine.failed())
    return Flow::Normal;
  std::unique_ptr<Scope> inner = open(scope, statement.unsetInOtherwise);
  Flow flow = execute(statement.otherwise, inner.get());
  close(std::move(inner));
  return flow;
}

Value Renderer::recurse(const Statement &loop, Scope *scope, const Value &iterable, unsigned depth) {
  std::string text;
  std::string *before = std::exchange(output, &text);
  executeFor(loop, iterable, scope, depth);
  output = before;
  return machine.makeString(std::move(text));
}

Renderer::Flow Renderer::executeInto(std::string &text, const Body &body, Scope *scope) {
  std::string *before = std::exchange(output, &text);
  Flow flow = execute(body, scope);
  output = before;
  return flow;
}

Value Renderer::applyFilter(const Expression &filter, std::string text, Scope *scope) {
  Value input = machine.makeString(std::move(text));
  const Value *before = std::exchange(filterInput, &input);
  Value result = evaluate(filter, scope);
  filterInput = before;
  return result;
}

Renderer::Flow Renderer::executeSetBlock(const Statement &statement, Scope *scope) {
  std::string text;
  std::unique_ptr<Scope> inner = open(scope, statement.unsetInBody);
  Flow flow = executeInto(text, statement.body, inner.get());
  if (flow == Flow::Normal && !machine.failed()) {
    Value value = statement.value ? applyFilter(*statement.value, std::move(text), inner.get())
                                  : machine.makeString(std::move(text));
    if (!machine.failed())
      assign(*statement.target, value, scope);
  }
  close(std::move(inner));
  return flow;
}

Renderer::Flow Renderer::executeFilterBlock(const Statement &statement, Scope *scope) {
  std::string text;
  std::unique_ptr<Scope> inner = open(scope, statement.unsetInBody);
  Flow flow = executeInto(text, statement.body, inner.get());
  if (flow == Flow::Normal && !machine.failed())
    write(strOf(machine, applyFilter(*statement.value, std::move(text), inner.get())));
  close(std::move(inner));
  return flow;
}

Renderer::Flow Renderer::executeWith(const Statement &statement, Scope *scope) {
  std::unique_ptr<Scope> inner = open(scope, statement.unsetInBody);
  for (std::size_t i = 0; i < statement.targets.size() && !machine.failed(); ++i) {
    Value value = evaluate(*statement.expressions[i], scope);
    if (!machine.failed())
      assign(*statement.targets[i], value, inner.get());
  }
  Flow flow = machine.failed() ? Flow::Normal : execute(statement.body, inner.get());
  close(std::move(inner));
  return flow;
}

void Renderer::executeBlock(const Statement &statement) {
  std::unique_ptr<Scope> inner = open(root, statement.unsetInBody);
  inner->isDetached = true;
  execute(statement.body, inner.get());
  close(std::move(inner));
}

//===----------------------------------------------------------------------===//
// Macros
//===----------------------------------------------------------------------===//

Value Renderer::makeMacro(const Statement &statement, Scope *scope) {
  capture(scope);
  return machine.make(Kind::Native, std::make_shared<Macro>(*this, statement, scope));
}

void Renderer::executeGeneration(const Statement &statement, Scope *scope) {
  Value text = invoke(statement, scope, {});
  if (machine.failed())
    return;
  countedCharacters += countCharacters(std::string_view(result.text).substr(countedBytes));
  countedBytes = result.text.size();
  result.generated.emplace_back(countedCharacters, countedCharacters + countCharacters(text.text()));
  write(text.text());
}

void Renderer::executeCallBlock(const Statement &statement, Scope *scope) {
  if (!statement.value)
    return executeGeneration(statement, scope);
  Value caller = makeMacro(statement, scope);
  Value result = machine.failed() ? Value() : evaluateCall(*statement.value, scope, &caller);
  if (!machine.failed())
    write(strOf(machine, result));
}

/// Arguments to parameters, as jinja2.runtime.Macro does: caller, kwargs and varargs exist if the body reads them.
void Renderer::bindParameters(const Statement &macro, const Arguments &arguments, Scope *scope) {
  const Signature &signature = macro.signature;
  const std::vector<std::string> &names = signature.parameters;
  std::size_t given = std::min(arguments.positional.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    scope->set(names[i], i < given ? arguments.positional[i] : Value());
  bool ownCaller = std::find(names.begin(), names.end(), "caller") != names.end();
  auto kwargs = std::make_shared<DictObject>();
  std::vector<bool> bound(names.size(), false);
  if (signature.usesCaller && !ownCaller)
    scope->set("caller", undefined("no caller is defined"));
  for (const auto &[name, value] : arguments.named) {
    auto place = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (place >= given && place < names.size() && !bound[place]) {
      scope->set(names[place], value);
      bound[place] = true;
    } else if (name == "caller" && signature.usesCaller && !ownCaller) {
      if (!value.is(Kind::None))
        scope->set("caller", value);
    } else {
      kwargs->set(Value::string(name), value);
    }
  }
  if (!signature.usesKwargs && !kwargs->entries.empty())
    machine.fail("macro '" + macro.name + "' has no parameter '" + kwargs->entries[0].first.text().substr(0, 80) + "'");
  if (!signature.usesVarargs && arguments.positional.size() > names.size())
    machine.fail("macro '" + macro.name + "' takes at most " + std::to_string(names.size()) + " arguments");
  if (signature.usesKwargs)
    scope->set("kwargs", machine.makeDict(std::move(kwargs)));
  if (signature.usesVarargs)
    scope->set("varargs", machine.makeTuple({arguments.positional.begin() + given, arguments.positional.end()}));
  std::size_t firstDefault = names.size() - signature.defaults.size();
  for (std::size_t i = given; i < names.size() && !machine.failed(); ++i) {
    if (bound[i])
      continue;
    scope->set(names[i], i < firstDefault ? undefined("parameter '" + names[i] + "' was not provided")
                                          : evaluate(*signature.defaults[i - firstDefault], scope));
  }
}

Value Renderer::invoke(const Statement &macro, Scope *closure, const Arguments &arguments) {
  std::string text;
  std::unique_ptr<Scope> scope = open(closure, macro.unsetInBody);
  bindParameters(macro, arguments, scope.get());
  if (!machine.failed())
    executeInto(text, macro.body, scope.get());
  close(std::move(scope));
  return machine.makeString(std::move(text));
}

//===----------------------------------------------------------------------===//
// Entry
//===----------------------------------------------------------------------===//

Value jinja::fromJson(Machine &machine, const Json &json) {
  Nested nested(machine);
  if (!nested || !machine.step())
    return Value();
  switch (json.type()) {
  case Json::value_t::null:
    return Value::none();
  case Json::value_t::boolean:
    return Value::boolean(json.get<bool>());
  case Json::value_t::number_integer:
    return Value::integer(json.get<std::int64_t>());
  case Json::value_t::number_unsigned:
    if (json.get<std::uint64_t>() > INT64_MAX)
      return machine.fail("integers have 64 bits, and a variable has " + json.dump());
    return Value::integer(json.get<std::int64_t>());
  case Json::value_t::number_float:
    return Value::real(json.get<double>());
  case Json::value_t::string: {
    const std::string &text = *json.get_ptr<const std::string *>();
    if (findMalformed(text) != std::string_view::npos)
      return machine.fail("variables must be UTF-8, and a string is not");
    return machine.makeString(text);
  }
  case Json::value_t::array: {
    std::vector<Value> items;
    for (const Json &item : json)
      items.push_back(fromJson(machine, item));
    return machine.makeList(std::move(items));
  }
  case Json::value_t::object: {
    auto dict = std::make_shared<DictObject>();
    for (const auto &[key, item] : *json.get_ptr<const Json::object_t *>()) {
      Value name = findMalformed(key) == std::string_view::npos
                       ? Value::string(key)
                       : machine.fail("variables must be UTF-8, and a key is not");
      dict->set(std::move(name), fromJson(machine, item));
    }
    return machine.makeDict(std::move(dict));
  }
  default:
    return machine.fail("variables must be JSON");
  }
}

Result<Rendering> Renderer::run(const Json &variables) {
  Scope context(nullptr);
  output = &result.text;
  if (!variables.is_object())
    return Problem{tree.name, "the variables of a template must be an object", ""};
  for (const auto &[name, value] : *variables.get_ptr<const Json::object_t *>())
    context.variables.emplace_back(name, fromJson(machine, value));
  std::unique_ptr<Scope> top = open(&context, tree.unset);
  root = top.get();
  if (!machine.failed())
    execute(tree.body, root);
  if (!machine.failed())
    return std::move(result);
  Location at = machine.failedAt();
  return Problem{tree.name + ": line " + std::to_string(at.line) + ", column " + std::to_string(at.column),
                 machine.message(), ""};
}
