//===- Printable.cpp - When a kernel is text already ----------------------===//

#include "dialects/Cuda/IR/Printable.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ScopedHashTable.h"

using namespace mlir;
using namespace tern::cuda;

namespace {

/// Walks a kernel with the names that are in sight.
class Verifier {
public:
  LogicalResult verify(KernelOp kernel) {
    Scope scope(names);
    for (StringRef name : {"sizes", "problem"})
      names.insert(name, LocationAttr(kernel.getLoc()));
    if (auto module = kernel->getParentOfType<ModuleOp>())
      for (auto table : module.getOps<TableOp>())
        if (failed(declare(table, table.getSymName().str())))
          return failure();
    if (failed(verifyTyped(kernel, kernel.getArgumentTypes())))
      return failure();
    for (unsigned index = 0; index < kernel.getNumArguments(); ++index)
      if (failed(declare(kernel, kernel.getArgumentName(index))))
        return failure();
    return verifyBlock(kernel.getBody().front());
  }

private:
  using Names = llvm::ScopedHashTable<StringRef, LocationAttr>;
  using Scope = Names::ScopeTy;

  LogicalResult declare(Operation *op, const std::string &name) {
    StringRef kept = StringAttr::get(op->getContext(), name).getValue(); // lives as long as the context
    if (names.count(kept))
      return (op->emitOpError() << "must not hide a name that is in sight, got '" << name << "'")
                 .attachNote(Location(names.lookup(kept)))
             << "declared here";
    names.insert(kept, LocationAttr(op->getLoc()));
    return success();
  }

  LogicalResult verifyTyped(Operation *op, TypeRange types);
  LogicalResult verifyBlock(Block &block);
  LogicalResult verifyOp(Operation *op);
  LogicalResult verifyExpression(Operation *op);
  LogicalResult verifyRegions(Operation *op);

  Names names;
};

} // namespace

static bool isText(Operation *op) { return op->hasTrait<Expression>() && op->getNumResults() == 1; }
static bool isName(Operation *op) { return op->hasTrait<Name>(); }

LogicalResult Verifier::verifyTyped(Operation *op, TypeRange types) {
  for (Type type : types)
    if (isa<LLVM::LLVMPointerType>(type))
      return op->emitOpError() << "must have typed pointers to be printed, got " << type;
  return success();
}

LogicalResult Verifier::verifyBlock(Block &block) {
  for (Operation &op : block)
    if (failed(verifyOp(&op)))
      return failure();
  return success();
}

LogicalResult Verifier::verifyOp(Operation *op) {
  if (!isa_and_nonnull<CudaDialect>(op->getDialect()))
    return op->emitError() << "'" << op->getName()
                           << "' is no construct of CUDA C++; convert-code-to-cuda makes it one";
  if (failed(verifyTyped(op, op->getResultTypes())))
    return failure();
  if (isa<WhileOp>(op->getParentOp()) && op->getParentRegion()->getRegionNumber() == 0 && !isText(op) && !isName(op) &&
      !isa<ConditionOp>(op))
    return op->emitOpError() << "must not stand in the condition of a loop, which holds expressions alone";
  if (isText(op) && failed(verifyExpression(op)))
    return failure();
  if (auto let = dyn_cast<LetOp>(op))
    return declare(op, let.getName().str());
  if (auto variable = dyn_cast<VariableOp>(op))
    return declare(op, variable.getName().str());
  if (auto array = dyn_cast<ArrayOp>(op))
    return declare(op, array.getName().str());
  return op->getNumRegions() ? verifyRegions(op) : success();
}

LogicalResult Verifier::verifyExpression(Operation *op) {
  if (!op->hasOneUse())
    return op->emitOpError() << "must be used once to be printed: name it by cuda.let";
  OpOperand &use = *op->use_begin();
  Operation *user = use.getOwner();
  if (user->getBlock() != op->getBlock())
    return op->emitOpError() << "must be used in its own block to be printed: name it by cuda.let";
  for (Operation *between = op->getNextNode(); between != user; between = between->getNextNode())
    if (!isText(between) && !isName(between))
      return (op->emitOpError() << "must stand directly before the statement that prints it")
                 .attachNote(between->getLoc())
             << "this statement stands between";
  if (isa<ThreadIndexOp, BlockIndexOp>(op) && !isa<LetOp>(user))
    return op->emitOpError() << "must be named by cuda.let to be printed";
  bool repeated = isa<ForOp>(user) && use.getOperandNumber() > 0;
  if (repeated && !isMemoryEffectFree(op))
    return op->emitOpError() << "is evaluated each time round the loop: name it by cuda.let";
  auto call = dyn_cast<CallOp>(op);
  bool alone = isa<LetOp, VariableOp, AssignOp, YieldOp>(user) || (isa<StoreOp>(user) && use.getOperandNumber() == 0);
  if (call && !call.getPure() && !alone)
    return op->emitOpError() << "touches memory and must be all that its statement evaluates: name it by cuda.let";
  return success();
}

LogicalResult Verifier::verifyRegions(Operation *op) {
  if (auto lambda = dyn_cast<LambdaOp>(op)) {
    if (!lambda.getName())
      return op->emitOpError() << "must have a name to be printed";
    if (failed(verifyTyped(op, lambda.getBody().getArgumentTypes())))
      return failure();
    if (failed(declare(op, lambda.getName()->str())))
      return failure();
  }
  for (Region &region : op->getRegions()) {
    Scope scope(names);
    if (auto loop = dyn_cast<ForOp>(op); loop && failed(declare(op, loop.getName().str())))
      return failure();
    if (auto lambda = dyn_cast<LambdaOp>(op)) {
      ArrayAttr parameters = lambda.getParameterNamesAttr();
      unsigned count = lambda.getBody().getNumArguments();
      if (count != (parameters ? parameters.size() : 0))
        return op->emitOpError() << "must have names for its " << count << " parameters to be printed";
      for (unsigned index = 0; index < count; ++index)
        if (failed(declare(op, cast<StringAttr>(parameters[index]).str())))
          return failure();
    }
    for (Block &block : region)
      if (failed(verifyBlock(block)))
        return failure();
  }
  return success();
}

LogicalResult tern::cuda::verifyPrintable(KernelOp kernel) { return Verifier().verify(kernel); }
