// RUN: tern-opt %s --kernel-override-schedules="rules={linear_* rows=2 tokens=4,*_0 prefetch=4096 tiles=32x1}" | FileCheck %s
// RUN: tern-opt %s --kernel-override-schedules="rules={linear_* rows=2}" --remarks-filter=kernel-override-schedules \
// RUN:   --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// DEFINE: %{refuse} = not tern-opt %s -o /dev/null --kernel-override-schedules
// RUN: %{refuse}="rules={linear_0}" 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: %{refuse}="rules={linear_0 lines=2}" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: %{refuse}="rules={linear_0 rows=65}" 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: %{refuse}="rules={linear_0 rows=1 rows=1}" 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: %{refuse}="rules={linear_0 tiles=16x0}" 2>&1 | FileCheck %s --check-prefix=TILE
// RUN: %{refuse}="rules={linear_0 tiles=16}" 2>&1 | FileCheck %s --check-prefix=RANK
// RUN: %{refuse}="rules={silu_1 rows=1}" 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: %{refuse}="rules={lm_head rows=1}" 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: %{refuse}="rules={linear_[ rows=1}" 2>&1 | FileCheck %s --check-prefix=GLOB

// CHECK-LABEL: kernel.func @linear_0
// CHECK: schedule = #kernel.schedule<kind = linear, rows = 2, tokens = 4, prefetch = 4096>, tasks = [#kernel.tasks<roots = [0], dims = [32, 1], tiles = [32, 1]>]
// CHECK-LABEL: kernel.func @silu_1
// CHECK: schedule = #kernel.schedule<kind = rows>, tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]
// REMARK: override-schedules.mlir:[[#]]:1: remark: {{.*}}@linear_0 gets what the rule 'linear_* rows=2' says
// EMPTY: error: 'rules': a rule is a pattern of kernel names, and what they get, got 'linear_0'; for example: linear_* rows=4
// NAME: error: 'rules': a rule sets rows, tokens, prefetch or tiles, got 'lines=2'
// NUMBER: error: 'rules': rows must be a number from 0 to 64, got 'rows=65'
// TWICE: error: 'rules': each name stands once, got 'rows=1'
// TILE: error: 'rules': tiles are numbers from 1 to 1048576 with x between them, got 'tiles=16x0'
// RANK: override-schedules.mlir:[[#]]:1: error: the rule 'linear_0 tiles=16' has 1 tiles, and tasks of @linear_0 have 2 dimensions
// KIND: override-schedules.mlir:[[#]]:1: error: the rule 'silu_1 rows=1' sets numbers that linear kernels read, and @silu_1 is of kind 'rows'
// NONE: error: the rule 'lm_head rows=1' fits no kernel
// GLOB: error: 'rules': the first word is a pattern of kernel names ({{.*}}), got '{{.*}}linear_['

kernel.func @linear_0(%x: !graph.tensor<f32[1, 64]>, %w: !graph.tensor<f32[32, 64]>) -> !graph.tensor<f32[1, 32]>
    attributes {schedule = #kernel.schedule<kind = linear, rows = 1, tokens = 8>,
                tasks = [#kernel.tasks<roots = [0], dims = [32, 1], tiles = [16, 1]>]} {
  %0 = graph.linear %x, %w : (f32[1, 64], f32[32, 64]) -> f32[1, 32]
  kernel.return %0 : !graph.tensor<f32[1, 32]>
}
kernel.func @silu_1(%x: !graph.tensor<f32[1, 32]>) -> !graph.tensor<f32[1, 32]>
    attributes {schedule = #kernel.schedule<kind = rows>,
                tasks = [#kernel.tasks<roots = [0], dims = [1], tiles = [1]>]} {
  %0 = graph.silu %x : (f32[1, 32]) -> f32[1, 32]
  kernel.return %0 : !graph.tensor<f32[1, 32]>
}
