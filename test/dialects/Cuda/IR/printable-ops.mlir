// Expressions and statements, in text and bytecode.
// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt %s --emit-bytecode | tern-opt | FileCheck %s

// CHECK: cuda.table @powers [1.000000e+00 : f32, 2.000000e+00 : f32]
cuda.table @powers [1.0 : f32, 2.0 : f32]

// CHECK-LABEL: cuda.kernel @expressions(
cuda.kernel @expressions(%x: !cuda.pointer<f32>, %p: !cuda.pointer<const !cuda.pointer<i8>>)
    attributes {shared = 128 : i64, threads = 32 : i64} {
  // CHECK: cuda.literal 1.500000e+00 : f32
  %0 = cuda.literal 1.5 : f32
  // CHECK: cuda.literal 255 : ui64 hex
  %1 = cuda.literal 255 : ui64 hex
  // CHECK: cuda.literal true
  %2 = cuda.literal true
  // CHECK: cuda.null : <f16>
  %3 = cuda.null : !cuda.pointer<f16>
  // CHECK: cuda.table_address @powers : <const f32>
  %4 = cuda.table_address @powers : !cuda.pointer<const f32>
  // CHECK: cuda.load %{{.*}} : <f32>
  %5 = cuda.load %x : !cuda.pointer<f32>
  // CHECK: cuda.load %{{.*}}[%{{.*}}] : <const !cuda.pointer<i8>>, ui64
  %6 = cuda.load %p[%1] : !cuda.pointer<const !cuda.pointer<i8>>, ui64
  // CHECK: cuda.unary minus %{{.*}} : f32 -> f32
  %7 = cuda.unary minus %5 : f32 -> f32
  // CHECK: cuda.binary mul %{{.*}}, %{{.*}} : (f32, f32) -> f32
  %8 = cuda.binary mul %7, %0 : (f32, f32) -> f32
  // CHECK: cuda.conditional %{{.*}} ? %{{.*}} : %{{.*}} : (f32, f32) -> f32
  %9 = cuda.conditional %2 ? %8 : %0 : (f32, f32) -> f32
  // CHECK: cuda.cast %{{.*}} : f32 -> i64
  %10 = cuda.cast %9 : f32 -> i64
  // CHECK: cuda.reinterpret %{{.*}} : <f32> -> <const i8>
  %11 = cuda.reinterpret %x : !cuda.pointer<f32> -> !cuda.pointer<const i8>
  cuda.return
}

// CHECK-LABEL: cuda.kernel @statements(
cuda.kernel @statements(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %zero = cuda.literal 0 : i32
  %one = cuda.literal 1.0 : f32
  %holds = cuda.literal false
  // CHECK: %n = cuda.let "n" = %{{.*}} : i32 as i64
  %n = cuda.let "n" = %zero : i32 as i64
  // CHECK: %sum = cuda.variable "sum" = %{{.*}} : f32
  %sum = cuda.variable "sum" = %one : f32
  // CHECK: %count = cuda.variable "count" = %{{.*}} : i32 as i64
  %count = cuda.variable "count" = %zero : i32 as i64
  // CHECK: %later = cuda.variable "later" : !cuda.pointer<f32>
  %later = cuda.variable "later" : !cuda.pointer<f32>
  // CHECK: cuda.assign %later = %{{.*}} : <!cuda.pointer<f32>>, !cuda.pointer<f32>
  cuda.assign %later = %x : !cuda.variable<!cuda.pointer<f32>>, !cuda.pointer<f32>
  // CHECK: cuda.assign %sum mul %{{.*}} : <f32>, f32
  cuda.assign %sum mul %one : !cuda.variable<f32>, f32
  // CHECK: cuda.read %sum : <f32>
  %value = cuda.read %sum : !cuda.variable<f32>
  // CHECK: cuda.store %{{.*}}, %{{.*}}[%{{.*}}] : <f32>, i32
  cuda.store %value, %x[%zero] : !cuda.pointer<f32>, i32
  // CHECK: %buffer = cuda.array "buffer"[16] : <i16>
  %buffer = cuda.array "buffer"[16] : !cuda.pointer<i16>
  // CHECK: cuda.if %{{.*}} {
  // CHECK-NEXT: cuda.barrier
  // CHECK-NEXT: } else {
  // CHECK-NEXT: cuda.comment "no"
  // CHECK-NEXT: }
  cuda.if %holds {
    cuda.barrier
  } else {
    cuda.comment "no"
  }
  // CHECK: cuda.for "i" %{{.*}}: i64 = %{{.*}} to %n step %{{.*}} unroll : i32, i64, i32 {
  cuda.for "i" %i : i64 = %zero to %n step %zero unroll : i32, i64, i32 {
    // CHECK: cuda.for "j" %{{.*}}: i32 = %{{.*}} to %{{.*}} : i32, i32 {
    cuda.for "j" %j : i32 = %zero to %zero : i32, i32 {
      // CHECK-NEXT: cuda.break
      cuda.break
    }
  }
  // CHECK: cuda.while {
  // CHECK: cuda.condition %{{.*}}
  // CHECK: } do {
  // CHECK: cuda.yield
  cuda.while {
    cuda.condition %holds
  } do {
    cuda.yield
  }
  cuda.return
}
