// Names become numbers and other names everywhere: signatures, bodies, states, nested types, declarations.
// RUN: tern-opt %s --graph-specialize="dims=B=1,T=N" | FileCheck %s --implicit-check-not='B,' --implicit-check-not=', T'
// RUN: tern-opt %s --pass-pipeline='builtin.module(graph-specialize{dims=B=C,C=B})' | FileCheck %s --check-prefix=SWAP
// RUN: tern-opt %s --graph-specialize | FileCheck %s --check-prefix=NONE
// RUN: tern-opt %s --graph-specialize="dims=B=1,C=S" --remarks-filter=graph-specialize --remark-format=emitRemark \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: remark: {{.*}}B is 1 in {{[0-9]+}} types
// REMARK: remark: {{.*}}C is S in {{[0-9]+}} types

// CHECK: graph.state @k key of layer 0 : f32[1, C, 3, 8]
// SWAP: graph.state @k key of layer 0 : f32[C, B, 3, 8]
// NONE: graph.state @k key of layer 0 : f32[B, C, 3, 8]
graph.state @k key of layer 0 : f32[B, C, 3, 8]

// CHECK: func.func private @helper(!graph.tensor<i32[1, N]>) -> !graph.tensor<f32[1, N, 64]>
func.func private @helper(!graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, T, 64]>

// CHECK-LABEL: func.func @forward(
// CHECK-SAME: %{{.*}}: !graph.tensor<f32[1, N, 3, 8]>, %{{.*}}: !graph.tensor<i32[1, N]>)
// CHECK-SAME: attributes {types = [!graph.tensor<f32[1, 1]>]}
// CHECK: graph.append_state {{.*}} : (f32[1, N, 3, 8], i32[1, N]) -> f32[1, C, 3, 8]
// CHECK: graph.transpose {{.*}} [2, 0, 1, 3] : (f32[1, C, 3, 8]) -> f32[3, 1, C, 8]
// SWAP: graph.transpose {{.*}} [2, 0, 1, 3] : (f32[C, B, 3, 8]) -> f32[3, C, B, 8]
func.func @forward(%k: !graph.tensor<f32[B, T, 3, 8]>, %p: !graph.tensor<i32[B, T]>)
    attributes {types = [!graph.tensor<f32[B, 1]>]} {
  %0 = graph.append_state @k, %k at %p : (f32[B, T, 3, 8], i32[B, T]) -> f32[B, C, 3, 8]
  %1 = graph.transpose %0 [2, 0, 1, 3] : (f32[B, C, 3, 8]) -> f32[3, B, C, 8]
  return
}
