// RUN: tern-opt %s --split-input-file \
// RUN:   --pass-pipeline='builtin.module(convert-graph-to-kernel{entries=forward},kernel-verify-scheduled)' | FileCheck %s
// RUN: tern-opt %s --convert-graph-to-kernel=entries=forward --split-input-file --verify-diagnostics \
// RUN:   --remarks-filter='convert-graph-to-kernel' --remark-format=emitRemark -o /dev/null
// RUN: tern-opt %s --split-input-file --convert-graph-to-kernel="entries=forward gpu" | FileCheck %s --check-prefix=GPU
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=convert-graph-to-kernel{entries=forward} dims=B=2,T=3,C=3"

// Two layers launch one kernel on weights of their own, in tiles.
// CHECK-DAG: module attributes {kernel.symbols = ["capacity", "B"]}
// CHECK-DAG: graph.weight @a {{.*}}kernel.layout = #kernel.layout<tiles16>
// CHECK-DAG: graph.weight @b {{.*}}kernel.layout = #kernel.layout<tiles16>
// CHECK-LABEL: kernel.func @linear_silu_0(
// CHECK-SAME: %arg0: !graph.tensor<f32[B, 64]>
// CHECK-SAME: %arg1: !graph.tensor<f32[64, 64]> {kernel.layout = #kernel.layout<tiles16>, kernel.operand = #kernel.operand<streamed>}
// CHECK-SAME: schedule = #kernel.schedule<kind = linear
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = [64, "B"]
// CHECK-NEXT: graph.linear %arg0, %arg1
// CHECK-NEXT: graph.silu
// CHECK-NEXT: kernel.return
// CHECK-NOT: kernel.func
// CHECK-LABEL: func.func @forward(
// CHECK-NEXT: %[[A:.*]] = graph.load_weight @a
// CHECK-NEXT: %[[B:.*]] = graph.load_weight @b
// CHECK-NEXT: %[[X:.*]] = kernel.launch @linear_silu_0(%arg0, %[[A]])
// CHECK-NEXT: %[[Y:.*]] = kernel.launch @linear_silu_0(%[[X]], %[[B]])
// CHECK-NEXT: return %[[Y]]
graph.weight @a : f32[64, 64] = #graph.random<tensor = "a", seed = 1, center = 0.0, scale = 0.1>
graph.weight @b : f32[64, 64] = #graph.random<tensor = "b", seed = 1, center = 0.0, scale = 0.1>
func.func @forward(%x: !graph.tensor<f32[B, 64]>) -> !graph.tensor<f32[B, 64]> {
  %0 = graph.load_weight @a : f32[64, 64]
  %1 = graph.load_weight @b : f32[64, 64]
  %2 = graph.group "linear" -> f32[B, 64] {
    // expected-remark @+1 {{@linear_silu_0: linear kernel of 2 ops in forward}}
    %4 = graph.linear %x, %0 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
    %5 = graph.silu %4 : (f32[B, 64]) -> f32[B, 64]
    graph.yield %5 : (f32[B, 64])
  }
  %3 = graph.group "linear" -> f32[B, 64] {
    // expected-remark @+1 {{@linear_silu_0: linear kernel of 2 ops in forward}}
    %4 = graph.linear %2, %1 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
    %5 = graph.silu %4 : (f32[B, 64]) -> f32[B, 64]
    graph.yield %5 : (f32[B, 64])
  }
  return %3 : !graph.tensor<f32[B, 64]>
}

// -----

