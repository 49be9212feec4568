//===- EmitControl.cpp - Statements, loops and branches -------------------===//

#include "lib/Conversion/CodeToCuda/SourceEmitter.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <tuple>

using namespace mlir;
using namespace tern::cuda;

void SourceEmitter::emitBlock(Block &block) {
  names.open();
  for (Operation &op : block.without_terminator()) {
    if (treatments.of(&op) == Treatment::Named)
      emitNamed(&op);
    else if (treatments.of(&op) == Treatment::Statement)
      emitStatement(&op);
    if (hasFailed)
      break;
  }
}

void SourceEmitter::emitStatement(Operation *op) {
  Location loc = op->getLoc();
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](LLVM::StoreOp op) { emitStore(op); })
      .Case([&](LLVM::AllocaOp op) { emitArray(op); })
      .Case([&](CallOp op) { emitCall(op); })
      .Case([&](BarrierOp) { BarrierOp::create(b, loc); })
      .Case([&](CommentOp op) { CommentOp::create(b, loc, op.getText()); })
      .Case([&](LambdaOp op) { emitLambda(op); })
      .Case([&](scf::ForOp op) { emitFor(op); })
      .Case([&](scf::IfOp op) { emitIf(op); })
      .Case([&](scf::WhileOp op) { emitWhile(op); })
      .Default([&](Operation *op) { fail(op, "there is no construct for it"); });
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

Value SourceEmitter::declareVariable(Location loc, StringRef wish, Type type, Value init) {
  Value text = init ? looseExpression(init) : Value();
  if (text && isa<PointerType>(type) && text.getType() != type)
    type = text.getType();
  return VariableOp::create(b, loc, VariableType::get(type), names.declare(wish), text);
}

/// The variable of a loop: that of `init`, if nobody needs its value but the loop.
Value SourceEmitter::carriedVariable(Operation *loop, Value init, Value carried, Value next) {
  Value place = placeOf(init);
  if (place && isa<VariableType>(place.getType()) && treatments.liveUses(resolve(init)).size() == 1 &&
      isConsumedBy(resolve(init), loop))
    return place;
  return declareVariable(loop->getLoc(), suggestCarriedName(carried, next), typeOf(init), init);
}

/// The variables that the text of `value` reads.
void SourceEmitter::collectVariables(Value value, llvm::SmallPtrSetImpl<Operation *> &variables) {
  value = resolve(value);
  if (Value place = places.lookup(value)) {
    if (isa<VariableType>(place.getType()))
      variables.insert(place.getDefiningOp());
    return;
  }
  for (Value operand : value.getDefiningOp()->getOperands())
    collectVariables(operand, variables);
}

/// `sum = sum + x` is written `sum += x`.
void SourceEmitter::assign(Location loc, Value variable, Value value) {
  auto isRead = [&](Value operand) {
    auto read = operand.getDefiningOp<ReadOp>();
    return read && read.getVariable() == variable;
  };
  auto update = value.getDefiningOp<BinaryOp>();
  if (update && update.getKind() <= BinaryOperator::BitXor) {
    bool commutes = update.getKind() == BinaryOperator::Add || update.getKind() == BinaryOperator::Mul;
    Value lhs = update.getLhs(), rhs = update.getRhs();
    Value read = isRead(lhs) ? lhs : commutes && isRead(rhs) ? rhs : Value();
    if (read && update.getType() == read.getType()) {
      Value other = read == lhs ? rhs : lhs;
      AssignOp::create(b, loc, BinaryOperatorAttr::get(b.getContext(), update.getKind()), variable, other);
      update.erase();
      read.getDefiningOp()->erase();
      return;
    }
  }
  AssignOp::create(b, loc, BinaryOperatorAttr(), variable, value);
}

