//===- Names.cpp - What variables are called ------------------------------===//

#include "lib/Conversion/CodeToCuda/Names.h"

#include "dialects/Cuda/IR/Cuda.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tern::cuda;

bool Names::isTaken(StringRef name) const {
  return llvm::any_of(scopes, [&](const llvm::StringSet<> &scope) { return scope.contains(name); });
}

std::string Names::declare(StringRef wish) {
  std::string name;
  for (char c : wish)
    name += llvm::isAlnum(c) || c == '_' ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name = "x" + name;
  std::string candidate = name;
  for (unsigned number = 1; isTaken(candidate) || !isIdentifier(candidate); ++number)
    candidate = name + std::to_string(number);
  scopes.back().insert(candidate);
  return candidate;
}

std::string Names::declareIndex() {
  for (StringRef name : {"i", "j", "k", "l", "m"})
    if (!isTaken(name))
      return declare(name);
  return declare("i");
}

static StringRef kindName(Type type) {
  if (type.isInteger(1))
    return "holds";
  if (isa<IntegerType>(type))
    return "n";
  return isa<FloatType>(type) ? "x" : "p";
}

/// The name of the argument that `pointer` points into.
static std::string rootName(Value pointer) {
  while (auto gep = pointer.getDefiningOp<LLVM::GEPOp>())
    pointer = gep.getBase();
  auto argument = dyn_cast<BlockArgument>(pointer);
  auto kernel = argument ? dyn_cast<KernelOp>(argument.getOwner()->getParentOp()) : KernelOp();
  return kernel ? kernel.getArgumentName(argument.getArgNumber()) : "";
}

/// What the program calls a size.
static std::string symbolName(SizeOp size) {
  auto module = size->getParentOfType<ModuleOp>();
  auto symbols = module ? module->getAttrOfType<ArrayAttr>("kernel.symbols") : ArrayAttr();
  auto symbol =
      symbols && size.getIndex() < symbols.size() ? dyn_cast<StringAttr>(symbols[size.getIndex()]) : StringAttr();
  return symbol ? symbol.str() : "size";
}

static bool isIndex(Value value) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    auto gep = dyn_cast<LLVM::GEPOp>(user);
    return gep && gep.getBase() != value;
  });
}

std::string tern::cuda::suggestName(Operation *op) {
  Value value = op->getResult(0);
  if (auto name = op->getAttrOfType<StringAttr>(nameAttrName))
    return name.str();
  auto call = dyn_cast<CallOp>(op);
  if (StringRef name = call ? call.getCallee().rsplit("::").second : ""; !name.empty()) // others are names in sight
    return name.str();
  Operation *operand = isa<arith::ExtUIOp, arith::ExtSIOp>(op) ? op->getOperand(0).getDefiningOp() : op;
  if (isa_and_nonnull<ThreadIndexOp>(operand))
    return "thread";
  if (isa_and_nonnull<BlockIndexOp>(operand))
    return "block";
  if (auto size = dyn_cast<SizeOp>(op))
    return symbolName(size);
  if (isa<SharedOp>(op))
    return "shared";
  if (auto load = dyn_cast<LLVM::LoadOp>(op))
    if (std::string root = rootName(load.getAddr()); !root.empty())
      return root + "Value";
  if (isa<IntegerType>(value.getType()) && !value.getType().isInteger(1) && isIndex(value))
    return "index";
  return kindName(value.getType()).str();
}

std::string tern::cuda::suggestCarriedName(Value carried, Value next) {
  Operation *op = next ? next.getDefiningOp() : nullptr;
  if (op && llvm::is_contained(op->getOperands(), carried)) {
    if (isa<arith::AddFOp, arith::AddIOp, arith::SubFOp>(op))
      return "sum";
    if (isa<arith::MulFOp, arith::MulIOp>(op))
      return "product";
    if (isa<arith::MaximumFOp, arith::MaxNumFOp, arith::MaxSIOp>(op))
      return "largest";
    if (isa<arith::MinimumFOp, arith::MinNumFOp, arith::MinSIOp>(op))
      return "smallest";
  }
  if (auto loop = dyn_cast_or_null<scf::ForOp>(op)) { // it goes through an inner loop
    unsigned index = cast<OpResult>(next).getResultNumber();
    if (loop.getInitArgs()[index] == carried)
      return suggestCarriedName(loop.getRegionIterArgs()[index], loop.getBody()->getTerminator()->getOperand(index));
  }
  if (auto branch = dyn_cast_or_null<scf::IfOp>(op)) { // a branch leaves it as it is
    unsigned index = cast<OpResult>(next).getResultNumber();
    Value then = branch.thenYield().getOperand(index), otherwise = branch.elseYield().getOperand(index);
    if (otherwise == carried || then == carried)
      return suggestCarriedName(carried, otherwise == carried ? then : otherwise);
  }
  return kindName(carried.getType()).str();
}
