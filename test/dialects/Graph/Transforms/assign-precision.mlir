// RUN: tern-opt %s --graph-assign-precision --split-input-file | FileCheck %s
// RUN: tern-opt %s --graph-assign-precision --split-input-file --verify-diagnostics \
// RUN:   --remarks-filter='graph-assign-precision' --remark-format=emitRemark -o /dev/null
// RUN: tern-opt %s --graph-assign-precision=policy=f32 --split-input-file | FileCheck %s --check-prefix=F32
// RUN: tern-opt %s --graph-assign-precision=policy=bf16 --split-input-file | FileCheck %s --check-prefix=BF16
// RUN: tern-opt %s --graph-assign-precision=policy=int8 --split-input-file | FileCheck %s --check-prefix=INT8
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=graph-assign-precision dims=B=2,T=3,C=3 absolute=2e-3"
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=graph-assign-precision{policy=f32} dims=B=2,T=3,C=3 absolute=0 relative=0"
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=graph-assign-precision{policy=int8} dims=B=2,T=3,C=3 absolute=5e-2"

// Two layers that share an input share its rounded form. The weight is quantised here, as tests have no file of blocks.
// CHECK-LABEL: func.func @shared_input(
// CHECK-NEXT: %[[W:.*]] = graph.quantize %arg1
// CHECK-NEXT: %[[Q:.*]] = graph.quantize %arg0 : (f32[B, T, 64]) -> i15_32[B, T, 64]
// CHECK-NEXT: %[[A:.*]] = graph.linear %[[Q]], %[[W]] : (i15_32[B, T, 64], i8_32[64, 64]) -> f32[B, T, 64]
// CHECK-NEXT: %[[B:.*]] = graph.linear %[[Q]], %[[W]] : (i15_32[B, T, 64], i8_32[64, 64]) -> f32[B, T, 64]
// CHECK-NEXT: return %[[A]], %[[B]]
// F32-LABEL: func.func @shared_input(
// F32: graph.quantize %arg1
// F32-NOT: graph.quantize
// F32-NOT: graph.cast
// F32: return
// BF16-LABEL: func.func @shared_input(
// BF16: %[[Q:.*]] = graph.cast %arg0 : (f32[B, T, 64]) -> bf16[B, T, 64]
// BF16: graph.linear %[[Q]], %{{.*}} : (bf16[B, T, 64], i8_32[64, 64]) -> f32[B, T, 64]
// INT8-LABEL: func.func @shared_input(
// INT8: graph.quantize %arg0 : (f32[B, T, 64]) -> i8_32[B, T, 64]
func.func @shared_input(%x: !graph.tensor<f32[B, T, 64]>, %w: !graph.tensor<f32[64, 64]>)
    -> (!graph.tensor<f32[B, T, 64]>, !graph.tensor<f32[B, T, 64]>) {
  %0 = graph.quantize %w : (f32[64, 64]) -> i8_32[64, 64]
  // expected-remark @+1 {{activations in i15_32, weight in i8_32, sums in f32}}
  %1 = graph.linear %x, %0 : (f32[B, T, 64], i8_32[64, 64]) -> f32[B, T, 64]
  // expected-remark @+1 {{activations in i15_32, weight in i8_32, sums in f32}}
  %2 = graph.linear %x, %0 : (f32[B, T, 64], i8_32[64, 64]) -> f32[B, T, 64]
  return %1, %2 : !graph.tensor<f32[B, T, 64]>, !graph.tensor<f32[B, T, 64]>
}

// -----

// CHECK-LABEL: func.func @float_weight(
// CHECK-NEXT: graph.linear %arg0, %arg1 : (f32[B, 64], bf16[8, 64]) -> f32[B, 8]
// BF16-LABEL: func.func @float_weight(
// BF16-NEXT: %[[X:.*]] = graph.cast %arg0
// BF16-NEXT: graph.linear %[[X]], %arg1 : (bf16[B, 64], bf16[8, 64]) -> f32[B, 8]
// INT8-LABEL: func.func @float_weight(
// INT8-NEXT: graph.linear %arg0, %arg1 : (f32[B, 64], bf16[8, 64]) -> f32[B, 8]
func.func @float_weight(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<bf16[8, 64]>) -> !graph.tensor<f32[B, 8]> {
  // expected-remark @+1 {{activations in f32, weight in bf16, sums in f32}}
  %0 = graph.linear %x, %w : (f32[B, 64], bf16[8, 64]) -> f32[B, 8]
  return %0 : !graph.tensor<f32[B, 8]>
}

// -----