void SourceEmitter::assignAll(Location loc, ArrayRef<Value> variables, ValueRange values) {
  llvm::SmallPtrSet<Operation *, 4> assigned;
  SmallVector<Value> ready(values.size());
  auto stays = [&](unsigned index) { return placeOf(values[index]) == variables[index]; };
  for (unsigned index = 0; index < values.size(); ++index) { // what an assignment would spoil is kept first
    llvm::SmallPtrSet<Operation *, 4> read;
    collectVariables(values[index], read);
    if (!stays(index) && llvm::any_of(read, [&](Operation *variable) { return assigned.contains(variable); }))
      ready[index] = let(loc, "next", expression(values[index]));
    if (!stays(index) && variables[index])
      assigned.insert(variables[index].getDefiningOp());
  }
  for (unsigned index = 0; index < values.size(); ++index)
    if (variables[index] && !stays(index) && !hasFailed)
      assign(loc, variables[index], ready[index] ? ready[index] : looseExpression(values[index]));
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// A name for `value` if its text reads variables, which may have changed by the next time round a loop; else null.
Value SourceEmitter::keepVariables(StringRef wish, Value value) {
  llvm::SmallPtrSet<Operation *, 4> variables;
  collectVariables(value, variables);
  return variables.empty() ? Value() : let(value.getLoc(), wish, expression(value));
}

void SourceEmitter::emitFor(scf::ForOp op) {
  Location loc = op.getLoc();
  Type type = op.getInductionVar().getType();
  if (op.getUnsignedCmp() || !(type.isInteger(32) || type.isInteger(64))) {
    fail(op, "it counts by other numbers than i32 and i64 with sign");
    return;
  }
  auto yield = cast<scf::YieldOp>(op.getBody()->getTerminator());
  SmallVector<Value> variables;
  for (auto [init, carried, next] : llvm::zip(op.getInitArgs(), op.getRegionIterArgs(), yield.getOperands()))
    variables.push_back(carriedVariable(op, init, carried, next));
  Value keptEnd = keepVariables("end", op.getUpperBound()), keptStep = keepVariables("step", op.getStep());
  Value begin = looseExpression(op.getLowerBound()), end = keptEnd ? keptEnd : looseExpression(op.getUpperBound());
  Value step = keptStep ? keptStep : matchPattern(op.getStep(), m_One()) ? Value() : looseExpression(op.getStep());
  names.open();
  auto wish = op->getAttrOfType<StringAttr>(nameAttrName);
  auto loop = ForOp::create(b, loc, wish ? names.declare(wish) : names.declareIndex(), type, begin, end, step);
  loop.setUnroll(op->hasAttr(unrollAttrName));
  places[op.getInductionVar()] = loop.getNumber();
  for (auto [carried, result, variable] : llvm::zip(op.getRegionIterArgs(), op.getResults(), variables)) {
    places[carried] = variable;
    places[result] = variable;
  }
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&loop.getBody().front());
  emitBlock(*op.getBody());
  if (!hasFailed)
    assignAll(loc, variables, yield.getOperands());
  YieldOp::create(b, loc);
  names.close();
  names.close();
}

/// A loop whose condition is an expression is a while; another is endless and leaves where the condition fails.
void SourceEmitter::emitWhile(scf::WhileOp op) {
  scf::ConditionOp condition = op.getConditionOp();
  scf::YieldOp yield = op.getYieldOp();
  SmallVector<Value> variables, results;
  for (auto [init, carried, next] : llvm::zip(op.getInits(), op.getBeforeArguments(), yield.getOperands()))
    places[carried] = variables.emplace_back(carriedVariable(op, init, carried, next));
  for (auto [forwarded, result, argument] : llvm::zip(condition.getArgs(), op.getResults(), op.getAfterArguments())) {
    aliases[argument] = forwarded;
    bool isCarried = llvm::is_contained(op.getBeforeArguments(), forwarded);
    bool needsOwn = !isCarried && !treatments.liveUses(result).empty();
    if (isCarried)
      places[result] = placeOf(forwarded);
    else if (needsOwn)
      places[result] = declareVariable(op.getLoc(), "result", typeOf(forwarded), {});
    results.push_back(needsOwn ? places[result] : Value());
  }
  emitWhileBody(op, variables, results);
}

void SourceEmitter::emitWhileBody(scf::WhileOp op, ArrayRef<Value> variables, ArrayRef<Value> results) {
  Location loc = op.getLoc();
  scf::ConditionOp condition = op.getConditionOp();
  bool isPlain =
      treatments.isExpressionAlone(*op.getBeforeBody()) && !llvm::any_of(results, [](Value v) { return bool(v); });
  auto loop = WhileOp::create(b, loc);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&loop.getBefore().front());
  ConditionOp::create(b, loc, isPlain ? expression(condition.getCondition()) : literal(loc, b.getBoolAttr(true)));
  b.setInsertionPointToEnd(&loop.getBody().front());
  emitBlock(*op.getBeforeBody());
  if (!isPlain && !hasFailed) {
    assignAll(loc, results, condition.getArgs());
    Value holds = expression(condition.getCondition());
    auto leave = IfOp::create(b, loc, UnaryOp::create(b, loc, b.getI1Type(), UnaryOperator::Not, holds), false);
    OpBuilder inner = OpBuilder::atBlockEnd(&leave.getThenRegion().front());
    BreakOp::create(inner, loc);
    YieldOp::create(inner, loc);
  }
  emitBlock(*op.getAfterBody());
  if (!hasFailed)
    assignAll(loc, variables, op.getYieldOp().getOperands());
  YieldOp::create(b, loc);
  names.close();
  names.close();
}

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

