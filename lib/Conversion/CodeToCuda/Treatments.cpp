//===- Treatments.cpp - Which values get a name ---------------------------===//

#include "lib/Conversion/CodeToCuda/Treatments.h"

#include "lib/Conversion/CodeToCuda/Names.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace tern::cuda;

/// About how many columns an expression may take.
static constexpr unsigned expressionWidth = 80;

//===----------------------------------------------------------------------===//
// Kinds of ops
//===----------------------------------------------------------------------===//

static bool isConstant(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() ||
         isa<LLVM::ZeroOp, LLVM::UndefOp, LLVM::PoisonOp, LLVM::AddressOfOp, ub::PoisonOp, ProblemOp>(op);
}

static bool isImpureCall(Operation *op) {
  auto call = dyn_cast<CallOp>(op);
  return call && !call.getPure();
}

/// Whether `does` holds for `op` or for what is nested in it. A lambda does nothing where it stands.
static bool anyDoes(Operation *op, llvm::function_ref<bool(Operation *)> does) {
  if (op->getNumRegions() == 0)
    return does(op);
  return !isa<LambdaOp>(op) && llvm::any_of(op->getRegions(), [&](Region &region) {
    return llvm::any_of(region.getOps(), [&](Operation &nested) { return anyDoes(&nested, does); });
  });
}

static bool mayWrite(Operation *op) {
  return anyDoes(op, [](Operation *op) {
    return !isa<LLVM::LoadOp, LLVM::AllocaOp, CommentOp>(op) && !op->hasTrait<OpTrait::IsTerminator>() &&
           !isMemoryEffectFree(op);
  });
}

/// Whether `op` reads memory by loads. Calls count as writes.
static bool mayLoad(Operation *op) {
  return anyDoes(op, [](Operation *op) { return isa<LLVM::LoadOp>(op); });
}

/// Whether loads and calls at `op` may be evaluated at `statement` as well, which stands below it in the same block.
static bool canMoveTo(Operation *op, Operation *statement) {
  if (op->getBlock() != statement->getBlock())
    return false;
  for (Operation *between = op->getNextNode(); between != statement; between = between->getNextNode())
    if (mayWrite(between) || (isImpureCall(op) && mayLoad(between)))
      return false;
  return true;
}

/// Whether `inner` lies in `outer` or in branches of it: neither in a loop nor in a lambda of its own.
static bool isReachedOnce(Block *outer, Block *inner) {
  while (inner != outer) {
    Operation *parent = inner->getParentOp();
    if (!isa<scf::IfOp>(parent))
      return false;
    inner = parent->getBlock();
  }
  return true;
}

/// How often an operand of `op` is printed: these comparisons have no operator of their own.
static unsigned timesPrinted(Operation *op) {
  auto compare = dyn_cast<arith::CmpFOp>(op);
  bool isTwice = compare && (compare.getPredicate() == arith::CmpFPredicate::ONE ||
                             compare.getPredicate() == arith::CmpFPredicate::UEQ);
  return isTwice ? 2 : 1;
}

//===----------------------------------------------------------------------===//
// Treatments
//===----------------------------------------------------------------------===//

Treatments::Treatments(KernelOp kernel) { visit(kernel.getBody().front()); }

/// From the end: who uses a value is known before the value itself.
void Treatments::visit(Block &block) {
  for (Operation &op : llvm::reverse(block)) {
    for (Region &region : op.getRegions())
      for (Block &nested : region)
        visit(nested);
    treatments[&op] = decide(&op);
  }
}

SmallVector<OpOperand *> Treatments::liveUses(Value value) const {
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : value.getUses())
    if (of(use.getOwner()) != Treatment::Dead)
      uses.push_back(&use);
  return uses;
}

bool Treatments::isExpressionAlone(Block &block) const {
  return llvm::all_of(block.without_terminator(), [&](Operation &op) {
    Treatment treatment = of(&op);
    return treatment != Treatment::Statement && treatment != Treatment::Named;
  });
}

Treatment Treatments::decide(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions() || isa<LLVM::AllocaOp>(op))
    return Treatment::Statement;
  bool isFree = isMemoryEffectFree(op), isLoad = isa<LLVM::LoadOp>(op);
  if (liveUses(op->getResult(0)).empty())
    return isFree || isLoad || isConstant(op) ? Treatment::Dead : Treatment::Statement;
  if (isConstant(op))
    return Treatment::Repeated;
  return isFree || isLoad || isImpureCall(op) ? decideValue(op) : Treatment::Statement;
}

