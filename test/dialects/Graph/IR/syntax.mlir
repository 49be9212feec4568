// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt --emit-bytecode %s | tern-opt | FileCheck %s

// CHECK-LABEL: func.func @types
// CHECK-SAME: !graph.tensor<f32[B, T, 576]>, %{{.*}}: !graph.tensor<q4_1[1536, 576]>
func.func @types(%x: !graph.tensor<f32[B, T, 576]>, %w: !graph.tensor<q4_1[1536, 576]>)
    -> !graph.tensor<f32[B, T, 1536]> {
  // CHECK: graph.linear %{{.*}}, %{{.*}} : (f32[B, T, 576], q4_1[1536, 576]) -> f32[B, T, 1536]
  %0 = graph.linear %x, %w : (f32[B, T, 576], q4_1[1536, 576]) -> f32[B, T, 1536]
  return %0 : !graph.tensor<f32[B, T, 1536]>
}
