// RUN: tern-opt %s --convert-kernel-to-cuda=target=sm_90a | FileCheck %s
// RUN: not tern-opt %s --convert-kernel-to-cuda=target=sm_1 2>&1 | FileCheck %s --check-prefix=TARGET

module attributes {kernel.symbols = ["capacity", "T"]} {

// A block computes one task; the elements of its row are dealt out to the threads.
// CHECK: module attributes {kernel.symbols = ["capacity", "T"]}
// CHECK-LABEL: cuda.kernel @tern_double(
// CHECK-SAME: %[[X:.*]]: !llvm.ptr {cuda.aliased, cuda.element = f32, cuda.name = "input0", cuda.read_only},
// CHECK-SAME: %[[OUT:.*]]: !llvm.ptr {cuda.element = f32, cuda.name = "output0"})
// CHECK-SAME: comment = "double\0A  %0 = graph.add {{.*}}\0Aa task: [1 of 4]\0Aa launch: 2.05e+03 bytes, 256 flops, 0.000611 us at least on sm_90a", shared = 0 : i64, threads = 256 : i64
// CHECK: %[[BLOCK:.*]] = cuda.block_index
// CHECK: %[[TASK:.*]] = arith.extui %[[BLOCK]]
// CHECK: %[[NUMBER:.*]] = cuda.thread_index
// CHECK: %[[THREAD:.*]] = arith.extui %[[NUMBER]]
// CHECK: cuda.call "tern::allowNextLaunch"()
// CHECK: cuda.call "tern::waitForPreviousLaunch"()
// CHECK: scf.for %[[I:.*]] = %[[THREAD]] to %c64_i64 step %c256_i64
// CHECK: %[[ROW:.*]] = arith.muli %[[TASK]], %c64_i64
// CHECK: arith.addi %[[ROW]], %[[I]]
// CHECK: %[[A:.*]] = llvm.load
// CHECK: arith.addf %[[A]], %[[A]]
// CHECK: cuda.return
kernel.func @double(%x: !graph.tensor<f32[4, 64]>) -> !graph.tensor<f32[4, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
  %0 = graph.add %x, %x : (f32[4, 64], f32[4, 64]) -> f32[4, 64]
  kernel.return %0 : !graph.tensor<f32[4, 64]>
}

// What a row adds up to is known to all threads after a reduction of the block.
// CHECK-LABEL: cuda.kernel @tern_norm(
// CHECK: cuda.size 1
// CHECK: %[[ELEMENT:.*]] = cuda.lambda "element"(%[[I:.*]]: i64) -> f32
// CHECK: %[[X:.*]] = llvm.load
// CHECK: arith.mulf %[[X]], %[[X]]
// CHECK: cuda.call "tern::foldRow"<"tern::Block<256>", "tern::Sum", "float">(%c640_i64, %{{.*}}, %[[ELEMENT]])
// CHECK: math.sqrt
// CHECK: scf.for %{{.*}} = %{{.*}} to %c640_i64 step %c256_i64
kernel.func @norm(%x: !graph.tensor<f32[T, 640]>, %w: !graph.tensor<f32[640]> {kernel.operand = #kernel.operand<resident>}) -> !graph.tensor<f32[T, 640]> attributes {
    maxima = {T = 8 : i64},
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.rms_norm %x, %w epsilon 1.0e-5 : (f32[T, 640], f32[640]) -> f32[T, 640]
  kernel.return %0 : !graph.tensor<f32[T, 640]>
}

// Each thread has as many elements of a row: the loop says how many, so it can be unrolled.
// CHECK-LABEL: cuda.kernel @tern_whole_rounds(
// CHECK: %[[NUMBER:.*]] = cuda.thread_index
// CHECK: %[[THREAD:.*]] = arith.extui %[[NUMBER]]
// CHECK: scf.for %[[ROUND:.*]] = %c0_i64{{.*}} to %c4_i64 step %c1_i64
// CHECK: %[[SKIPPED:.*]] = arith.muli %[[ROUND]], %c256_i64
// CHECK: arith.addi %[[THREAD]], %[[SKIPPED]]
kernel.func @whole_rounds(%x: !graph.tensor<f32[4, 1024]>) -> !graph.tensor<f32[4, 1024]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>]} {
  %0 = graph.add %x, %x : (f32[4, 1024], f32[4, 1024]) -> f32[4, 1024]
  kernel.return %0 : !graph.tensor<f32[4, 1024]>
}

