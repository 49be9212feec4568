// Every op, attribute and type in its own syntax, in text and bytecode.
// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt --emit-bytecode %s | tern-opt | FileCheck %s
// RUN: tern-opt --mlir-print-op-generic %s | tern-opt | FileCheck %s

// CHECK: graph.state @k {{.*}} {kernel.layout = #kernel.layout<lanes16>}
graph.state @k key of layer 0 : f16[B, C, 3, 64] {kernel.layout = #kernel.layout<lanes16>}
// CHECK: graph.state @v {{.*}} {kernel.layout = #kernel.layout<heads>}
graph.state @v value of layer 0 : f16[B, C, 3, 64] {kernel.layout = #kernel.layout<heads>}
// CHECK: graph.state @s recurrent of layer 0 : f32[B, 16]
graph.state @s recurrent of layer 0 : f32[B, 16]

// CHECK-LABEL: kernel.func @half(
// CHECK-SAME: %arg1: !graph.tensor<f32[64]> {kernel.operand = #kernel.operand<resident>}
// CHECK-SAME: maxima = {T = 256 : i64}, schedule = #kernel.schedule<kind = linear, tokens = 4>
// CHECK-SAME: tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]
kernel.func @half(%x: !graph.tensor<f32[1, T, 64]>, %y: !graph.tensor<f32[64]> {kernel.operand = #kernel.operand<resident>})
    -> !graph.tensor<f32[1, T, 64]> attributes {
    maxima = {T = 256 : i64}, schedule = #kernel.schedule<kind = linear, tokens = 4>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
  %0 = graph.mul %x, %y : (f32[1, T, 64], f32[64]) -> f32[1, T, 64]
  kernel.return %0 : !graph.tensor<f32[1, T, 64]>
}

// CHECK-LABEL: kernel.func @every_number(
// CHECK-SAME: {kernel.layout = #kernel.layout<tiles16>, kernel.operand = #kernel.operand<streamed>}
// CHECK-SAME: schedule = #kernel.schedule<kind = linear, rows = 2, tokens = 6, inline_prologue = 1, prefetch = 1024>
kernel.func @every_number(%x: !graph.tensor<f32[64]>, %w: !graph.tensor<f32[32, 64]>
    {kernel.layout = #kernel.layout<tiles16>, kernel.operand = #kernel.operand<streamed>}) -> !graph.tensor<f32[32]>
    attributes {schedule = #kernel.schedule<kind = linear, rows = 2, tokens = 6, inline_prologue = 1, prefetch = 1024>,
                tasks = [#kernel.tasks<roots = [0], dims = [32], tiles = [16]>]} {
  %0 = graph.linear %x, %w : (f32[64], f32[32, 64]) -> f32[32]
  kernel.return %0 : !graph.tensor<f32[32]>
}

// CHECK-LABEL: kernel.func @append(
// CHECK-SAME: %arg0: !kernel.state<<f16[1, C, 3, 64]>, lanes16>
// CHECK-NEXT: kernel.append_state %arg0, %arg1 at %arg2 : <<f16[1, C, 3, 64]>, lanes16>, (f16[1, T, 3, 64], i32[1, T])
kernel.func @append(%s: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, %x: !graph.tensor<f16[1, T, 3, 64]>, %p: !graph.tensor<i32[1, T]>)
    attributes {schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
  kernel.append_state %s, %x at %p : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, (f16[1, T, 3, 64], i32[1, T])
  kernel.return
}

// CHECK-LABEL: kernel.func @replace(
// CHECK-NEXT: %[[OLD:.*]] = kernel.read_state %arg0 : <<f32[1, 16]>, rows> -> f32[1, 16]
// CHECK-NEXT: kernel.write_state %arg0, %arg1 : <<f32[1, 16]>, rows>, f32[1, 16]
// CHECK-NEXT: kernel.return %[[OLD]] : !graph.tensor<f32[1, 16]>
kernel.func @replace(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>, %x: !graph.tensor<f32[1, 16]>)
    -> !graph.tensor<f32[1, 16]> attributes {schedule = #kernel.schedule<kind = serial>,
    tasks = [#kernel.tasks<roots = [0, 1], dims = [], tiles = []>]} {
  %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, 16]>, rows> -> f32[1, 16]
  kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[1, 16]>, rows>, f32[1, 16]
  kernel.return %0 : !graph.tensor<f32[1, 16]>
}

// CHECK-LABEL: kernel.func @attend(
// CHECK: kernel.attend_part %arg0, %{{.*}}, %{{.*}} at %arg3 lengths %arg4 bias %arg5 slopes %arg6 mask causal window 8 scale 0.25 soft_cap 50.0
// CHECK-SAME: : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 64], i32[1, 1], i32[1], f32[1, 6, 1, C], f32[6]) -> f32[1, 1, 6, 2, 66]
// CHECK: kernel.attend_part %arg0, %{{.*}}, %{{.*}} mask none scale 1.0 : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 64]) -> f32[1, 1, 6, 2, 66]
// CHECK: kernel.attend_combine %{{.*}} sinks %arg6 : (f32[1, 1, 6, 2, 66], f32[6]) -> f32[1, 1, 6, 64]
// CHECK: kernel.attend_combine %{{.*}} : (f32[1, 1, 6, 2, 66]) -> f32[1, 1, 6, 64]
kernel.func @attend(%q: !graph.tensor<f32[1, 1, 6, 64]>, %k: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>,
                    %v: !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads>, %p: !graph.tensor<i32[1, 1]>,
                    %l: !graph.tensor<i32[1]>, %b: !graph.tensor<f32[1, 6, 1, C]>, %s: !graph.tensor<f32[6]>)
    -> (!graph.tensor<f32[1, 1, 6, 64]>, !graph.tensor<f32[1, 1, 6, 64]>) attributes {
    schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>, #kernel.tasks<roots = [1], dims = [1], tiles = [1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16> -> f16[1, C, 3, 64]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, heads> -> f16[1, C, 3, 64]
  %2 = kernel.attend_part %q, %0, %1 at %p lengths %l bias %b slopes %s mask causal window 8 scale 0.25 soft_cap 50.0
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 64], i32[1, 1], i32[1], f32[1, 6, 1, C], f32[6])
      -> f32[1, 1, 6, 2, 66]
  %3 = kernel.attend_part %q, %0, %1 mask none scale 1.0
      : (f32[1, 1, 6, 64], f16[1, C, 3, 64], f16[1, C, 3, 64]) -> f32[1, 1, 6, 2, 66]
  %4 = kernel.attend_combine %2 sinks %s : (f32[1, 1, 6, 2, 66], f32[6]) -> f32[1, 1, 6, 64]
  %5 = kernel.attend_combine %3 : (f32[1, 1, 6, 2, 66]) -> f32[1, 1, 6, 64]
  kernel.return %4, %5 : !graph.tensor<f32[1, 1, 6, 64]>, !graph.tensor<f32[1, 1, 6, 64]>
}

// CHECK-LABEL: func.func @example(
// CHECK-NEXT: %[[K:.*]] = kernel.load_state @k : <<f16[1, C, 3, 64]>, lanes16>
// CHECK-NEXT: kernel.launch @append(%[[K]], %arg0, %arg1) : (
// CHECK-NEXT: %[[S:.*]] = kernel.load_state @s : <<f32[1, 16]>, rows>
// CHECK-NEXT: kernel.launch @replace(%[[S]], %arg2) : (
func.func @example(%x: !graph.tensor<f16[1, T, 3, 64]>, %p: !graph.tensor<i32[1, T]>, %y: !graph.tensor<f32[1, 16]>) {
  %0 = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>
  kernel.launch @append(%0, %x, %p) : (!kernel.state<!graph.tensor<f16[1, C, 3, 64]>, lanes16>, !graph.tensor<f16[1, T, 3, 64]>, !graph.tensor<i32[1, T]>) -> ()
  %1 = kernel.load_state @s : !kernel.state<!graph.tensor<f32[1, 16]>, rows>
  %2 = kernel.launch @replace(%1, %y) : (!kernel.state<!graph.tensor<f32[1, 16]>, rows>, !graph.tensor<f32[1, 16]>) -> !graph.tensor<f32[1, 16]>
  return
}
