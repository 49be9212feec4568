// One kernel norms, turns and appends a new token and attends with it; what others need stays on its own, and says why.
// RUN: tern-opt %s --kernel-fuse-append-into-attention --split-input-file | FileCheck %s
// RUN: tern-opt %s --kernel-fuse-append-into-attention --split-input-file \
// RUN:   --remarks-filter=kernel-fuse-append-into-attention --remark-format=emitRemark -o /dev/null 2>&1 \
// RUN:   | FileCheck %s --check-prefix=REMARK


// Two layers, with norms of heads: four launches become one, and the kernel is made once.
// CHECK-LABEL: graph.state @k1
// CHECK: kernel.func @rms_norm_rotate_append_state_attend_part_3(
// CHECK-SAME: maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>, tasks = [#kernel.tasks<roots = [0, 1, 2], dims = [1, 2, 2], tiles = [1, 1, 1]>]
// CHECK: %[[NORMED:.*]] = graph.rms_norm %{{[^,]*}}, %arg[[#]] epsilon
// CHECK: %[[QUERY:.*]] = graph.rotate half %[[NORMED]] by %[[TABLE:arg[0-9]+]] :
// CHECK: %[[KEY:.*]] = graph.rms_norm
// CHECK: %[[TURNED:.*]] = graph.rotate half %[[KEY]] by %[[TABLE]]
// CHECK: %[[CAST:.*]] = graph.cast %[[TURNED]]
// CHECK: kernel.append_state %[[K:.*]], %[[CAST]] at %[[P:arg[0-9]+]] :
// CHECK: kernel.append_state %[[V:.*]], %{{.*}} at %[[P]] :
// CHECK: %[[KEYS:.*]] = kernel.read_state %[[K]] :
// CHECK: %[[VALUES:.*]] = kernel.read_state %[[V]] :
// CHECK: kernel.attend_part %[[QUERY]], %[[KEYS]], %[[VALUES]] at %[[P]]
// CHECK-NOT: kernel.func
// CHECK: func.func @decode
// CHECK-COUNT-2: kernel.launch @rms_norm_rotate_append_state_attend_part_3(
// CHECK-NOT: kernel.launch
// CHECK: return
// REMARK: remark: {{.*}}@rms_norm_rotate_append_state_attend_part_3 does what 4 launches did: each of 2 parts of the context computes 32 numbers of queries for itself

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
graph.state @k1 key of layer 1 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v1 value of layer 1 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @rms_norm_0(%x: !graph.tensor<f32[1, 1, 64]>, %w: !graph.tensor<f32[16]> {kernel.operand = #kernel.operand<resident>}) -> !graph.tensor<f32[1, 1, 4, 16]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 4], tiles = [1, 1, 1]>]} {
  %0 = graph.reshape %x : (f32[1, 1, 64]) -> f32[1, 1, 4, 16]
  %1 = graph.rms_norm %0, %w epsilon 1.0e-05 : (f32[1, 1, 4, 16], f32[16]) -> f32[1, 1, 4, 16]
  kernel.return %1 : !graph.tensor<f32[1, 1, 4, 16]>
}
kernel.func @rotate_rms_norm_1(%q: !graph.tensor<f32[1, 1, 4, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %key: !graph.tensor<f32[1, 1, 2, 16]>, %w: !graph.tensor<f32[16]> {kernel.operand = #kernel.operand<resident>}) -> (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 2, 16]>) attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 4], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, 1, 2], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %q by %table : (f32[1, 1, 4, 16], f32[1, 1, 16]) -> f32[1, 1, 4, 16]
  %1 = graph.rms_norm %key, %w epsilon 1.0e-05 : (f32[1, 1, 2, 16], f32[16]) -> f32[1, 1, 2, 16]
  kernel.return %0, %1 : !graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 2, 16]>
}
kernel.func @rotate_append_state_2(%key: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 2], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, 1, 2], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %key by %table : (f32[1, 1, 2, 16], f32[1, 1, 16]) -> f32[1, 1, 2, 16]
  %1 = graph.cast %0 : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %k, %1 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, (f16[1, 1, 2, 16], i32[1, 1])
  %2 = graph.cast %value : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %v, %2 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>, (f16[1, 1, 2, 16], i32[1, 1])
  kernel.return
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
graph.weight @w : f32[16] = #graph.random<tensor = "w", seed = 1, center = 1.0, scale = 0.1>
func.func @decode(%x: !graph.tensor<f32[1, 1, 64]>, %key: !graph.tensor<f32[1, 1, 2, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %p: !graph.tensor<i32[1, 1]>) -> (!graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 2, 18]>) {
  %w = graph.load_weight @w : f32[16]
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %n0 = kernel.launch @rms_norm_0(%x, %w) : (!graph.tensor<f32[1, 1, 64]>, !graph.tensor<f32[16]>) -> !graph.tensor<f32[1, 1, 4, 16]>
  %r0:2 = kernel.launch @rotate_rms_norm_1(%n0, %table, %key, %w) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[16]>) -> (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 2, 16]>)
  kernel.launch @rotate_append_state_2(%r0#1, %table, %value, %p, %k, %v) : (!graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> ()
  %a0 = kernel.launch @attend_part_3(%r0#0, %p, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  %k1 = kernel.load_state @k1 : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v1 = kernel.load_state @v1 : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %n1 = kernel.launch @rms_norm_0(%x, %w) : (!graph.tensor<f32[1, 1, 64]>, !graph.tensor<f32[16]>) -> !graph.tensor<f32[1, 1, 4, 16]>
  %r1:2 = kernel.launch @rotate_rms_norm_1(%n1, %table, %key, %w) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[16]>) -> (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 2, 16]>)
  kernel.launch @rotate_append_state_2(%r1#1, %table, %value, %p, %k1, %v1) : (!graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> ()
  %a1 = kernel.launch @attend_part_3(%r1#0, %p, %k1, %v1) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  return %a0, %a1 : !graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 2, 18]>
}

// -----

// Queries that are returned as well stay with who gives them; the appends do not.
// CHECK-LABEL: func.func @others_read
// CHECK: kernel.launch @rotate_1(
// CHECK: kernel.launch @rotate_append_state_attend_part_3(
// REMARK: remark: {{.*}}@rotate_1 stays a launch of its own: others read what it gives
// REMARK: remark: {{.*}}@rotate_append_state_attend_part_3 does what 2 launches did

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @rotate_1(%q: !graph.tensor<f32[1, 1, 4, 16]>, %table: !graph.tensor<f32[1, 1, 16]>) -> !graph.tensor<f32[1, 1, 4, 16]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 4], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %q by %table : (f32[1, 1, 4, 16], f32[1, 1, 16]) -> f32[1, 1, 4, 16]
  kernel.return %0 : !graph.tensor<f32[1, 1, 4, 16]>
}
kernel.func @rotate_append_state_2(%key: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 2], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, 1, 2], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %key by %table : (f32[1, 1, 2, 16], f32[1, 1, 16]) -> f32[1, 1, 2, 16]
  %1 = graph.cast %0 : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %k, %1 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, (f16[1, 1, 2, 16], i32[1, 1])
  %2 = graph.cast %value : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %v, %2 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>, (f16[1, 1, 2, 16], i32[1, 1])
  kernel.return
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
func.func @others_read(%q: !graph.tensor<f32[1, 1, 4, 16]>, %key: !graph.tensor<f32[1, 1, 2, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %p: !graph.tensor<i32[1, 1]>) -> (!graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 16]>) {
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %0 = kernel.launch @rotate_1(%q, %table) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 16]>) -> !graph.tensor<f32[1, 1, 4, 16]>
  kernel.launch @rotate_append_state_2(%key, %table, %value, %p, %k, %v) : (!graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> ()
  %1 = kernel.launch @attend_part_3(%0, %p, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  return %1, %0 : !graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 16]>
}

