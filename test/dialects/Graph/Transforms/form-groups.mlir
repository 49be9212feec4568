// RUN: tern-opt %s --pass-pipeline='builtin.module(func.func(graph-form-groups),graph-verify-groups)' --split-input-file \
// RUN:   | FileCheck %s
// RUN: tern-opt %s --graph-form-groups --split-input-file --verify-diagnostics \
// RUN:   --remarks-filter='graph-form-groups' --remark-format=emitRemark -o /dev/null
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=func.func(graph-form-groups) dims=B=2,T=3,N=2,C=3"

// A feed-forward layer: norm, two products that share it, gate. The residual reads the second product.
// CHECK-LABEL: func.func @feed_forward(
// CHECK-NEXT: %[[W:.*]] = graph.load_weight @w
// CHECK-NEXT: %[[V:.*]] = graph.load_weight @v
// CHECK-NEXT: %[[GATED:.*]] = graph.group "linear" -> f32[B, T, 96] {
// CHECK-NEXT:   %[[N:.*]] = graph.rms_norm %arg0
// CHECK-NEXT:   %[[Q:.*]] = graph.quantize %[[N]]
// CHECK-NEXT:   %[[G:.*]] = graph.linear %[[Q]], %[[W]]
// CHECK-NEXT:   %[[U:.*]] = graph.linear %[[Q]], %[[W]]
// CHECK-NEXT:   %[[R:.*]] = graph.gated silu %[[G]], %[[U]]
// CHECK-NEXT:   graph.yield %[[R]]
// CHECK-NEXT: }
// CHECK-NEXT: %[[SUM:.*]] = graph.group "linear" -> f32[B, T, 64] {
// CHECK-NEXT:   %[[D:.*]] = graph.linear %[[GATED]], %[[V]]
// CHECK-NEXT:   %[[S:.*]] = graph.add %arg0, %[[D]]
// CHECK-NEXT:   graph.yield %[[S]]
// CHECK-NEXT: }
// CHECK-NEXT: return %[[SUM]]
graph.weight @w : f32[96, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
graph.weight @v : f32[64, 96] = #graph.random<tensor = "v", seed = 1, center = 0.0, scale = 0.1>
func.func @feed_forward(%x: !graph.tensor<f32[B, T, 64]>) -> !graph.tensor<f32[B, T, 64]> {
  // expected-remark @+1 {{rms_norm joins the linear group: saves 512 bytes and a launch, reads 256 bytes again}}
  %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, T, 64]) -> f32[B, T, 64]
  // expected-remark @+1 {{quantize joins the linear group}}
  %1 = graph.quantize %0 : (f32[B, T, 64]) -> i15_32[B, T, 64]
  %2 = graph.load_weight @w : f32[96, 64]
  %3 = graph.linear %1, %2 : (i15_32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
  // expected-remark @+1 {{linear joins the linear group}}
  %4 = graph.linear %1, %2 : (i15_32[B, T, 64], f32[96, 64]) -> f32[B, T, 96]
  // expected-remark @+1 {{gated joins the linear group: saves 768 bytes and a launch, reads 0 bytes again}}
  %5 = graph.gated silu %3, %4 : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
  %6 = graph.load_weight @v : f32[64, 96]
  %7 = graph.linear %5, %6 : (f32[B, T, 96], f32[64, 96]) -> f32[B, T, 64]
  // expected-remark @+1 {{add joins the linear group}}
  %8 = graph.add %x, %7 : (f32[B, T, 64], f32[B, T, 64]) -> f32[B, T, 64]
  return %8 : !graph.tensor<f32[B, T, 64]>
}

// -----

