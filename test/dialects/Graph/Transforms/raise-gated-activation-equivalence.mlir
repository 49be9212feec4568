// What graph.gated computes differs from the two ops by the rounding of the activation alone.
// RUN: tern-opt %s --verify-diagnostics -o /dev/null \
// RUN:   --check-equivalence="pipeline=func.func(graph-raise-gated-activation) dims=B=2,T=5 absolute=1e-7"

// expected-remark @below {{result 0: largest difference}}
func.func @swiglu(%x: !graph.tensor<f32[B, T, 24]>) -> !graph.tensor<f32[B, T, 24]> {
  %gate_weight = graph.load_weight @gate : f32[40, 24]
  %up_weight = graph.load_weight @up : f32[40, 24]
  %down_weight = graph.load_weight @down : f32[24, 40]
  %gate = graph.linear %x, %gate_weight : (f32[B, T, 24], f32[40, 24]) -> f32[B, T, 40]
  %up = graph.linear %x, %up_weight : (f32[B, T, 24], f32[40, 24]) -> f32[B, T, 40]
  %active = graph.silu %gate : (f32[B, T, 40]) -> f32[B, T, 40]
  %gated = graph.mul %active, %up : (f32[B, T, 40], f32[B, T, 40]) -> f32[B, T, 40]
  %down = graph.linear %gated, %down_weight : (f32[B, T, 40], f32[24, 40]) -> f32[B, T, 24]
  return %down : !graph.tensor<f32[B, T, 24]>
}

graph.weight @gate : f32[40, 24] = #graph.random<tensor = "gate", seed = 1, center = 0.0, scale = 0.35>
graph.weight @up : f32[40, 24] = #graph.random<tensor = "up", seed = 1, center = 0.0, scale = 0.35>
graph.weight @down : f32[24, 40] = #graph.random<tensor = "down", seed = 1, center = 0.0, scale = 0.27>
