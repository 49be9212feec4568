// RUN: tern-opt %s --choose-linear-tasks=target=sm_90a | FileCheck %s
// RUN: tern-opt %s --choose-linear-tasks=target=sm_90a --remarks-filter=choose-linear-tasks \
// RUN:   --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not tern-opt %s --choose-linear-tasks=target=sm_1 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: tern-opt %s --choose-linear-tasks=target=sm_90a --convert-kernel-to-cuda=target=sm_90a \
// RUN:   | FileCheck %s --check-prefix=CODE
// RUN: tern-opt %s --choose-linear-tasks=target=sm_80 --convert-kernel-to-cuda=target=sm_80 \
// RUN:   | FileCheck %s --check-prefix=SMALL

module attributes {kernel.symbols = ["capacity", "T"]} {

// Two weights share a block, and with them a multiprocessor has enough to do.
// CHECK-LABEL: kernel.func @gated
// CHECK: dims = [8192, 1, "T"], tiles = [64, 1, 128]
// REMARK: @gated: blocks of 64 rows and 128 tokens, 256 of them on 132 multiprocessors, take about [[#]].{{[0-9]}} us
// CODE-LABEL: cuda.kernel @tern_gated
// CODE-SAME: resident = 2 : i64, shared = 98304 : i64, threads = 256 : i64
// CODE: %[[STAGES:.*]] = cuda.shared at 0
// CODE: cuda.call "tern::linearBlock"<"tern::F32", "256", "4", "128", "98304", "tern::BF16", "tern::BF16">(%[[STAGES]],
// SMALL-LABEL: cuda.kernel @tern_gated
// SMALL-SAME: resident = 1
// SMALL: cuda.call "tern::linearBlock"
kernel.func @gated(%x: !graph.tensor<f32[1, T, 2048]>,
    %w: !graph.tensor<bf16[8192, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
    %v: !graph.tensor<bf16[8192, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, T, 8192]> attributes {maxima = {T = 256 : i64},
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [8192, 1, "T"], tiles = [64, 1, 64]>]} {
  %0 = graph.linear %x, %w : (f32[1, T, 2048], bf16[8192, 2048]) -> f32[1, T, 8192]
  %1 = graph.linear %x, %v : (f32[1, T, 2048], bf16[8192, 2048]) -> f32[1, T, 8192]
  %2 = graph.gated silu %0, %1 : (f32[1, T, 8192], f32[1, T, 8192]) -> f32[1, T, 8192]
  kernel.return %2 : !graph.tensor<f32[1, T, 8192]>
}

// A smaller matrix gets smaller blocks, so that all multiprocessors have one.
// CHECK-LABEL: kernel.func @small
// CHECK: dims = [2048, 1, "T"], tiles = [64, 1, 64]
// REMARK: @small: blocks of 64 rows and 64 tokens, 128 of them
kernel.func @small(%x: !graph.tensor<f32[1, T, 2048]>,
    %w: !graph.tensor<bf16[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, T, 2048]> attributes {maxima = {T = 256 : i64},
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 1, "T"], tiles = [64, 1, 64]>]} {
  %0 = graph.linear %x, %w : (f32[1, T, 2048], bf16[2048, 2048]) -> f32[1, T, 2048]
  kernel.return %0 : !graph.tensor<f32[1, T, 2048]>
}

// A batch: a token of each of 64 sequences. Both spaces get the same blocks, and share their stages.
// CHECK-LABEL: kernel.func @batch
// CHECK: dims = [2048, 64, 1], tiles = [64, 32, 1]
// CHECK-SAME: dims = [520, 64, 1], tiles = [64, 32, 1]
// CODE-LABEL: cuda.kernel @tern_batch
// CODE-SAME: shared = 98304 : i64
// CODE: cuda.shared at 0
// CODE: cuda.call "tern::linearBlock"<"tern::BF16", "256", "4", "32", "98304", "tern::BF16">
// CODE: arith.cmpi slt, %{{.*}}, %c520
// CODE: cuda.shared at 0
// CODE: cuda.call "tern::linearBlock"
kernel.func @batch(%x: !graph.tensor<bf16[64, 1, 2048]>,
    %w: !graph.tensor<bf16[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
    %v: !graph.tensor<bf16[520, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> (!graph.tensor<f32[64, 1, 2048]>, !graph.tensor<f32[64, 1, 520]>) attributes {
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 64, 1], tiles = [64, 64, 1]>,
             #kernel.tasks<roots = [1], dims = [520, 64, 1], tiles = [64, 64, 1]>]} {
  %0 = graph.linear %x, %w : (bf16[64, 1, 2048], bf16[2048, 2048]) -> f32[64, 1, 2048]
  %1 = graph.linear %x, %v : (bf16[64, 1, 2048], bf16[520, 2048]) -> f32[64, 1, 520]
  kernel.return %0, %1 : !graph.tensor<f32[64, 1, 2048]>, !graph.tensor<f32[64, 1, 520]>
}

// Few tokens are bound by reading the weights: a small matrix is a task a tile,
// CHECK-LABEL: kernel.func @few
// CHECK: dims = [2048, 16], tiles = [16, 16]
// REMARK: @few: 128 tiles of rows in 128 tasks for 132 multiprocessors, 1 at most in a task
kernel.func @few(%x: !graph.tensor<f32[16, 2048]>,
    %w: !graph.tensor<bf16[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[16, 2048]> attributes {schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 16], tiles = [16, 16]>]} {
  %0 = graph.linear %x, %w : (f32[16, 2048], bf16[2048, 2048]) -> f32[16, 2048]
  kernel.return %0 : !graph.tensor<f32[16, 2048]>
}

// several that would take a second wave have as few tiles more as make it one,
// CHECK-LABEL: kernel.func @projections
// CHECK: dims = [2048, 1], tiles = [32, 1]
// CHECK-SAME: dims = [512, 1], tiles = [16, 1]
// CHECK-SAME: dims = [512, 1], tiles = [16, 1]
// REMARK: @projections: 192 tiles of rows in 128 tasks for 132 multiprocessors, 2 at most in a task
// CODE-LABEL: cuda.kernel @tern_projections
// CODE: cuda.call "tern::startNumbers"<"512", "4">
kernel.func @projections(%x: !graph.tensor<f32[1, 2048]>,
    %q: !graph.tensor<bf16[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
    %k: !graph.tensor<bf16[512, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
    %v: !graph.tensor<bf16[512, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> (!graph.tensor<f32[1, 2048]>, !graph.tensor<f32[1, 512]>, !graph.tensor<f32[1, 512]>) attributes {
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 1], tiles = [16, 1]>,
             #kernel.tasks<roots = [1], dims = [512, 1], tiles = [16, 1]>,
             #kernel.tasks<roots = [2], dims = [512, 1], tiles = [16, 1]>]} {
  %0 = graph.linear %x, %q : (f32[1, 2048], bf16[2048, 2048]) -> f32[1, 2048]
  %1 = graph.linear %x, %k : (f32[1, 2048], bf16[512, 2048]) -> f32[1, 512]
  %2 = graph.linear %x, %v : (f32[1, 2048], bf16[512, 2048]) -> f32[1, 512]
  kernel.return %0, %1, %2 : !graph.tensor<f32[1, 2048]>, !graph.tensor<f32[1, 512]>, !graph.tensor<f32[1, 512]>
}

// a large one a task for each multiprocessor, of all its spaces.
// CHECK-LABEL: kernel.func @head
// CHECK: dims = [128256, 8], tiles = [992, 8]
// CHECK-SAME: dims = [1000, 8], tiles = [976, 8]
// REMARK: @head: 8079 tiles of rows in 132 tasks for 132 multiprocessors, 62 at most in a task
// CODE-LABEL: cuda.kernel @tern_head
// CODE-SAME: resident = 1 : i64, {{.*}}threads = 512 : i64
kernel.func @head(%x: !graph.tensor<f32[8, 2048]>,
    %w: !graph.tensor<bf16[128256, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
    %v: !graph.tensor<bf16[1000, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> (!graph.tensor<f32[8, 128256]>, !graph.tensor<f32[8, 1000]>) attributes {
    schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [128256, 8], tiles = [16, 8]>,
             #kernel.tasks<roots = [1], dims = [1000, 8], tiles = [16, 8]>]} {
  %0 = graph.linear %x, %w : (f32[8, 2048], bf16[128256, 2048]) -> f32[8, 128256]
  %1 = graph.linear %x, %v : (f32[8, 2048], bf16[1000, 2048]) -> f32[8, 1000]
  kernel.return %0, %1 : !graph.tensor<f32[8, 128256]>, !graph.tensor<f32[8, 1000]>
}

// Tensor cores do not sum products of f32.
// CHECK-LABEL: kernel.func @wide
// CHECK: tiles = [64, 64]
// REMARK: @wide: device code has no block for its weights and input
// CODE-LABEL: cuda.kernel @tern_wide
// CODE: cuda.call "tern::linear"<
kernel.func @wide(%x: !graph.tensor<f32[64, 2048]>,
    %w: !graph.tensor<f32[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[64, 2048]> attributes {schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 64], tiles = [64, 64]>]} {
  %0 = graph.linear %x, %w : (f32[64, 2048], f32[2048, 2048]) -> f32[64, 2048]
  kernel.return %0 : !graph.tensor<f32[64, 2048]>
}

// A person's tiles stay; where they are a block, it is one.
// CHECK-LABEL: kernel.func @fixed
// CHECK: tiles = [128, 32]
// CODE-LABEL: cuda.kernel @tern_fixed
// CODE: cuda.call "tern::linearBlock"<"tern::F32", "256", "8", "32", "98304", "tern::BF16">
kernel.func @fixed(%x: !graph.tensor<f32[64, 2048]>,
    %w: !graph.tensor<bf16[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[64, 2048]> attributes {kernel.fixed_tiles, schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 64], tiles = [128, 32]>]} {
  %0 = graph.linear %x, %w : (f32[64, 2048], bf16[2048, 2048]) -> f32[64, 2048]
  kernel.return %0 : !graph.tensor<f32[64, 2048]>
}

// An input that is only given another shape lies in memory as it is.
// CHECK-LABEL: kernel.func @another_shape
// CHECK: dims = [2048, 64], tiles = [64, 32]
// REMARK: @another_shape: blocks of 64 rows and 32 tokens
// CODE-LABEL: cuda.kernel @tern_another_shape
// CODE: cuda.call "tern::linearBlock"<"tern::F32", "256", "4", "32", "98304", "tern::BF16">(%{{.*}}, %arg0,
kernel.func @another_shape(%x: !graph.tensor<f32[64, 32, 64]>,
    %w: !graph.tensor<bf16[2048, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[64, 2048]> attributes {schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [2048, 64], tiles = [64, 64]>]} {
  %0 = graph.reshape %x : (f32[64, 32, 64]) -> f32[64, 2048]
  %1 = graph.linear %0, %w : (f32[64, 2048], bf16[2048, 2048]) -> f32[64, 2048]
  kernel.return %1 : !graph.tensor<f32[64, 2048]>
}

}

// TARGET: error: --target: there is no GPU target 'sm_1'
