// Attention of many tokens to caches: by products of tiles where tensor cores can.
// RUN: tern-opt %s --convert-kernel-to-cuda=target=sm_90a | FileCheck %s --check-prefixes=CHECK,LARGE
// RUN: tern-opt %s --convert-kernel-to-cuda=target=sm_89 | FileCheck %s --check-prefixes=CHECK,SMALL
// RUN: tern-opt %s --convert-kernel-to-cuda=target=sm_90a --remarks-filter=convert-kernel-to-cuda \
// RUN:   --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK --implicit-check-not=@few

// REMARK: remark: [Passed] Attention{{.*}}"@halves: products of tiles, 64 rows a task"
// REMARK: remark: [Passed] Attention{{.*}}"@large_heads: products of tiles, 64 rows a task"
// REMARK: remark: [Missed] Attention{{.*}}"@wide: tensor cores take {{.*}} got 64 numbers of bf16 and 64 of bf16"

module attributes {kernel.symbols = ["capacity", "C", "T"]} {

// Two teams of four warps; their tiles and the queries are in shared memory, and they may have all registers.
// CHECK-LABEL: cuda.kernel @tern_halves(
// CHECK-SAME: resident = 1 : i64, shared = 86016 : i64, threads = 256 : i64
// CHECK: %[[SHARED:.*]] = cuda.shared at 0
// CHECK: cuda.call "tern::attentionOfManyRows"<"256", "64", "64", "86016">({{.*}}, %[[SHARED]], %{{.*}})
kernel.func @halves(%q: !graph.tensor<f32[1, T, 4, 64]>, %p: !graph.tensor<i32[1, T]>,
                    %k: !kernel.state<<f16[1, C, 2, 64]>, lanes16>, %v: !kernel.state<<f16[1, C, 2, 64]>, heads>)
    -> !graph.tensor<f32[1, T, 4, 64]> attributes {
    maxima = {C = 2048 : i64, T = 64 : i64}, schedule = #kernel.schedule<kind = attention, tokens = 64>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 4, "T"], tiles = [1, 1, 64]>]} {
  %0 = kernel.read_state %k : <<f16[1, C, 2, 64]>, lanes16> -> f16[1, C, 2, 64]
  %1 = kernel.read_state %v : <<f16[1, C, 2, 64]>, heads> -> f16[1, C, 2, 64]
  %2 = graph.attention %q, %0, %1 at %p mask causal scale 0.125
      : (f32[1, T, 4, 64], f16[1, C, 2, 64], f16[1, C, 2, 64], i32[1, T]) -> f32[1, T, 4, 64]
  kernel.return %2 : !graph.tensor<f32[1, T, 4, 64]>
}

// One team where shared memory does not hold the tiles of two.
// CHECK-LABEL: cuda.kernel @tern_large_heads(
// LARGE-SAME: resident = 1 : i64, shared = 132096 : i64, threads = 256 : i64
// LARGE: cuda.call "tern::attentionOfManyRows"<"256", "256", "256", "132096">
// SMALL-SAME: resident = 1 : i64, shared = 98816 : i64, threads = 128 : i64
// SMALL: cuda.call "tern::attentionOfManyRows"<"128", "256", "256", "98816">
kernel.func @large_heads(%q: !graph.tensor<f32[1, T, 4, 256]>, %p: !graph.tensor<i32[1, T]>,
                         %k: !kernel.state<<f16[1, C, 2, 256]>, lanes16>, %v: !kernel.state<<f16[1, C, 2, 256]>, heads>)
    -> !graph.tensor<f32[1, T, 4, 256]> attributes {
    maxima = {C = 2048 : i64, T = 64 : i64}, schedule = #kernel.schedule<kind = attention, tokens = 64>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 4, "T"], tiles = [1, 1, 64]>]} {
  %0 = kernel.read_state %k : <<f16[1, C, 2, 256]>, lanes16> -> f16[1, C, 2, 256]
  %1 = kernel.read_state %v : <<f16[1, C, 2, 256]>, heads> -> f16[1, C, 2, 256]
  %2 = graph.attention %q, %0, %1 at %p mask causal scale 0.125
      : (f32[1, T, 4, 256], f16[1, C, 2, 256], f16[1, C, 2, 256], i32[1, T]) -> f32[1, T, 4, 256]
  kernel.return %2 : !graph.tensor<f32[1, T, 4, 256]>
}

// Caches of other numbers are read by the warps themselves.
// CHECK-LABEL: cuda.kernel @tern_wide(
// CHECK-SAME: shared = 0 : i64, threads = 128 : i64
// CHECK: cuda.call "tern::attentionOfCaches"<"128", "64", "64", "64", "tern::Cache<tern::bf16, tern::Lanes16>", "tern::Cache<tern::bf16, tern::Heads>">
kernel.func @wide(%q: !graph.tensor<f32[1, T, 4, 64]>, %p: !graph.tensor<i32[1, T]>,
                  %k: !kernel.state<<bf16[1, C, 2, 64]>, lanes16>, %v: !kernel.state<<bf16[1, C, 2, 64]>, heads>)
    -> !graph.tensor<f32[1, T, 4, 64]> attributes {
    maxima = {C = 2048 : i64, T = 64 : i64}, schedule = #kernel.schedule<kind = attention, tokens = 64>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 4, "T"], tiles = [1, 1, 64]>]} {
  %0 = kernel.read_state %k : <<bf16[1, C, 2, 64]>, lanes16> -> bf16[1, C, 2, 64]
  %1 = kernel.read_state %v : <<bf16[1, C, 2, 64]>, heads> -> bf16[1, C, 2, 64]
  %2 = graph.attention %q, %0, %1 at %p mask causal scale 0.125
      : (f32[1, T, 4, 64], bf16[1, C, 2, 64], bf16[1, C, 2, 64], i32[1, T]) -> f32[1, T, 4, 64]
  kernel.return %2 : !graph.tensor<f32[1, T, 4, 64]>
}

// And so are those of few tokens: a warp would have them all.
// CHECK-LABEL: cuda.kernel @tern_few(
// CHECK-SAME: shared = 0 : i64, threads = 128 : i64
// CHECK: cuda.call "tern::attentionOfCaches"<"128", "64", "64", "16", "tern::Cache<tern::f16, tern::Lanes16>", "tern::Cache<tern::f16, tern::Heads>">
kernel.func @few(%q: !graph.tensor<f32[1, T, 4, 64]>, %p: !graph.tensor<i32[1, T]>,
                 %k: !kernel.state<<f16[1, C, 2, 64]>, lanes16>, %v: !kernel.state<<f16[1, C, 2, 64]>, heads>)
    -> !graph.tensor<f32[1, T, 4, 64]> attributes {
    maxima = {C = 2048 : i64, T = 16 : i64}, schedule = #kernel.schedule<kind = attention, tokens = 64>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 4, "T"], tiles = [1, 1, 64]>]} {
  %0 = kernel.read_state %k : <<f16[1, C, 2, 64]>, lanes16> -> f16[1, C, 2, 64]
  %1 = kernel.read_state %v : <<f16[1, C, 2, 64]>, heads> -> f16[1, C, 2, 64]
  %2 = graph.attention %q, %0, %1 at %p mask causal scale 0.125
      : (f32[1, T, 4, 64], f16[1, C, 2, 64], f16[1, C, 2, 64], i32[1, T]) -> f32[1, T, 4, 64]
  kernel.return %2 : !graph.tensor<f32[1, T, 4, 64]>
}
// Parts that see no key end at once; a part that is alone writes the result, of others the last to be done does.
// CHECK-LABEL: cuda.kernel @tern_combined(
// CHECK-SAME: %[[ARRIVALS:arg[0-9]+]]: !llvm.ptr {cuda.aliased, cuda.element = i32, cuda.name = "arrivals0"}
// CHECK: %[[LIVE:.*]] = cuda.call "tern::partsWithKeys"<"32">
// CHECK: %[[PLACE:.*]] = cuda.call "tern::placeOfPart"<"32">
// CHECK: %[[HAS:.*]] = arith.cmpi slt, %[[PLACE]], %[[LIVE]] : i64
// CHECK: scf.if %[[HAS]]
// CHECK: cuda.call "tern::attentionOfCaches"<"128", "64", "64", "2"
// CHECK: scf.if
// CHECK: %[[LAST:.*]] = cuda.call "tern::isLastToArrive"(%{{.*}}, %[[LIVE]])
// CHECK: scf.if %[[LAST]]
// CHECK: cuda.call "tern::combineRows"<"128", "32", "64">
kernel.func @combined(%q: !graph.tensor<f32[1, 1, 4, 64]>, %p: !graph.tensor<i32[1, 1]>,
                      %c: !graph.tensor<i32[1, 2]> {kernel.arrivals},
                      %k: !kernel.state<<f16[1, C, 2, 64]>, lanes16>, %v: !kernel.state<<f16[1, C, 2, 64]>, heads>)
    -> (!graph.tensor<f32[1, 1, 4, 32, 66]>, !graph.tensor<f32[1, 1, 4, 64]>) attributes {
    maxima = {C = 2048 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0, 1], dims = [1, 2, 32], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : <<f16[1, C, 2, 64]>, lanes16> -> f16[1, C, 2, 64]
  %1 = kernel.read_state %v : <<f16[1, C, 2, 64]>, heads> -> f16[1, C, 2, 64]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.125
      : (f32[1, 1, 4, 64], f16[1, C, 2, 64], f16[1, C, 2, 64], i32[1, 1]) -> f32[1, 1, 4, 32, 66]
  %3 = kernel.attend_combine %2 : (f32[1, 1, 4, 32, 66]) -> f32[1, 1, 4, 64]
  kernel.return %2, %3 : !graph.tensor<f32[1, 1, 4, 32, 66]>, !graph.tensor<f32[1, 1, 4, 64]>
}
}