// Weights of bf16 stream through shared memory from before the wait; the input is there before they are used, and the
// next launch begins only then.
// CHECK-LABEL: cuda.kernel @tern_numbers(
// CHECK-SAME: shared = 140288 : i64, threads = 512 : i64
// CHECK-NOT: allowNextLaunch
// CHECK: %[[RING:.*]] = cuda.shared at 0
// CHECK: cuda.call "tern::startNumbers"<"512", "4">(%[[RING]], %c2048_i64, %[[FIRST:.*]], %[[END:.*]], %{{.*}})
// CHECK: cuda.call "tern::waitForPreviousLaunch"()
// CHECK: %[[INPUT:.*]] = cuda.shared at 132096
// CHECK: cuda.barrier
// CHECK: cuda.call "tern::allowNextLaunch"()
// CHECK: cuda.call "tern::linearNumbers"<"tern::F32", "512", "4", "1">(%[[RING]], %[[INPUT]], %c2048_i64,
kernel.func @numbers(%x: !graph.tensor<f32[1, 2048]>, %w: !graph.tensor<bf16[512, 2048]> {
      kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>}) -> !graph.tensor<f32[1, 512]> attributes {
    schedule = #kernel.schedule<kind = linear>, tasks = [#kernel.tasks<roots = [0], dims = [512, 1], tiles = [64, 1]>]} {
  %0 = graph.linear %x, %w : (f32[1, 2048], bf16[512, 2048]) -> f32[1, 512]
  kernel.return %0 : !graph.tensor<f32[1, 512]>
}

