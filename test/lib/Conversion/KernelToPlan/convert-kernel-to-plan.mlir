// RUN: tern-opt %s --convert-kernel-to-plan --split-input-file | FileCheck %s
// RUN: tern-opt %s --convert-kernel-to-plan --split-input-file --verify-diagnostics \
// RUN:   --remarks-filter='convert-kernel-to-plan' --remark-format=emitRemark -o /dev/null

// A chain: values that live apart share bytes, and each launch waits for the one before. 4 tokens of 64 f32 are 1024.
// CHECK: plan.memory arena 2048 scratch 0
// CHECK-LABEL: plan.entry @chain attributes {ranges = {T = [1, 4]}} {
// CHECK-NEXT: plan.input "argument0" : f32[T, 64] at 0
// CHECK-NEXT: plan.output "result0" : f32[T, 64] at 1024
// CHECK-NEXT: plan.launch @silu [#plan.arena<offset = 0, bytes = 1024>, #plan.arena<offset = 1024, bytes = 1024>]{{$}}
// CHECK-NEXT: plan.launch @silu [#plan.arena<offset = 1024, bytes = 1024>, #plan.arena<offset = 0, bytes = 1024>] wait
// CHECK-NEXT: plan.launch @silu [#plan.arena<offset = 0, bytes = 1024>, #plan.arena<offset = 1024, bytes = 1024>] wait
// CHECK-NOT: func.func
kernel.func @silu(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.silu %x : (f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}
// expected-remark @below {{@chain: 4 values of 4096 bytes in all, 2048 at one time, in an arena of 2048}}
func.func @chain(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {kernel.maxima = {T = 4 : i64}} {
  %0 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %1 = kernel.launch @silu(%0) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %2 = kernel.launch @silu(%1) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  return %2 : !graph.tensor<f32[T, 64]>
}

// -----

// Two launches on one input need no wait; the third reads what both wrote.
// CHECK-LABEL: plan.entry @independent
// CHECK: plan.launch @silu {{.*}}]{{$}}
// CHECK: plan.launch @silu {{.*}}]{{$}}
// CHECK: plan.launch @add {{.*}}] wait{{$}}
// CHECK: plan.launch @silu {{.*}}] wait{{$}}
kernel.func @silu(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.silu %x : (f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}
kernel.func @add(%x: !graph.tensor<f32[T, 64]>, %y: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.add %x, %y : (f32[T, 64], f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}
// expected-remark @below {{5 values}}
func.func @independent(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {kernel.maxima = {T = 4 : i64}} {
  %0 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %1 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %2 = kernel.launch @add(%0, %1) : (!graph.tensor<f32[T, 64]>, !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %3 = kernel.launch @silu(%2) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  return %3 : !graph.tensor<f32[T, 64]>
}

// -----

// Write after read and write after write: bytes are used again while nobody has waited for who used them. %1 and %2 are
// read by nobody, so %2 may take the place of %1, and the last launch that of %0.
// CHECK-LABEL: plan.entry @reuse
// CHECK: plan.launch @silu [#plan.arena<offset = 0, bytes = 1024>, #plan.arena<offset = 1024, bytes = 1024>]{{$}}
// CHECK: plan.launch @silu [#plan.arena<offset = 0, bytes = 1024>, #plan.arena<offset = 1024, bytes = 1024>] wait
// CHECK: plan.launch @silu [#plan.arena<offset = 0, bytes = 1024>, #plan.arena<offset = 1024, bytes = 1024>] wait
kernel.func @silu(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.silu %x : (f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}
// expected-remark @below {{4 values}}
func.func @reuse(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {kernel.maxima = {T = 4 : i64}} {
  %0 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %1 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  %2 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  return %2 : !graph.tensor<f32[T, 64]>
}

// -----

// States: readers of one need no wait among themselves, a writer waits for them, and a reader for the writer; another
// state is no obstacle. Weights are never written.
// CHECK-LABEL: plan.entry @states
// CHECK: plan.launch @read [#plan.state<@s>, #plan.arena<{{.*}}>]{{$}}
// CHECK: plan.launch @read [#plan.state<@s>, #plan.arena<{{.*}}>]{{$}}
// CHECK: plan.launch @write [#plan.weight<@w>, #plan.state<@t>]{{$}}
// CHECK: plan.launch @write [#plan.weight<@w>, #plan.state<@s>] wait
// CHECK: plan.launch @write [#plan.weight<@w>, #plan.state<@s>] wait
// CHECK: plan.launch @read [#plan.state<@s>, #plan.arena<{{.*}}>] wait
graph.state @s recurrent of layer 0 : f32[B, 16]
graph.state @t recurrent of layer 1 : f32[B, 16]
graph.weight @w : f32[1, 16] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
kernel.func @read(%s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
  %0 = kernel.read_state %s : !kernel.state<!graph.tensor<f32[1, 16]>, rows> -> f32[1, 16]
  kernel.return %0 : !graph.tensor<f32[1, 16]>
}
kernel.func @write(%x: !graph.tensor<f32[1, 16]>, %s: !kernel.state<!graph.tensor<f32[1, 16]>, rows>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
  kernel.write_state %s, %x : !kernel.state<!graph.tensor<f32[1, 16]>, rows>, f32[1, 16]
  kernel.return
}
// expected-remark @below {{3 values}}
func.func @states() -> (!graph.tensor<f32[1, 16]>, !graph.tensor<f32[1, 16]>, !graph.tensor<f32[1, 16]>) {
  %s = kernel.load_state @s : !kernel.state<!graph.tensor<f32[1, 16]>, rows>
  %t = kernel.load_state @t : !kernel.state<!graph.tensor<f32[1, 16]>, rows>
  %w = graph.load_weight @w : f32[1, 16]
  %0 = kernel.launch @read(%s) : (!kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]>
  %1 = kernel.launch @read(%s) : (!kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]>
  kernel.launch @write(%w, %t) : (!graph.tensor<f32[1, 16]>, !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> ()
  kernel.launch @write(%w, %s) : (!graph.tensor<f32[1, 16]>, !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> ()
  kernel.launch @write(%w, %s) : (!graph.tensor<f32[1, 16]>, !kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> ()
  %2 = kernel.launch @read(%s) : (!kernel.state<!graph.tensor<f32[1, 16]>, rows>) -> !graph.tensor<f32[1, 16]>
  return %0, %1, %2 : !graph.tensor<f32[1, 16]>, !graph.tensor<f32[1, 16]>, !graph.tensor<f32[1, 16]>
}

// -----

// Entries share the arena: it is as large as the largest needs. Scratch is that of the greediest kernel; an argument that
// is returned is where the caller wrote it; names are those that the entry says.
// CHECK: plan.memory arena 8192 scratch 640
// CHECK-LABEL: kernel.func @silu(
// CHECK-SAME: kernel.task_bytes = [256]
// CHECK-LABEL: plan.entry @small
// CHECK: plan.input "tokens" : f32[T, 64] at 0
// CHECK: plan.output "logits" : f32[T, 64] at 0
// CHECK-LABEL: plan.entry @large
kernel.func @silu(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {kernel.scratch = 640 : i64,
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.silu %x : (f32[T, 64]) -> f32[T, 64]
  kernel.return %0 : !graph.tensor<f32[T, 64]>
}
// expected-remark @below {{@small: 1 values}}
func.func @small(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {kernel.maxima = {T = 4 : i64}, kernel.names = ["tokens", "logits"]} {
  return %x : !graph.tensor<f32[T, 64]>
}
// expected-remark @below {{@large: 2 values of 8192 bytes in all, 8192 at one time, in an arena of 8192}}
func.func @large(%x: !graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]> attributes {kernel.maxima = {T = 16 : i64}} {
  %0 = kernel.launch @silu(%x) : (!graph.tensor<f32[T, 64]>) -> !graph.tensor<f32[T, 64]>
  return %0 : !graph.tensor<f32[T, 64]>
}

// -----

// Activations in blocks are as large as their layout in memory: planes, scales and sums, each aligned.
// CHECK-LABEL: plan.entry @blocks
// CHECK: plan.launch @quantize [#plan.arena<offset = {{[0-9]+}}, bytes = 256>, #plan.arena<offset = {{[0-9]+}}, bytes = 320>]
kernel.func @quantize(%x: !graph.tensor<f32[1, 64]>) -> !graph.tensor<i15_32[1, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
  %0 = graph.quantize %x : (f32[1, 64]) -> i15_32[1, 64]
  kernel.return %0 : !graph.tensor<i15_32[1, 64]>
}
// expected-remark @below {{2 values}}
func.func @blocks(%x: !graph.tensor<f32[1, 64]>) -> !graph.tensor<i15_32[1, 64]> {
  %0 = kernel.launch @quantize(%x) : (!graph.tensor<f32[1, 64]>) -> !graph.tensor<i15_32[1, 64]>
  return %0 : !graph.tensor<i15_32[1, 64]>
}
