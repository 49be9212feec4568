//===- GraphGroupOps.cpp - Ops that run together --------------------------===//

#include "dialects/Graph/IR/GraphSyntax.h"

using namespace mlir;
using namespace tern::graph;

ParseResult GroupOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr kind;
  if (parser.parseAttribute(kind, "kind", state.attributes))
    return failure();
  if (succeeded(parser.parseOptionalArrow()) && parser.parseCommaSeparatedList([&] {
        return parseShortType(parser, state.types.emplace_back());
      }))
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

LogicalResult GroupOp::verifyRegions() {
  auto yield = dyn_cast<YieldOp>(getBody().front().back());
  if (!yield || yield->getOperandTypes() != getResultTypes()) // (C1)
    return emitOpError() << "must end in a graph.yield of its results, " << getResultTypes();
  for (Operation &op : getBody().front())
    if (isa<GroupOp>(op)) // (C2)
      return op.emitOpError() << "must not stand in another group";
  return success();
}
