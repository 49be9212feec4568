// Another shape of what lies row by row costs nothing, so the product reads it there: no launch copies it, and no task.
// RUN: tern-opt %s --convert-graph-to-kernel=entries=few:T=4,many:T=512 | FileCheck %s
// RUN: tern-opt %s --convert-graph-to-kernel=entries=many:T=512 --convert-kernel-to-cuda | FileCheck %s --check-prefix=CUDA

// CHECK-LABEL: kernel.func @linear_0(%arg0: !graph.tensor<f32[4, 8, 64]>
// CHECK-NOT: inline_prologue
// CHECK: %[[INPUT:.*]] = graph.reshape %arg0 :
// CHECK: graph.linear %[[INPUT]], %arg1
// CHECK-LABEL: func.func @few(
// CHECK: kernel.launch @linear_0(
// CHECK-LABEL: kernel.func @linear_1(%arg0: !graph.tensor<f32[512, 8, 64]>
// CHECK-NOT: kernel.func
// CHECK-LABEL: func.func @many(
// CHECK-COUNT-1: kernel.launch
// CHECK-NOT: kernel.launch
// CUDA: cuda.kernel @tern_linear_0(
// CUDA-SAME: shared = 0
// CUDA: cuda.call "tern::linear"{{.*}}(%arg0,
graph.weight @w : f32[1024, 512] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @forward(%x: !graph.tensor<f32[T, 8, 64]>) -> !graph.tensor<f32[T, 1024]> {
  %0 = graph.load_weight @w : f32[1024, 512]
  %1 = graph.group "linear" -> f32[T, 1024] {
    %2 = graph.reshape %x : (f32[T, 8, 64]) -> f32[T, 512]
    %3 = graph.linear %2, %0 : (f32[T, 512], f32[1024, 512]) -> f32[T, 1024]
    graph.yield %3 : (f32[T, 1024])
  }
  return %1 : !graph.tensor<f32[T, 1024]>
}