// The cost model: a prologue that reads much again for little stays out; a launch that costs more takes it in.
// RUN: tern-opt %s --graph-form-groups=launch-bytes=0 --split-input-file | FileCheck %s --check-prefix=CHEAP
// RUN: tern-opt %s --graph-form-groups=launch-bytes=1000000 --split-input-file | FileCheck %s --check-prefix=DEAR
// CHECK-LABEL: func.func @costs(
// CHECK-NEXT: graph.load_weight
// CHECK-NEXT: graph.group "rows" -> f32[B, N, 64] {
// CHECK-NEXT:   graph.gather
// CHECK:      graph.group "linear"
// CHECK-NEXT:   graph.linear
// CHEAP-LABEL: func.func @costs(
// CHEAP: graph.group "rows"
// DEAR-LABEL: func.func @costs(
// DEAR-NOT: graph.group "rows"
// DEAR: graph.group "linear"
// DEAR-NEXT: graph.gather
graph.weight @w : f32[8, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @costs(%x: !graph.tensor<f32[B, 500, 64]>, %i: !graph.tensor<i32[B, N]>) -> !graph.tensor<f32[B, N, 8]> {
  // expected-remark @+1 {{gather stays out of the linear group: it would read 128000 bytes again to save 16896}}
  %0 = graph.gather %x[%i] batch_dims 1 : (f32[B, 500, 64], i32[B, N]) -> f32[B, N, 64]
  %1 = graph.load_weight @w : f32[8, 64]
  %2 = graph.linear %0, %1 : (f32[B, N, 64], f32[8, 64]) -> f32[B, N, 8]
  return %2 : !graph.tensor<f32[B, N, 8]>
}

// -----

// A norm that the residual reads as well is written once; so is a product that is returned as well.
// CHECK-LABEL: func.func @shared_values(
// CHECK: %[[N:.*]] = graph.group "rows" -> f32[B, 64] {
// CHECK-NEXT: graph.rms_norm
// CHECK: %[[L:.*]] = graph.group "linear" -> f32[B, 64] {
// CHECK-NEXT: graph.linear %[[N]]
// CHECK: graph.group "rows" -> f32[B, 64] {
// CHECK-NEXT: graph.add %[[L]], %[[N]]
graph.weight @w : f32[64, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @shared_values(%x: !graph.tensor<f32[B, 64]>) -> (!graph.tensor<f32[B, 64]>, !graph.tensor<f32[B, 64]>) {
  // expected-remark @+1 {{rms_norm stays out of the linear group: others read what it gives}}
  %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, 64]) -> f32[B, 64]
  %1 = graph.load_weight @w : f32[64, 64]
  %2 = graph.linear %0, %1 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  // expected-remark @+2 {{add stays out of the linear group: others read the product}}
  // expected-remark @+1 {{add stays out of the rows group: it reads what is computed between it and the group}}
  %3 = graph.add %2, %0 : (f32[B, 64], f32[B, 64]) -> f32[B, 64]
  return %2, %3 : !graph.tensor<f32[B, 64]>, !graph.tensor<f32[B, 64]>
}

// -----

