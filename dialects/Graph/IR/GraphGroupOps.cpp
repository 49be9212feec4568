//===- GraphGroupOps.cpp - Ops that run together --------------------------===//

#include "dialects/Graph/IR/GraphSyntax.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tern::graph;

ParseResult GroupOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr kind;
  if (parser.parseAttribute(kind, "kind", state.attributes))
    return failure();
  if (succeeded(parser.parseOptionalArrow()) &&
      parser.parseCommaSeparatedList([&] { return parseShortType(parser, state.types.emplace_back()); }))
    return failure();
  if (parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  return parser.parseRegion(*state.addRegion());
}

void GroupOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getKindAttr();
  if (getNumResults() > 0) {
    printer << " -> ";
    llvm::interleaveComma(getResultTypes(), printer, [&](Type type) { printShortType(printer, *this, type); });
  }
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"kind"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

/// Whether `value` is a product of `body`, or computed from one there.
static bool dependsOnProduct(Block &body, Value value) {
  llvm::SetVector<Value> wanted;
  wanted.insert(value);
  for (size_t i = 0; i < wanted.size(); ++i) {
    Operation *producer = wanted[i].getDefiningOp();
    if (!producer || producer->getBlock() != &body)
      continue;
    if (isa<LinearOp>(producer))
      return true;
    wanted.insert(producer->operand_begin(), producer->operand_end());
  }
  return false;
}

/// (C4): what a group round linear layers must hold for its tiles to be computed together.
static LogicalResult checkLinearGroup(GroupOp group) {
  Block &body = group.getBody().front();
  auto products = body.getOps<LinearOp>();
  if (products.empty())
    return group.emitOpError() << "of kind linear must hold a graph.linear";
  for (LinearOp linear : products) {
    if (linear.getInput() != (*products.begin()).getInput())
      return linear.emitOpError() << "must have the input of the first linear layer of its group";
    if (!cast<SymbolicTensorType>(linear.getType()).getStaticDim(-1))
      return linear.emitOpError() << "in a group must have a number of output rows, got " << linear.getType();
  }
  for (Value result : body.getTerminator()->getOperands())
    if (!dependsOnProduct(body, result))
      return group.emitOpError() << "of kind linear must hand out products and what follows them, got " << result;
  return success();
}

LogicalResult GroupOp::verifyRegions() {
  Block &body = getBody().front();
  auto yield = dyn_cast<YieldOp>(body.back());
  if (!yield || yield->getOperandTypes() != getResultTypes()) // (C1)
    return emitOpError() << "must end in a graph.yield of its results, " << getResultTypes();
  for (Operation &op : body)
    if (isa<GroupOp>(op)) // (C2)
      return op.emitOpError() << "must not stand in another group";
  if (!llvm::is_contained({"linear", "attention", "rows", "serial"}, getKind())) // (C3)
    return emitOpError() << "kind must be linear, attention, rows or serial, got '" << getKind() << "'";
  if (getKind() == "attention" && (!isa<AttentionOp>(body.front()) || body.front().getNextNode() != yield)) // (C5)
    return emitOpError() << "of kind attention must hold one graph.attention and nothing else";
  return getKind() == "linear" ? checkLinearGroup(*this) : success(); // (C4)
}
