// Found by random programs: tokens of a task of a linear layer that were no neighbours in memory (a block of the last
// dimension of several sequences at once), and tiles of 0 where there are no tokens.
// RUN: tern-opt %s --split-input-file --tern-fuse --tern-schedule="function=program entries=run:T<200" | FileCheck %s
// RUN: tern-opt %s --split-input-file --tern-fuse --tern-schedule="function=program entries=run:T<200" \
// RUN:   --convert-kernel-to-cpu=target=cpu:x86-64-v4 -o /dev/null

// More tokens than a task takes: one sequence at a time, and 64 of its tokens.
// CHECK: kind = linear
// CHECK-SAME: dims = [32, 2, "T"], tiles = [{{16|32|64}}, 1, 64]
func.func @program(%x: !graph.tensor<f32[2, T, 64]>) -> !graph.tensor<f32[2, T, 32]> {
  %0 = graph.load_weight @w : f32[32, 64]
  %1 = graph.linear %x, %0 : (f32[2, T, 64], f32[32, 64]) -> f32[2, T, 32]
  return %1 : !graph.tensor<f32[2, T, 32]>
}
graph.weight @w : f32[32, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>

// -----

// A last dimension that is smaller than that is taken whole, with all before it.
// CHECK: kind = linear
// CHECK-SAME: dims = [32, "T", 3], tiles = [{{16|32|64}}, 200, 3]
func.func @program(%x: !graph.tensor<f32[T, 3, 64]>) -> !graph.tensor<f32[T, 3, 32]> {
  %0 = graph.load_weight @w : f32[32, 64]
  %1 = graph.linear %x, %0 : (f32[T, 3, 64], f32[32, 64]) -> f32[T, 3, 32]
  return %1 : !graph.tensor<f32[T, 3, 32]>
}
graph.weight @w : f32[32, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>

// -----

// No tokens at all: tiles are positive all the same.
// CHECK: dims = [32, "T", 0], tiles = [{{[1-9][0-9]*}}, {{[1-9][0-9]*}}, 1]
func.func @program(%x: !graph.tensor<f32[T, 0, 64]>) -> !graph.tensor<f32[T, 0, 32]> {
  %0 = graph.load_weight @w : f32[32, 64]
  %1 = graph.linear %x, %0 : (f32[T, 0, 64], f32[32, 64]) -> f32[T, 0, 32]
  return %1 : !graph.tensor<f32[T, 0, 32]>
}
graph.weight @w : f32[32, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
