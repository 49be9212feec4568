// RUN: tern-opt %s --graph-raise-gated-activation --split-input-file | FileCheck %s
// RUN: tern-opt %s --graph-raise-gated-activation --split-input-file --verify-diagnostics \
// RUN:   --remarks-filter='graph-raise-gated-activation' --remark-format=emitRemark -o /dev/null
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=func.func(graph-raise-gated-activation) dims=B=2,T=3"

// CHECK-LABEL: func.func @swiglu(
// CHECK-NEXT: %[[R:.*]] = graph.gated silu %arg0, %arg1 : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
// CHECK-NEXT: return %[[R]]
func.func @swiglu(%g: !graph.tensor<f32[B, T, 96]>, %u: !graph.tensor<f32[B, T, 96]>)
    -> !graph.tensor<f32[B, T, 96]> {
  %0 = graph.silu %g : (f32[B, T, 96]) -> f32[B, T, 96]
  // expected-remark @+1 {{silu and product become graph.gated}}
  %1 = graph.mul %0, %u : (f32[B, T, 96], f32[B, T, 96]) -> f32[B, T, 96]
  return %1 : !graph.tensor<f32[B, T, 96]>
}

// -----

// CHECK-LABEL: func.func @every_activation(
// CHECK-NEXT: graph.gated silu %arg0, %arg1
// CHECK-NEXT: graph.gated gelu %arg0, %arg1
// CHECK-NEXT: graph.gated gelu_tanh %arg0, %arg1
// CHECK-NEXT: graph.gated relu %arg0, %arg1
// CHECK-NEXT: graph.gated relu_squared %arg0, %arg1
// CHECK-NEXT: graph.gated sigmoid %arg0, %arg1
// CHECK-NEXT: return
func.func @every_activation(%g: !graph.tensor<f16[8]>, %u: !graph.tensor<f16[8]>) {
  %0 = graph.silu %g : (f16[8]) -> f16[8]
  // expected-remark @+1 {{silu and product}}
  %1 = graph.mul %0, %u : (f16[8], f16[8]) -> f16[8]
  %2 = graph.gelu %g : (f16[8]) -> f16[8]
  // expected-remark @+1 {{gelu and product}}
  %3 = graph.mul %2, %u : (f16[8], f16[8]) -> f16[8]
  %4 = graph.gelu_tanh %g : (f16[8]) -> f16[8]
  // expected-remark @+1 {{gelu_tanh and product}}
  %5 = graph.mul %4, %u : (f16[8], f16[8]) -> f16[8]
  %6 = graph.relu %g : (f16[8]) -> f16[8]
  // expected-remark @+1 {{relu and product}}
  %7 = graph.mul %6, %u : (f16[8], f16[8]) -> f16[8]
  %8 = graph.relu_squared %g : (f16[8]) -> f16[8]
  // expected-remark @+1 {{relu_squared and product}}
  %9 = graph.mul %8, %u : (f16[8], f16[8]) -> f16[8]
  %10 = graph.sigmoid %g : (f16[8]) -> f16[8]
  // expected-remark @+1 {{sigmoid and product}}
  %11 = graph.mul %10, %u : (f16[8], f16[8]) -> f16[8]
  return
}

// -----

// The activation may stand on the right; of two, the left is the gate, unless only the right can be.
// CHECK-LABEL: func.func @either_side(
// CHECK-NEXT: %[[A:.*]] = graph.gated silu %arg1, %arg0
// CHECK-NEXT: %[[RIGHT:.*]] = graph.sigmoid %arg1
// CHECK-NEXT: %[[B:.*]] = graph.gated relu %arg0, %[[RIGHT]]
// CHECK-NEXT: %[[LEFT:.*]] = graph.sigmoid %arg0
// CHECK-NEXT: %[[C:.*]] = graph.gated relu %arg1, %[[LEFT]]
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]], %[[LEFT]]
func.func @either_side(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[8]>)
    -> (!graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>) {
  %0 = graph.silu %y : (f32[8]) -> f32[8]
  // expected-remark @+1 {{silu and product}}
  %1 = graph.mul %x, %0 : (f32[8], f32[8]) -> f32[8]
  %2 = graph.relu %x : (f32[8]) -> f32[8]
  %3 = graph.sigmoid %y : (f32[8]) -> f32[8]
  // expected-remark @+1 {{relu and product}}
  %4 = graph.mul %2, %3 : (f32[8], f32[8]) -> f32[8]
  %5 = graph.sigmoid %x : (f32[8]) -> f32[8]
  %6 = graph.relu %y : (f32[8]) -> f32[8]
  // expected-remark @+1 {{relu and product}}
  %7 = graph.mul %5, %6 : (f32[8], f32[8]) -> f32[8]
  return %1, %4, %7, %5 : !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>
}

