// The phases after normalize: what their pipelines hold, what each option does, and a decoder through all of them.
// RUN: tern-opt %s --tern-precision --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=PRECISION
// RUN: tern-opt %s --tern-precision=policy=bf16 | FileCheck %s --check-prefix=BF16
// RUN: tern-opt %s --tern-fuse --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=FUSE
// RUN: tern-opt %s --tern-fuse="verify=false launch-bytes=7" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=UNVERIFIED
// RUN: tern-opt %s --tern-fuse --tern-schedule --dump-pass-pipeline -o /dev/null 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// RUN: tern-opt %s --tern-fuse --tern-schedule="batches=2 chunk=0" | FileCheck %s --check-prefix=BATCH
// RUN: tern-opt %s --tern-fuse --tern-schedule="gpu=true chunk=512" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=GPU
// RUN: tern-opt %s --tern-fuse --tern-schedule="gpu=true chunk=16" --dump-pass-pipeline -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SHORT
// RUN: tern-opt %s --tern-fuse --tern-schedule="function=forward entries=a:B=1:T=1:N=1 verify=false" --dump-pass-pipeline 2>&1 \
// RUN:   | FileCheck %s --check-prefix=ENTRIES
// RUN: tern-opt %s --tern-precision --tern-fuse --tern-schedule --tern-plan | FileCheck %s
// RUN: tern-opt %s --check-equivalence="pipeline=tern-precision,tern-fuse,tern-schedule{entries=forward} dims=B=2,T=5,N=3 absolute=2e-3" \
// RUN:   -o /dev/null
// RUN: tern-opt %s --check-equivalence="pipeline=tern-precision{policy=f32},tern-fuse,tern-schedule{entries=forward} dims=B=2,T=5,N=3 absolute=2e-6" \
// RUN:   -o /dev/null

// PRECISION: graph-assign-precision{policy=default}
// PRECISION: func.func(
// PRECISION-NEXT: graph-share-rope-tables
// PRECISION: canonicalize
// PRECISION: cse
// BF16: graph.cast {{.*}} -> bf16
// FUSE: func.func(
// FUSE-NEXT: graph-form-groups{launch-bytes=16384}
// FUSE: graph-verify-groups
// UNVERIFIED: graph-form-groups{launch-bytes=7}
// UNVERIFIED-NOT: graph-verify-groups
// SCHEDULE: convert-graph-to-kernel{entries={decode_1:B=1:T=1:N=1,prefill:B=1:T<256:N<16} function=forward gpu=false}
// SCHEDULE: kernel-verify-scheduled
// GPU: convert-graph-to-kernel{entries={decode_1:B=1:T=1:N=1,prefill_16:B=1:T<16:N<16,prefill:B=1:T<512:N<16} function=forward gpu=true}
// GPU: kernel-fuse-append-into-attention
// SHORT: convert-graph-to-kernel{entries={decode_1:B=1:T=1:N=1,prefill:B=1:T<16:N<16} function=forward gpu=true}
// BATCH: func.func @decode_2(
// BATCH-NOT: @prefill
// ENTRIES: convert-graph-to-kernel{entries={a:B=1:T=1:N=1} function=forward gpu=false}
// ENTRIES-NOT: kernel-verify-scheduled
// ENTRIES: func.func @a(

// CHECK: plan.memory arena
// CHECK-LABEL: plan.entry @decode_1 attributes {ranges = {C = [1, 512]}} {
// CHECK-NEXT: plan.input "tokens" : i32[1, 1] at
// CHECK-NEXT: plan.input "positions" : i32[1, 1] at
// CHECK-NEXT: plan.input "outputs" : i32[1, 1] at
// CHECK-NEXT: plan.output "logits" : f32[1, 1, 96] at
// CHECK-NEXT: plan.launch
// CHECK-LABEL: plan.entry @prefill attributes {ranges = {C = [1, 512], N = [1, 16], T = [1, 256]}} {

module attributes {graph.max_context = 512 : i64} {
  graph.weight @embed : f32[96, 64] = #graph.random<tensor = "e", seed = 1, center = 0.0, scale = 0.1>
  graph.weight @norm : f32[64] = #graph.random<tensor = "n", seed = 1, center = 1.0, scale = 0.1>
  graph.weight @q : f32[64, 64] = #graph.random<tensor = "q", seed = 1, center = 0.0, scale = 0.1>
  graph.weight @kv : f32[32, 64] = #graph.random<tensor = "k", seed = 1, center = 0.0, scale = 0.1>
  graph.state @key key of layer 0 : f32[B, C, 2, 16]
  graph.state @value value of layer 0 : f32[B, C, 2, 16]
  func.func @forward(%tokens: !graph.tensor<i32[B, T]>, %p: !graph.tensor<i32[B, T]>, %out: !graph.tensor<i32[B, N]>)
      -> !graph.tensor<f32[B, N, 96]> {
    %0 = graph.load_weight @embed : f32[96, 64]
    %1 = graph.embedding %0[%tokens] : (f32[96, 64], i32[B, T]) -> f32[B, T, 64]
    %2 = graph.load_weight @norm : f32[64]
    %3 = graph.rms_norm %1, %2 epsilon 1.0e-05 : (f32[B, T, 64], f32[64]) -> f32[B, T, 64]
    %4 = graph.load_weight @q : f32[64, 64]
    %5 = graph.load_weight @kv : f32[32, 64]
    %6 = graph.linear %3, %4 : (f32[B, T, 64], f32[64, 64]) -> f32[B, T, 64]
    %7 = graph.linear %3, %5 : (f32[B, T, 64], f32[32, 64]) -> f32[B, T, 32]
    %8 = graph.reshape %6 : (f32[B, T, 64]) -> f32[B, T, 4, 16]
    %9 = graph.reshape %7 : (f32[B, T, 32]) -> f32[B, T, 2, 16]
    %10 = graph.rope %8 by #graph.rotary<theta = 10000.0, dims = 16, layout = half> at %p
        : (f32[B, T, 4, 16], i32[B, T]) -> f32[B, T, 4, 16]
    %11 = graph.rope %9 by #graph.rotary<theta = 10000.0, dims = 16, layout = half> at %p
        : (f32[B, T, 2, 16], i32[B, T]) -> f32[B, T, 2, 16]
    %12 = graph.append_state @key, %11 at %p : (f32[B, T, 2, 16], i32[B, T]) -> f32[B, C, 2, 16]
    %13 = graph.append_state @value, %9 at %p : (f32[B, T, 2, 16], i32[B, T]) -> f32[B, C, 2, 16]
    %14 = graph.attention %10, %12, %13 at %p mask causal scale 0.25
        : (f32[B, T, 4, 16], f32[B, C, 2, 16], f32[B, C, 2, 16], i32[B, T]) -> f32[B, T, 4, 16]
    %15 = graph.reshape %14 : (f32[B, T, 4, 16]) -> f32[B, T, 64]
    %16 = graph.linear %15, %4 : (f32[B, T, 64], f32[64, 64]) -> f32[B, T, 64]
    %17 = graph.add %1, %16 : (f32[B, T, 64], f32[B, T, 64]) -> f32[B, T, 64]
    %18 = graph.gather %17[%out] batch_dims 1 : (f32[B, T, 64], i32[B, N]) -> f32[B, N, 64]
    %19 = graph.linear %18, %0 : (f32[B, N, 64], f32[96, 64]) -> f32[B, N, 96]
    return %19 : !graph.tensor<f32[B, N, 96]>
  }
}
