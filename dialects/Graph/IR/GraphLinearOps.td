//===- GraphLinearOps.td - Embeddings and matrix products --*- tablegen -*-===//

#ifndef TERN_GRAPH_LINEAR_OPS
#define TERN_GRAPH_LINEAR_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_EmbeddingOp : Graph_Op<"embedding", [Pure]> {
  let summary = "rows of a table by index";
  let description = [{
    Semantics: `result[..., d] = table[ids[...], d]`, rounded to the element type of the result. An id outside `[0, V)`
    is an error at run time.

    Shapes: `table [V, D]`, `ids [...]`, `result [..., D]`.

    Constraints:
    - (C1) `table` has rank 2;
    - (C2) `result` has the shape of `ids` and then `D`.

    ```mlir
    func.func @example(%table: !graph.tensor<q8_0[49152, 576]>, %ids: !graph.tensor<i32[B, T]>)
        -> !graph.tensor<f32[B, T, 576]> {
      %0 = graph.embedding %table[%ids] : (q8_0[49152, 576], i32[B, T]) -> f32[B, T, 576]
      return %0 : !graph.tensor<f32[B, T, 576]>
    }
    ```
  }];
  let arguments = (ins Graph_WeightTensor:$table, Graph_IntegerTensor:$ids);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $table `[` $ids `]` attr-dict `:` custom<ShortTypes>(type($table), type($ids)) `->` custom<ShortType>(type($result))
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
}

def Graph_QuantizeOp : Graph_Op<"quantize", [Pure]> {
  let summary = "activations rounded to blocks of small integers";
  let description = [{
    Semantics: for each block of 32 elements along the last dimension, in f32 arithmetic: with `m = max |input|` and
    `top` 127 for `i8_32` and 127 * 128 for `i15_32`, the scale is `d = m / top`, a quant `q = round(input * (top / m))`,
    ties to even, and the element's value `d * q`; zeros if `m` is below 2^-100. A block with NaN or infinity gives NaN throughout.
    Products of quants with the quants of a weight are exact in integers, so a linear layer of such activations needs
    one (`i8_32`) or two (`i15_32`) integer dot products where floats would need a multiplication each.

    Constraints:
    - (C1) `result` has the shape of `input`;
    - (C2) its element type is a block format of activations, `i8_32` or `i15_32`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 576]>) -> !graph.tensor<i15_32[B, T, 576]> {
      %0 = graph.quantize %x : (f32[B, T, 576]) -> i15_32[B, T, 576]
      return %0 : !graph.tensor<i15_32[B, T, 576]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input);
  let results = (outs Graph_BlockTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
  let hasVerifier = 1;
}

def Graph_LinearOp : Graph_Op<"linear", [Pure, InferTypeOpAdaptorWithIsCompatible]> {
  let summary = "a linear layer";
  let description = [{
    Semantics: `result[..., n] = sum_k input[..., k] * weight[n, k] + bias[n]`; products of exact operand values, sums
    in at least f32. The weight may be stored in blocks and is read as the values they decode to; so may the input, in a
    format that `graph.quantize` gives.

    Shapes: `input [..., K]`, `weight [N, K]`, `bias [N]`, `result [..., N]`; `result` has the element type of `input`,
    or f32.

    Constraints:
    - (C1) `weight` has rank 2 and `input` at least rank 1;
    - (C2) `weight` and `input` agree in `K`, the last dimension;
    - (C3) `bias` is `[N]`;
    - (C4) an `input` of blocks is in a format of activations, and its `result` in f32.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 576]>, %w: !graph.tensor<q4_1[1536, 576]>)
        -> !graph.tensor<f32[B, T, 1536]> {
      %0 = graph.linear %x, %w : (f32[B, T, 576], q4_1[1536, 576]) -> f32[B, T, 1536]
      return %0 : !graph.tensor<f32[B, T, 1536]>
    }
    ```
  }];
  let arguments = (ins Graph_WeightTensor:$input, Graph_WeightTensor:$weight, Optional<Graph_FloatTensor>:$bias);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? attr-dict `:` custom<ShortTypes>(type($input), type($weight), ref($bias),
    type($bias)) `->` custom<ShortType>(type($result))
  }];
  let hasCanonicalizeMethod = 1;
}

def Graph_ExpertLinearOp : Graph_PureOp<"expert_linear"> {
  let summary = "a linear layer whose weight each row picks among experts";
  let description = [{
    Semantics:
    `result[b, t, e, n] = sum_k input[b, t, e', k] * weight[experts[b, t, e], n, k] + bias[experts[b, t, e], n]` with
    `e' = e`, or 0 if `input` holds one row for all picks (`P' = 1`). The building block of mixtures of experts: the
    router is `graph.linear`, `graph.softmax` and `graph.top_k`, the weighted sum a `graph.mul` and `graph.reduce`.

    Shapes: `input [B, T, P', K]`, `weight [E, N, K]`, `experts [B, T, P]`, `bias [E, N]`, `result [B, T, P, N]`.

    Constraints:
    - (C1) the ranks are those above;
    - (C2) `input` and `weight` agree in `K`, `input` and `experts` in `B` and `T`;
    - (C3) `P'` is 1 or `P`;
    - (C4) `bias` is `[E, N]`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 1, 64]>, %w: !graph.tensor<mxfp4[32, 96, 64]>,
                       %picked: !graph.tensor<i32[B, T, 4]>) -> !graph.tensor<f32[B, T, 4, 96]> {
      %0 = graph.expert_linear %x, %w by %picked
          : (f32[B, T, 1, 64], mxfp4[32, 96, 64], i32[B, T, 4]) -> f32[B, T, 4, 96]
      return %0 : !graph.tensor<f32[B, T, 4, 96]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_WeightTensor:$weight, Graph_IntegerTensor:$experts,
                       Optional<Graph_FloatTensor>:$bias);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $weight `by` $experts (`bias` $bias^)? attr-dict `:` custom<ShortTypes>(type($input), type($weight),
    type($experts), ref($bias), type($bias)) `->` custom<ShortType>(type($result))
  }];
  let hasCanonicalizeMethod = 1;
}

def Graph_MatmulOp : Graph_PureOp<"matmul"> {
  let summary = "a product of two matrices, batch by batch";
  let description = [{
    Semantics: `result[..., m, n] = sum_k lhs[..., m, k] * rhs[..., k, n]`, sums in at least f32. A sum over no elements
    is 0.

    Shapes: `lhs [..., M, K]`, `rhs [..., K, N]`, `result [..., M, N]`; `result` has the element type of `lhs`.

    Constraints: (C1) both have the same rank, at least 2; (C2) they agree in `K`; (C3) they agree in all batch
    dimensions.

    ```mlir
    func.func @example(%a: !graph.tensor<f32[B, T, 64]>, %b: !graph.tensor<f32[B, 64, C]>)
        -> !graph.tensor<f32[B, T, C]> {
      %0 = graph.matmul %a, %b : (f32[B, T, 64], f32[B, 64, C]) -> f32[B, T, C]
      return %0 : !graph.tensor<f32[B, T, C]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$lhs, Graph_FloatTensor:$rhs);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:` custom<ShortTypes>(type($lhs), type($rhs)) `->` custom<ShortType>(type($result))
  }];
}

#endif // TERN_GRAPH_LINEAR_OPS
