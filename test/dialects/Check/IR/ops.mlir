// RUN: tern-opt %s | tern-opt | FileCheck %s

// CHECK-LABEL: func @checks
func.func @checks(%x: !graph.tensor<f32[B, 3]>, %y: !graph.tensor<bf16[2, 3]>, %i: !graph.tensor<i32[B]>) {
  // CHECK: check.expect_close %{{.*}}, %{{.*}} absolute 9.9999999999999995E-7 relative 1.000000e-01 : (f32[B, 3], bf16[2, 3])
  check.expect_close %x, %y absolute 1.0e-6 relative 0.1 : (f32[B, 3], bf16[2, 3])
  // CHECK: check.expect_close %{{.*}}, %{{.*}} : (f32[B, 3], f32[B, 3])
  check.expect_close %x, %x : (f32[B, 3], f32[B, 3])
  // CHECK: check.expect_eq %{{.*}}, %{{.*}} : (i32[B], i32[B])
  check.expect_eq %i, %i : (i32[B], i32[B])
  // CHECK: check.expect_constant %{{.*}} is dense<[1, 2]> : tensor<2xi32> : (i32[B])
  check.expect_constant %i is dense<[1, 2]> : tensor<2xi32> : (i32[B])
  // CHECK: check.expect_constant %{{.*}} is dense<1.000000e+00> : tensor<2x3xf32> relative 1.000000e-01 : (f32[B, 3])
  check.expect_constant %x is dense<1.0> : tensor<2x3xf32> relative 0.1 : (f32[B, 3])
  // CHECK: check.random seed 1 : f16[2, 3]
  %0 = check.random seed 1 : f16[2, 3]
  return
}
