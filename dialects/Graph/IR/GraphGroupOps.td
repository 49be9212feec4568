//===- GraphGroupOps.td - Ops that run together ------------*- tablegen -*-===//

#ifndef TERN_GRAPH_GROUP_OPS
#define TERN_GRAPH_GROUP_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_GroupOp : Graph_Op<"group", [SingleBlock, RecursiveMemoryEffects, NoRegionArguments]> {
  let summary = "ops that run together";
  let description = [{
    Semantics: that of the ops inside, in order. A group records the decision to compute them without writing what lies
    between them to memory; it loses nothing of what they are. Ops inside use values from outside freely. `kind` says
    what the group is built round: `linear`, `attention`, `rows` (work on rows of the last dimension) or `serial`.

    Constraints:
    - (C1) results have the types of what `graph.yield` gives;
    - (C2) groups do not nest;
    - (C3) `kind` is one of those four;
    - (C4) a `linear` group holds linear layers that share their input and have numbers of output rows; all that it
      hands out depends on one of them;
    - (C5) an `attention` group holds one `graph.attention` and nothing else.

    Effects: those of the ops inside.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[96, 64]>)
        -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.group "linear" -> f32[B, T, 96] {
        %1 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, T, 64]) -> f32[B, T, 64]
        %2 = graph.linear %1, %w : (f32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
        graph.yield %2 : (f32[B, T, 96])
      }
      return %0 : !graph.tensor<f32[B, T, 96]>
    }
    ```
  }];
  let arguments = (ins StrAttr:$kind);
  let results = (outs Variadic<Graph_AnyTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

def Graph_YieldOp : Graph_Op<"yield", [Pure, Terminator, HasParent<"GroupOp">]> {
  let summary = "what a group hands out";
  let description = [{
    Semantics: hands its operands out as the results of the group; the first constraint of `graph.group` says that their
    types agree.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[8]>) -> !graph.tensor<f32[8]> {
      %0 = graph.group "rows" -> f32[8] {
        %1 = graph.silu %x : (f32[8]) -> f32[8]
        graph.yield %1 : (f32[8])
      }
      return %0 : !graph.tensor<f32[8]>
    }
    ```
  }];
  let arguments = (ins Variadic<Graph_AnyTensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` custom<ShortTypes>(type($operands)))?";
}

#endif // TERN_GRAPH_GROUP_OPS
