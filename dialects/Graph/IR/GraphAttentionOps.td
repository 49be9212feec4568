//===- GraphAttentionOps.td - Positions and attention ------*- tablegen -*-===//

#ifndef TERN_GRAPH_ATTENTION_OPS
#define TERN_GRAPH_ATTENTION_OPS

include "dialects/Graph/IR/GraphBase.td"

def Graph_RopeOp : Graph_PureOp<"rope", [AttrSizedOperandSegments]> {
  let summary = "rotary position embedding";
  let description = [{
    Semantics: with `r = rotary.dims`, pair `i` of a head is `(x, y) = (input[..., i], input[..., i + r/2])` in the
    `half` layout and `(input[..., 2i], input[..., 2i + 1])` in the `interleaved` one; it becomes
    `(x cos a - y sin a, y cos a + x sin a)` with `a = positions[b, t] * f[i]`; elements from `r` on are copied. The
    frequencies `f` and a factor on cosine and sine are those of `#graph.rotary`. Angles are computed in f64. Su et al.,
    https://arxiv.org/abs/2104.09864.

    `factors` divide the frequencies pair by pair (GGUF files of Llama 3 carry them as a tensor); with `longrope`
    scaling they are the short list and `long_factors` the long one.

    Shapes: `input [B, T, H, d]`, `positions [B, T]`, `factors [r/2]`, `long_factors [r/2]`, `result [B, T, H, d]`.

    Constraints:
    - (C1) `input` has rank 4 and `positions` its first two dimensions;
    - (C2) `rotary.dims` is at most `d`, which is a number;
    - (C3) `factors` and `long_factors` are `[r/2]`;
    - (C4) both are given for `longrope`, and `long_factors` for no other scaling.

    ```mlir
    func.func @example(%q: !graph.tensor<f32[B, T, 9, 64]>, %p: !graph.tensor<i32[B, T]>)
        -> !graph.tensor<f32[B, T, 9, 64]> {
      %0 = graph.rope %q by #graph.rotary<theta = 100000.0, dims = 64, layout = half> at %p
          : (f32[B, T, 9, 64], i32[B, T]) -> f32[B, T, 9, 64]
      return %0 : !graph.tensor<f32[B, T, 9, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$input, Graph_IntegerTensor:$positions, Optional<Graph_FloatTensor>:$factors,
                       Optional<Graph_FloatTensor>:$long_factors, Graph_RopeAttr:$rotary);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $input `by` qualified($rotary) `at` $positions (`factors` $factors^)? (`long` $long_factors^)? attr-dict `:`
    custom<ShortTypes>(type($input), type($positions), ref($factors), type($factors), ref($long_factors),
    type($long_factors)) `->` custom<ShortType>(type($result))
  }];
}

def Graph_RopeTableOp : Graph_Op<"rope_table", [Pure, AttrSizedOperandSegments]> {
  let summary = "cosines and sines of a rotary position embedding";
  let description = [{
    Semantics: with `r = rotary.dims` and the frequencies of `graph.rope`, `result[b, t, i] = cos(positions[b, t] * f[i])`
    and `result[b, t, r/2 + i] = sin(positions[b, t] * f[i])` for `i` in `[0, r/2)`, both times the attention factor of
    `rotary`. Angles are computed in f64. Layers that turn alike share one table a step.

    Shapes: `positions [B, T]`, `factors [r/2]`, `long_factors [r/2]`, `result [B, T, r]` in f32.

    Constraints: (C1) shapes are those above; (C2) `factors` and `long_factors` are given as for `graph.rope`.

    ```mlir
    func.func @example(%p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, T, 64]> {
      %0 = graph.rope_table #graph.rotary<theta = 100000.0, dims = 64, layout = half> at %p : (i32[B, T]) -> f32[B, T, 64]
      return %0 : !graph.tensor<f32[B, T, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_IntegerTensor:$positions, Optional<Graph_FloatTensor>:$factors,
                       Optional<Graph_FloatTensor>:$long_factors, Graph_RopeAttr:$rotary);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    qualified($rotary) `at` $positions (`factors` $factors^)? (`long` $long_factors^)? attr-dict `:`
    custom<ShortTypes>(type($positions), ref($factors), type($factors), ref($long_factors), type($long_factors)) `->`
    custom<ShortType>(type($result))
  }];
  let hasVerifier = 1;
}

def Graph_RotateOp : Graph_PureOp<"rotate"> {
  let summary = "heads turned by the angles of a table";
  let description = [{
    Semantics: `graph.rope` with its cosines and sines read from `table`: pair `i` of a head, `(x, y)` by `layout`, becomes
    `(x * table[b, t, i] - y * table[b, t, r/2 + i], y * table[b, t, i] + x * table[b, t, r/2 + i])`; elements from `r` on
    are copied.

    Shapes: `input [B, T, H, d]`, `table [B, T, r]`, `result [B, T, H, d]`.

    Constraints: (C1) shapes are those above; (C2) `r` is an even number, at most `d`.

    ```mlir
    func.func @example(%q: !graph.tensor<f32[B, T, 9, 64]>, %t: !graph.tensor<f32[B, T, 64]>)
        -> !graph.tensor<f32[B, T, 9, 64]> {
      %0 = graph.rotate half %q by %t : (f32[B, T, 9, 64], f32[B, T, 64]) -> f32[B, T, 9, 64]
      return %0 : !graph.tensor<f32[B, T, 9, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_RopeLayoutAttr:$layout, Graph_FloatTensor:$input, Graph_FloatTensor:$table);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    custom<RopeLayout>($layout) $input `by` $table attr-dict `:` custom<ShortTypes>(type($input), type($table)) `->`
    custom<ShortType>(type($result))
  }];
}

def Graph_AttentionOp : Graph_PureOp<"attention", [AttrSizedOperandSegments]> {
  let summary = "scaled dot-product attention over grouped heads";
  let description = [{
    Semantics: with `g = h / (H / G)` the group of head `h`,
    `s[b, t, h, j] = scale * sum_d query[b, t, h, d] * key[b, j, g, d]`; with `soft_cap` c, `s = c * tanh(s / c)`;
    `bias` and `-slopes[h] * (p - j)` are added, `p = positions[b, t]`. Then
    `result[b, t, h, :] = sum_j w[j] * value[b, j, g, :]` with `w = softmax_j(s)` over the keys that the query may see;
    `sinks[h]` is one more score that takes part in the softmax and contributes no value. Sums are in at least f32. A
    query that sees no key gives zeros.

    A query at position `p` sees key `j` if `j < lengths[b]` (where given); under the `causal` mask if also `j <= p`;
    with `window` w if also `j > p - w`. Key `j` is at position `j`, as `graph.append_state` leaves it. Queries with a
    negative position see nothing.

    Shapes: `query [B, T, H, d]`, `key [B, C, G, d]`, `value [B, C, G, e]`, `positions [B, T]`, `lengths [B]`, `bias`
    broadcastable to `[B, H, T, C]`, `slopes [H]`, `sinks [H]`, `result [B, T, H, e]`; `result` has the element type of
    `query`.

    Constraints:
    - (C1) `query`, `key` and `value` have rank 4 and agree in `B`; `key` and `value` agree in `C` and `G`; `query` and
      `key` agree in `d`;
    - (C2) `H` and `G` are numbers, and `H` is a multiple of `G`;
    - (C3) `positions` is `[B, T]`, and given if the mask is causal, or with a window or slopes;
    - (C4) `lengths` is `[B]`, `slopes` and `sinks` are `[H]`;
    - (C5) `bias` has rank 4, each dimension 1 or that of `[B, H, T, C]`;
    - (C6) `window` and `soft_cap` are positive, `scale` and `soft_cap` finite.

    ```mlir
    func.func @example(%q: !graph.tensor<f32[B, T, 9, 64]>, %k: !graph.tensor<f32[B, C, 3, 64]>,
                       %v: !graph.tensor<f32[B, C, 3, 64]>, %p: !graph.tensor<i32[B, T]>)
        -> !graph.tensor<f32[B, T, 9, 64]> {
      %0 = graph.attention %q, %k, %v at %p mask causal window 512 scale 0.125
          : (f32[B, T, 9, 64], f32[B, C, 3, 64], f32[B, C, 3, 64], i32[B, T]) -> f32[B, T, 9, 64]
      return %0 : !graph.tensor<f32[B, T, 9, 64]>
    }
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value,
                       Optional<Graph_IntegerTensor>:$positions, Optional<Graph_IntegerTensor>:$lengths,
                       Optional<Graph_FloatTensor>:$bias, Optional<Graph_FloatTensor>:$slopes,
                       Optional<Graph_FloatTensor>:$sinks, Graph_MaskAttr:$mask,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$window, Graph_FiniteF64:$scale,
                       OptionalAttr<Graph_PositiveF64>:$soft_cap);
  let results = (outs Graph_FloatTensor:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`at` $positions^)? (`lengths` $lengths^)? (`bias` $bias^)? (`slopes` $slopes^)?
    (`sinks` $sinks^)? `mask` custom<Mask>($mask) (`window` $window^)? `scale` custom<Number>($scale)
    (`soft_cap` custom<Number>($soft_cap)^)? attr-dict `:`
    custom<ShortTypes>(type($query), type($key), type($value), ref($positions), type($positions),
    ref($lengths), type($lengths), ref($bias), type($bias), ref($slopes), type($slopes), ref($sinks), type($sinks))
    `->` custom<ShortType>(type($result))
  }];
}

#endif // TERN_GRAPH_ATTENTION_OPS
