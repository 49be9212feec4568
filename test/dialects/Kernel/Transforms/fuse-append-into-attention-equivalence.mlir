// A token of each of two sequences, its heads normed and turned: the same numbers by one kernel as by the ops themselves.
// RUN: tern-opt %s --tern-precision --tern-fuse --tern-schedule="entries=forward gpu=true" \
// RUN:   | FileCheck %s
// RUN: tern-opt %s --tern-precision=policy=f32 --check-equivalence="pipeline=tern-fuse,tern-schedule{entries=forward gpu=true} dims=C=128" \
// RUN:   --verify-diagnostics -o /dev/null

// CHECK: kernel.launch @rotate_rms_norm_append_state_attend_part_
// CHECK-NOT: kernel.launch @{{.*}}append

module attributes {graph.max_context = 128 : i64} {
  graph.state @k key of layer 0 : f32[2, C, 2, 16]
  graph.state @v value of layer 0 : f32[2, C, 2, 16]
  // expected-remark@below {{result 0: largest difference}}
  func.func @forward(%q: !graph.tensor<f32[2, 1, 64]>, %k: !graph.tensor<f32[2, 1, 32]>, %v: !graph.tensor<f32[2, 1, 32]>,
                     %p: !graph.tensor<i32[2, 1]>) -> !graph.tensor<f32[2, 1, 64]> {
    %0 = graph.reshape %q : (f32[2, 1, 64]) -> f32[2, 1, 4, 16]
    %1 = graph.rms_norm %0 epsilon 1.0e-05 : (f32[2, 1, 4, 16]) -> f32[2, 1, 4, 16]
    %2 = graph.rope %1 by #graph.rotary<theta = 100.0, dims = 16, layout = half> at %p
        : (f32[2, 1, 4, 16], i32[2, 1]) -> f32[2, 1, 4, 16]
    %3 = graph.reshape %k : (f32[2, 1, 32]) -> f32[2, 1, 2, 16]
    %4 = graph.rms_norm %3 epsilon 1.0e-05 : (f32[2, 1, 2, 16]) -> f32[2, 1, 2, 16]
    %5 = graph.rope %4 by #graph.rotary<theta = 100.0, dims = 16, layout = half> at %p
        : (f32[2, 1, 2, 16], i32[2, 1]) -> f32[2, 1, 2, 16]
    %6 = graph.reshape %v : (f32[2, 1, 32]) -> f32[2, 1, 2, 16]
    %7 = graph.append_state @k, %5 at %p : (f32[2, 1, 2, 16], i32[2, 1]) -> f32[2, C, 2, 16]
    %8 = graph.append_state @v, %6 at %p : (f32[2, 1, 2, 16], i32[2, 1]) -> f32[2, C, 2, 16]
    %9 = graph.attention %2, %7, %8 at %p mask causal scale 0.25
        : (f32[2, 1, 4, 16], f32[2, C, 2, 16], f32[2, C, 2, 16], i32[2, 1]) -> f32[2, 1, 4, 16]
    %10 = graph.reshape %9 : (f32[2, 1, 4, 16]) -> f32[2, 1, 64]
    return %10 : !graph.tensor<f32[2, 1, 64]>
  }
}
