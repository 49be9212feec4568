// What becomes of loops, branches, pointers and numbers.
// RUN: tern-opt %s --convert-code-to-cuda | FileCheck %s
// RUN: tern-opt %s --convert-code-to-cuda | tern-translate --cuda-to-source | FileCheck %s --check-prefix=TEXT

// A table gets a name of C++.
// CHECK: cuda.table @kernel_table0 [1.000000e+00 : f32, 2.500000e-01 : f32]
// TEXT: __device__ const float kernel_table0[2] = {1.0f, 0.25f};
llvm.mlir.global internal constant @kernel.table0(dense<[1.0, 0.25]> : tensor<2xf32>) : !llvm.array<2 x f32>

// A value used once is part of its statement; one used twice has a name; a carried one is a variable.
// CHECK-LABEL: cuda.kernel @tern_norm(
// CHECK-SAME: %[[X:.*]]: !cuda.pointer<const f32> {cuda.name = "x"}, %[[Y:.*]]: !cuda.pointer<f32> {cuda.name = "y"})
// CHECK: %[[T:.*]] = cuda.thread_index
// CHECK-NEXT: %thread = cuda.let "thread" = %[[T]] : i32 as i64
// CHECK: %sum = cuda.variable "sum"
// CHECK: cuda.for "i" %[[I:.*]]: i64 = %thread to
// CHECK: cuda.assign %sum add
// CHECK: cuda.let "blockSum"
// TEXT-LABEL: tern_norm(const float *__restrict__ x, float *__restrict__ y, Sizes sizes, long long *problem) {
// TEXT-NEXT:   const long long thread = threadIdx.x;
// TEXT-NEXT:   float sum = 0.0f;
// TEXT-NEXT:   for (long long i = thread; i < 640; i += 256) {
// TEXT-NEXT:     const float xValue = x[i];
// TEXT-NEXT:     sum += xValue * xValue;
// TEXT-NEXT:   }
// TEXT-NEXT:   const float blockSum = tern::blockSum<256>(sum);
// TEXT-NEXT:   const float x1 = 1.0f / sqrtf(blockSum / 640.0f + 1e-05f);
// TEXT-NEXT:   for (long long i = thread; i < 640; i += 256) {
// TEXT-NEXT:     y[i] = x[i] * x1 * kernel_table0[1];
// TEXT-NEXT:   }
// TEXT-NEXT: }
cuda.kernel @tern_norm(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                       %y: !llvm.ptr {cuda.name = "y", cuda.element = f32})
    attributes {shared = 0 : i64, threads = 256 : i64} {
  %c0 = arith.constant 0.0 : f32
  %one = arith.constant 1 : i64
  %n = arith.constant 640 : i64
  %step = arith.constant 256 : i64
  %t = cuda.thread_index
  %thread = arith.extui %t : i32 to i64
  %mine = scf.for %i = %thread to %n step %step iter_args(%sum = %c0) -> (f32) : i64 {
    %0 = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %1 = llvm.load %0 : !llvm.ptr -> f32
    %2 = arith.mulf %1, %1 fastmath<contract> : f32
    %3 = arith.addf %sum, %2 fastmath<contract> : f32
    scf.yield %3 : f32
  }
  %all = cuda.call "tern::blockSum"<"256">(%mine) : (f32) -> f32
  %count = arith.constant 640.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %unit = arith.constant 1.0 : f32
  %mean = arith.divf %all, %count fastmath<contract> : f32
  %shifted = arith.addf %mean, %epsilon fastmath<contract> : f32
  %root = math.sqrt %shifted : f32
  %scale = arith.divf %unit, %root fastmath<contract> : f32
  %table = llvm.mlir.addressof @kernel.table0 : !llvm.ptr
  scf.for %i = %thread to %n step %step : i64 {
    %0 = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %1 = llvm.load %0 : !llvm.ptr -> f32
    %2 = arith.mulf %1, %scale fastmath<contract> : f32
    %3 = llvm.getelementptr %table[%one] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %4 = llvm.load %3 : !llvm.ptr -> f32
    %5 = arith.mulf %2, %4 fastmath<contract> : f32
    %6 = llvm.getelementptr %y[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    llvm.store %5, %6 : f32, !llvm.ptr
  }
  cuda.return
}

// One variable goes through nested loops; values that are exchanged are kept first.
// TEXT-LABEL: tern_loops(
// TEXT:      int sum = 0;
// TEXT-NEXT: for (int i = 0; i < 4; ++i) {
// TEXT-NEXT:   for (int j = 0; j < i; j += 2) {
// TEXT-NEXT:     sum += j;
// TEXT-NEXT:   }
// TEXT-NEXT: }
// TEXT-NEXT: *out = sum;
// TEXT-NEXT: int n = 1;
// TEXT-NEXT: int n1 = 2;
// TEXT-NEXT: for (int i = 0; i < 4; ++i) {
// TEXT-NEXT:   const int next = n;
// TEXT-NEXT:   n = n1;
// TEXT-NEXT:   n1 = next;
// TEXT-NEXT: }
// TEXT-NEXT: out[1] = n - n1;
cuda.kernel @tern_loops(%out: !llvm.ptr {cuda.name = "out", cuda.element = i32})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c2 = arith.constant 2 : i32
  %c4 = arith.constant 4 : i32
  %0 = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %c0) -> (i32) : i32 {
    %1 = scf.for %j = %c0 to %i step %c2 iter_args(%b = %a) -> (i32) : i32 {
      %2 = arith.addi %b, %j : i32
      scf.yield %2 : i32
    }
    scf.yield %1 : i32
  }
  llvm.store %0, %out : i32, !llvm.ptr
  %3:2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%a = %c1, %b = %c2) -> (i32, i32) : i32 {
    scf.yield %b, %a : i32, i32
  }
  %4 = arith.subi %3#0, %3#1 : i32
  %5 = llvm.getelementptr %out[%c1] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  llvm.store %4, %5 : i32, !llvm.ptr
  cuda.return
}

