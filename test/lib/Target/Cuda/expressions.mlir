// Expressions and statements as text: parentheses only where they are needed or help, lines of at most 120 columns.
// RUN: tern-translate --cuda-to-source %s | FileCheck %s

module attributes {kernel.symbols = ["capacity", "T", "B"]} {

// CHECK:      struct Sizes {
// CHECK-NEXT:   long long at[3];
// CHECK-NEXT: };

// CHECK: __device__ const double powers[4] = {1.0, -0.5, 1e+30, 3.141592653589793};
cuda.table @powers [1.0 : f64, -0.5 : f64, 1.0e30 : f64, 3.141592653589793 : f64]

// CHECK-LABEL: // What it does
// CHECK-NEXT: //
// CHECK-NEXT: // and why{{$}}
// CHECK-NEXT: extern "C" __global__ void __launch_bounds__(64)
// CHECK-NEXT: tern_text(float *__restrict__ x, const int *n, Sizes sizes, long long *problem) {
cuda.kernel @tern_text(%x: !cuda.pointer<f32> {cuda.name = "x"}, %n: !cuda.pointer<const i32> {cuda.name = "n", cuda.aliased})
    attributes {comment = "What it does\n\nand why \\", shared = 0 : i64, threads = 64 : i64} {
  %one = cuda.literal 1 : i32
  %two = cuda.literal 2 : i32
  %far = cuda.literal -2 : i32
  // CHECK-NEXT: const int a = n[1];
  %0 = cuda.load %n[%one] : !cuda.pointer<const i32>, i32
  %a = cuda.let "a" = %0 : i32
  // CHECK-NEXT: const int b = a - (a - 1) * 2;
  %1 = cuda.binary sub %a, %one : (i32, i32) -> i32
  %2 = cuda.binary mul %1, %two : (i32, i32) -> i32
  %3 = cuda.binary sub %a, %2 : (i32, i32) -> i32
  %b = cuda.let "b" = %3 : i32
  // CHECK-NEXT: const int c = a * b / 2 - -2;
  %4 = cuda.binary mul %a, %b : (i32, i32) -> i32
  %5 = cuda.binary div %4, %two : (i32, i32) -> i32
  %6 = cuda.binary sub %5, %far : (i32, i32) -> i32
  %c = cuda.let "c" = %6 : i32
  // CHECK-NEXT: const int d = ((a & 1) << (b + 2)) | (c ^ a);
  %7 = cuda.binary and %a, %one : (i32, i32) -> i32
  %8 = cuda.binary add %b, %two : (i32, i32) -> i32
  %9 = cuda.binary shl %7, %8 : (i32, i32) -> i32
  %10 = cuda.binary xor %c, %a : (i32, i32) -> i32
  %11 = cuda.binary or %9, %10 : (i32, i32) -> i32
  %d = cuda.let "d" = %11 : i32
  // CHECK-NEXT: const bool e = !(a < b) && (c == d || a != 1);
  %12 = cuda.binary lt %a, %b : (i32, i32) -> i1
  %13 = cuda.unary not %12 : i1 -> i1
  %14 = cuda.binary eq %c, %d : (i32, i32) -> i1
  %15 = cuda.binary ne %a, %one : (i32, i32) -> i1
  %16 = cuda.binary logical_or %14, %15 : (i1, i1) -> i1
  %17 = cuda.binary logical_and %13, %16 : (i1, i1) -> i1
  %e = cuda.let "e" = %17 : i1
  // CHECK-NEXT: const int f = -(-2) + ~a;
  %18 = cuda.unary minus %far : i32 -> i32
  %19 = cuda.unary complement %a : i32 -> i32
  %20 = cuda.binary add %18, %19 : (i32, i32) -> i32
  %f = cuda.let "f" = %20 : i32
  // CHECK-NEXT: const int g = (e ? a : b) + (a < b ? 1 : 2);
  %21 = cuda.conditional %e ? %a : %b : (i32, i32) -> i32
  %22 = cuda.binary lt %a, %b : (i32, i32) -> i1
  %23 = cuda.conditional %22 ? %one : %two : (i32, i32) -> i32
  %24 = cuda.binary add %21, %23 : (i32, i32) -> i32
  %g = cuda.let "g" = %24 : i32
  // CHECK-NEXT: float h = (float)(a + b) * 1.5f;
  %25 = cuda.binary add %a, %b : (i32, i32) -> i32
  %26 = cuda.cast %25 : i32 -> f32
  %half = cuda.literal 1.5 : f32
  %27 = cuda.binary mul %26, %half : (f32, f32) -> f32
  %h = cuda.variable "h" = %27 : f32
  // CHECK-NEXT: h /= 0.1f;
  %tenth = cuda.literal 0.1 : f32
  cuda.assign %h div %tenth : !cuda.variable<f32>, f32
  // CHECK-NEXT: float *row = x + a * 64;
  %wide = cuda.literal 64 : i32
  %28 = cuda.binary mul %a, %wide : (i32, i32) -> i32
  %29 = cuda.binary add %x, %28 : (!cuda.pointer<f32>, i32) -> !cuda.pointer<f32>
  %row = cuda.let "row" = %29 : !cuda.pointer<f32>
  // CHECK-NEXT: *(row + 1) = (float)powers[3];
  %table = cuda.table_address @powers : !cuda.pointer<const f64>
  %three = cuda.literal 3 : i32
  %30 = cuda.binary add %row, %one : (!cuda.pointer<f32>, i32) -> !cuda.pointer<f32>
  %31 = cuda.load %table[%three] : !cuda.pointer<const f64>, i32
  %32 = cuda.cast %31 : f64 -> f32
  cuda.store %32, %30 : !cuda.pointer<f32>
  // CHECK-NEXT: #pragma unroll
  // CHECK-NEXT: for (long long i = 0; i < (a << 1); i += 2) {
  // CHECK-NEXT:   break;
  // CHECK-NEXT: }
  %zero = cuda.literal 0 : i32
  %33 = cuda.binary shl %a, %one : (i32, i32) -> i32
  cuda.for "i" %i : i64 = %zero to %33 step %two unroll : i32, i32, i32 {
    cuda.break
  }
  // CHECK-NEXT: tern::combine<256, tern::Q8_0>(sizes.at[1], problem, tern::sharedMemory() + 64, 3.4028235e+38f, 2.0f, nullptr);
  %size = cuda.size 1
  %problem = cuda.problem : !cuda.pointer<i64>
  %shared = cuda.shared at 64 : !cuda.pointer<ui8>
  %large = cuda.literal 3.40282347E+38 : f32
  %exact = cuda.literal 2.0 : f32
  %null = cuda.null : !cuda.pointer<f32>
  cuda.call "tern::combine"<"256", "tern::Q8_0">(%size, %problem, %shared, %large, %exact, %null)
      : (i64, !cuda.pointer<i64>, !cuda.pointer<ui8>, f32, f32, !cuda.pointer<f32>) -> ()
  // CHECK-NEXT: }
  cuda.return
}

}
