// Found by random programs: a load of one input of a concatenation that LLVM moved ahead of the test whether the index is
// in that input, and that left the array. Indices are clamped into each input.
// RUN: tern-opt %s --convert-kernel-to-cpu=target=cpu:x86-64-v4 | FileCheck %s

// CHECK-LABEL: llvm.func internal @concat.body
// CHECK: llvm.br
// CHECK: %[[FIRST:.*]] = llvm.intr.smax
// CHECK: llvm.intr.smin(%[[FIRST]],
// CHECK: %[[SECOND:.*]] = llvm.intr.smax
// CHECK: llvm.intr.smin(%[[SECOND]],
// CHECK-LABEL: llvm.func @tern_concat
module attributes {kernel.symbols = ["capacity"]} {
  kernel.func @concat(%x: !graph.tensor<f32[4, 3]>, %y: !graph.tensor<f32[5, 3]>) -> !graph.tensor<f32[9, 3]> attributes {
      schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [9], tiles = [1]>]} {
    %0 = graph.concat %x, %y axis 0 : (f32[4, 3], f32[5, 3]) -> f32[9, 3]
    kernel.return %0 : !graph.tensor<f32[9, 3]>
  }
}