// A loop whose condition is an expression, and one that computes more before it leaves.
// TEXT-LABEL: tern_while(
// TEXT:      const long long size = sizes.at[2];
// TEXT-NEXT: long long n = size;
// TEXT-NEXT: while (n > 1) {
// TEXT-NEXT:   n /= 2;
// TEXT-NEXT: }
// TEXT-NEXT: *out = n;
// TEXT-NEXT: long long n1 = n;
// TEXT-NEXT: long long result;
// TEXT-NEXT: while (true) {
// TEXT-NEXT:   const long long outValue = out[n1];
// TEXT-NEXT:   result = outValue;
// TEXT-NEXT:   if (!(outValue < 7)) {
// TEXT-NEXT:     break;
// TEXT-NEXT:   }
// TEXT-NEXT:   n1 = outValue + 1;
// TEXT-NEXT: }
// TEXT-NEXT: out[1] = result;
cuda.kernel @tern_while(%out: !llvm.ptr {cuda.name = "out", cuda.element = i64})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %c7 = arith.constant 7 : i64
  %size = cuda.size 2
  %0 = scf.while (%a = %size) : (i64) -> i64 {
    %1 = arith.cmpi sgt, %a, %c1 : i64
    scf.condition(%1) %a : i64
  } do {
  ^bb0(%a: i64):
    %1 = arith.divsi %a, %c2 : i64
    scf.yield %1 : i64
  }
  llvm.store %0, %out : i64, !llvm.ptr
  %2 = scf.while (%a = %0) : (i64) -> i64 {
    %3 = llvm.getelementptr %out[%a] : (!llvm.ptr, i64) -> !llvm.ptr, i64
    %4 = llvm.load %3 : !llvm.ptr -> i64
    %5 = arith.cmpi slt, %4, %c7 : i64
    scf.condition(%5) %4 : i64
  } do {
  ^bb0(%a: i64):
    %3 = arith.addi %a, %c1 : i64
    scf.yield %3 : i64
  }
  %6 = llvm.getelementptr %out[%c1] : (!llvm.ptr, i64) -> !llvm.ptr, i64
  llvm.store %2, %6 : i64, !llvm.ptr
  cuda.return
}

