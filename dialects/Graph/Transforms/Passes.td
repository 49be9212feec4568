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

def AssignPrecision : Pass<"graph-assign-precision", "::mlir::ModuleOp"> {
  let summary = "types and casts that a policy asks for";
  let description = [{
    Makes the numbers that ops compute with visible. The policy, `default`, `f32`, `bf16` or `int8`, says what the
    activations of linear layers are rounded to before the product and what the key and value states hold; rules after
    it make exceptions by op kind or module path (`default,lm_head=f32,state=f32`). PrecisionPolicy.h has the table.

    - Activations of a linear layer on a weight in blocks of integers become blocks of integers themselves
      (`graph.quantize`); the product is then exact in integers and its sums are in f32. `i15_32` has 15 bits: the
      rounding is below 2^-14 of the largest element of a block.
    - bf16 and f16 activations are casts; the result of the layer stays f32.
    - Norms, softmax, rotary embeddings and the residual stream stay f32.

    Declines, with a remark, to quantise activations where rows are not whole blocks of 32 or the weight is of floats,
    and leaves activations that are not f32 as the program has them. A remark at each linear layer and state says what it
    got. It is an error if a rule of `policy` cannot be read, or if its pattern fits no linear layer and no state.

    Before:

    ```mlir
    func.func @layer(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<q4_1[96, 64]>)
        -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.linear %x, %w : (f32[B, T, 64], q4_1[96, 64]) -> f32[B, T, 96]
      return %0 : !graph.tensor<f32[B, T, 96]>
    }
    ```

    After `graph-assign-precision{policy=default}`:

    ```mlir
    func.func @layer(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<q4_1[96, 64]>)
        -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.quantize %x : (f32[B, T, 64]) -> i15_32[B, T, 64]
      %1 = graph.linear %0, %w : (i15_32[B, T, 64], q4_1[96, 64]) -> f32[B, T, 96]
      return %1 : !graph.tensor<f32[B, T, 96]>
    }
    ```

    Test: test/dialects/Graph/Transforms/assign-precision.mlir
  }];
  let options = [
    Option<"policy", "policy", "std::string", "\"default\"", "default, f32, bf16 or int8, and rules by commas">
  ];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

def ShareRopeTables : Pass<"graph-share-rope-tables", "::mlir::func::FuncOp"> {
  let summary = "cosines and sines computed once a step";
  let description = [{
    The angles of a rotary embedding depend on positions alone, and layers that turn alike would compute the same ones.
    Each `graph.rope` becomes a `graph.rotate` by a `graph.rope_table`, one table for each rotary attribute, positions
    and factors. Cosines and sines are rounded to f32 between the two: a difference of at most 2^-24 of an element's
    pair.

    Declines, with a remark, where the factors are neither weights nor constants.

    Before:

    ```mlir
    func.func @turn(%q: !graph.tensor<f32[B, T, 9, 64]>, %k: !graph.tensor<f32[B, T, 3, 64]>,
                    %p: !graph.tensor<i32[B, T]>) -> (!graph.tensor<f32[B, T, 9, 64]>, !graph.tensor<f32[B, T, 3, 64]>) {
      %0 = graph.rope %q by #graph.rotary<theta = 10000.0, dims = 64, layout = half> at %p
          : (f32[B, T, 9, 64], i32[B, T]) -> f32[B, T, 9, 64]
      %1 = graph.rope %k by #graph.rotary<theta = 10000.0, dims = 64, layout = half> at %p
          : (f32[B, T, 3, 64], i32[B, T]) -> f32[B, T, 3, 64]
      return %0, %1 : !graph.tensor<f32[B, T, 9, 64]>, !graph.tensor<f32[B, T, 3, 64]>
    }
    ```

    After `graph-share-rope-tables`:

    ```mlir
    func.func @turn(%q: !graph.tensor<f32[B, T, 9, 64]>, %k: !graph.tensor<f32[B, T, 3, 64]>,
                    %p: !graph.tensor<i32[B, T]>) -> (!graph.tensor<f32[B, T, 9, 64]>, !graph.tensor<f32[B, T, 3, 64]>) {
      %0 = graph.rope_table #graph.rotary<theta = 10000.0, dims = 64, layout = half> at %p
          : (i32[B, T]) -> f32[B, T, 64]
      %1 = graph.rotate half %q by %0 : (f32[B, T, 9, 64], f32[B, T, 64]) -> f32[B, T, 9, 64]
      %2 = graph.rotate half %k by %0 : (f32[B, T, 3, 64], f32[B, T, 64]) -> f32[B, T, 3, 64]
      return %1, %2 : !graph.tensor<f32[B, T, 9, 64]>, !graph.tensor<f32[B, T, 3, 64]>
    }
    ```

    Test: test/dialects/Graph/Transforms/share-rope-tables.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

def FormGroups : Pass<"graph-form-groups", "::mlir::func::FuncOp"> {
  let summary = "ops that run together become groups";
  let description = [{
    Decides what is computed without a round trip through memory. Every op of a function but weights and constants ends
    in a `graph.group`:

    - a **linear** group grows round linear layers that share an input: before them quantisation, casts, a norm, as long
      as nobody else reads those (each worker computes them again, which costs a read and saves a launch); after them
      elementwise ops (bias, gated activation, residual sum);
    - **rows** gathers what works on rows of the last dimension: embeddings, rotary embeddings and appending to the
      cache, elementwise ops and norms that no linear layer took;
    - rows that are computed whole, those of norms, reductions and quantisation, are read by ops with the same rows
      alone, so that none is computed twice;
    - **attention** and **serial** ops (recurrent layers, matrix products of activations, top-k) stand alone, the latter
      with the states that they read and write.

    A fusion is made if the bytes that it keeps out of memory, and `launch-bytes` for the launch that it saves, are at
    least the bytes that it reads again; sizes are those of decoding one token. Every fusion made and every one declined
    is a remark with those numbers. Weights and constants move to the top of the function, and ops that nobody reads go;
    nothing else passes what it depends on, and accesses to one state keep their order. What an op reads of a state it
    reads in another group than the one that writes it.

    Declines, with a remark, functions of several blocks, with groups, or with ops of other dialects.

    Before:

    ```mlir
    graph.weight @gate : f32[96, 64] = #graph.random<tensor = "gate", seed = 1, center = 0.0, scale = 0.1>
    graph.weight @up : f32[96, 64] = #graph.random<tensor = "up", seed = 1, center = 0.0, scale = 0.1>
    func.func @layer(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[64]>) -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.rms_norm %x, %w epsilon 1.0e-05 : (f32[B, T, 64], f32[64]) -> f32[B, T, 64]
      %1 = graph.load_weight @gate : f32[96, 64]
      %2 = graph.load_weight @up : f32[96, 64]
      %3 = graph.linear %0, %1 : (f32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
      %4 = graph.linear %0, %2 : (f32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
      %5 = graph.gated silu %3, %4 : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
      return %5 : !graph.tensor<f32[B, T, 96]>
    }
    ```

    After `graph-form-groups`:

    ```mlir
    graph.weight @gate : f32[96, 64] = #graph.random<tensor = "gate", seed = 1, center = 0.0, scale = 0.1>
    graph.weight @up : f32[96, 64] = #graph.random<tensor = "up", seed = 1, center = 0.0, scale = 0.1>
    func.func @layer(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[64]>) -> !graph.tensor<f32[B, T, 96]> {
      %0 = graph.load_weight @gate : f32[96, 64]
      %1 = graph.load_weight @up : f32[96, 64]
      %2 = graph.group "linear" -> f32[B, T, 96] {
        %3 = graph.rms_norm %x, %w epsilon 1.0e-05 : (f32[B, T, 64], f32[64]) -> f32[B, T, 64]
        %4 = graph.linear %3, %0 : (f32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
        %5 = graph.linear %3, %1 : (f32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
        %6 = graph.gated silu %4, %5 : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
        graph.yield %6 : (f32[B, T, 96])
      }
      return %2 : !graph.tensor<f32[B, T, 96]>
    }
    ```

    Test: test/dialects/Graph/Transforms/form-groups.mlir
  }];
  let options = [
    Option<"launchBytes", "launch-bytes", "int64_t", "16384", "bytes that could be moved while a launch waits">
  ];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

def VerifyGroups : Pass<"graph-verify-groups", "::mlir::ModuleOp"> {
  let summary = "every op stands in a group";
  let description = [{
    Checks what the phase `fuse` promises to those after it, and changes nothing:

    - (G1) at the top of a function stand groups, weights and constants alone;
    - (G2) groups hold ops of the dialect `graph`, no weights and no constants;
    - (G3) a group of kind `rows` holds ops that give rows one by one; what the other kinds hold, the verifier of
      `graph.group` says;
    - (G4) no op reads or appends to a state that another op of its group appends to: there is no order between the
      tasks of a group.

    Every violation is an error at its op.

    Accepted:

    ```mlir
    func.func @activation(%x: !graph.tensor<f32[B, 96]>) -> !graph.tensor<f32[B, 96]> {
      %0 = graph.group "rows" -> f32[B, 96] {
        %1 = graph.silu %x : (f32[B, 96]) -> f32[B, 96]
        graph.yield %1 : (f32[B, 96])
      }
      return %0 : !graph.tensor<f32[B, 96]>
    }
    ```

    Test: test/dialects/Graph/Transforms/verify-groups.mlir
  }];
  let dependentDialects = ["::tern::graph::GraphDialect"];
}

#endif // TERN_GRAPH_TRANSFORMS_PASSES