/// The variable of a result: one that a branch leaves as it is, if nobody needs its old value but the branches. And
/// whether it is declared with the value of the else branch.
std::pair<Value, bool> SourceEmitter::resultVariable(scf::IfOp op, unsigned index, ArrayRef<Value> taken) {
  Value then = op.thenYield().getOperand(index), otherwise = op.elseYield().getOperand(index);
  for (Value value : {otherwise, then}) {
    Value place = placeOf(value);
    if (place && isa<VariableType>(place.getType()) && isConsumedBy(resolve(value), op) &&
        !llvm::is_contained(taken, place))
      return {place, false};
  }
  bool isKnown = placeOf(otherwise) || matchPattern(otherwise, m_Constant());
  bool startsThere = isKnown && treatments.isExpressionAlone(*op.elseBlock());
  Type type = typeOf(op.getResult(index));
  return {declareVariable(op.getLoc(), "result", type, startsThere ? otherwise : Value()), startsThere};
}

void SourceEmitter::emitIf(scf::IfOp op) {
  Location loc = op.getLoc();
  SmallVector<Value> variables(op.getNumResults());
  SmallVector<bool> isDeclaredWith(op.getNumResults()); // the value of the other branch
  for (auto [index, result] : llvm::enumerate(op.getResults()))
    if (!treatments.liveUses(result).empty())
      std::tie(variables[index], isDeclaredWith[index]) = resultVariable(op, index, variables);
  auto branch = IfOp::create(b, loc, expression(op.getCondition()), /*withElse=*/true);
  auto emitBranch = [&](Region &from, Region &to, bool isElse) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&to.front());
    SmallVector<Value> assigned = variables;
    if (!from.empty()) {
      emitBlock(from.front());
      ValueRange values = from.front().getTerminator()->getOperands();
      for (unsigned index = 0; isElse && index < values.size(); ++index)
        if (isDeclaredWith[index])
          assigned[index] = {};
      if (!hasFailed)
        assignAll(loc, assigned, values);
      names.close();
    }
    if (isElse && to.front().empty())
      to.getBlocks().clear();
    else
      YieldOp::create(b, loc);
  };
  emitBranch(op.getThenRegion(), branch.getThenRegion(), false);
  emitBranch(op.getElseRegion(), branch.getElseRegion(), true);
  for (auto [result, variable] : llvm::zip(op.getResults(), variables))
    if (variable)
      places[result] = variable;
}

//===----------------------------------------------------------------------===//
// Lambdas
//===----------------------------------------------------------------------===//

void SourceEmitter::emitLambda(LambdaOp op) {
  Block &block = op.getBody().front();
  std::string name = names.declare(op.getName().value_or("function"));
  names.open();
  SmallVector<Attribute> parameterNames;
  SmallVector<Type> types;
  for (BlockArgument parameter : block.getArguments()) {
    Type type = typeOf(parameter);
    StringRef wish = isa<FloatType>(type) ? "x" : isa<PointerType>(type) ? "p" : "i";
    if (ArrayAttr given = op.getParameterNamesAttr(); given && parameter.getArgNumber() < given.size())
      wish = cast<StringAttr>(given[parameter.getArgNumber()]);
    else if (wish == "i")
      wish = "";
    parameterNames.push_back(b.getStringAttr(wish.empty() ? names.declareIndex() : names.declare(wish)));
    types.push_back(type);
  }
  Value value = cast<YieldOp>(block.getTerminator()).getValue();
  if (value && isa<LLVM::LLVMPointerType>(value.getType())) {
    fail(op, "it returns a pointer");
    return;
  }
  Type result = value ? value.getType() : Type();
  auto lambda = LambdaOp::create(b, op.getLoc(), name, types, result, [](OpBuilder &, Location, ValueRange) {});
  lambda.setParameterNamesAttr(parameterNames.empty() ? ArrayAttr() : b.getArrayAttr(parameterNames));
  for (auto [parameter, place] : llvm::zip(block.getArguments(), lambda.getBody().getArguments()))
    places[parameter] = place;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(&lambda.getBody().front());
  emitBlock(block);
  if (value && !hasFailed)
    YieldOp::create(b, op.getLoc(), expression(value));
  else
    YieldOp::create(b, op.getLoc());
  names.close();
  names.close();
  places[op.getResult()] = lambda.getResult();
}