// A branch that leaves a variable as it is is no branch; one that gives a known value is its declaration.
// TEXT-LABEL: tern_branches(
// TEXT:      float sum = 0.0f;
// TEXT-NEXT: for (int i = 0; i < 8; ++i) {
// TEXT-NEXT:   if (x[i] > 0.0f) {
// TEXT-NEXT:     sum += x[i];
// TEXT-NEXT:   }
// TEXT-NEXT: }
// TEXT-NEXT: float result = 2.0f;
// TEXT-NEXT: if (sum > 1.0f) {
// TEXT-NEXT:   result = x[3];
// TEXT-NEXT: }
// TEXT-NEXT: float result1;
// TEXT-NEXT: if (result == 0.0f) {
// TEXT-NEXT:   __syncthreads();
// TEXT-NEXT:   result1 = *x;
// TEXT-NEXT: } else {
// TEXT-NEXT:   result1 = x[1];
// TEXT-NEXT: }
// TEXT-NEXT: *x = result1;
cuda.kernel @tern_branches(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c3 = arith.constant 3 : i32
  %c8 = arith.constant 8 : i32
  %f0 = arith.constant 0.0 : f32
  %f1 = arith.constant 1.0 : f32
  %f2 = arith.constant 2.0 : f32
  %0 = scf.for %i = %c0 to %c8 step %c1 iter_args(%a = %f0) -> (f32) : i32 {
    %1 = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %2 = llvm.load %1 : !llvm.ptr -> f32
    %3 = arith.cmpf ogt, %2, %f0 : f32
    %4 = scf.if %3 -> f32 {
      %5 = llvm.load %1 : !llvm.ptr -> f32
      %6 = arith.addf %a, %5 fastmath<contract> : f32
      scf.yield %6 : f32
    } else {
      scf.yield %a : f32
    }
    scf.yield %4 : f32
  }
  %7 = arith.cmpf ogt, %0, %f1 : f32
  %8 = scf.if %7 -> f32 {
    %9 = llvm.getelementptr %x[%c3] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %10 = llvm.load %9 : !llvm.ptr -> f32
    scf.yield %10 : f32
  } else {
    scf.yield %f2 : f32
  }
  %11 = arith.cmpf oeq, %8, %f0 : f32
  %12 = scf.if %11 -> f32 {
    cuda.barrier
    %13 = llvm.load %x : !llvm.ptr -> f32
    scf.yield %13 : f32
  } else {
    %14 = llvm.getelementptr %x[1] : (!llvm.ptr) -> !llvm.ptr, f32
    %15 = llvm.load %14 : !llvm.ptr -> f32
    scf.yield %15 : f32
  }
  llvm.store %12, %x : f32, !llvm.ptr
  cuda.return
}

// Pointers are cast where they are used with another type alone; a load does not move over a store.
// TEXT-LABEL: tern_memory(
// TEXT-SAME: const signed char *__restrict__ bytes, tern::f16 *__restrict__ halves
// TEXT:      const tern::f16 halvesValue = halves[1];
// TEXT-NEXT: halves[1] = tern::fromFloat<tern::f16>(*reinterpret_cast<const float *>(bytes + 64));
// TEXT-NEXT: float *shared = reinterpret_cast<float *>(tern::sharedMemory() + 128);
// TEXT-NEXT: shared[thread] = tern::toFloat(halvesValue);
// TEXT-NEXT: shared[thread + 32] = (float)bytes[thread];
// TEXT-NEXT: float buffer[4];
// TEXT-NEXT: buffer[2] = shared[3];
// TEXT-NEXT: *problem = 5LL;
// TEXT-NEXT: tern::fill(buffer, 4, -__int_as_float(0x7f800000));
cuda.kernel @tern_memory(%bytes: !llvm.ptr {cuda.name = "bytes", cuda.element = i8, cuda.read_only},
                         %halves: !llvm.ptr {cuda.name = "halves", cuda.element = f16})
    attributes {shared = 1024 : i64, threads = 32 : i64} {
  %thread = cuda.thread_index
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %c3 = arith.constant 3 : i64
  %c4 = arith.constant 4 : i64
  %c5 = arith.constant 5 : i64
  %c32 = arith.constant 32 : i32
  %c64 = arith.constant 64 : i64
  %0 = llvm.getelementptr %halves[%c1] : (!llvm.ptr, i64) -> !llvm.ptr, f16
  %1 = llvm.load %0 : !llvm.ptr -> f16
  %2 = arith.extf %1 : f16 to f32
  %3 = llvm.getelementptr %bytes[%c64] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  %4 = llvm.load %3 : !llvm.ptr -> f32
  %5 = arith.truncf %4 : f32 to f16
  llvm.store %5, %0 : f16, !llvm.ptr
  %shared = cuda.shared at 128 : !llvm.ptr
  %6 = llvm.getelementptr %shared[%thread] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  llvm.store %2, %6 : f32, !llvm.ptr
  %7 = arith.addi %thread, %c32 : i32
  %8 = llvm.getelementptr %shared[%7] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %9 = llvm.getelementptr %bytes[%thread] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  %10 = llvm.load %9 : !llvm.ptr -> i8
  %11 = arith.sitofp %10 : i8 to f32
  llvm.store %11, %8 : f32, !llvm.ptr
  %buffer = llvm.alloca %c4 x f32 : (i64) -> !llvm.ptr
  %12 = llvm.getelementptr %shared[%c3] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  %13 = llvm.load %12 : !llvm.ptr -> f32
  %14 = llvm.getelementptr %buffer[%c2] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  llvm.store %13, %14 : f32, !llvm.ptr
  %problem = cuda.problem : !llvm.ptr
  llvm.store %c5, %problem : i64, !llvm.ptr
  %lowest = arith.constant 0xFF800000 : f32
  cuda.call "tern::fill"(%buffer, %c4, %lowest) : (!llvm.ptr, i64, f32) -> ()
  cuda.return
}

