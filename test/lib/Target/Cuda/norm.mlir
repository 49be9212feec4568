// A whole kernel as a person reads it: the sum of a stream and what is added to it, normalised, for one row of a block.
// RUN: tern-opt %s --canonicalize --cse --convert-code-to-cuda | tern-translate --cuda-to-source \
// RUN:   | FileCheck %s --match-full-lines --strict-whitespace

//      CHECK:/// Sizes of the program's symbols.
// CHECK-NEXT:struct Sizes {
// CHECK-NEXT:  long long at[2];
// CHECK-NEXT:};
//CHECK-EMPTY:
// CHECK-NEXT:// add_rms_norm: layers.0 to layers.29
// CHECK-NEXT://   %0 = graph.add %x, %more : (f32[1, T, 576], f16[1, T, 576]) -> f32[1, T, 576]
// CHECK-NEXT://   %1 = graph.rms_norm %0, %weight epsilon 1.0e-05 : (f32[1, T, 576], f32[576]) -> f32[1, T, 576]
// CHECK-NEXT:extern "C" __global__ void __launch_bounds__(128)
// CHECK-NEXT:tern_add_rms_norm(const float *__restrict__ x,
// CHECK-NEXT:                  const tern::f16 *__restrict__ more,
// CHECK-NEXT:                  const float *__restrict__ weight,
// CHECK-NEXT:                  float *__restrict__ stream,
// CHECK-NEXT:                  float *__restrict__ normed,
// CHECK-NEXT:                  Sizes sizes,
// CHECK-NEXT:                  long long *problem) {
// CHECK-NEXT:  const long long T = sizes.at[1];
// CHECK-NEXT:  const long long row = blockIdx.x;
// CHECK-NEXT:  if (row < T) {
// CHECK-NEXT:    const long long thread = threadIdx.x;
// CHECK-NEXT:    const long long begin = row * 576;
// CHECK-NEXT:    float sum = 0.0f;
// CHECK-NEXT:    for (long long i = thread; i < 576; i += 128) {
// CHECK-NEXT:      const long long index = begin + i;
// CHECK-NEXT:      const float element = x[index] + tern::toFloat(more[index]);
// CHECK-NEXT:      stream[index] = element;
// CHECK-NEXT:      sum += element * element;
// CHECK-NEXT:    }
// CHECK-NEXT:    const float squares = tern::blockSum<128>(sum);
// CHECK-NEXT:    const float scale = 1.0f / sqrtf(squares / 576.0f + 1e-05f);
// CHECK-NEXT:    for (long long i = thread; i < 576; i += 128) {
// CHECK-NEXT:      const long long index = begin + i;
// CHECK-NEXT:      normed[index] = stream[index] * scale * weight[i];
// CHECK-NEXT:    }
// CHECK-NEXT:  }
// CHECK-NEXT:}

module attributes {kernel.symbols = ["capacity", "T"]} {
cuda.kernel @tern_add_rms_norm(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                               %more: !llvm.ptr {cuda.name = "more", cuda.element = f16, cuda.read_only},
                               %weight: !llvm.ptr {cuda.name = "weight", cuda.element = f32, cuda.read_only},
                               %stream: !llvm.ptr {cuda.name = "stream", cuda.element = f32},
                               %normed: !llvm.ptr {cuda.name = "normed", cuda.element = f32}) attributes {
    comment = "add_rms_norm: layers.0 to layers.29\0A  %0 = graph.add %x, %more : (f32[1, T, 576], f16[1, T, 576]) -> f32[1, T, 576]\0A  %1 = graph.rms_norm %0, %weight epsilon 1.0e-05 : (f32[1, T, 576], f32[576]) -> f32[1, T, 576]",
    shared = 0 : i64, threads = 128 : i64} {
  %tokens = cuda.size 1
  %block = cuda.block_index
  %row = arith.extui %block {cuda.name = "row"} : i32 to i64
  %inside = arith.cmpi slt, %row, %tokens : i64
  scf.if %inside {
    %number = cuda.thread_index
    %thread = arith.extui %number : i32 to i64
    %columns = arith.constant 576 : i64
    %threads = arith.constant 128 : i64
    %none = arith.constant 0.0 : f32
    %first = arith.muli %row, %columns {cuda.name = "begin"} : i64
    %mine = scf.for %i = %thread to %columns step %threads iter_args(%sum = %none) -> (f32) : i64 {
      %index = arith.addi %first, %i : i64
      %0 = llvm.getelementptr %x[%index] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      %1 = llvm.load %0 : !llvm.ptr -> f32
      %2 = llvm.getelementptr %more[%index] : (!llvm.ptr, i64) -> !llvm.ptr, f16
      %3 = llvm.load %2 : !llvm.ptr -> f16
      %4 = arith.extf %3 : f16 to f32
      %5 = arith.addf %1, %4 {cuda.name = "element"} : f32
      %6 = llvm.getelementptr %stream[%index] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      llvm.store %5, %6 : f32, !llvm.ptr
      %7 = arith.mulf %5, %5 fastmath<contract> : f32
      %8 = arith.addf %sum, %7 fastmath<contract> : f32
      scf.yield %8 : f32
    }
    %squares = cuda.call "tern::blockSum"<"128">(%mine) {cuda.name = "squares"} : (f32) -> f32
    %count = arith.constant 576.0 : f32
    %epsilon = arith.constant 1.0e-5 : f32
    %one = arith.constant 1.0 : f32
    %mean = arith.divf %squares, %count : f32
    %shifted = arith.addf %mean, %epsilon : f32
    %root = math.sqrt %shifted : f32
    %scale = arith.divf %one, %root {cuda.name = "scale"} : f32
    scf.for %i = %thread to %columns step %threads : i64 {
      %index = arith.addi %first, %i : i64
      %0 = llvm.getelementptr %stream[%index] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      %1 = llvm.load %0 : !llvm.ptr -> f32
      %2 = arith.mulf %1, %scale : f32
      %3 = llvm.getelementptr %weight[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      %4 = llvm.load %3 : !llvm.ptr -> f32
      %5 = arith.mulf %2, %4 : f32
      %6 = llvm.getelementptr %normed[%index] : (!llvm.ptr, i64) -> !llvm.ptr, f32
      llvm.store %5, %6 : f32, !llvm.ptr
    }
  }
  cuda.return
}
}
