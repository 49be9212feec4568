// RUN: tern-opt %s | tern-opt | FileCheck %s

graph.state @k key of layer 0 : f16[B, C, 3, 64] {kernel.layout = #kernel.layout<lanes16>}
kernel.func @half(%x: !graph.tensor<f32[1, T, 64]>, %y: !graph.tensor<f32[64]> {kernel.operand = #kernel.operand<resident>})
    -> !graph.tensor<f32[1, T, 64]> attributes {
    maxima = {T = 256 : i64}, schedule = #kernel.schedule<kind = linear, tokens = 4>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
  %0 = graph.mul %x, %y : (f32[1, T, 64], f32[64]) -> f32[1, T, 64]
  kernel.return %0 : !graph.tensor<f32[1, T, 64]>
}
kernel.func @append(%s: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, %x: !graph.tensor<f16[1, T, 3, 64]>, %p: !graph.tensor<i32[1, T]>)
    attributes {schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
  kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, (f16[1, T, 3, 64], i32[1, T])
  kernel.return
}
func.func @example(%x: !graph.tensor<f16[1, T, 3, 64]>, %p: !graph.tensor<i32[1, T]>) {
  %0 = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>
  kernel.launch @append(%0, %x, %p) : (!kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, !graph.tensor<f16[1, T, 3, 64]>, !graph.tensor<i32[1, T]>) -> ()
  return
}

// CHECK: graph.state @k {{.*}} {kernel.layout = #kernel.layout<lanes16>}
// CHECK-LABEL: kernel.func @half(
// CHECK-SAME: maxima = {T = 256 : i64}, schedule = #kernel.schedule<kind = linear, tokens = 4>
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]
// CHECK-LABEL: kernel.func @append(
// CHECK: kernel.append_state %arg0, %arg1 at %arg2
// CHECK-LABEL: func.func @example
// CHECK: kernel.load_state @k
// CHECK: kernel.launch @append
