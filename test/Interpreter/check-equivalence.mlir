// RUN: tern-opt %s --split-input-file --verify-diagnostics \
// RUN:   --check-equivalence="pipeline=canonicalize,cse dims=B=2,T=5,N=3"

graph.weight @table : f32[11, 4] = #graph.random<tensor = "t", seed = 1, center = 0.0, scale = 1.0>
graph.state @key key of layer 0 : f32[B, C, 1, 4]

// Ids lie in the table, positions count up, indices lie in the tokens.
// expected-remark@below {{result 0: largest difference 0.0}}
func.func @model(%ids: !graph.tensor<i32[B, T]>, %positions: !graph.tensor<i32[B, T]>, %last: !graph.tensor<i32[B, N]>)
    -> !graph.tensor<f32[B, N, 4]> {
  %w = graph.load_weight @table : f32[11, 4]
  %0 = graph.embedding %w[%ids] : (f32[11, 4], i32[B, T]) -> f32[B, T, 4]
  %1 = graph.reshape %0 : (f32[B, T, 4]) -> f32[B, T, 1, 4]
  %2 = graph.append_state @key, %1 at %positions : (f32[B, T, 1, 4], i32[B, T]) -> f32[B, C, 1, 4]
  %3 = graph.attention %1, %2, %2 at %positions mask causal scale 0.5
      : (f32[B, T, 1, 4], f32[B, C, 1, 4], f32[B, C, 1, 4], i32[B, T]) -> f32[B, T, 1, 4]
  %4 = graph.reshape %3 : (f32[B, T, 1, 4]) -> f32[B, T, 4]
  %5 = graph.gather %4[%last] batch_dims 1 : (f32[B, T, 4], i32[B, N]) -> f32[B, N, 4]
  return %5 : !graph.tensor<f32[B, N, 4]>
}

// -----

// expected-error@below {{dimension X of parameter 0 must be given a number}}
func.func @unknown_dimension(%x: !graph.tensor<f32[X]>) {
  return
}

// -----

// expected-error@below {{random inputs are floats and integers, got parameter 0 of type '!graph.tensor<q8_0[32]>'}}
func.func @stored_blocks(%x: !graph.tensor<q8_0[32]>) {
  return
}