/// An address that only loads and stores use is printed as part of them.
static bool isElementAddress(Operation *op, ArrayRef<OpOperand *> uses) {
  return isa<LLVM::GEPOp>(op) && llvm::all_of(uses, [](OpOperand *use) {
           auto store = dyn_cast<LLVM::StoreOp>(use->getOwner());
           return isa<LLVM::LoadOp>(use->getOwner()) || (store && store.getAddr() == use->get());
         });
}

Treatment Treatments::decideValue(Operation *op) {
  SmallVector<OpOperand *> uses = liveUses(op->getResult(0));
  if (op->hasAttr(nameAttrName) || isa<SizeOp>(op))
    return Treatment::Named;
  if (isa<ThreadIndexOp, BlockIndexOp>(op)) {
    bool isExtended = uses.size() == 1 && isa<arith::ExtUIOp, arith::ExtSIOp>(uses[0]->getOwner());
    return isExtended ? Treatment::Repeated : Treatment::Named;
  }
  Operation *operand = isa<arith::ExtUIOp, arith::ExtSIOp>(op) ? op->getOperand(0).getDefiningOp() : nullptr;
  if (isa_and_nonnull<ThreadIndexOp, BlockIndexOp>(operand))
    return Treatment::Named;
  if (isElementAddress(op, uses))
    return Treatment::Repeated;
  if (uses.size() != 1 || timesPrinted(uses[0]->getOwner()) != 1)
    return Treatment::Named;
  std::optional<Place> place = placeOf(*uses[0]);
  if (!place)
    return Treatment::Named;
  if (isMemoryEffectFree(op)) {
    if (!isReachedOnce(op->getBlock(), place->statement->getBlock()))
      return Treatment::Named;
  } else if (place->eachTime || !canMoveTo(op, place->statement) || (isImpureCall(op) && !place->isCallee)) {
    return Treatment::Named;
  }
  if (!fits(op, place->statement))
    return Treatment::Named;
  place->isCallee = false;
  places[op] = *place;
  return Treatment::Inlined;
}

/// Where the value of `use` is printed, if that is one place.
std::optional<Treatments::Place> Treatments::placeOf(OpOperand &use) const {
  Operation *owner = use.getOwner();
  switch (of(owner)) {
  case Treatment::Inlined:
    return places.lookup(owner);
  case Treatment::Repeated: {
    SmallVector<OpOperand *> uses = liveUses(owner->getResult(0));
    std::optional<Place> place = uses.size() == 1 ? placeOf(*uses[0]) : std::nullopt;
    if (place)
      place->isCallee = false;
    return place;
  }
  default:
    break;
  }
  if (isa<scf::ConditionOp>(owner) && use.getOperandNumber() > 0)
    return std::nullopt; // the next iteration and what follows the loop ask for it by name
  bool eachTime = isa<scf::ForOp>(owner) && (use.getOperandNumber() == 1 || use.getOperandNumber() == 2);
  bool isValue = isa<YieldOp>(owner) || (isa<LLVM::StoreOp>(owner) && use.getOperandNumber() == 0);
  return Place{owner, eachTime, isValue};
}

/// About how many columns an operand takes as long as it is a name.
static unsigned widthOfName(Value operand) {
  Operation *op = operand.getDefiningOp();
  if (op && isConstant(op))
    return 4;
  return op && isa<LLVM::LoadOp>(op) ? suggestName(op).size() : 5;
}

/// Adds the width of `op` to its statement's, if there is room.
bool Treatments::fits(Operation *op, Operation *statement) {
  unsigned width = 3;
  for (Value operand : op->getOperands())
    width += widthOfName(operand);
  if (auto call = dyn_cast<CallOp>(op))
    width += call.getCallee().size();
  else if (isa<arith::TruncFOp>(op))
    width += 28;
  else if (op->getName().getDialectNamespace() == "math" || isa<CastOpInterface>(op))
    width += 8;
  unsigned &total = widths[statement];
  if (total + width > expressionWidth)
    return false;
  total += width;
  return true;
}