// Lambdas return what they compute; calls that touch memory stand alone.
// TEXT-LABEL: tern_lambda(
// TEXT:      // what a row holds
// TEXT-NEXT: const auto element = [&](long long i, long long j) -> float {
// TEXT-NEXT:   return x[i * 64 + j] * 2.0f;
// TEXT-NEXT: };
// TEXT-NEXT: const auto finish = [&](float x1) {
// TEXT-NEXT:   *y = x1;
// TEXT-NEXT: };
// TEXT-NEXT: const float rowSum = tern::rowSum<256, 4>(element, 64, finish);
// TEXT-NEXT: *y = rowSum + 1.0f;
cuda.kernel @tern_lambda(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                         %y: !llvm.ptr {cuda.name = "y", cuda.element = f32})
    attributes {shared = 0 : i64, threads = 256 : i64} {
  %c64 = arith.constant 64 : i64
  %f1 = arith.constant 1.0 : f32
  cuda.comment "what a row holds"
  %element = cuda.lambda "element"(%row: i64, %column: i64) -> f32 {
    %two = arith.constant 2.0 : f32
    %0 = arith.muli %row, %c64 : i64
    %1 = arith.addi %0, %column : i64
    %2 = llvm.getelementptr %x[%1] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %3 = llvm.load %2 : !llvm.ptr -> f32
    %4 = arith.mulf %3, %two fastmath<contract> : f32
    cuda.yield %4 : f32
  }
  %finish = cuda.lambda "finish"(%sum: f32) {
    llvm.store %sum, %y : f32, !llvm.ptr
    cuda.yield
  }
  %sum = cuda.call "tern::rowSum"<"256", "4">(%element, %c64, %finish) : (!cuda.callable, i64, !cuda.callable) -> f32
  %more = arith.addf %sum, %f1 fastmath<contract> : f32
  llvm.store %more, %y : f32, !llvm.ptr
  cuda.return
}

// A call that touches memory stays before a loop that reads it.
// TEXT-LABEL: tern_call_before_loop(
// TEXT:      const float next = tern::next(x);
// TEXT-NEXT: float sum = 0.0f;
// TEXT-NEXT: for (long long i = 0; i < 4; ++i) {
// TEXT-NEXT:   sum += x[i];
// TEXT-NEXT: }
// TEXT-NEXT: *y = next;
// TEXT-NEXT: y[1] = sum;
cuda.kernel @tern_call_before_loop(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32},
                                   %y: !llvm.ptr {cuda.name = "y", cuda.element = f32})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c4 = arith.constant 4 : i64
  %f0 = arith.constant 0.0 : f32
  %next = cuda.call "tern::next"(%x) : (!llvm.ptr) -> f32
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%carried = %f0) -> (f32) : i64 {
    %p = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %v = llvm.load %p : !llvm.ptr -> f32
    %more = arith.addf %carried, %v fastmath<contract> : f32
    scf.yield %more : f32
  }
  llvm.store %next, %y : f32, !llvm.ptr
  %p1 = llvm.getelementptr %y[1] : (!llvm.ptr) -> !llvm.ptr, f32
  llvm.store %sum, %p1 : f32, !llvm.ptr
  cuda.return
}

// The end and step of a loop are evaluated each time round: what variables say there is kept by a name.
// TEXT-LABEL: tern_variable_end(
// TEXT:      for (long long i = 0; i < 8; ++i) {
// TEXT-NEXT:   const long long end = product + 1;
// TEXT-NEXT:   const long long step = product;
// TEXT-NEXT:   for (long long j = 0; j < end; j += step) {
// TEXT-NEXT:     x[j] = j;
// TEXT-NEXT:   }
// TEXT-NEXT:   product *= 2;
// TEXT-NEXT: }
cuda.kernel @tern_variable_end(%x: !llvm.ptr {cuda.name = "x", cuda.element = i64})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %c0 = arith.constant 0 : i64
  %c1 = arith.constant 1 : i64
  %c2 = arith.constant 2 : i64
  %c8 = arith.constant 8 : i64
  %last = scf.for %i = %c0 to %c8 step %c1 iter_args(%carried = %c1) -> (i64) : i64 {
    %end = arith.addi %carried, %c1 : i64
    scf.for %j = %c0 to %end step %carried : i64 {
      %p = llvm.getelementptr %x[%j] : (!llvm.ptr, i64) -> !llvm.ptr, i64
      llvm.store %j, %p : i64, !llvm.ptr
    }
    %next = arith.muli %carried, %c2 : i64
    scf.yield %next : i64
  }
  llvm.store %last, %x : i64, !llvm.ptr
  cuda.return
}
