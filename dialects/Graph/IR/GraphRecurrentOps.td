//===- GraphRecurrentOps.td - Layers that carry a state ----*- tablegen -*-===//
//
// Each takes the state before the call as an operand and gives the state after it as a result; `graph.read_state` and
// `graph.write_state` tie both to the module's symbols. So the ops stay pure, and chunked or one-token-at-a-time
// evaluation is a choice of lowering.
//
//===----------------------------------------------------------------------===//

#ifndef TERN_GRAPH_RECURRENT_OPS
#define TERN_GRAPH_RECURRENT_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_ShortConvOp : Graph_PureOp<"short_conv"> {
  let summary = "causal depthwise convolution over tokens";
  let description = [{
    Semantics: let `y = concat(state, input)` along tokens;
    `result[b, t, d] = sum_k y[b, t + k, d] * weight[d, k] + bias[d]` for `k` in `[0, K)`, sums in at least f32; `next`
    is the last `K - 1` tokens of `y`.

    Shapes: `input [B, T, D]`, `state [B, K-1, D]`, `weight [D, K]`, `bias [D]`, `result [B, T, D]`, `next [B, K-1, D]`.

    Constraints: (C1) the ranks are those above, and `K` is a number of at least 1; (C2) all agree in `B` and `D`, and
    `state` holds `K - 1` tokens; (C3) `bias` is `[D]`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 64]>, %s: !graph.tensor<f32[B, 3, 64]>,
                       %w: !graph.tensor<f32[64, 4]>)
        -> (!graph.tensor<f32[B, T, 64]>, !graph.tensor<f32[B, 3, 64]>) {
      %0, %next = graph.short_conv %x state %s, %w
          : (f32[B, T, 64], f32[B, 3, 64], f32[64, 4]) -> (f32[B, T, 64], f32[B, 3, 64])
      return %0, %next : !graph.tensor<f32[B, T, 64]>, !graph.tensor<f32[B, 3, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$state, Graph_FloatTensor:$weight,
                       Optional<Graph_FloatTensor>:$bias);
  let results = (outs Graph_FloatTensor:$result, Graph_FloatTensor:$next);
  let assemblyFormat = [{
    $input `state` $state `,` $weight (`bias` $bias^)? attr-dict `:` custom<ShortTypes>(type($input), type($state),
    type($weight), ref($bias), type($bias)) `->` custom<ShortTypes>(type($result), type($next))
  }];
}

def Graph_GatedDeltaRuleOp : Graph_PureOp<"gated_delta_rule"> {
  let summary = "linear attention by the gated delta rule";
  let description = [{
    Semantics: for each sequence `b` and head `h`, with `S` the state, for `t` from first to last:
    `S = exp(decay[t]) * S`; `u = beta[t] * (value[t] - S^T key[t])`; `S = S + key[t] u^T`; `result[t] = S^T query[t]`.
    `next` is the last `S`. Sums in at least f32. Yang, Kautz and Hatamizadeh, https://arxiv.org/abs/2412.06464.

    Shapes: `query`, `key [B, T, H, d]`, `value [B, T, H, e]`, `decay`, `beta [B, T, H]`, `state`, `next [B, H, d, e]`,
    `result [B, T, H, e]`.

    Constraints: (C1) the ranks are those above; (C2) operands agree in `B`, `T`, `H`, `d` and `e`.

    ```mlir
    func.func @example(%q: !graph.tensor<f32[B, T, 4, 16]>, %v: !graph.tensor<f32[B, T, 4, 32]>,
                       %g: !graph.tensor<f32[B, T, 4]>, %s: !graph.tensor<f32[B, 4, 16, 32]>)
        -> (!graph.tensor<f32[B, T, 4, 32]>, !graph.tensor<f32[B, 4, 16, 32]>) {
      %0, %next = graph.gated_delta_rule %q, %q, %v decay %g beta %g state %s
          : (f32[B, T, 4, 16], f32[B, T, 4, 16], f32[B, T, 4, 32], f32[B, T, 4], f32[B, T, 4], f32[B, 4, 16, 32])
         -> (f32[B, T, 4, 32], f32[B, 4, 16, 32])
      return %0, %next : !graph.tensor<f32[B, T, 4, 32]>, !graph.tensor<f32[B, 4, 16, 32]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Graph_FloatTensor:$decay, Graph_FloatTensor:$beta, Graph_FloatTensor:$state);
  let results = (outs Graph_FloatTensor:$result, Graph_FloatTensor:$next);
  let assemblyFormat = [{
    $query `,` $key `,` $value `decay` $decay `beta` $beta `state` $state attr-dict `:`
    custom<ShortTypes>(type($query), type($key), type($value), type($decay), type($beta), type($state)) `->`
    custom<ShortTypes>(type($result), type($next))
  }];
}

def Graph_SelectiveScanOp : Graph_PureOp<"selective_scan"> {
  let summary = "state-space layer with input-dependent steps";
  let description = [{
    Semantics: for each sequence and head, with `g = h / (H / G)` its group, for `t` from first to last:
    `S[d, n] = exp(a[h] * delta[t, h]) * S[d, n] + delta[t, h] * input[t, h, d] * b[t, g, n]`;
    `result[t, h, d] = sum_n S[d, n] * c[t, g, n] + skip[h] * input[t, h, d]`. `next` is the last `S`. Sums in at least
    f32. Mamba 2: Dao and Gu, https://arxiv.org/abs/2405.21060.

    Shapes: `input [B, T, H, d]`, `delta [B, T, H]`, `a [H]`, `b`, `c [B, T, G, N]`, `skip [H]`, `state`,
    `next [B, H, d, N]`, `result [B, T, H, d]`.

    Constraints: (C1) the ranks are those above; (C2) operands agree in `B`, `T`, `H`, `G`, `d` and `N`; (C3) `H` and
    `G` are numbers, and `H` is a multiple of `G`.

    ```mlir
    func.func @example(%x: !graph.tensor<f32[B, T, 4, 16]>, %dt: !graph.tensor<f32[B, T, 4]>, %a: !graph.tensor<f32[4]>,
                       %b: !graph.tensor<f32[B, T, 2, 8]>, %s: !graph.tensor<f32[B, 4, 16, 8]>)
        -> (!graph.tensor<f32[B, T, 4, 16]>, !graph.tensor<f32[B, 4, 16, 8]>) {
      %0, %next = graph.selective_scan %x delta %dt a %a b %b c %b skip %a state %s
          : (f32[B, T, 4, 16], f32[B, T, 4], f32[4], f32[B, T, 2, 8], f32[B, T, 2, 8], f32[4], f32[B, 4, 16, 8])
         -> (f32[B, T, 4, 16], f32[B, 4, 16, 8])
      return %0, %next : !graph.tensor<f32[B, T, 4, 16]>, !graph.tensor<f32[B, 4, 16, 8]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_FloatTensor:$delta, Graph_FloatTensor:$a, Graph_FloatTensor:$b,
                       Graph_FloatTensor:$c, Graph_FloatTensor:$skip, Graph_FloatTensor:$state);
  let results = (outs Graph_FloatTensor:$result, Graph_FloatTensor:$next);
  let assemblyFormat = [{
    $input `delta` $delta `a` $a `b` $b `c` $c `skip` $skip `state` $state attr-dict `:`
    custom<ShortTypes>(type($input), type($delta), type($a), type($b), type($c), type($skip), type($state)) `->`
    custom<ShortTypes>(type($result), type($next))
  }];
}

#endif // TERN_GRAPH_RECURRENT_OPS
