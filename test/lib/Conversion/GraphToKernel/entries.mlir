// Entry points: sizes, maxima, the context of the model; a prologue inside the product or ahead of it.
// RUN: tern-opt %s --pass-pipeline='builtin.module(tern-fuse,tern-schedule{batches=1,4 chunk=64 outputs=2})' | FileCheck %s
// RUN: tern-opt %s --tern-fuse --tern-schedule="entries=only:B=1:T<4:N=1" | FileCheck %s --check-prefix=ONLY

// CHECK: module attributes {graph.max_context = 2048 : i64, kernel.symbols = ["capacity", "C", "N", "T"]}
// CHECK-LABEL: func.func @decode_1(%{{.*}}: !graph.tensor<i32[1, 1]>, %{{.*}}: !graph.tensor<i32[1, 1]>, %{{.*}}: !graph.tensor<i32[1, 1]>) -> !graph.tensor<f32[1, 1, 1024]>
// CHECK-SAME: kernel.maxima = {C = 2048 : i64}
// CHECK-SAME: kernel.names = ["tokens", "positions", "outputs", "logits"]
// CHECK-LABEL: func.func @decode_4(
// CHECK-SAME: kernel.maxima = {C = 2048 : i64}
// CHECK-LABEL: func.func @prefill(%{{.*}}: !graph.tensor<i32[1, T]>, %{{.*}}: !graph.tensor<i32[1, T]>, %{{.*}}: !graph.tensor<i32[1, N]>) -> !graph.tensor<f32[1, N, 1024]>
// CHECK-SAME: kernel.maxima = {C = 2048 : i64, N = 2 : i64, T = 64 : i64}
// CHECK-NOT: @forward

// ONLY-NOT: func.func @decode
// ONLY: func.func @only(

module attributes {graph.max_context = 2048 : i64} {
  graph.weight @w : f32[1024, 512] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
  graph.state @k key of layer 0 : f16[B, C, 2, 256]
  graph.state @v value of layer 0 : f16[B, C, 2, 256]
  func.func @forward(%ids: !graph.tensor<i32[B, T]>, %p: !graph.tensor<i32[B, T]>, %out: !graph.tensor<i32[B, N]>)
      -> !graph.tensor<f32[B, N, 1024]> {
    %0 = graph.load_weight @w : f32[1024, 512]
    %1 = graph.embedding %0[%ids] : (f32[1024, 512], i32[B, T]) -> f32[B, T, 512]
    %2 = graph.reshape %1 : (f32[B, T, 512]) -> f32[B, T, 2, 256]
    %3 = graph.cast %2 : (f32[B, T, 2, 256]) -> f16[B, T, 2, 256]
    %4 = graph.append_state @k, %3 at %p : (f16[B, T, 2, 256], i32[B, T]) -> f16[B, C, 2, 256]
    %5 = graph.append_state @v, %3 at %p : (f16[B, T, 2, 256], i32[B, T]) -> f16[B, C, 2, 256]
    %6 = graph.attention %2, %4, %5 at %p mask causal scale 0.5
        : (f32[B, T, 2, 256], f16[B, C, 2, 256], f16[B, C, 2, 256], i32[B, T]) -> f32[B, T, 2, 256]
    %7 = graph.reshape %6 : (f32[B, T, 2, 256]) -> f32[B, T, 512]
    %8 = graph.gather %7[%out] batch_dims 1 : (f32[B, T, 512], i32[B, N]) -> f32[B, N, 512]
    %9 = graph.rms_norm %8 epsilon 1.0e-05 : (f32[B, N, 512]) -> f32[B, N, 512]
    %10 = graph.linear %9, %0 : (f32[B, N, 512], f32[1024, 512]) -> f32[B, N, 1024]
    return %10 : !graph.tensor<f32[B, N, 1024]>
  }
}