// The product would be repeated: it is written, and a group of rows broadcasts it.
// CHECK-LABEL: func.func @broadcast(
// CHECK: graph.group "linear" -> f32[1, 8]
// CHECK: graph.group "rows" -> f32[B, 8]
graph.weight @w : f32[8, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @broadcast(%x: !graph.tensor<f32[1, 64]>, %y: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.load_weight @w : f32[8, 64]
  %1 = graph.linear %x, %0 : (f32[1, 64], f32[8, 64]) -> f32[1, 8]
  // expected-remark @+1 {{add stays out of the linear group: it repeats the product along a dimension}}
  %2 = graph.add %1, %y : (f32[1, 8], f32[B, 8]) -> f32[B, 8]
  return %2 : !graph.tensor<f32[B, 8]>
}

// -----

// The first product is read twice, so it is written; the sum follows the second.
// CHECK-LABEL: func.func @later_operand(
// CHECK: %[[P:.*]] = graph.group "linear"
// CHECK: %[[R:.*]] = graph.group "rows" -> f32[B, 64] {
// CHECK-NEXT: graph.silu %[[P]]
// CHECK: graph.group "linear"
graph.weight @w : f32[64, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @later_operand(%x: !graph.tensor<f32[B, 64]>) -> !graph.tensor<f32[B, 64]> {
  %0 = graph.load_weight @w : f32[64, 64]
  %1 = graph.linear %x, %0 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  // expected-remark @+1 {{silu stays out of the linear group: others read the product}}
  %2 = graph.silu %1 : (f32[B, 64]) -> f32[B, 64]
  %3 = graph.linear %2, %0 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  // expected-remark @+2 {{add stays out of the linear group: others read the product}}
  // expected-remark @+1 {{add joins the linear group}}
  %4 = graph.add %1, %3 : (f32[B, 64], f32[B, 64]) -> f32[B, 64]
  return %4 : !graph.tensor<f32[B, 64]>
}

// -----

// Rows that are computed whole are read by ops with the same rows: not by a transposition, not even behind a product.
// CHECK-LABEL: func.func @whole_rows(
// CHECK: graph.group "rows" -> f32[B, T, 64] {
// CHECK-NEXT: graph.rms_norm
// CHECK-NEXT: graph.mul
// CHECK-NEXT: graph.yield
// CHECK: graph.group "rows" -> f32[B, 64, T] {
// CHECK-NEXT: graph.transpose
func.func @whole_rows(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[64]>) -> !graph.tensor<f32[B, 64, T]> {
  %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[B, T, 64]) -> f32[B, T, 64]
  // expected-remark @+1 {{mul joins the rows group}}
  %1 = graph.mul %0, %w : (f32[B, T, 64], f32[64]) -> f32[B, T, 64]
  // expected-remark @+1 {{transpose stays out of the rows group: it would compute rows anew for each of its own}}
  %2 = graph.transpose %1 [0, 2, 1] : (f32[B, T, 64]) -> f32[B, 64, T]
  return %2 : !graph.tensor<f32[B, 64, T]>
}

// -----

// A norm that is repeated over a batch is computed once.
// CHECK-LABEL: func.func @repeated_rows(
// CHECK: graph.rms_norm
// CHECK: graph.group "rows" -> f32[B, 64] {
// CHECK-NEXT: graph.add
func.func @repeated_rows(%x: !graph.tensor<f32[1, 64]>, %y: !graph.tensor<f32[B, 64]>) -> !graph.tensor<f32[B, 64]> {
  %0 = graph.rms_norm %x epsilon 1.0e-05 : (f32[1, 64]) -> f32[1, 64]
  // expected-remark @+1 {{add stays out of the rows group: it would compute rows anew}}
  %1 = graph.add %0, %y : (f32[1, 64], f32[B, 64]) -> f32[B, 64]
  return %1 : !graph.tensor<f32[B, 64]>
}

// -----

// Rotation and appending are one group; attention stands alone; what reads the state itself is in another group.
// CHECK-LABEL: func.func @attend(
// CHECK-NEXT: %[[G:.*]]:2 = graph.group "rows" -> f32[B, C, 2, 8], f32[B, C, 2, 8] {
// CHECK-NEXT:   %[[R:.*]] = graph.rotate
// CHECK-NEXT:   %[[K:.*]] = graph.append_state @k, %[[R]]
// CHECK-NEXT:   %[[V:.*]] = graph.append_state @v
// CHECK-NEXT:   graph.yield %[[K]], %[[V]]
// CHECK-NEXT: }
// CHECK-NEXT: graph.group "attention" -> f32[B, T, 2, 8] {
// CHECK-NEXT:   graph.attention %arg0, %[[G]]#0, %[[G]]#1
// CHECK:      graph.group "rows" -> f32[B, C, 2, 8] {
// CHECK-NEXT:   graph.silu %[[G]]#0
graph.state @k key of layer 0 : f32[B, C, 2, 8]
graph.state @v value of layer 0 : f32[B, C, 2, 8]
func.func @attend(%x: !graph.tensor<f32[B, T, 2, 8]>, %t: !graph.tensor<f32[B, T, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> (!graph.tensor<f32[B, T, 2, 8]>, !graph.tensor<f32[B, C, 2, 8]>) {
  %0 = graph.rotate half %x by %t : (f32[B, T, 2, 8], f32[B, T, 8]) -> f32[B, T, 2, 8]
  // expected-remark @+1 {{append_state joins the rows group}}
  %1 = graph.append_state @k, %0 at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  // expected-remark @+1 {{append_state joins the rows group}}
  %2 = graph.append_state @v, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %3 = graph.attention %x, %1, %2 at %p mask causal scale 0.5
      : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  // expected-remark @+1 {{silu stays out of the rows group: it reads the state that the group writes}}
  %4 = graph.silu %1 : (f32[B, C, 2, 8]) -> f32[B, C, 2, 8]
  return %3, %4 : !graph.tensor<f32[B, T, 2, 8]>, !graph.tensor<f32[B, C, 2, 8]>
}

// -----

// Appends to one state keep their order, in groups of their own.
// CHECK-LABEL: func.func @order_of_appends(
// CHECK: graph.append_state @k, %arg0
// CHECK: graph.group
// CHECK: graph.append_state @k, %arg1
graph.state @k key of layer 0 : f32[B, C, 2]
func.func @order_of_appends(%x: !graph.tensor<f32[B, T, 2]>, %y: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, C, 2]> {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
  // expected-remark @+1 {{append_state stays out of the rows group: it writes a state that the group writes}}
  %1 = graph.append_state @k, %y at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
  return %1 : !graph.tensor<f32[B, C, 2]>
}

// -----

// A recurrent layer takes along the state that it reads and the one that it writes.
// CHECK-LABEL: func.func @recurrent(
// CHECK-NEXT: graph.group "serial" -> f32[B, T, 8] {
// CHECK-NEXT:   %[[S:.*]] = graph.read_state @s
// CHECK-NEXT:   %[[Y:.*]], %[[N:.*]] = graph.short_conv
// CHECK-NEXT:   graph.write_state @s, %[[N]]
// CHECK-NEXT:   graph.yield %[[Y]]
graph.state @s convolution of layer 0 : f32[B, 3, 8]
func.func @recurrent(%x: !graph.tensor<f32[B, T, 8]>, %w: !graph.tensor<f32[8, 4]>) -> !graph.tensor<f32[B, T, 8]> {
  %0 = graph.read_state @s : f32[B, 3, 8]
  %1, %2 = graph.short_conv %x state %0, %w : (f32[B, T, 8], f32[B, 3, 8], f32[8, 4]) -> (f32[B, T, 8], f32[B, 3, 8])
  // expected-remark @+1 {{write_state joins the serial group}}
  graph.write_state @s, %2 : f32[B, 3, 8]
  return %1 : !graph.tensor<f32[B, T, 8]>
}

// -----

// A linear layer whose weight is computed runs alone. Arguments and weights are returned as they are; an op that nobody
// reads goes.
// CHECK-LABEL: func.func @odd_functions(
// CHECK-NEXT: %[[W:.*]] = graph.load_weight @w
// CHECK-NEXT: %[[R:.*]] = graph.group "rows" -> f32[8, 64] {
// CHECK-NEXT:   graph.silu %[[W]]
// CHECK:      %[[L:.*]] = graph.group "serial" -> f32[B, 8] {
// CHECK-NEXT:   graph.linear %arg0, %[[R]]
// CHECK-NOT: graph.exp
// CHECK: return %[[L]], %arg0, %[[W]]
graph.weight @w : f32[8, 64] = #graph.random<tensor = "w", seed = 1, center = 0.0, scale = 0.1>
func.func @odd_functions(%x: !graph.tensor<f32[B, 64]>)
    -> (!graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 64]>, !graph.tensor<f32[8, 64]>) {
  %0 = graph.load_weight @w : f32[8, 64]
  %1 = graph.silu %0 : (f32[8, 64]) -> f32[8, 64]
  %2 = graph.linear %x, %1 : (f32[B, 64], f32[8, 64]) -> f32[B, 8]
  %3 = graph.exp %x : (f32[B, 64]) -> f32[B, 64]
  return %2, %x, %0 : !graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 64]>, !graph.tensor<f32[8, 64]>
}

// -----

// A write does not pass what reads the state before it, nor join a group that does.
// CHECK-LABEL: func.func @reads_before_writes(
// CHECK: graph.append_state @k, %arg0
// CHECK: graph.append_state @l, %arg0
// CHECK: graph.silu
// CHECK: graph.group
// CHECK: graph.append_state @k, %arg0
graph.state @k key of layer 0 : f32[B, C, 2]
graph.state @l key of layer 0 : f32[B, C, 2]
func.func @reads_before_writes(%x: !graph.tensor<f32[B, T, 2]>, %p: !graph.tensor<i32[B, T]>)
    -> (!graph.tensor<f32[B, C, 2]>, !graph.tensor<f32[B, C, 2]>) {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
  // expected-remark @+1 {{append_state joins the rows group}}
  %1 = graph.append_state @l, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
  // expected-remark @+1 {{silu stays out of the rows group: it reads the state that the group writes}}
  %2 = graph.silu %0 : (f32[B, C, 2]) -> f32[B, C, 2]
  // expected-remark @+1 {{append_state stays out of the rows group: it writes a state that the group reads}}
  %3 = graph.append_state @k, %x at %p : (f32[B, T, 2], i32[B, T]) -> f32[B, C, 2]
  return %2, %3 : !graph.tensor<f32[B, C, 2]>, !graph.tensor<f32[B, C, 2]>
}
