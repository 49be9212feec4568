//===- Passes.td - Passes of the graph dialect -------------*- tablegen -*-===//

#ifndef TERN_GRAPH_TRANSFORMS_PASSES
#define TERN_GRAPH_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def RaiseGatedActivation : Pass<"graph-raise-gated-activation", "::mlir::func::FuncOp"> {
  let summary = "activation and product become graph.gated";
  let description = [{
    A feed-forward layer that gates one projection by the activation of another is written as two ops by frameworks, and
    named as one here, so that later phases see the layer that it is.

    Assumes nothing. Applies to `graph.mul` where one operand is a `graph.silu`, `gelu`, `gelu_tanh`, `relu`,
    `relu_squared` or `sigmoid`; if both are, the left one becomes the gate. Declines, with a remark, where

    - the activation has other users: it would be computed twice;
    - the operands have different shapes: `graph.gated` does not broadcast.

    The activation is no longer rounded before the product; in f32 the difference is within one unit in the last place
    of the activation. The new op has the locations of both.

    Before:

    ```mlir
    func.func @swiglu(%g: !graph.tensor<f32[B, T, 96]>, %u: !graph.tensor<f32[B, T, 96]>)
        -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.silu %g : (f32[B, T, 96]) -> f32[B, T, 96]
      %1 = graph.mul %0, %u : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
      return %1 : !graph.tensor<f32[B, T, 96]>
    }
    ```

    After `graph-raise-gated-activation`:

    ```mlir
    func.func @swiglu(%g: !graph.tensor<f32[B, T, 96]>, %u: !graph.tensor<f32[B, T, 96]>)
        -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.gated silu %g, %u : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
      return %0 : !graph.tensor<f32[B, T, 96]>
    }
    ```

    Test: test/dialects/Graph/Transforms/raise-gated-activation.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

def Specialize : Pass<"graph-specialize", "::mlir::ModuleOp"> {
  let summary = "named dimensions become numbers or other names";
  let description = [{
    Replaces symbols in the types of the whole module, all at once: functions, their bodies, weights and states. What a
    program computes at given sizes stays the same; a later phase can choose tiles and plan memory for those sizes.

    Guarantees that the result verifies. It is an error if a symbol of `dims` is in no type of the module, if a new
    dimension is neither a number nor a name, or if a constraint forbids the new type: axis 1 of a key or value state,
    for one, stays a symbol, because such a state grows.

    Before:

    ```mlir
    func.func @norm(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 64]> {
      %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, T, 64]) -> f32[B, T, 64]
      return %0 : !graph.tensor<f32[B, T, 64]>
    }
    ```

    After `graph-specialize{dims=B=1,T=N}`:

    ```mlir
    func.func @norm(%x: !graph.tensor<f32[1, N, 64]>) -> !graph.tensor<f32[1, N, 64]> {
      %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[1, N, 64]) -> f32[1, N, 64]
      return %0 : !graph.tensor<f32[1, N, 64]>
    }
    ```

    Test: test/dialects/Graph/Transforms/specialize.mlir
  }];
  let options = [
    ListOption<"dims", "dims", "std::string", "what each symbol becomes: SYMBOL=NUMBER or SYMBOL=NAME, by commas">
  ];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

def VerifyNormal : Pass<"graph-verify-normal", "::mlir::ModuleOp"> {
  let summary = "the normal form of graph programs holds";
  let description = [{
    Checks what the phase `normalize` promises to those after it, and changes nothing. A module is in normal form if

    - (N1) it holds ops of the dialects `graph` and `func` only, beside the module itself;
    - (N2) no `graph.dequantize` feeds an op that reads blocks itself where reading them is exact: the weight of
      `graph.linear` and `graph.expert_linear`, the table of `graph.embedding`;
    - (N3) no activation and product is left that `graph-raise-gated-activation` would raise;
    - (N4) no `graph.reshape`, `graph.transpose` or `graph.cast` leaves its input as it is;
    - (N5) the location of every `graph` op holds the path of a module in the model, as a name:
      `loc("model.layers.0.mlp")`, alone or fused with others. Constants are exempt, as folding shares them.

    Every violation is an error at its op.

    Accepted:

    ```mlir
    func.func @swiglu(%g: !graph.tensor<f32[B, 96]>, %u: !graph.tensor<f32[B, 96]>) -> !graph.tensor<f32[B, 96]> {
      %0 = graph.gated silu %g, %u : (f32[B, 96], f32[B, 96]) -> f32[B, 96] loc("model.layers.0.mlp")
      return %0 : !graph.tensor<f32[B, 96]>
    }
    ```

    Test: test/dialects/Graph/Transforms/verify-normal.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

#endif // TERN_GRAPH_TRANSFORMS_PASSES
