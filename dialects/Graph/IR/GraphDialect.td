//===- GraphDialect.td - The graph dialect -----------------*- tablegen -*-===//
//
// What is computed: transformer programs on tensors, at the level a model author speaks.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_GRAPH_DIALECT
#define TERN_GRAPH_DIALECT

include "mlir/IR/OpBase.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::tern::graph";
  let summary = "programs of transformer models on tensors";
  let description = [{
    The graph dialect says *what* a language model computes and nothing about how or where. Its ops are those that a
    model author names: `graph.linear`, `graph.rms_norm`, `graph.rope`, `graph.attention`. The reference interpreter
    runs every one of them, so any program in this dialect has a value.

    Three things stay outside tensors and are module-level symbols:

    - **Weights** (`graph.weight`) live in the model's own files (`graph.file`) or come from a documented generator. The
      IR holds place, shape and storage format, never bytes, so that the program of a 70B model is a few hundred
      kilobytes of text.
    - **State** (`graph.state`) survives from one call to the next: keys and values by position, recurrent states,
      convolution tails. Its contract names kind, layer, layout and positions; prefill, decode, batches, windows and
      paging are ways to lower that one contract.
    - **Dimensions** that are known only at run time are named symbols in types: `f32[B, T, 576]`. By convention `B` is
      sequences in the batch, `T` tokens in this call, `C` positions held in the state, `N` positions whose logits are
      wanted. The same name is the same number everywhere in a function; specialising is substitution.

    Every op carries as its location the path of the module in the model that it came from
    (`model.layers.7.self_attn.q_proj`).

    Numbers: unless an op says otherwise, each element of the result is computed from the exact values of the operands
    in at least f32, sums accumulate in at least f32, and the result is rounded once to its element type. NaN
    propagates.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

#endif // TERN_GRAPH_DIALECT