// -----

// CHECK-LABEL: func.func @declines_other_users(
// CHECK-NEXT: graph.silu
// CHECK-NEXT: graph.mul
// CHECK-NEXT: graph.mul
func.func @declines_other_users(%g: !graph.tensor<f32[8]>, %u: !graph.tensor<f32[8]>) -> !graph.tensor<f32[8]> {
  %0 = graph.silu %g : (f32[8]) -> f32[8]
  // expected-remark @+1 {{product with silu stays: the activation has other users}}
  %1 = graph.mul %0, %u : (f32[8], f32[8]) -> f32[8]
  // expected-remark @+1 {{product with silu stays: the activation has other users}}
  %2 = graph.mul %0, %1 : (f32[8], f32[8]) -> f32[8]
  return %2 : !graph.tensor<f32[8]>
}

// -----

// CHECK-LABEL: func.func @declines_square(
// CHECK-NEXT: graph.relu
// CHECK-NEXT: graph.mul
func.func @declines_square(%g: !graph.tensor<f32[8]>) -> !graph.tensor<f32[8]> {
  %0 = graph.relu %g : (f32[8]) -> f32[8]
  // expected-remark @+1 {{product with relu stays: the activation has other users}}
  %1 = graph.mul %0, %0 : (f32[8], f32[8]) -> f32[8]
  return %1 : !graph.tensor<f32[8]>
}

// -----

// CHECK-LABEL: func.func @declines_broadcast(
// CHECK-NEXT: graph.sigmoid
// CHECK-NEXT: graph.mul
func.func @declines_broadcast(%g: !graph.tensor<f32[B, 1]>, %u: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.sigmoid %g : (f32[B, 1]) -> f32[B, 1]
  // expected-remark @+1 {{product with sigmoid stays: its operands have different shapes}}
  %1 = graph.mul %0, %u : (f32[B, 1], f32[B, 8]) -> f32[B, 8]
  return %1 : !graph.tensor<f32[B, 8]>
}

// -----

// Neither tanh, no case of graph.gated, nor a sum is a candidate: no remark.
// CHECK-LABEL: func.func @no_candidate(
// CHECK-NEXT: graph.tanh
// CHECK-NEXT: graph.mul
// CHECK-NEXT: graph.silu
// CHECK-NEXT: graph.add
func.func @no_candidate(%g: !graph.tensor<f32[8]>, %u: !graph.tensor<f32[8]>) -> !graph.tensor<f32[8]> {
  %0 = graph.tanh %g : (f32[8]) -> f32[8]
  %1 = graph.mul %0, %u : (f32[8], f32[8]) -> f32[8]
  %2 = graph.silu %g : (f32[8]) -> f32[8]
  %3 = graph.add %2, %1 : (f32[8], f32[8]) -> f32[8]
  return %3 : !graph.tensor<f32[8]>
}

// -----

// RUN: tern-opt %s --graph-raise-gated-activation --split-input-file --mlir-print-debuginfo \
// RUN:   | FileCheck %s --check-prefix=LOC
// expected-remark @unknown {{silu and product}}
// LOC-LABEL: func.func @locations(
// LOC: graph.gated {{.*}} loc([[FUSED:#.*]])
// LOC-DAG: [[A:#.*]] = loc("model.layers.0.mlp.act_fn")
// LOC-DAG: [[B:#.*]] = loc("model.layers.0.mlp")
// LOC: [[FUSED]] = loc(fused[[[A]], [[B]]])
func.func @locations(%g: !graph.tensor<f32[8]>, %u: !graph.tensor<f32[8]>) -> !graph.tensor<f32[8]> {
  %0 = graph.silu %g : (f32[8]) -> f32[8] loc("model.layers.0.mlp.act_fn")
  %1 = graph.mul %0, %u : (f32[8], f32[8]) -> f32[8] loc("model.layers.0.mlp")
  return %1 : !graph.tensor<f32[8]>
}