// -----

// Which part holds the position of a query says nothing about another position.
// CHECK-LABEL: func.func @other_positions
// CHECK: kernel.launch @rotate_append_state_2(
// CHECK: kernel.launch @rotate_attend_part_3(
// REMARK: remark: {{.*}}@rotate_append_state_2 stays a launch of its own: it appends at other positions than those of the queries

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @rotate_1(%q: !graph.tensor<f32[1, 1, 4, 16]>, %table: !graph.tensor<f32[1, 1, 16]>) -> !graph.tensor<f32[1, 1, 4, 16]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 4], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %q by %table : (f32[1, 1, 4, 16], f32[1, 1, 16]) -> f32[1, 1, 4, 16]
  kernel.return %0 : !graph.tensor<f32[1, 1, 4, 16]>
}
kernel.func @rotate_append_state_2(%key: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 2], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, 1, 2], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %key by %table : (f32[1, 1, 2, 16], f32[1, 1, 16]) -> f32[1, 1, 2, 16]
  %1 = graph.cast %0 : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %k, %1 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, (f16[1, 1, 2, 16], i32[1, 1])
  %2 = graph.cast %value : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %v, %2 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>, (f16[1, 1, 2, 16], i32[1, 1])
  kernel.return
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
func.func @other_positions(%q: !graph.tensor<f32[1, 1, 4, 16]>, %key: !graph.tensor<f32[1, 1, 2, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %p: !graph.tensor<i32[1, 1]>, %p1: !graph.tensor<i32[1, 1]>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> {
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %0 = kernel.launch @rotate_1(%q, %table) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<f32[1, 1, 16]>) -> !graph.tensor<f32[1, 1, 4, 16]>
  kernel.launch @rotate_append_state_2(%key, %table, %value, %p1, %k, %v) : (!graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> ()
  %1 = kernel.launch @attend_part_3(%0, %p, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  return %1 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}

// -----

// The first attention reads what was appended, so it cannot wait for the second.
// CHECK-LABEL: func.func @passes_a_reader
// CHECK: kernel.launch @rotate_append_state_2(
// CHECK: kernel.launch @attend_part_3(
// CHECK: kernel.launch @attend_part_3(
// REMARK: remark: {{.*}}@rotate_append_state_2 stays a launch of its own: a launch between it and the attention takes its state

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @rotate_append_state_2(%key: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 2], tiles = [1, 1, 1]>, #kernel.tasks<roots = [1], dims = [1, 1, 2], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %key by %table : (f32[1, 1, 2, 16], f32[1, 1, 16]) -> f32[1, 1, 2, 16]
  %1 = graph.cast %0 : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %k, %1 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, (f16[1, 1, 2, 16], i32[1, 1])
  %2 = graph.cast %value : (f32[1, 1, 2, 16]) -> f16[1, 1, 2, 16]
  kernel.append_state %v, %2 at %p : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>, (f16[1, 1, 2, 16], i32[1, 1])
  kernel.return
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
func.func @passes_a_reader(%q: !graph.tensor<f32[1, 1, 4, 16]>, %key: !graph.tensor<f32[1, 1, 2, 16]>, %value: !graph.tensor<f32[1, 1, 2, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %p: !graph.tensor<i32[1, 1]>, %p1: !graph.tensor<i32[1, 1]>) -> (!graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 2, 18]>) {
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  kernel.launch @rotate_append_state_2(%key, %table, %value, %p, %k, %v) : (!graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<f32[1, 1, 16]>, !graph.tensor<f32[1, 1, 2, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> ()
  %0 = kernel.launch @attend_part_3(%q, %p1, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  %1 = kernel.launch @attend_part_3(%q, %p, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  return %0, %1 : !graph.tensor<f32[1, 1, 4, 2, 18]>, !graph.tensor<f32[1, 1, 4, 2, 18]>
}

// -----

// A norm of all heads together would be computed by each of them.
// CHECK-LABEL: func.func @norm_of_all_heads
// CHECK: kernel.launch @rms_norm_1(
// CHECK: kernel.launch @attend_part_3(
// REMARK: remark: {{.*}}@rms_norm_1 stays a launch of its own: it norms rows that all heads share

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @rms_norm_1(%q: !graph.tensor<f32[1, 1, 64]>) -> !graph.tensor<f32[1, 1, 4, 16]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 4], tiles = [1, 1, 1]>]} {
  %0 = graph.rms_norm %q epsilon 1.0e-05 : (f32[1, 1, 64]) -> f32[1, 1, 64]
  %1 = graph.reshape %0 : (f32[1, 1, 64]) -> f32[1, 1, 4, 16]
  kernel.return %1 : !graph.tensor<f32[1, 1, 4, 16]>
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
func.func @norm_of_all_heads(%q: !graph.tensor<f32[1, 1, 64]>, %p: !graph.tensor<i32[1, 1]>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> {
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %0 = kernel.launch @rms_norm_1(%q) : (!graph.tensor<f32[1, 1, 64]>) -> !graph.tensor<f32[1, 1, 4, 16]>
  %1 = kernel.launch @attend_part_3(%0, %p, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  return %1 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}

// -----

// Many heads share a key: each part would compute them all.
// CHECK-LABEL: func.func @many_heads
// CHECK: kernel.launch @rotate_1(
// CHECK: kernel.launch @attend_part_3(
// REMARK: remark: {{.*}}@rotate_1 stays a launch of its own: each part of the context would compute 5120 numbers of queries, more than 4096

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @rotate_1(%q: !graph.tensor<f32[1, 1, 640, 16]>, %table: !graph.tensor<f32[1, 1, 16]>) -> !graph.tensor<f32[1, 1, 640, 16]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 640], tiles = [1, 1, 1]>]} {
  %0 = graph.rotate half %q by %table : (f32[1, 1, 640, 16], f32[1, 1, 16]) -> f32[1, 1, 640, 16]
  kernel.return %0 : !graph.tensor<f32[1, 1, 640, 16]>
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 640, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 640, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 640, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 640, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 640, 2, 18]>
}
func.func @many_heads(%q: !graph.tensor<f32[1, 1, 640, 16]>, %table: !graph.tensor<f32[1, 1, 16]>, %p: !graph.tensor<i32[1, 1]>) -> !graph.tensor<f32[1, 1, 640, 2, 18]> {
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %0 = kernel.launch @rotate_1(%q, %table) : (!graph.tensor<f32[1, 1, 640, 16]>, !graph.tensor<f32[1, 1, 16]>) -> !graph.tensor<f32[1, 1, 640, 16]>
  %1 = kernel.launch @attend_part_3(%0, %p, %k, %v) : (!graph.tensor<f32[1, 1, 640, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 640, 2, 18]>
  return %1 : !graph.tensor<f32[1, 1, 640, 2, 18]>
}

// -----

// What else than heads is computed stays where it is.
// CHECK-LABEL: func.func @softmax
// CHECK: kernel.launch @softmax_1(
// CHECK: kernel.launch @attend_part_3(
// REMARK: remark: {{.*}}@softmax_1 stays a launch of its own: it does more than to norm, to turn and to append heads

graph.state @k key of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<lanes16>}
graph.state @v value of layer 0 : f16[1, C, 2, 16] {kernel.layout = #kernel.layout<heads>}
kernel.func @softmax_1(%q: !graph.tensor<f32[1, 1, 4, 16]>) -> !graph.tensor<f32[1, 1, 4, 16]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = rows>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 1, 4], tiles = [1, 1, 1]>]} {
  %0 = graph.softmax %q : (f32[1, 1, 4, 16]) -> f32[1, 1, 4, 16]
  kernel.return %0 : !graph.tensor<f32[1, 1, 4, 16]>
}
kernel.func @attend_part_3(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>, %k: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, %v: !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> attributes {
    maxima = {C = 128 : i64}, schedule = #kernel.schedule<kind = attention>,
    tasks = [#kernel.tasks<roots = [0], dims = [1, 2, 2], tiles = [1, 1, 1]>]} {
  %0 = kernel.read_state %k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16> -> f16[1, C, 2, 16]
  %1 = kernel.read_state %v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads> -> f16[1, C, 2, 16]
  %2 = kernel.attend_part %q, %0, %1 at %p mask causal scale 0.25
      : (f32[1, 1, 4, 16], f16[1, C, 2, 16], f16[1, C, 2, 16], i32[1, 1]) -> f32[1, 1, 4, 2, 18]
  kernel.return %2 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
func.func @softmax(%q: !graph.tensor<f32[1, 1, 4, 16]>, %p: !graph.tensor<i32[1, 1]>) -> !graph.tensor<f32[1, 1, 4, 2, 18]> {
  %k = kernel.load_state @k : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>
  %v = kernel.load_state @v : !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>
  %0 = kernel.launch @softmax_1(%q) : (!graph.tensor<f32[1, 1, 4, 16]>) -> !graph.tensor<f32[1, 1, 4, 16]>
  %1 = kernel.launch @attend_part_3(%0, %p, %k, %v) : (!graph.tensor<f32[1, 1, 4, 16]>, !graph.tensor<i32[1, 1]>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, lanes16>, !kernel.state<!graph.tensor<f16[1, C, 2, 16]>, heads>) -> !graph.tensor<f32[1, 1, 4, 2, 18]>
  return %1 : !graph.tensor<f32[1, 1, 4, 2, 18]>
}
