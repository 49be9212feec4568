// Folds and canonicalisations: where each applies and where it declines.
// RUN: tern-opt %s --canonicalize --split-input-file | FileCheck %s
//
// The interpreter gives the same bits before and after, but for private functions, whose blocks it cannot make up.
// RUN: tern-opt %s --split-input-file -o /dev/null \
// RUN:   --check-equivalence="pipeline=canonicalize dims=B=2,T=3 absolute=0 relative=0"

//===----------------------------------------------------------------------===//
// reshape
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @reshape_to_same(
// CHECK-NEXT: return %arg0
func.func @reshape_to_same(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.reshape %x : (f32[B, 8]) -> f32[B, 8]
  return %0 : !graph.tensor<f32[B, 8]>
}

// CHECK-LABEL: func.func @reshape_of_reshape(
// CHECK-NEXT: %[[R:.*]] = graph.reshape %arg0 : (f32[B, 8]) -> f32[2, B, 4]
// CHECK-NEXT: return %[[R]]
func.func @reshape_of_reshape(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[2, B, 4]> {
  %0 = graph.reshape %x : (f32[B, 8]) -> f32[B, 2, 4]
  %1 = graph.reshape %0 : (f32[B, 2, 4]) -> f32[2, B, 4]
  return %1 : !graph.tensor<f32[2, B, 4]>
}

// CHECK-LABEL: func.func @reshape_back(
// CHECK-NEXT: return %arg0
func.func @reshape_back(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.reshape %x : (f32[B, 8]) -> f32[B, 2, 4]
  %1 = graph.reshape %0 : (f32[B, 2, 4]) -> f32[B, 8]
  return %1 : !graph.tensor<f32[B, 8]>
}

// CHECK-LABEL: func.func @reshape_of_constant(
// CHECK-NEXT: graph.constant dense<{{\[}}[1, 2], [3, 4]]> : tensor<2x2xi32> as i32[2, 2]
// CHECK-NEXT: return
func.func @reshape_of_constant() -> !graph.tensor<i32[2, 2]> {
  %0 = graph.constant dense<[1, 2, 3, 4]> : tensor<4xi32> as i32[4]
  %1 = graph.reshape %0 : (i32[4]) -> i32[2, 2]
  return %1 : !graph.tensor<i32[2, 2]>
}

//===----------------------------------------------------------------------===//
// transpose
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @transpose_identity(
// CHECK-NEXT: return %arg0
func.func @transpose_identity(%x: !graph.tensor<f32[B, T, 8]>) -> !graph.tensor<f32[B, T, 8]> {
  %0 = graph.transpose %x [0, 1, 2] : (f32[B, T, 8]) -> f32[B, T, 8]
  return %0 : !graph.tensor<f32[B, T, 8]>
}

// Equal dimensions do not make a permutation the identity.
// CHECK-LABEL: func.func @transpose_of_square(
// CHECK-NEXT: graph.transpose
func.func @transpose_of_square(%x: !graph.tensor<f32[8, 8]>) -> !graph.tensor<f32[8, 8]> {
  %0 = graph.transpose %x [1, 0] : (f32[8, 8]) -> f32[8, 8]
  return %0 : !graph.tensor<f32[8, 8]>
}

// CHECK-LABEL: func.func @transpose_of_transpose(
// CHECK-NEXT: %[[R:.*]] = graph.transpose %arg0 [2, 0, 1] : (f32[B, T, 8]) -> f32[8, B, T]
// CHECK-NEXT: return %[[R]]
func.func @transpose_of_transpose(%x: !graph.tensor<f32[B, T, 8]>) -> !graph.tensor<f32[8, B, T]> {
  %0 = graph.transpose %x [1, 2, 0] : (f32[B, T, 8]) -> f32[T, 8, B]
  %1 = graph.transpose %0 [1, 2, 0] : (f32[T, 8, B]) -> f32[8, B, T]
  return %1 : !graph.tensor<f32[8, B, T]>
}

// CHECK-LABEL: func.func @transpose_back(
// CHECK-NEXT: return %arg0
func.func @transpose_back(%x: !graph.tensor<f32[B, T, 8]>) -> !graph.tensor<f32[B, T, 8]> {
  %0 = graph.transpose %x [1, 2, 0] : (f32[B, T, 8]) -> f32[T, 8, B]
  %1 = graph.transpose %0 [2, 0, 1] : (f32[T, 8, B]) -> f32[B, T, 8]
  return %1 : !graph.tensor<f32[B, T, 8]>
}

// CHECK-LABEL: func.func @transpose_of_constant(
// CHECK-NEXT: graph.constant dense<{{\[}}[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32> as i32[3, 2]
// CHECK-NEXT: return
func.func @transpose_of_constant() -> !graph.tensor<i32[3, 2]> {
  %0 = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> as i32[2, 3]
  %1 = graph.transpose %0 [1, 0] : (i32[2, 3]) -> i32[3, 2]
  return %1 : !graph.tensor<i32[3, 2]>
}

//===----------------------------------------------------------------------===//
// slice
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @slice_of_everything(
// CHECK-NEXT: return %arg0
func.func @slice_of_everything(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.slice %x axis 1 from 0 to 8 : (f32[B, 8]) -> f32[B, 8]
  return %0 : !graph.tensor<f32[B, 8]>
}

// CHECK-LABEL: func.func @slice_of_slice(
// CHECK-NEXT: %[[R:.*]] = graph.slice %arg0 axis 1 from 5 to 18 step 6 : (f32[B, 32]) -> f32[B, 3]
// CHECK-NEXT: return %[[R]]
func.func @slice_of_slice(%x: !graph.tensor<f32[B, 32]>) -> !graph.tensor<f32[B, 3]> {
  %0 = graph.slice %x axis 1 from 3 to 31 step 2 : (f32[B, 32]) -> f32[B, 14]
  %1 = graph.slice %0 axis 1 from 1 to 9 step 3 : (f32[B, 14]) -> f32[B, 3]
  return %1 : !graph.tensor<f32[B, 3]>
}

// The steps' product would overflow, but only one element is left.
// CHECK-LABEL: func.func @slice_of_slice_huge_steps(
// CHECK-NEXT: graph.slice %arg0 axis 0 from 3 to 4 : (f32[32]) -> f32[1]
func.func @slice_of_slice_huge_steps(%x: !graph.tensor<f32[32]>) -> !graph.tensor<f32[1]> {
  %0 = graph.slice %x axis 0 from 3 to 31 step 9223372036854775807 : (f32[32]) -> f32[1]
  %1 = graph.slice %0 axis 0 from 0 to 1 step 9223372036854775807 : (f32[1]) -> f32[1]
  %2 = graph.slice %x axis 0 from 3 to 31 step 4 : (f32[32]) -> f32[7]
  %3 = graph.slice %2 axis 0 from 0 to 7 step 9223372036854775807 : (f32[7]) -> f32[1]
  %4 = graph.add %1, %3 : (f32[1], f32[1]) -> f32[1]
  return %3 : !graph.tensor<f32[1]>
}

// CHECK-LABEL: func.func @slice_of_slice_empty(
// CHECK-NEXT: graph.slice %arg0 axis 0 from 0 to 0 : (f32[32]) -> f32[0]
func.func @slice_of_slice_empty(%x: !graph.tensor<f32[32]>) -> !graph.tensor<f32[0]> {
  %0 = graph.slice %x axis 0 from 3 to 31 step 4 : (f32[32]) -> f32[7]
  %1 = graph.slice %0 axis 0 from 7 to 7 step 5 : (f32[7]) -> f32[0]
  return %1 : !graph.tensor<f32[0]>
}

// CHECK-LABEL: func.func @slice_of_slice_elsewhere(
// CHECK-NEXT: graph.slice %arg0 axis 0
// CHECK-NEXT: graph.slice %{{.*}} axis 1
func.func @slice_of_slice_elsewhere(%x: !graph.tensor<f32[32, 8]>) -> !graph.tensor<f32[16, 4]> {
  %0 = graph.slice %x axis 0 from 0 to 16 : (f32[32, 8]) -> f32[16, 8]
  %1 = graph.slice %0 axis 1 from 0 to 4 : (f32[16, 8]) -> f32[16, 4]
  return %1 : !graph.tensor<f32[16, 4]>
}

// CHECK-LABEL: func.func @slice_inside_concat(
// CHECK-NEXT: %[[R:.*]] = graph.slice %arg1 axis 0 from 1 to 4 step 2 : (f32[4]) -> f32[2]
// CHECK-NEXT: return %arg0, %[[R]]
func.func @slice_inside_concat(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[4]>)
    -> (!graph.tensor<f32[8]>, !graph.tensor<f32[2]>) {
  %0 = graph.concat %x, %y axis 0 : (f32[8], f32[4]) -> f32[12]
  %1 = graph.slice %0 axis 0 from 0 to 8 : (f32[12]) -> f32[8]
  %2 = graph.slice %0 axis 0 from 9 to 12 step 2 : (f32[12]) -> f32[2]
  return %1, %2 : !graph.tensor<f32[8]>, !graph.tensor<f32[2]>
}

// CHECK-LABEL: func.func @slice_across_concat(
// CHECK-NEXT: graph.concat
// CHECK-NEXT: graph.slice %{{.*}} axis 0 from 7 to 9
func.func @slice_across_concat(%x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[4]>) -> !graph.tensor<f32[2]> {
  %0 = graph.concat %x, %y axis 0 : (f32[8], f32[4]) -> f32[12]
  %1 = graph.slice %0 axis 0 from 7 to 9 : (f32[12]) -> f32[2]
  return %1 : !graph.tensor<f32[2]>
}

// CHECK-LABEL: func.func @slice_of_constant(
// CHECK-DAG: %[[A:.*]] = graph.constant dense<{{\[}}[2], [5]]> : tensor<2x1xi32> as i32[2, 1]
// CHECK-DAG: %[[B:.*]] = graph.constant dense<{{\[}}[1, 3], [4, 6]]> : tensor<2x2xi32> as i32[2, 2]
// CHECK-DAG: %[[C:.*]] = graph.constant dense<> : tensor<0x3xi32> as i32[0, 3]
// CHECK: return %[[A]], %[[B]], %[[C]]
func.func @slice_of_constant() -> (!graph.tensor<i32[2, 1]>, !graph.tensor<i32[2, 2]>, !graph.tensor<i32[0, 3]>) {
  %0 = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> as i32[2, 3]
  %1 = graph.slice %0 axis 1 from 1 to 2 : (i32[2, 3]) -> i32[2, 1]
  %2 = graph.slice %0 axis 1 from 0 to 3 step 2 : (i32[2, 3]) -> i32[2, 2]
  %3 = graph.slice %0 axis 0 from 1 to 1 : (i32[2, 3]) -> i32[0, 3]
  return %1, %2, %3 : !graph.tensor<i32[2, 1]>, !graph.tensor<i32[2, 2]>, !graph.tensor<i32[0, 3]>
}

// A splat of any size folds: it is as short afterwards.
// CHECK-LABEL: func.func @slice_of_big_splat(
// CHECK-NEXT: graph.constant dense<1.000000e+00> : tensor<1000x500xf32> as f32[1000, 500]
// CHECK-NEXT: return
func.func @slice_of_big_splat() -> !graph.tensor<f32[1000, 500]> {
  %0 = graph.constant dense<1.0> : tensor<1000x1000xf32> as f32[1000, 1000]
  %1 = graph.slice %0 axis 1 from 0 to 500 : (f32[1000, 1000]) -> f32[1000, 500]
  return %1 : !graph.tensor<f32[1000, 500]>
}

//===----------------------------------------------------------------------===//
// concat
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @concat_of_one(
// CHECK-NEXT: return %arg0
func.func @concat_of_one(%x: !graph.tensor<f32[8]>) -> !graph.tensor<f32[8]> {
  %0 = graph.concat %x axis 0 : (f32[8]) -> f32[8]
  return %0 : !graph.tensor<f32[8]>
}

// CHECK-LABEL: func.func @concat_with_empty(
// CHECK-NEXT: %[[R:.*]] = graph.concat %arg0, %arg0 axis 0 : (f32[8], f32[8]) -> f32[16]
// CHECK-NEXT: return %[[R]], %arg0, %arg1
func.func @concat_with_empty(%x: !graph.tensor<f32[8]>, %e: !graph.tensor<f32[0]>)
    -> (!graph.tensor<f32[16]>, !graph.tensor<f32[8]>, !graph.tensor<f32[0]>) {
  %0 = graph.concat %e, %x, %e, %x axis 0 : (f32[0], f32[8], f32[0], f32[8]) -> f32[16]
  %1 = graph.concat %x, %e axis 0 : (f32[8], f32[0]) -> f32[8]
  %2 = graph.concat %e, %e axis 0 : (f32[0], f32[0]) -> f32[0]
  return %0, %1, %2 : !graph.tensor<f32[16]>, !graph.tensor<f32[8]>, !graph.tensor<f32[0]>
}

// CHECK-LABEL: func.func @concat_of_adjacent_slices(
// CHECK-NEXT: %[[S:.*]] = graph.slice %arg0 axis 1 from 2 to 7 : (f32[B, 8]) -> f32[B, 5]
// CHECK-NEXT: %[[R:.*]] = graph.concat %[[S]], %arg0 axis 1 : (f32[B, 5], f32[B, 8]) -> f32[B, 13]
// CHECK-NEXT: return %[[R]]
func.func @concat_of_adjacent_slices(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 13]> {
  %0 = graph.slice %x axis 1 from 2 to 4 : (f32[B, 8]) -> f32[B, 2]
  %1 = graph.slice %x axis 1 from 4 to 6 : (f32[B, 8]) -> f32[B, 2]
  %2 = graph.slice %x axis 1 from 6 to 7 : (f32[B, 8]) -> f32[B, 1]
  %3 = graph.concat %0, %1, %2, %x axis 1 : (f32[B, 2], f32[B, 2], f32[B, 1], f32[B, 8]) -> f32[B, 13]
  return %3 : !graph.tensor<f32[B, 13]>
}

// CHECK-LABEL: func.func @concat_of_all_slices(
// CHECK-NEXT: return %arg0
func.func @concat_of_all_slices(%x: !graph.tensor<f32[B, 8]>) -> !graph.tensor<f32[B, 8]> {
  %0 = graph.slice %x axis 1 from 0 to 4 : (f32[B, 8]) -> f32[B, 4]
  %1 = graph.slice %x axis 1 from 4 to 8 : (f32[B, 8]) -> f32[B, 4]
  %2 = graph.concat %0, %1 axis 1 : (f32[B, 4], f32[B, 4]) -> f32[B, 8]
  return %2 : !graph.tensor<f32[B, 8]>
}

// Rotating halves is no identity: order, steps and dimensions matter.
// CHECK-LABEL: func.func @concat_of_other_slices(
// CHECK-COUNT-5: graph.slice
// CHECK: graph.concat {{.*}} : (f32[4, 8], f32[4, 8], f32[2, 8], f32[2, 8], f32[1, 8]) -> f32[13, 8]
func.func @concat_of_other_slices(%x: !graph.tensor<f32[8, 8]>, %y: !graph.tensor<f32[8, 8]>)
    -> !graph.tensor<f32[13, 8]> {
  %0 = graph.slice %x axis 0 from 4 to 8 : (f32[8, 8]) -> f32[4, 8]
  %1 = graph.slice %x axis 0 from 0 to 4 : (f32[8, 8]) -> f32[4, 8]
  %2 = graph.slice %x axis 0 from 4 to 8 step 2 : (f32[8, 8]) -> f32[2, 8]
  %3 = graph.slice %y axis 0 from 0 to 2 : (f32[8, 8]) -> f32[2, 8]
  %4 = graph.slice %x axis 0 from 2 to 3 : (f32[8, 8]) -> f32[1, 8]
  %5 = graph.concat %0, %1, %2, %3, %4 axis 0
      : (f32[4, 8], f32[4, 8], f32[2, 8], f32[2, 8], f32[1, 8]) -> f32[13, 8]
  return %5 : !graph.tensor<f32[13, 8]>
}

// CHECK-LABEL: func.func @concat_of_concat(
// CHECK-NEXT: %[[R:.*]] = graph.concat %arg0, %arg1, %arg0 axis 0 : (f32[8, 4], f32[2, 4], f32[8, 4]) -> f32[18, 4]
// CHECK-NEXT: return %[[R]]
func.func @concat_of_concat(%x: !graph.tensor<f32[8, 4]>, %y: !graph.tensor<f32[2, 4]>)
    -> !graph.tensor<f32[18, 4]> {
  %0 = graph.concat %y, %x axis 0 : (f32[2, 4], f32[8, 4]) -> f32[10, 4]
  %1 = graph.concat %x, %0 axis 0 : (f32[8, 4], f32[10, 4]) -> f32[18, 4]
  return %1 : !graph.tensor<f32[18, 4]>
}

// CHECK-LABEL: func.func @concat_of_shared_concat(
// CHECK-COUNT-2: graph.concat
func.func @concat_of_shared_concat(%x: !graph.tensor<f32[8, 4]>)
    -> (!graph.tensor<f32[16, 4]>, !graph.tensor<f32[24, 4]>) {
  %0 = graph.concat %x, %x axis 0 : (f32[8, 4], f32[8, 4]) -> f32[16, 4]
  %1 = graph.concat %x, %0 axis 0 : (f32[8, 4], f32[16, 4]) -> f32[24, 4]
  return %0, %1 : !graph.tensor<f32[16, 4]>, !graph.tensor<f32[24, 4]>
}

// CHECK-LABEL: func.func @concat_of_concat_elsewhere(
// CHECK-COUNT-2: graph.concat
func.func @concat_of_concat_elsewhere(%x: !graph.tensor<f32[8, 4]>) -> !graph.tensor<f32[16, 8]> {
  %0 = graph.concat %x, %x axis 1 : (f32[8, 4], f32[8, 4]) -> f32[8, 8]
  %1 = graph.reshape %x : (f32[8, 4]) -> f32[4, 8]
  %2 = graph.concat %0, %1, %1 axis 0 : (f32[8, 8], f32[4, 8], f32[4, 8]) -> f32[16, 8]
  return %2 : !graph.tensor<f32[16, 8]>
}

//===----------------------------------------------------------------------===//
// cast
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @cast_to_same(
// CHECK-NEXT: return %arg0
func.func @cast_to_same(%x: !graph.tensor<f32[B]>) -> !graph.tensor<f32[B]> {
  %0 = graph.cast %x : (f32[B]) -> f32[B]
  return %0 : !graph.tensor<f32[B]>
}

// Widening and going back changes nothing.
// CHECK-LABEL: func.func @cast_wider_and_back(
// CHECK-NEXT: return %arg0, %arg1, %arg2
func.func @cast_wider_and_back(%x: !graph.tensor<bf16[B]>, %y: !graph.tensor<i16[B]>, %z: !graph.tensor<ui8[B]>)
    -> (!graph.tensor<bf16[B]>, !graph.tensor<i16[B]>, !graph.tensor<ui8[B]>) {
  %0 = graph.cast %x : (bf16[B]) -> f32[B]
  %1 = graph.cast %0 : (f32[B]) -> bf16[B]
  %2 = graph.cast %y : (i16[B]) -> f32[B]
  %3 = graph.cast %2 : (f32[B]) -> i16[B]
  %4 = graph.cast %z : (ui8[B]) -> bf16[B]
  %5 = graph.cast %4 : (bf16[B]) -> ui8[B]
  return %1, %3, %5 : !graph.tensor<bf16[B]>, !graph.tensor<i16[B]>, !graph.tensor<ui8[B]>
}

// CHECK-LABEL: func.func @cast_after_widening(
// CHECK-NEXT: graph.cast %arg0 : (f8E5M2[B]) -> f16[B]
// CHECK-NEXT: return
func.func @cast_after_widening(%x: !graph.tensor<f8E5M2[B]>) -> !graph.tensor<f16[B]> {
  %0 = graph.cast %x : (f8E5M2[B]) -> f32[B]
  %1 = graph.cast %0 : (f32[B]) -> f16[B]
  return %1 : !graph.tensor<f16[B]>
}

// Rounding, and signs that unsigned numbers lack, must stay.
// CHECK-LABEL: func.func @cast_that_rounds(
// CHECK-COUNT-10: graph.cast
func.func @cast_that_rounds(%x: !graph.tensor<f32[B]>, %y: !graph.tensor<f16[B]>, %z: !graph.tensor<i32[B]>,
                            %w: !graph.tensor<i8[B]>, %v: !graph.tensor<f8E4M3FN[B]>)
    -> (!graph.tensor<f32[B]>, !graph.tensor<f16[B]>, !graph.tensor<i32[B]>, !graph.tensor<i32[B]>,
        !graph.tensor<f8E4M3FN[B]>) {
  %0 = graph.cast %x : (f32[B]) -> bf16[B]
  %1 = graph.cast %0 : (bf16[B]) -> f32[B]
  %2 = graph.cast %y : (f16[B]) -> bf16[B]
  %3 = graph.cast %2 : (bf16[B]) -> f16[B]
  %4 = graph.cast %z : (i32[B]) -> f32[B]
  %5 = graph.cast %4 : (f32[B]) -> i32[B]
  %6 = graph.cast %w : (i8[B]) -> ui8[B]
  %7 = graph.cast %6 : (ui8[B]) -> i32[B]
  %8 = graph.cast %v : (f8E4M3FN[B]) -> f8E5M2[B]
  %9 = graph.cast %8 : (f8E5M2[B]) -> f8E4M3FN[B]
  return %1, %3, %5, %7, %9 : !graph.tensor<f32[B]>, !graph.tensor<f16[B]>, !graph.tensor<i32[B]>,
                              !graph.tensor<i32[B]>, !graph.tensor<f8E4M3FN[B]>
}

// CHECK-LABEL: func.func @cast_of_float_constant(
// Ties go to even, overflow to infinity, or to NaN where there is none.
// CHECK-DAG: %[[BF:.*]] = graph.constant dense<[1.000000e+00, 1.015630e+00, 0x7F80, 0xFFC0]> : tensor<4xbf16>
// CHECK-DAG: %[[F8:.*]] = graph.constant dense<[1.000000e+00, 1.000000e+00, 0x7F, 0xFF]> : tensor<4xf8E4M3FN>
// Toward zero, clamped, NaN to 0.
// CHECK-DAG: %[[I8:.*]] = graph.constant dense<[1, 1, 127, 0]> : tensor<4xi8>
// CHECK-DAG: %[[UI8:.*]] = graph.constant dense<[1, 1, 255, 0]> : tensor<4xui8>
// CHECK-DAG: %[[I1:.*]] = graph.constant dense<true> : tensor<4xi1>
// CHECK: return %[[BF]], %[[F8]], %[[I8]], %[[UI8]], %[[I1]]
func.func @cast_of_float_constant()
    -> (!graph.tensor<bf16[4]>, !graph.tensor<f8E4M3FN[4]>, !graph.tensor<i8[4]>, !graph.tensor<ui8[4]>,
        !graph.tensor<i1[4]>) {
  %0 = graph.constant dense<[1.00390625, 1.01171875, 3.4e38, 0xFFC00000]> : tensor<4xf32> as f32[4]
  %1 = graph.cast %0 : (f32[4]) -> bf16[4]
  %2 = graph.cast %0 : (f32[4]) -> f8E4M3FN[4]
  %3 = graph.cast %0 : (f32[4]) -> i8[4]
  %4 = graph.cast %0 : (f32[4]) -> ui8[4]
  %5 = graph.cast %0 : (f32[4]) -> i1[4]
  return %1, %2, %3, %4, %5 : !graph.tensor<bf16[4]>, !graph.tensor<f8E4M3FN[4]>, !graph.tensor<i8[4]>,
                              !graph.tensor<ui8[4]>, !graph.tensor<i1[4]>
}

// CHECK-LABEL: func.func @cast_of_integer_constant(
// CHECK-DAG: %[[F:.*]] = graph.constant dense<[-1.000000e+00, 3.000000e+02, 0x4B800000]> : tensor<3xf32>
// CHECK-DAG: %[[I8:.*]] = graph.constant dense<[-1, 44, 1]> : tensor<3xi8>
// CHECK-DAG: %[[UI8:.*]] = graph.constant dense<[255, 44, 1]> : tensor<3xui8>
// CHECK-DAG: %[[I1:.*]] = graph.constant dense<true> : tensor<3xi1>
// CHECK-DAG: %[[ONE:.*]] = graph.constant dense<1> : tensor<3xi64>
// CHECK: return %[[F]], %[[I8]], %[[UI8]], %[[I1]], %[[ONE]]
func.func @cast_of_integer_constant()
    -> (!graph.tensor<f32[3]>, !graph.tensor<i8[3]>, !graph.tensor<ui8[3]>, !graph.tensor<i1[3]>,
        !graph.tensor<i64[3]>) {
  %0 = graph.constant dense<[-1, 300, 16777217]> : tensor<3xi32> as i32[3]
  %1 = graph.cast %0 : (i32[3]) -> f32[3]
  %2 = graph.cast %0 : (i32[3]) -> i8[3]
  %3 = graph.cast %0 : (i32[3]) -> ui8[3]
  %4 = graph.cast %0 : (i32[3]) -> i1[3]
  %5 = graph.cast %4 : (i1[3]) -> i64[3]
  return %1, %2, %3, %4, %5 : !graph.tensor<f32[3]>, !graph.tensor<i8[3]>, !graph.tensor<ui8[3]>,
                              !graph.tensor<i1[3]>, !graph.tensor<i64[3]>
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @neutral_elements(
// CHECK-NEXT: return %arg0, %arg0, %arg0, %arg0, %arg1
func.func @neutral_elements(%x: !graph.tensor<f32[B, 8]>, %i: !graph.tensor<i32[B, 8]>)
    -> (!graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 8]>,
        !graph.tensor<i32[B, 8]>) {
  %one = graph.constant dense<1.0> : tensor<f32> as f32[]
  %zero = graph.constant dense<0.0> : tensor<8xf32> as f32[8]
  %minus_zero = graph.constant dense<-0.0> : tensor<8xf32> as f32[8]
  %none = graph.constant dense<0> : tensor<1xi32> as i32[1]
  %0 = graph.mul %one, %x : (f32[], f32[B, 8]) -> f32[B, 8]
  %1 = graph.div %x, %one : (f32[B, 8], f32[]) -> f32[B, 8]
  %2 = graph.sub %x, %zero : (f32[B, 8], f32[8]) -> f32[B, 8]
  %3 = graph.add %minus_zero, %x : (f32[8], f32[B, 8]) -> f32[B, 8]
  %4 = graph.add %i, %none : (i32[B, 8], i32[1]) -> i32[B, 8]
  return %0, %1, %2, %3, %4 : !graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 8]>, !graph.tensor<f32[B, 8]>,
                              !graph.tensor<f32[B, 8]>, !graph.tensor<i32[B, 8]>
}

// Adding +0 turns -0 into +0; 1 / x is not x; broadcasting changes the type.
// CHECK-LABEL: func.func @not_neutral(
// CHECK: graph.add
// CHECK: graph.div
// CHECK: graph.mul
func.func @not_neutral(%x: !graph.tensor<f32[8]>)
    -> (!graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[2, 8]>) {
  %zero = graph.constant dense<0.0> : tensor<8xf32> as f32[8]
  %one = graph.constant dense<1.0> : tensor<8xf32> as f32[8]
  %ones = graph.constant dense<1.0> : tensor<2x8xf32> as f32[2, 8]
  %0 = graph.add %x, %zero : (f32[8], f32[8]) -> f32[8]
  %1 = graph.div %one, %x : (f32[8], f32[8]) -> f32[8]
  %2 = graph.mul %x, %ones : (f32[8], f32[2, 8]) -> f32[2, 8]
  return %0, %1, %2 : !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[2, 8]>
}

// CHECK-LABEL: func.func @twice(
// CHECK-NEXT: %[[RELU:.*]] = graph.relu %arg0
// CHECK-NEXT: %[[ABS:.*]] = graph.abs %arg0
// CHECK-NEXT: %[[ABS_NEG:.*]] = graph.abs %arg0
// CHECK-NEXT: return %arg0, %[[RELU]], %[[ABS]], %[[ABS_NEG]], %arg0, %arg0
func.func @twice(%x: !graph.tensor<f32[8]>)
    -> (!graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>,
        !graph.tensor<f32[8]>, !graph.tensor<f32[8]>) {
  %0 = graph.neg %x : (f32[8]) -> f32[8]
  %1 = graph.neg %0 : (f32[8]) -> f32[8]
  %2 = graph.relu %x : (f32[8]) -> f32[8]
  %3 = graph.relu %2 : (f32[8]) -> f32[8]
  %4 = graph.abs %x : (f32[8]) -> f32[8]
  %5 = graph.abs %4 : (f32[8]) -> f32[8]
  %6 = graph.abs %0 : (f32[8]) -> f32[8]
  %7 = graph.maximum %x, %x : (f32[8], f32[8]) -> f32[8]
  %8 = graph.minimum %x, %x : (f32[8], f32[8]) -> f32[8]
  return %1, %3, %5, %6, %7, %8 : !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>,
                                  !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>
}

// NaN - NaN is NaN, not 0; NaN / NaN is not 1.
// CHECK-LABEL: func.func @not_with_itself(
// CHECK-NEXT: graph.sub
// CHECK-NEXT: graph.div
func.func @not_with_itself(%x: !graph.tensor<f32[8]>) -> (!graph.tensor<f32[8]>, !graph.tensor<f32[8]>) {
  %0 = graph.sub %x, %x : (f32[8], f32[8]) -> f32[8]
  %1 = graph.div %x, %x : (f32[8], f32[8]) -> f32[8]
  return %0, %1 : !graph.tensor<f32[8]>, !graph.tensor<f32[8]>
}

// CHECK-LABEL: func.func @select(
// CHECK-NEXT: %[[KEPT:.*]] = graph.select %arg0, %arg1, %arg2
// CHECK-NEXT: return %arg1, %arg2, %arg1, %[[KEPT]]
func.func @select(%c: !graph.tensor<i1[8]>, %x: !graph.tensor<f32[8]>, %y: !graph.tensor<f32[8]>)
    -> (!graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>) {
  %true = graph.constant dense<true> : tensor<8xi1> as i1[8]
  %false = graph.constant dense<false> : tensor<8xi1> as i1[8]
  %0 = graph.select %true, %x, %y : (i1[8], f32[8], f32[8]) -> f32[8]
  %1 = graph.select %false, %x, %y : (i1[8], f32[8], f32[8]) -> f32[8]
  %2 = graph.select %c, %x, %x : (i1[8], f32[8], f32[8]) -> f32[8]
  %3 = graph.select %c, %x, %y : (i1[8], f32[8], f32[8]) -> f32[8]
  return %0, %1, %2, %3 : !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>, !graph.tensor<f32[8]>
}

//===----------------------------------------------------------------------===//
// Weights and states
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func private @read_blocks(
// CHECK-NEXT: %[[L:.*]] = graph.linear %arg0, %arg1 : (f32[B, 64], q8_0[64, 64]) -> f32[B, 64]
// CHECK-NEXT: %[[E:.*]] = graph.embedding %arg1[%arg2] : (q8_0[64, 64], i32[B]) -> bf16[B, 64]
// CHECK-NEXT: %[[X:.*]] = graph.expert_linear %arg3, %arg4 by %arg5 :
// CHECK-SAME: q4_0[4, 32, 64]
// CHECK-NEXT: return
func.func private @read_blocks(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<q8_0[64, 64]>,
                               %i: !graph.tensor<i32[B]>, %y: !graph.tensor<f32[B, T, 1, 64]>,
                               %e: !graph.tensor<q4_0[4, 32, 64]>, %p: !graph.tensor<i32[B, T, 2]>)
    -> (!graph.tensor<f32[B, 64]>, !graph.tensor<bf16[B, 64]>, !graph.tensor<f32[B, T, 2, 32]>) {
  %0 = graph.dequantize %w : (q8_0[64, 64]) -> f32[64, 64]
  %1 = graph.linear %x, %0 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  %2 = graph.dequantize %w : (q8_0[64, 64]) -> f64[64, 64]
  %3 = graph.embedding %2[%i] : (f64[64, 64], i32[B]) -> bf16[B, 64]
  %4 = graph.dequantize %e : (q4_0[4, 32, 64]) -> f32[4, 32, 64]
  %5 = graph.expert_linear %y, %4 by %p : (f32[B, T, 1, 64], f32[4, 32, 64], i32[B, T, 2]) -> f32[B, T, 2, 32]
  return %1, %3, %5 : !graph.tensor<f32[B, 64]>, !graph.tensor<bf16[B, 64]>, !graph.tensor<f32[B, T, 2, 32]>
}

// Rounding to bf16 is part of the program, and matmul reads no blocks.
// CHECK-LABEL: func.func private @keep_dequantize(
// CHECK-NEXT: graph.dequantize {{.*}} -> bf16[64, 64]
// CHECK-NEXT: graph.linear
// CHECK-NEXT: graph.dequantize {{.*}} -> f32[64, 64]
// CHECK-NEXT: graph.matmul
func.func private @keep_dequantize(%x: !graph.tensor<f32[B, 64]>, %w: !graph.tensor<q8_0[64, 64]>)
    -> (!graph.tensor<f32[B, 64]>, !graph.tensor<f32[B, 64]>) {
  %0 = graph.dequantize %w : (q8_0[64, 64]) -> bf16[64, 64]
  %1 = graph.linear %x, %0 : (f32[B, 64], bf16[64, 64]) -> f32[B, 64]
  %2 = graph.dequantize %w : (q8_0[64, 64]) -> f32[64, 64]
  %3 = graph.matmul %x, %2 : (f32[B, 64], f32[64, 64]) -> f32[B, 64]
  return %1, %3 : !graph.tensor<f32[B, 64]>, !graph.tensor<f32[B, 64]>
}

// -----

// What a state holds is visible to the next call: writes stay though nobody here uses them, unused reads go.
graph.state @k key of layer 0 : f32[B, C, 3, 8]
graph.state @s recurrent of layer 0 : f32[B, 16]

// CHECK-LABEL: func.func @states(
// CHECK-NEXT: graph.write_state @s
// CHECK-NEXT: graph.append_state @k
// CHECK-NEXT: return
func.func @states(%x: !graph.tensor<f32[B, 16]>, %k: !graph.tensor<f32[B, T, 3, 8]>, %p: !graph.tensor<i32[B, T]>) {
  %0 = graph.read_state @s : f32[B, 16]
  graph.write_state @s, %x : f32[B, 16]
  %1 = graph.append_state @k, %k at %p : (f32[B, T, 3, 8], i32[B, T]) -> f32[B, C, 3, 8]
  return
}