// Of many tokens each is normed by a warp, which copies its row to where the result will be, and reads it there. Sixteen
// elements of a thread are on their way at once.
// CHECK-LABEL: cuda.kernel @tern_many_norms(
// CHECK: %[[NUMBER:.*]] = cuda.thread_index
// CHECK: %[[THREAD:.*]] = arith.extui %[[NUMBER]]
// CHECK: cuda.call "tern::waitForPreviousLaunch"()
// CHECK-DAG: %[[WARP:.*]] = arith.shrsi %[[THREAD]], %c5
// CHECK-DAG: %[[ROWS:.*]] = cuda.shared at [[#]]
// CHECK: cuda.barrier
// CHECK: scf.for %[[ROW:.*]] = %[[WARP]] to %c8_i64{{.*}} step %c16_i64
// CHECK: cuda.call "tern::warpBarrier"()
// CHECK: scf.for %{{.*}} to %c4_i64
// CHECK: scf.for %{{.*}} to %c16_i64
// CHECK: %[[X:.*]] = llvm.load
// CHECK: llvm.store %[[X]]
// CHECK: } {cuda.unroll}
// CHECK: cuda.call "tern::warpBarrier"()
// CHECK: cuda.lambda "element"
// CHECK: llvm.getelementptr inbounds %[[ROWS]]
// CHECK: cuda.call "tern::foldRow"<"tern::Warp", "tern::Sum", "float">
// CHECK-NOT: cuda.barrier
// CHECK: scf.for %{{.*}} to %c4_i64
// CHECK: scf.for %{{.*}} to %c16_i64
// CHECK: } {cuda.unroll}
// CHECK: cuda.call "tern::warpBarrier"()
// CHECK: cuda.barrier
// CHECK: cuda.call "tern::linearNumbers"
kernel.func @many_norms(%x: !graph.tensor<f32[8, 1, 2048]>, %n: !graph.tensor<f32[2048]> {kernel.operand = #kernel.operand<resident>},
    %w: !graph.tensor<bf16[512, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[8, 1, 512]> attributes {
    schedule = #kernel.schedule<kind = linear, inline_prologue = 1>,
    tasks = [#kernel.tasks<roots = [0], dims = [512, 8, 1], tiles = [16, 8, 1]>]} {
  %0 = graph.rms_norm %x, %n epsilon 1.0e-5 : (f32[8, 1, 2048], f32[2048]) -> f32[8, 1, 2048]
  %1 = graph.linear %0, %w : (f32[8, 1, 2048], bf16[512, 2048]) -> f32[8, 1, 512]
  kernel.return %1 : !graph.tensor<f32[8, 1, 512]>
}

// An input that only has another shape is copied as it lies, whatever its rows.
// CHECK-LABEL: cuda.kernel @tern_copied(
// CHECK: cuda.barrier
// CHECK: scf.for %[[ROUNDS:.*]] = %c0_i64{{.*}} to %c2_i64
// CHECK: scf.for %[[ROUND:.*]] = %c0_i64{{.*}} to %c16_i64
// CHECK: %[[BEFORE:.*]] = arith.muli %[[ROUNDS]], %c16_i64
// CHECK: %[[NOW:.*]] = arith.addi %[[BEFORE]], %[[ROUND]]
// CHECK: %[[SKIPPED:.*]] = arith.muli %[[NOW]], %c512_i64
// CHECK: %[[PLACE:.*]] = arith.addi %{{.*}}, %[[SKIPPED]]
// CHECK: llvm.getelementptr inbounds %arg0[%[[PLACE]]]
// CHECK: cuda.barrier
// CHECK: cuda.call "tern::linearNumbers"
kernel.func @copied(%x: !graph.tensor<f32[8, 1, 32, 64]>,
    %w: !graph.tensor<bf16[512, 2048]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[8, 1, 512]> attributes {schedule = #kernel.schedule<kind = linear>,
    tasks = [#kernel.tasks<roots = [0], dims = [512, 8, 1], tiles = [16, 8, 1]>]} {
  %0 = graph.reshape %x : (f32[8, 1, 32, 64]) -> f32[8, 1, 2048]
  %1 = graph.linear %0, %w : (f32[8, 1, 2048], bf16[512, 2048]) -> f32[8, 1, 512]
  kernel.return %1 : !graph.tensor<f32[8, 1, 512]>
}

// Short rows that need nothing of their own first are dealt out as one.
// CHECK-LABEL: cuda.kernel @tern_heads(
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %c256_i64
// CHECK: %[[D:.*]] = arith.remsi %[[I]], %c8_i64
// CHECK: %[[H:.*]] = arith.divsi %[[I]], %c8_i64
// CHECK-NOT: scf.for
kernel.func @heads(%x: !graph.tensor<f32[T, 3, 8]>) -> !graph.tensor<f32[T, 3, 8]> attributes {
    maxima = {T = 8 : i64},
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = ["T"], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[T, 3, 8]) -> f32[T, 3, 8]
  kernel.return %0 : !graph.tensor<f32[T, 3, 8]>
}

// Spaces follow each other in the grid.
// CHECK-LABEL: cuda.kernel @tern_two(
// CHECK: %[[LOW:.*]] = arith.cmpi slt, %[[T:.*]], %c4
// CHECK: scf.if
// CHECK: %[[REST:.*]] = arith.subi %[[T]], %c4
// CHECK: arith.cmpi slt, %[[REST]], %c2
// CHECK: scf.if
kernel.func @two(%x: !graph.tensor<f32[4, 64]>, %y: !graph.tensor<f32[2, 64]>) -> (!graph.tensor<f32[4, 64]>, !graph.tensor<f32[2, 64]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [4], tiles = [1]>, #kernel.tasks<roots = [1], dims = [2], tiles = [1]>]} {
  %0 = graph.neg %x : (f32[4, 64]) -> f32[4, 64]
  %1 = graph.neg %y : (f32[2, 64]) -> f32[2, 64]
  kernel.return %0, %1 : !graph.tensor<f32[4, 64]>, !graph.tensor<f32[2, 64]>
}

// What goes through scratch in order is done by one thread while the others wait.
// CHECK-LABEL: cuda.kernel @tern_top(
// CHECK-SAME: shared = 128 : i64
// CHECK: cuda.shared at 0
// CHECK: cuda.shared at 64
// CHECK: cuda.barrier
// CHECK: %[[FIRST:.*]] = arith.cmpi eq
// CHECK: scf.if %[[FIRST]]
// CHECK: cuda.barrier
// CHECK: scf.for
kernel.func @top(%x: !graph.tensor<f32[4, 64]>) -> (!graph.tensor<f32[4, 2]>, !graph.tensor<i32[4, 2]>) attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0, 1], dims = [4], tiles = [1]>]} {
  %0, %1 = graph.top_k %x k 2 : (f32[4, 64]) -> (f32[4, 2], i32[4, 2])
  kernel.return %0, %1 : !graph.tensor<f32[4, 2]>, !graph.tensor<i32[4, 2]>
}

// Products are calls of device functions: weights of quants stream through shared memory from before the block waits for
// its input, the input is quantised into shared memory, and what follows is a lambda, which looks after rows beyond the
// matrix. Two blocks share a multiprocessor, so the next launch may begin at once, and its weights come while this one
// ends.
// CHECK-LABEL: cuda.kernel @tern_product(
// CHECK-SAME: %{{.*}}: !llvm.ptr {cuda.element = i8, cuda.name = "weight0", cuda.read_only}
// CHECK-SAME: resident = 2 : i64, shared = 84288 : i64, threads = 512 : i64
// CHECK: %[[RING:.*]] = cuda.shared at 0
// CHECK: cuda.call "tern::startQuants"<"512", "1", "83968", "tern::Q4_1">(%[[RING]], %c64_i64, %[[FIRST:.*]], %[[END:.*]], %{{.*}})
// CHECK: cuda.call "tern::allowNextLaunch"()
// CHECK: cuda.call "tern::waitForPreviousLaunch"()
// CHECK-NOT: allowNextLaunch
// CHECK: %[[ROWS:.*]] = cuda.shared at 83968
// CHECK: cuda.call "tern::foldRow"<"tern::Block<512>", "tern::Sum", "float">
// CHECK: %[[ELEMENT:.*]] = cuda.lambda "element{{[0-9]*}}"(%{{.*}}: i64) -> f32
// CHECK: cuda.call "tern::quantizeRow"<"tern::I15", "tern::Block<512>">(%[[ROWS]], {{.*}}, %[[ELEMENT]])
// CHECK: %[[FINISH:.*]] = cuda.lambda "finish"(%{{.*}}: i64, %[[N:.*]]: i64, %[[SUM:.*]]: f32)
// CHECK: arith.cmpi slt, %[[N]], %c40
// CHECK: llvm.store %[[SUM]]
// CHECK: cuda.call "tern::linearQuants"<"tern::I15", "512", "1", "83968", "tern::Q4_1">(%[[RING]], %[[ROWS]], {{.*}}, %[[FINISH]], %{{.*}})
kernel.func @product(%x: !graph.tensor<f32[1, 64]>,
    %n: !graph.tensor<f32[64]> {kernel.operand = #kernel.operand<resident>},
    %w: !graph.tensor<q4_1[40, 64]> {kernel.operand = #kernel.operand<streamed>,
    kernel.layout = #kernel.layout<tiles16>}) 
    -> !graph.tensor<f32[1, 40]> attributes {
    schedule = #kernel.schedule<kind = linear>, tasks = [#kernel.tasks<roots = [0], dims = [40, 1], tiles = [16, 1]>]} {
  %0 = graph.rms_norm %x, %n epsilon 1.0e-5 : (f32[1, 64], f32[64]) -> f32[1, 64]
  %1 = graph.quantize %0 : (f32[1, 64]) -> i15_32[1, 64]
  %2 = graph.linear %1, %w : (i15_32[1, 64], q4_1[40, 64]) -> f32[1, 40]
  kernel.return %2 : !graph.tensor<f32[1, 40]>
}

// Of quants in different formats each is named; several tokens share a ring for all of them.
// CHECK-LABEL: cuda.kernel @tern_formats(
// CHECK-SAME: resident = 1 : i64, shared = 78848 : i64, threads = 512 : i64
// CHECK: cuda.call "tern::startQuants"<"512", "8", "78848", "tern::Q4_K", "tern::Q6_K">
// CHECK: cuda.call "tern::linearQuants"<"tern::I15", "512", "8", "78848", "tern::Q4_K", "tern::Q6_K">
kernel.func @formats(%x: !graph.tensor<i15_32[T, 256]>,
    %v: !graph.tensor<q4_k[64, 256]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>},
    %w: !graph.tensor<q6_k[64, 256]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[T, 64]> attributes {
    maxima = {T = 8 : i64},
    schedule = #kernel.schedule<kind = linear>, tasks = [#kernel.tasks<roots = [0], dims = [64, "T"], tiles = [64, 8]>]} {
  %0 = graph.linear %x, %v : (i15_32[T, 256], q4_k[64, 256]) -> f32[T, 64]
  %1 = graph.linear %x, %w : (i15_32[T, 256], q6_k[64, 256]) -> f32[T, 64]
  %2 = graph.add %0, %1 : (f32[T, 64], f32[T, 64]) -> f32[T, 64]
  kernel.return %2 : !graph.tensor<f32[T, 64]>
}

// Other formats, and numbers with quants, do not stream.
// CHECK-LABEL: cuda.kernel @tern_numbers_by_quants(
// CHECK-SAME: shared = 0 : i64, threads = 256 : i64
// CHECK: cuda.call "tern::linear"<"tern::F32", "256", "1", "tern::Q4_1">
kernel.func @numbers_by_quants(%x: !graph.tensor<f32[1, 64]>,
    %w: !graph.tensor<q4_1[40, 64]> {kernel.operand = #kernel.operand<streamed>, kernel.layout = #kernel.layout<tiles16>})
    -> !graph.tensor<f32[1, 40]> attributes {
    schedule = #kernel.schedule<kind = linear>, tasks = [#kernel.tasks<roots = [0], dims = [40, 1], tiles = [16, 1]>]} {
  %0 = graph.linear %x, %w : (f32[1, 64], q4_1[40, 64]) -> f32[1, 40]
  kernel.return %0 : !graph.tensor<f32[1, 40]>
}

// The table of a token is made by the block, so tokens of a task are gone through one by one.
// CHECK-LABEL: cuda.kernel @tern_rope(
// CHECK: scf.for
// CHECK: cuda.barrier
// CHECK: math.cos
// CHECK: cuda.barrier
kernel.func @rope(%x: !graph.tensor<f32[2, 3, 4, 64]>, %p: !graph.tensor<i32[2, 3]>)
    -> !graph.tensor<f32[2, 3, 4, 64]> attributes {
    schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [2], tiles = [1]>]} {
  %0 = graph.rope %x by #graph.rotary<theta = 10000.0, dims = 64, layout = half> at %p
      : (f32[2, 3, 4, 64], i32[2, 3]) -> f32[2, 3, 4, 64]
  kernel.return %0 : !graph.tensor<f32[2, 3, 4, 64]>
}

}

// TARGET: error: --target: there is no GPU target 'sm_1'; choose one of sm_80, sm_86, sm_89, sm_90a, sm_100a, sm_120