// What is not f32 is what the program says.
// CHECK-LABEL: func.func @declines_half(
// CHECK-NEXT: graph.linear %arg0, %arg1 : (f16[B, 64], f16[8, 64]) -> f16[B, 8]
func.func @declines_half(%x: !graph.tensor<f16[B, 64]>, %w: !graph.tensor<f16[8, 64]>) -> !graph.tensor<f16[B, 8]> {
  // expected-remark @+1 {{activations stay f16, which the program says}}
  %0 = graph.linear %x, %w : (f16[B, 64], f16[8, 64]) -> f16[B, 8]
  return %0 : !graph.tensor<f16[B, 8]>
}

// -----

// The cache becomes f16: what is appended is cast, attention reads it as it is, others get f32.
// CHECK-LABEL: graph.state @k key of layer 0 : f16[B, C, 2, 8]
// CHECK-LABEL: graph.state @v value of layer 0 : f16[B, C, 2, 8]
// CHECK-LABEL: graph.state @r recurrent of layer 0 : f32[B, 8]
// CHECK-LABEL: func.func @cache(
// CHECK-NEXT: %[[X:.*]] = graph.cast %arg0 : (f32[B, T, 2, 8]) -> f16[B, T, 2, 8]
// CHECK-NEXT: %[[K:.*]] = graph.append_state @k, %[[X]] at %arg1 : (f16[B, T, 2, 8], i32[B, T]) -> f16[B, C, 2, 8]
// CHECK-NEXT: %[[Y:.*]] = graph.cast %arg0 : (f32[B, T, 2, 8]) -> f16[B, T, 2, 8]
// CHECK-NEXT: %[[V:.*]] = graph.append_state @v, %[[Y]] at %arg1 : (f16[B, T, 2, 8], i32[B, T]) -> f16[B, C, 2, 8]
// CHECK-NEXT: %[[WIDE:.*]] = graph.cast %[[V]] : (f16[B, C, 2, 8]) -> f32[B, C, 2, 8]
// CHECK-NEXT: %[[A:.*]] = graph.attention %arg0, %[[K]], %[[V]] at %arg1
// CHECK-NEXT: return %[[A]], %[[WIDE]]
// F32-LABEL: graph.state @k key of layer 0 : f32[B, C, 2, 8]
// BF16-LABEL: graph.state @k key of layer 0 : f16[B, C, 2, 8]
// expected-remark @+1 {{key cache in f16}}
graph.state @k key of layer 0 : f32[B, C, 2, 8]
// expected-remark @+1 {{value cache in f16}}
graph.state @v value of layer 0 : f32[B, C, 2, 8]
graph.state @r recurrent of layer 0 : f32[B, 8]
func.func @cache(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> (!graph.tensor<f32[B, T, 2, 8]>, !graph.tensor<f32[B, C, 2, 8]>) {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %1 = graph.append_state @v, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %2 = graph.attention %x, %0, %1 at %p mask causal scale 0.5
      : (f32[B, T, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8], i32[B, T]) -> f32[B, T, 2, 8]
  return %2, %1 : !graph.tensor<f32[B, T, 2, 8]>, !graph.tensor<f32[B, C, 2, 8]>
}

// -----

// A state that is the query as well is widened for it: the result of attention has the query's type.
// CHECK-LABEL: func.func @cache_as_query(
// CHECK: %[[K:.*]] = graph.append_state @k
// CHECK-NEXT: %[[WIDE:.*]] = graph.cast %[[K]] : (f16[B, C, 2, 8]) -> f32[B, C, 2, 8]
// CHECK-NEXT: graph.attention %[[WIDE]], %[[K]], %[[K]] mask none
// expected-remark @+1 {{key cache in f16}}
graph.state @k key of layer 0 : f32[B, C, 2, 8]
func.func @cache_as_query(%x: !graph.tensor<f32[B, T, 2, 8]>, %p: !graph.tensor<i32[B, T]>)
    -> !graph.tensor<f32[B, C, 2, 8]> {
  %0 = graph.append_state @k, %x at %p : (f32[B, T, 2, 8], i32[B, T]) -> f32[B, C, 2, 8]
  %1 = graph.attention %0, %0, %0 mask none scale 0.5
      : (f32[B, C, 2, 8], f32[B, C, 2, 8], f32[B, C, 2, 8]) -> f32[B, C, 2, 8]
  return %1 : !graph.tensor<f32[B, C, 2, 8]>
}

// -----

// Rounded forms are not shared across blocks.
// CHECK-LABEL: func.func private @blocks(
// CHECK: graph.quantize
// CHECK: ^bb1
// CHECK: graph.quantize
func.func @compared(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> {
  return %x : !graph.tensor<f32[B]>
}
func.func private @blocks(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<q8_0[64, 64]>) -> !graph.tensor<f32[B, 64]> {
  // expected-remark @+1 {{activations in i15_32}}
  %0 = graph.linear %x, %w : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64]
  return %0 : !graph.tensor<f32[B, 64]>
^other:
  // expected-remark @+1 {{activations in i15_32}}
  %1 = graph.linear %x, %w : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64]
  return %1 : !graph.tensor<f32[B, 64]>
}
