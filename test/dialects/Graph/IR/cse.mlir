// Common subexpressions: pure ops merge, reads of a state only between the same writes.
// RUN: tern-opt %s --cse | FileCheck %s

graph.state @s recurrent of layer 0 : f32[B, 16]
graph.weight @w : f32[16] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 1.0>

// CHECK-LABEL: func.func @pure
// CHECK-COUNT-1: graph.load_weight
// CHECK-COUNT-1: graph.rms_norm
// CHECK-NOT: graph.rms_norm
func.func @pure(%x: !graph.tensor<f32[B, 16]>) -> (!graph.tensor<f32[B, 16]>, !graph.tensor<f32[B, 16]>) {
  %0 = graph.load_weight @w : f32[16]
  %1 = graph.load_weight @w : f32[16]
  %2 = graph.rms_norm %x, %0 epsilon 1.0e-5 : (f32[B, 16], f32[16]) -> f32[B, 16]
  %3 = graph.rms_norm %x, %1 epsilon 1.0e-5 : (f32[B, 16], f32[16]) -> f32[B, 16]
  return %2, %3 : !graph.tensor<f32[B, 16]>, !graph.tensor<f32[B, 16]>
}

// CHECK-LABEL: func.func @reads
// CHECK: %[[A:.*]] = graph.read_state
// CHECK-NEXT: graph.write_state
// CHECK-NEXT: %[[B:.*]] = graph.read_state
// CHECK-NEXT: return %[[A]], %[[A]], %[[B]]
func.func @reads(%x: !graph.tensor<f32[B, 16]>)
    -> (!graph.tensor<f32[B, 16]>, !graph.tensor<f32[B, 16]>, !graph.tensor<f32[B, 16]>) {
  %0 = graph.read_state @s : f32[B, 16]
  %1 = graph.read_state @s : f32[B, 16]
  graph.write_state @s, %x : f32[B, 16]
  %2 = graph.read_state @s : f32[B, 16]
  return %0, %1, %2 : !graph.tensor<f32[B, 16]>, !graph.tensor<f32[B, 16]>, !graph.tensor<f32[B, 16]>
}
