//===- GraphStateOps.td - What survives a call -------------*- tablegen -*-===//
//
// A decoder that runs token by token keeps keys and values of earlier positions; a recurrent layer keeps its state.
// Both are module-level symbols with a contract, so that one program serves prefill, decode and batches, and how a
// state is stored (contiguous, ring of a window, pages) is a later decision.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_GRAPH_STATE_OPS
#define TERN_GRAPH_STATE_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_StateResource : Resource<"::tern::graph::StateResource">;

def Graph_StateOp : Graph_Op<"state", [Symbol]> {
  let summary = "a tensor that survives from one call to the next";
  let description = [{
    Declares one state of one layer. Before the first call it holds zeros and no positions.

    - Kinds `key` and `value` are indexed by position on axis 1, whose size is a symbol: entry `[b, p]` belongs to
      position `p` of sequence `b`. `window` says that no reader looks further back than that many positions, the
      current one included; storage may forget older ones.
    - Kinds `recurrent` and `convolution` hold the latest value only.
    - Kind `encoded` holds what an encoder computed once for its whole source.

    Constraints:
    - (C1) `layer` is not negative;
    - (C2) axis 1 of a `key` or `value` is a symbol;
    - (C3) `window` is positive and only given for `key` and `value`;
    - (C4) the element type is not block storage.

    ```mlir
    graph.state @model.layers.0.self_attn.key key of layer 0 window 4096 : f32[B, C, 3, 64]
    graph.state @model.layers.1.mixer.state recurrent of layer 1 : f32[B, 16, 128, 64]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Graph_StateKindAttr:$kind,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$layer,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$window,
                       TypeAttrOf<Graph_NumberTensor>:$type);
  let assemblyFormat = [{
    $sym_name custom<StateKind>($kind) `of` `layer` $layer (`window` $window^)? `:` custom<ShortTypeAttr>($type)
    attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    SymbolicTensorType getTensorType() { return ::llvm::cast<SymbolicTensorType>(getType()); }

    /// Whether axis 1 counts positions.
    bool isByPosition() { return getKind() == StateKind::Key || getKind() == StateKind::Value; }
  }];
}

def Graph_ReadStateOp : Graph_Op<"read_state", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a state";
  let description = [{
    Semantics: the state's present value.

    Constraints: (C1) `state` names a `graph.state` of the module; (C2) the result has its type.
    Effects: reads the state.

    ```mlir
    graph.state @s recurrent of layer 0 : f32[B, 16]
    func.func @example() -> !graph.tensor<f32[B, 16]> {
      %0 = graph.read_state @s : f32[B, 16]
      return %0 : !graph.tensor<f32[B, 16]>
    }
    ```
  }];
  let arguments = (ins Arg<FlatSymbolRefAttr, "", [MemRead<Graph_StateResource, 0, FullEffect>]>:$state);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = "$state attr-dict `:` custom<ShortType>(type($result))";
}

def Graph_WriteStateOp : Graph_Op<"write_state", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a state's new value";
  let description = [{
    Semantics: the state becomes `value`.

    Constraints: (C1) `state` names a `graph.state` of the module; (C2) `value` has its type; (C3) the state is not
    indexed by position (that is what `graph.append_state` writes).
    Effects: writes the state.

    ```mlir
    graph.state @s recurrent of layer 0 : f32[B, 16]
    func.func @example(%x: !graph.tensor<f32[B, 16]>) {
      graph.write_state @s, %x : f32[B, 16]
      return
    }
    ```
  }];
  let arguments = (ins Arg<FlatSymbolRefAttr, "", [MemWrite<Graph_StateResource, 0, FullEffect>]>:$state,
                       Graph_NumberTensor:$value);
  let assemblyFormat = "$state `,` $value attr-dict `:` custom<ShortType>(type($value))";
}

def Graph_AppendStateOp : Graph_Op<"append_state", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "entries written at their positions, and the state they make";
  let description = [{
    Semantics: `state[b, positions[b, t], ...] = value[b, t, ...]` for every `t` with `positions[b, t] >= 0`; a negative
    position marks a slot without a token. `result` is the whole state afterwards. Its axis 1 has as many entries as one
    more than the largest position ever written to any sequence; entries never written, and those that a `window` lets
    storage forget, are unspecified finite numbers that attention masks.

    Writing a position again replaces it, so a caller rolls back by continuing at an earlier position.

    Constraints:
    - (C1) `state` names a `graph.state` of kind `key` or `value`;
    - (C2) `result` has the state's type;
    - (C3) `value` has the state's element type, and its shape but for axis 1;
    - (C4) `positions` is `[B, T]` with the first two dimensions of `value`.

    Effects: writes and reads the state.

    ```mlir
    graph.state @k key of layer 0 : f32[B, C, 3, 64]
    func.func @example(%k: !graph.tensor<f32[B, T, 3, 64]>, %p: !graph.tensor<i32[B, T]>)
        -> !graph.tensor<f32[B, C, 3, 64]> {
      %0 = graph.append_state @k, %k at %p : (f32[B, T, 3, 64], i32[B, T]) -> f32[B, C, 3, 64]
      return %0 : !graph.tensor<f32[B, C, 3, 64]>
    }
    ```
  }];
  let arguments = (ins Arg<FlatSymbolRefAttr, "", [MemRead<Graph_StateResource, 0, FullEffect>,
                                                   MemWrite<Graph_StateResource, 1, FullEffect>]>:$state,
                       Graph_NumberTensor:$value, Graph_IntegerTensor:$positions);
  let results = (outs Graph_NumberTensor:$result);
  let assemblyFormat = [{
    $state `,` $value `at` $positions attr-dict `:` custom<ShortTypes>(type($value), type($positions)) `->`
    custom<ShortType>(type($result))
  }];
}

#endif // TERN_GRAPH_STATE_OPS
