//===- GraphNormOps.td - Norms and softmax -----------------*- tablegen -*-===//

#ifndef TERN_GRAPH_NORM_OPS
#define TERN_GRAPH_NORM_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_RmsNormOp : Graph_PureOp<"rms_norm"> {
  let summary = "root-mean-square norm over the last dimension";
  let description = [{
    Semantics: `result[..., d] = input[..., d] / sqrt(mean_d(input[..., d]^2) + epsilon) * (offset + weight[d])`; the
    mean in at least f32; without `weight` the last factor is 1. On heads (`[B, T, H, d]`) it is the per-head norm.
    Zhang and Sennrich, https://arxiv.org/abs/1910.07467; `offset` is 1 in Gemma.

    Shapes: `input [..., D]`, `weight [D]`, `result [..., D]`.

    Constraints: (C1) `input` has at least rank 1; (C2) `weight` is `[D]`; (C3) `epsilon` is not negative;
    (C4) `epsilon` and `offset` are finite.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 576]>, %w: !graph.tensor<f32[576]>)
        -> !graph.tensor<f32[B, T, 576]> {
      %0 = graph.rms_norm %x, %w epsilon 1.0e-5 : (f32[B, T, 576], f32[576]) -> f32[B, T, 576]
      return %0 : !graph.tensor<f32[B, T, 576]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Optional<Graph_FloatTensor>:$weight, Graph_NonNegativeF64:$epsilon,
                       DefaultValuedAttr<Graph_FiniteF64, "0.0">:$offset);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`,` $weight^)? `epsilon` custom<Number>($epsilon) (`offset` custom<Number>($offset)^)? attr-dict `:`
    custom<ShortTypes>(type($input), ref($weight), type($weight)) `->` custom<ShortType>(type($result))
  }];
}

def Graph_LayerNormOp : Graph_PureOp<"layer_norm", [AttrSizedOperandSegments]> {
  let summary = "layer norm over the last dimension";
  let description = [{
    Semantics: with `m` the mean and `v` the mean squared deviation over the last dimension, both in at least f32,
    `result[..., d] = (input[..., d] - m) / sqrt(v + epsilon) * weight[d] + bias[d]`; an absent weight is 1, an absent
    bias 0.
    Ba, Kiros and Hinton, https://arxiv.org/abs/1607.06450.

    Shapes: `input [..., D]`, `weight [D]`, `bias [D]`, `result [..., D]`.

    Constraints: (C1) `input` has at least rank 1; (C2) `weight` and `bias` are `[D]`; (C3) `epsilon` is not
    negative and finite.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 48]>, %w: !graph.tensor<f32[48]>, %b: !graph.tensor<f32[48]>)
        -> !graph.tensor<f32[B, T, 48]> {
      %0 = graph.layer_norm %x weight %w bias %b epsilon 1.0e-5 : (f32[B, T, 48], f32[48], f32[48]) -> f32[B, T, 48]
      return %0 : !graph.tensor<f32[B, T, 48]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Optional<Graph_FloatTensor>:$weight, Optional<Graph_FloatTensor>:$bias,
                       Graph_NonNegativeF64:$epsilon);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $input (`weight` $weight^)? (`bias` $bias^)? `epsilon` custom<Number>($epsilon) attr-dict `:`
    custom<ShortTypes>(type($input), ref($weight), type($weight), ref($bias), type($bias)) `->`
    custom<ShortType>(type($result))
  }];
}

def Graph_SoftmaxOp : Graph_PureOp<"softmax"> {
  let summary = "softmax over the last dimension";
  let description = [{
    Semantics: `result[..., d] = exp(input[..., d] - max_d) / sum_d exp(input[..., d] - max_d)`, the sum in at least
    f32. A slice that is -infinity throughout gives zeros; one with NaN gives NaN; a slice of length zero stays empty.

    Constraints: (C1) `input` has at least rank 1.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 32]>) -> !graph.tensor<f32[B, T, 32]> {
      %0 = graph.softmax %x : (f32[B, T, 32]) -> f32[B, T, 32]
      return %0 : !graph.tensor<f32[B, T, 32]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` custom<ShortTypes>(type($input)) `->` custom<ShortType>(type($result))";
}

#endif // TERN_GRAPH_NORM_OPS