// Keys in lanes and values by head, appended and read by reference.
// CHECK: graph.state @k {{.*}} {kernel.layout = #kernel.layout<lanes16>}
// CHECK: graph.state @v {{.*}} {kernel.layout = #kernel.layout<heads>}
// CHECK-LABEL: kernel.func @append_state_0(
// CHECK-SAME: %arg0: !graph.tensor<f32[B, T, 2, 8]>, %arg1: !graph.tensor<i32[B, T]>,
// CHECK-SAME: %arg2: !kernel.state<<f32[B, C, 2, 8]>, lanes16>
// CHECK-SAME: %arg3: !kernel.state<<f32[B, C, 2, 8]>, heads>
// CHECK: kernel.append_state %arg2
// CHECK: kernel.append_state %arg3
// CHECK-LABEL: kernel.func @attention_1(
// CHECK-SAME: schedule = #kernel.schedule<kind = attention, tokens = 48>
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = ["B", 2, "T"], tiles = [1, 1, 48]>]
// CHECK: kernel.read_state
// CHECK: kernel.read_state
// CHECK: graph.attention
// CHECK-LABEL: func.func @forward(
// CHECK-DAG: kernel.load_state @k
// CHECK-DAG: kernel.load_state @v
// CHECK: kernel.launch @append_state_0(
// CHECK: kernel.launch @attention_1(
graph.state @k key of layer 0 : f32[B, C, 2, 8]
graph.state @v value of layer 0 : f32[B, C, 2, 8]
func.func @forward(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>) -> !graph.tensor<f32[B, T, 2, 8]> {
  %0:2 = graph.group "rows" -> f32[B, C, 2, 8], f32[B, C, 2, 8] {
    // expected-remark @+1 {{@append_state_0: rows kernel of 2 ops in forward}}
    %2 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
    %3 = graph.append_state @v, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
    graph.yield %2, %3 : (f32[B, C, 2, 8], f32[B, C, 2, 8])
  }
  %1 = graph.group "attention" -> f32[B, T, 2, 8] {
    // expected-remark @+1 {{@attention_1: attention kernel of 1 ops in forward}}
    %2 = graph.attention %x, %0#0, %0#1 at %p mask causal scale 0.5
        : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
    graph.yield %2 : (f32[B, T, 2, 8])
  }
  return %1 : !graph.tensor<f32[B, T, 2, 8]>
}

// -----

// One token: the context in parts, then what combines them, with the sinks.
// CHECK-LABEL: kernel.func @attend_part_1(
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = [2, 2, 8], tiles = [1, 1, 1]>]
// CHECK-LABEL: kernel.func @attend_combine_2(
// CHECK-SAME: kind = rows
// On a GPU both are one launch, whose tasks count themselves.
// GPU-LABEL: kernel.func @constant_1(
// GPU-SAME: tasks = [#kernel.tasks<roots = [0], dims = [2], tiles = [1]>]
// GPU: graph.constant dense<0> : tensor<2x2xi32> as i32[2, 2]
// GPU-LABEL: kernel.func @attend_part_attend_combine_2(
// GPU-SAME: !graph.tensor<i32[2, 2]> {kernel.arrivals}
// GPU-SAME: tasks = [#kernel.tasks<roots = [0, 1], dims = [2, 2, 32], tiles = [1, 1, 1]>]
// GPU: %[[PARTS:.*]] = kernel.attend_part {{.*}} -> f32[2, 1, 4, 32, 10]
// GPU: %[[WHOLE:.*]] = kernel.attend_combine %[[PARTS]] sinks
// GPU: kernel.return %[[PARTS]], %[[WHOLE]]
// GPU: %[[ZEROS:.*]] = kernel.launch @constant_1()
// GPU: %{{.*}}:2 = kernel.launch @attend_part_attend_combine_2({{.*}}%[[ZEROS]]
// GPU-NOT: kernel.launch
// CHECK: kernel.attend_combine %arg0 sinks %arg1 : (f32[2, 1, 4, 8, 10], f32[4]) -> f32[2, 1, 4, 8]
graph.state @k key of layer 0 : f32[2, C, 2, 8]
graph.state @v value of layer 0 : f32[2, C, 2, 8]
func.func @forward(%x: !graph.tensor<f32[2, 1, 2, 8]>, %q: !graph.tensor<f32[2, 1, 4, 8]>, %p: !graph.tensor<i32[2, 1]>,
                   %s: !graph.tensor<f32[4]>) -> !graph.tensor<f32[2, 1, 4, 8]> {
  %0:2 = graph.group "rows" -> f32[2, C, 2, 8], f32[2, C, 2, 8] {
    // expected-remark @+1 {{@append_state_0: rows kernel}}
    %2 = graph.append_state @k, %x at %p : (f32[2, 1, 2, 8], i32[2, 1]) -> f32[2, C, 2, 8]
    %3 = graph.append_state @v, %x at %p : (f32[2, 1, 2, 8], i32[2, 1]) -> f32[2, C, 2, 8]
    graph.yield %2, %3 : (f32[2, C, 2, 8], f32[2, C, 2, 8])
  }
  %1 = graph.group "attention" -> f32[2, 1, 4, 8] {
    // expected-remark @+2 {{@attend_part_1: attention kernel}}
    // expected-remark @+1 {{@attend_combine_2: rows kernel}}
    %2 = graph.attention %q, %0#0, %0#1 at %p sinks %s mask causal scale 0.5
        : (f32[2, 1, 4, 8], f32[2, C, 2, 8], f32[2, C, 2, 8], i32[2, 1], f32[4]) -> f32[2, 1, 4, 8]
    graph.yield %2 : (f32[2, 1, 4, 8])
  }
  return %1 : !graph.tensor<f32[2, 1, 4, 8]>
}
