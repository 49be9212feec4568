// What a decoder does not have: states that other ops read, values that are returned as they came, constants, one weight
// read two ways.
// RUN: tern-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(graph-form-groups),graph-verify-groups,convert-graph-to-kernel{entries=forward},kernel-verify-scheduled)' \
// RUN:   | FileCheck %s
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=func.func(graph-form-groups),convert-graph-to-kernel{entries=forward} dims=B=2,T=3,C=3"

// Arguments, weights, constants and states that are returned are copied by a kernel; one of each kind.
// CHECK-LABEL: func.func @forward(
// CHECK-NEXT: %[[W:.*]] = graph.load_weight @w
// CHECK-NEXT: %[[S:.*]] = kernel.load_state @k
// CHECK-NEXT: kernel.launch @append_state_0
// CHECK-NEXT: %[[A:.*]] = kernel.launch @[[COPY:copy.*]](%arg0)
// CHECK-NEXT: %[[B:.*]] = kernel.launch @{{copy.*}}(%[[W]])
// CHECK-NEXT: %[[C:.*]] = kernel.launch @{{copy.*}}()
// CHECK-NEXT: %[[R:.*]] = kernel.load_state @k
// CHECK-NEXT: %[[D:.*]] = kernel.launch @{{copy.*}}(%[[R]])
// CHECK-NEXT: %[[E:.*]] = kernel.launch @[[COPY]](%arg0)
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[D]], %[[E]]
graph.weight @w : f32[8, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
graph.state @k key of layer 0 : f32[B, C, 2, 8]
func.func @forward(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> (!graph.tensor<f32[B, T, 2, 8]>, !graph.tensor<f32[8, 64]>, !graph.tensor<f32[2]>,
        !graph.tensor<f32[B, C, 2, 8]>, !graph.tensor<f32[B, T, 2, 8]>) {
  %0 = graph.load_weight @w : f32[8, 64]
  %1 = graph.constant dense<[1.0, 2.0]> : tensor<2xf32> as f32[2]
  %2 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  return %x, %0, %1, %2, %x : !graph.tensor<f32[B, T, 2, 8]>, !graph.tensor<f32[8, 64]>, !graph.tensor<f32[2]>,
        !graph.tensor<f32[B, C, 2, 8]>, !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// Keys that another op reads as well stay rows, and so do the values: attention streams both or neither.
// CHECK: graph.state @k key of layer 0 : f32[B, C, 2, 8]{{$}}
// CHECK: graph.state @v value of layer 0 : f32[B, C, 2, 8]{{$}}
// CHECK: kernel.func @silu_{{.*}}!kernel.state<<f32[B, C, 2, 8]>, rows>
// CHECK: graph.attention
graph.state @k key of layer 0 : f32[B, C, 2, 8]
graph.state @v value of layer 0 : f32[B, C, 2, 8]
func.func @forward(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> (!graph.tensor<f32[B, C, 2, 8]>, !graph.tensor<f32[B, T, 2, 8]>) {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %1 = graph.append_state @v, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %2 = graph.silu %0 : (f32[B, C, 2, 8]) -> f32[B, C, 2, 8]
  %3 = graph.attention %x, %0, %1 at %p mask causal scale 0.5
      : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %2, %3 : !graph.tensor<f32[B, C, 2, 8]>, !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// One state is both keys and values: rows.
// CHECK: graph.state @k key of layer 0 : f32[B, C, 2, 8]{{$}}
graph.state @k key of layer 0 : f32[B, C, 2, 8]
func.func @forward(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, T, 2, 8]> {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %1 = graph.attention %x, %0, %0 at %p mask causal scale 0.5
      : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %1 : !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// Keys from a state, values from nowhere that survives.
// CHECK: graph.state @k key of layer 0 : f32[B, C, 2, 8]{{$}}
graph.state @k key of layer 0 : f32[B, C, 2, 8]
func.func @forward(%x: !graph.tensor<f32[B, T, 2, 8]>, %v: !graph.tensor<f32[B, C, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, T, 2, 8]> {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %1 = graph.attention %x, %0, %v at %p mask causal scale 0.5
      : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %1 : !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// A weight that a linear layer and an embedding share is packed; one that a norm reads too is not.
// CHECK-DAG: graph.weight @tied {{.*}}kernel.layout = #kernel.layout<tiles16>
// CHECK-DAG: graph.weight @mixed : f32[64, 64] = #graph.random<{{[^{]*}}>{{$}}
graph.weight @tied : f32[64, 64] = #graph.random<tensor = "a", seed = 1, center = 0.0, scale = 0.1>
graph.weight @mixed : f32[64, 64] = #graph.random<tensor = "b", seed = 1, center = 0.0, scale = 0.1>
func.func @forward(%i: !graph.tensor<i32[B]>) -> (!graph.tensor<f32[B, 64]>, !graph.tensor<f32[64, 64]>) {
  %0 = graph.load_weight @tied : f32[64, 64]
  %1 = graph.embedding %0[%i] : (f32[64, 64], i32[B]) -> f32[B, 64]
  %2 = graph.load_weight @tied : f32[64, 64]
  %3 = graph.linear %1, %2 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  %4 = graph.load_weight @mixed : f32[64, 64]
  %5 = graph.linear %3, %4 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  %6 = graph.rms_norm %4 epsilon 1.0e-05 : (f32[64, 64]) -> f32[64, 64]
  return %5, %6 : !graph.tensor<f32[B, 64]>, !graph.tensor<f32[64, 64]>
}

// -----

// A recurrent layer, and a linear layer whose weight is computed.
// CHECK: kernel.func @read_state_short_conv_write_state_
// CHECK: kind = serial
// CHECK: kernel.read_state
// CHECK: kernel.write_state
graph.weight @w : f32[8, 8] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
graph.state @s convolution of layer 0 : f32[B, 3, 8]
func.func @forward(%x: !graph.tensor<f32[B, T, 8]>, %c: !graph.tensor<f32[8, 4]>) -> !graph.tensor<f32[B, T, 8]> {
  %0 = graph.read_state @s : f32[B, 3, 8]
  %1, %2 = graph.short_conv %x state %0, %c : (f32[B, T, 8], f32[B, 3, 8], f32[8, 4]) -> (f32[B, T, 8], f32[B, 3, 8])
  graph.write_state @s, %2 : f32[B, 3, 8]
  %3 = graph.load_weight @w : f32[8, 8]
  %4 = graph.silu %3 : (f32[8, 8]) -> f32[8, 8]
  %5 = graph.linear %1, %4 : (f32[B, T, 8], f32[8, 8]) -> f32[B, T, 8]
  return %5 : !graph.tensor<f32[B, T, 8]>
}

// -----

// Names that are taken are passed over.
// CHECK: kernel.func @silu_1(
graph.weight @silu_0 : f32[8] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @forward(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.silu %x : (f32[B, 8]) -> f32[B, 8]
  return %0 : !graph.tensor<f32[B, 8]>
}
