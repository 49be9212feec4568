// RUN: tern-opt %s --graph-share-rope-tables --split-input-file | FileCheck %s
// RUN: tern-opt %s --graph-share-rope-tables --split-input-file --verify-diagnostics \
// RUN:   --remarks-filter='graph-share-rope-tables' --remark-format=emitRemark -o /dev/null
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=func.func(graph-share-rope-tables) dims=B=2,T=3"

// CHECK-LABEL: func.func @turn(
// CHECK-NEXT: %[[T:.*]] = graph.rope_table #rotary at %arg2 : (i32[B, T]) -> f32[B, T, 64]
// CHECK-NEXT: graph.rotate half %arg0 by %[[T]] : (f32[B, T, 9, 64], f32[B, T, 64]) -> f32[B, T, 9, 64]
// CHECK-NEXT: graph.rotate half %arg1 by %[[T]] : (f32[B, T, 3, 64], f32[B, T, 64]) -> f32[B, T, 3, 64]
func.func @turn(%q: !graph.tensor<f32[B, T, 9, 64]>, %k: !graph.tensor<f32[B, T, 3, 64]>,
                %p: !graph.tensor<i32[B, T]>) -> (!graph.tensor<f32[B, T, 9, 64]>, !graph.tensor<f32[B, T, 3, 64]>) {
  // expected-remark @+1 {{reads table 0 of 32 angles a token}}
  %0 = graph.rope %q by #graph.rotary<theta = 10000.0, dims = 64, layout = half> at %p
      : (f32[B, T, 9, 64], i32[B, T]) -> f32[B, T, 9, 64]
  // expected-remark @+1 {{reads table 0 of 32 angles a token}}
  %1 = graph.rope %k by #graph.rotary<theta = 10000.0, dims = 64, layout = half> at %p
      : (f32[B, T, 3, 64], i32[B, T]) -> f32[B, T, 3, 64]
  return %0, %1 : !graph.tensor<f32[B, T, 9, 64]>, !graph.tensor<f32[B, T, 3, 64]>
}

// -----

// Other positions, another attribute: other tables. Equal factors are one table, though each layer loads its own.
// CHECK-LABEL: func.func @different(
// CHECK-DAG: %[[A:.*]] = graph.rope_table #{{.*}} at %arg1 : (i32[B, T]) -> f32[B, T, 8]
// CHECK-DAG: %[[B:.*]] = graph.rope_table #{{.*}} at %arg2 : (i32[B, T]) -> f32[B, T, 8]
// CHECK-DAG: %[[C:.*]] = graph.rope_table #{{.*}} at %arg1 : (i32[B, T]) -> f32[B, T, 4]
// CHECK-DAG: %[[D:.*]] = graph.rope_table #{{.*}} at %arg1 factors %{{.*}} : (i32[B, T], f32[4]) -> f32[B, T, 8]
// CHECK-NOT: graph.rope_table
// CHECK: graph.rotate interleaved %{{.*}} by %[[A]]
// CHECK: graph.rotate interleaved %{{.*}} by %[[B]]
// CHECK: graph.rotate interleaved %{{.*}} by %[[C]]
// CHECK: graph.rotate interleaved %{{.*}} by %[[D]]
// CHECK: graph.rotate interleaved %{{.*}} by %[[D]]
// CHECK: return
graph.weight @f : f32[4] = #graph.random<tensor = "f", seed = 1, center = 1.0, scale = 0.1>
func.func @different(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>, %q: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, T, 2, 8]> {
  // expected-remark @+1 {{reads table 0}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved> at %p
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  // expected-remark @+1 {{reads table 1}}
  %1 = graph.rope %0 by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved> at %q
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  // expected-remark @+1 {{reads table 2 of 2 angles}}
  %2 = graph.rope %1 by #graph.rotary<theta = 10000.0, dims = 4, layout = interleaved> at %p
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  %3 = graph.load_weight @f : f32[4]
  // expected-remark @+1 {{reads table 3}}
  %4 = graph.rope %2 by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved> at %p factors %3
      : (f32[B, T, 2, 8], i32[B, T], f32[4]) -> f32[B, T, 2, 8]
  %5 = graph.load_weight @f : f32[4]
  // expected-remark @+1 {{reads table 3}}
  %6 = graph.rope %4 by #graph.rotary<theta = 10000.0, dims = 8, layout = interleaved> at %p factors %5
      : (f32[B, T, 2, 8], i32[B, T], f32[4]) -> f32[B, T, 2, 8]
  return %6 : !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// Positions that are computed: the table stands after them.
// CHECK-LABEL: func.func @computed_positions(
// CHECK-NEXT: %[[P:.*]] = graph.add %arg1, %arg1
// CHECK-NEXT: graph.rope_table #rotary at %[[P]]
func.func @computed_positions(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, T, 2, 8]> {
  %0 = graph.add %p, %p : (i32[B, T], i32[B, T]) -> i32[B, T]
  // expected-remark @+1 {{reads table 0}}
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %0
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %1 : !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// CHECK-LABEL: func.func @declines_computed_factors(
// CHECK-NEXT: graph.add
// CHECK-NEXT: graph.rope %
// CHECK-NEXT: return
func.func @declines_computed_factors(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>,
                                     %f: !graph.tensor<f32[4]>) -> !graph.tensor<f32[B, T, 2, 8]> {
  %0 = graph.add %f, %f : (f32[4], f32[4]) -> f32[4]
  // expected-remark @+1 {{graph.rope stays: its factors are computed}}
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p factors %0
      : (f32[B, T, 2, 8], i32[B, T], f32[4]) -> f32[B, T, 2, 8]
  return %1 : !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// RUN: tern-opt %s --graph-share-rope-tables --split-input-file | FileCheck %s --check-prefix=BLOCKS
// A block has its own tables: none can be read from a block that does not come first.
// BLOCKS-LABEL: func.func private @blocks(
// BLOCKS: graph.rope_table
// BLOCKS: ^bb1
// BLOCKS: graph.rope_table
func.func @compared(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> {
  return %x : !graph.tensor<f32[B]>
}
func.func private @blocks(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, T, 2, 8]> {
  // expected-remark @+1 {{reads table 0}}
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %0 : !graph.tensor<f32[B, T, 2, 8]>
^other:
  // expected-remark @+1 {{reads table 1}}
  %1 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 8, layout = half> at %p
      : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %1 : !graph.tensor<f32[B, T, 2, 8]>
}
