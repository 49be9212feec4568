// RUN: tern-opt %s --choose-split-rows=target=sm_90a | FileCheck %s
// RUN: tern-opt %s --choose-split-rows=target=sm_90a --remarks-filter=choose-split-rows \
// RUN:   --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: tern-opt %s --choose-split-rows=target=sm_80 | FileCheck %s --check-prefix=OTHER
// RUN: not tern-opt %s --choose-split-rows=target=sm_1 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: tern-opt %s --choose-split-rows=target=sm_90a --convert-kernel-to-cuda=target=sm_90a \
// RUN:   | FileCheck %s --check-prefix=CODE

// OTHER-NOT: kernel.split_rows
// TARGET: there is no GPU target 'sm_1'

module attributes {kernel.symbols = ["capacity", "T"]} {
plan.memory arena 20971520 scratch 0
graph.weight @w : bf16[8192, 2048] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
graph.weight @v : bf16[2048, 8192] = #graph.random<tensor = "v", seed = 2, center = 0.0, scale = 0.1>

// What writes the input of a product stores it split: the two operands are one value.
// CHECK-LABEL: kernel.func @double
// CHECK-SAME: kernel.split_rows = array<i64: 1, 512, 2048>
// CODE-LABEL: cuda.kernel @tern_double
// CODE: cuda.call "tern::storeSplit"<"tern::Split2">(%{{.*}}, %c512{{.*}}, %c2048{{.*}},
kernel.func @double(%x: !graph.tensor<f32[1, T, 2048]>) -> !graph.tensor<f32[1, T, 2048]> attributes {
    maxima = {T = 512 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, "T"], tiles = [1, 1]>]} {
  %0 = graph.add %x, %x : (f32[1, T, 2048], f32[1, T, 2048]) -> f32[1, T, 2048]
  kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
}

// A product may be both: its input is split, and so is what the next one reads.
// CHECK-LABEL: kernel.func @up
// CHECK-SAME: kernel.group_blocks = [[BLOCKS:[12]]] : i64, kernel.split_rows = array<i64: 0, 512, 2048, 2, 512, 8192>
// CHECK-SAME: dims = [8192, 1, "T"], tiles = [{{64|128|256}}, 1, {{64|128}}]
// REMARK: @up: warpgroups multiply blocks of [[#]] rows and [[#]] tokens, [[#]] of them, {{[12]}} at once on each of 132 multiprocessors, in about [[#]].{{[0-9]}} us
// CODE-LABEL: cuda.kernel @tern_up
// CODE: cuda.lambda
// CODE: cuda.call "tern::storeSplit"<"tern::Split2">
// CODE: cuda.call "tern::groupBlock"<"tern::Split2", "{{[0-9]+}}", "{{64|128}}", "{{[0-9]+}}">
kernel.func @up(%x: !graph.tensor<f32[1, T, 2048]>,
    %w: !graph.tensor<bf16[8192, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, T, 8192]> attributes {maxima = {T = 512 : i64},
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [8192, 1, "T"], tiles = [64, 1, 64]>]} {
  %0 = graph.linear %x, %w : (f32[1, T, 2048], bf16[8192, 2048]) -> f32[1, T, 8192]
  kernel.return %0 : !graph.tensor<f32[1, T, 8192]>
}

// What the caller reads stays in rows.
// CHECK-LABEL: kernel.func @down
// CHECK-SAME: kernel.split_rows = array<i64: 0, 512, 8192>
kernel.func @down(%x: !graph.tensor<f32[1, T, 8192]>,
    %w: !graph.tensor<bf16[2048, 8192]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, T, 2048]> attributes {maxima = {T = 512 : i64},
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 1, "T"], tiles = [64, 1, 64]>]} {
  %0 = graph.linear %x, %w : (f32[1, T, 8192], bf16[2048, 8192]) -> f32[1, T, 2048]
  kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
}

plan.entry @prefill attributes {ranges = {T = [1, 512]}} {
  plan.input "x" : f32[1, T, 2048] at 0
  plan.output "y" : f32[1, T, 2048] at 0
  plan.launch @double [#plan.arena<offset = 0, bytes = 4194304>, #plan.arena<offset = 4194304, bytes = 4194304>]
  plan.launch @up [#plan.arena<offset = 4194304, bytes = 4194304>, #plan.weight<@w>, #plan.arena<offset = 8388608, bytes = 16777216>] wait
  plan.launch @down [#plan.arena<offset = 8388608, bytes = 16777216>, #plan.weight<@v>, #plan.arena<offset = 0, bytes = 4194304>] wait
}

// The caller writes this input.
// CHECK-LABEL: kernel.func @first
// CHECK-NOT: kernel.split_rows
// CHECK: kernel.return
// REMARK: @first: its input lies in rows, as @first has it so
kernel.func @first(%x: !graph.tensor<f32[1, T, 2048]>,
    %w: !graph.tensor<bf16[8192, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, T, 8192]> attributes {maxima = {T = 512 : i64},
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [8192, 1, "T"], tiles = [64, 1, 64]>]} {
  %0 = graph.linear %x, %w : (f32[1, T, 2048], bf16[8192, 2048]) -> f32[1, T, 8192]
  kernel.return %0 : !graph.tensor<f32[1, T, 8192]>
}

plan.entry @other attributes {ranges = {T = [1, 512]}} {
  plan.input "x" : f32[1, T, 2048] at 0
  plan.output "y" : f32[1, T, 8192] at 4194304
  plan.launch @first [#plan.arena<offset = 0, bytes = 4194304>, #plan.weight<@w>, #plan.arena<offset = 4194304, bytes = 16777216>]
}
}
