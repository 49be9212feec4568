//===- GraphBase.td - What graph ops have in common --------*- tablegen -*-===//

#ifndef TERN_GRAPH_BASE
#define TERN_GRAPH_BASE

include "dialects/Graph/IR/GraphAttrs.td"
include "dialects/Graph/IR/GraphTypes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

class Graph_Op<string mnemonic, list<Trait> traits = []> : Op<Graph_Dialect, mnemonic, traits>;

/// An op without effects whose result types follow from its operands and attributes: `inferReturnTypes` in C++ is both
/// shape inference and the part of the verifier that needs shapes.
class Graph_PureOp<string mnemonic, list<Trait> traits = []>
    : Graph_Op<mnemonic, !listconcat(traits, [Pure, InferTypeOpAdaptor])>;

#endif // TERN_GRAPH_BASE
