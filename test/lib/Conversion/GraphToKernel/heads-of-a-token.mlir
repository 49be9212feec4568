// On a GPU a task of many tokens is a token with all its heads, unless a head has a sum of its own; of few, a head.
// RUN: tern-opt %s --convert-graph-to-kernel="entries=few:T=4,many:T<256 gpu=true" | FileCheck %s
// RUN: tern-opt %s --convert-graph-to-kernel="entries=many:T<256" | FileCheck %s --check-prefix=CPU
// RUN: tern-opt %s --convert-graph-to-kernel="entries=many:T<256 gpu=true" --convert-kernel-to-plan \
// RUN:   | FileCheck %s --check-prefix=PLAN

// CHECK-LABEL: kernel.func @rotate_rms_norm_0(
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = [1, 4, 8], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, 4, 2], tiles = [1, 1, 1]>]
// CHECK-LABEL: kernel.func @rotate_rms_norm_1(
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>, #kernel.tasks<roots = [1], dims = [1, "T", 2], tiles = [1, 1, 1]>]
// CPU: tasks = [#kernel.tasks<roots = [0], dims = [1, "T", 8], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, "T", 2], tiles = [1, 1, 1]>]
// PLAN: kernel.task_bytes = [2048, 256]
func.func @forward(%q: !graph.tensor<f32[1, T, 512]>, %k: !graph.tensor<f32[1, T, 128]>,
                   %table: !graph.tensor<f32[1, T, 64]>)
    -> (!graph.tensor<f32[1, T, 8, 64]>, !graph.tensor<f32[1, T, 2, 64]>) {
  %0, %1 = graph.group "rows" -> f32[1, T, 8, 64], f32[1, T, 2, 64] {
    %2 = graph.reshape %q : (f32[1, T, 512]) -> f32[1, T, 8, 64]
    %3 = graph.rotate half %2 by %table : (f32[1, T, 8, 64], f32[1, T, 64]) -> f32[1, T, 8, 64]
    %4 = graph.reshape %k : (f32[1, T, 128]) -> f32[1, T, 2, 64]
    %5 = graph.rms_norm %4 epsilon 1.0e-05 : (f32[1, T, 2, 64]) -> f32[1, T, 2, 64]
    graph.yield %3, %5 : (f32[1, T, 8, 64], f32[1, T, 2, 64])
  }
  return %0, %1 : !graph.tensor<f32[1, T, 8, 64]>, !graph.tensor<f32[1, T, 2, 64]>
}
