//===- CodeBuilderControl.cpp - Loops, branches and intrinsics ------------===//

#include "lib/Conversion/KernelCode/CodeBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace tern::code {

static SmallVector<Value> unwrap(ArrayRef<Val> values) {
  SmallVector<Value> unwrapped;
  for (Val value : values)
    unwrapped.push_back(value.get());
  return unwrapped;
}

static Vals wrapAll(CodeBuilder &b, ValueRange values) {
  Vals wrapped;
  for (Value value : values)
    wrapped.push_back(b.wrap(value));
  return wrapped;
}

Vals CodeBuilder::fold(Val begin, Val end, Val step, ArrayRef<Val> init,
                       llvm::function_ref<Vals(Val, ArrayRef<Val>)> body) {
  auto loop = scf::ForOp::create(builder, loc, begin.get(), end.get(), step.get(), unwrap(init));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Vals carried = wrapAll(*this, loop.getRegionIterArgs());
  Vals next = body(wrap(loop.getInductionVar()), carried);
  // A loop that carries nothing is born with its terminator.
  if (!init.empty())
    scf::YieldOp::create(builder, loc, unwrap(next));
  return wrapAll(*this, loop.getResults());
}

void CodeBuilder::forLoop(Val begin, Val end, Val step, llvm::function_ref<void(Val)> body) {
  fold(begin, end, step, {}, [&](Val i, ArrayRef<Val>) {
    body(i);
    return Vals{};
  });
}

void CodeBuilder::forLoop(int64_t begin, int64_t end, int64_t step, llvm::function_ref<void(Val)> body) {
  forLoop(index(begin), index(end), index(step), body);
}

Vals CodeBuilder::whileLoop(ArrayRef<Val> init, llvm::function_ref<Val(ArrayRef<Val>)> condition,
                            llvm::function_ref<Vals(ArrayRef<Val>)> body) {
  SmallVector<Type> types;
  SmallVector<Location> locations(init.size(), loc);
  for (Val value : init)
    types.push_back(value.getType());
  auto loop = scf::WhileOp::create(builder, loc, types, unwrap(init));
  OpBuilder::InsertionGuard guard(builder);
  Block *before = builder.createBlock(&loop.getBefore(), {}, types, locations);
  Val goOn = condition(wrapAll(*this, before->getArguments()));
  scf::ConditionOp::create(builder, loc, goOn.get(), before->getArguments());
  Block *after = builder.createBlock(&loop.getAfter(), {}, types, locations);
  scf::YieldOp::create(builder, loc, unwrap(body(wrapAll(*this, after->getArguments()))));
  return wrapAll(*this, loop.getResults());
}

void CodeBuilder::ifThen(Val condition, llvm::function_ref<void()> then) {
  auto branch = scf::IfOp::create(builder, loc, condition.get(), /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  then();
}

Vals CodeBuilder::ifElse(Val condition, llvm::function_ref<Vals()> then, llvm::function_ref<Vals()> otherwise) {
  // The types of the results are known only once the branches are built, so a first op without results holds them.
  auto draft = scf::IfOp::create(builder, loc, TypeRange{}, condition.get(), /*addThenBlock=*/true,
                                 /*addElseBlock=*/true);
  Vals results;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(draft.thenBlock());
    results = then();
    scf::YieldOp::create(builder, loc, unwrap(results));
    builder.setInsertionPointToStart(draft.elseBlock());
    scf::YieldOp::create(builder, loc, unwrap(otherwise()));
  }
  SmallVector<Type> types;
  for (Val value : results)
    types.push_back(value.getType());
  auto branch = scf::IfOp::create(builder, loc, types, condition.get(), /*addThenBlock=*/false, /*addElseBlock=*/false);
  branch.getThenRegion().takeBody(draft.getThenRegion());
  branch.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  return wrapAll(*this, branch.getResults());
}

Val CodeBuilder::intrinsic(StringRef name, Type result, ArrayRef<Val> arguments) {
  auto call = LLVM::CallIntrinsicOp::create(builder, loc, result, builder.getStringAttr(name), unwrap(arguments));
  return wrap(call.getResults());
}

void CodeBuilder::intrinsicVoid(StringRef name, ArrayRef<Val> arguments) {
  LLVM::CallIntrinsicOp::create(builder, loc, builder.getStringAttr(name), unwrap(arguments));
}

} // namespace tern::code
