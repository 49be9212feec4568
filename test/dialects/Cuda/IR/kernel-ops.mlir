// Kernels, their grid, lambdas and calls, in text and bytecode.
// RUN: tern-opt %s | tern-opt | FileCheck %s
// RUN: tern-opt %s --emit-bytecode | tern-opt | FileCheck %s

// CHECK-LABEL: cuda.kernel @everything(
// CHECK-SAME: %{{.*}}: !llvm.ptr {cuda.element = f32, cuda.name = "x", cuda.read_only}, %{{.*}}: !cuda.pointer<const f16>)
// CHECK-SAME: attributes {comment = "line one\0Aline two", shared = 1024 : i64, threads = 256 : i64} {
cuda.kernel @everything(%x: !llvm.ptr {cuda.name = "x", cuda.element = f32, cuda.read_only},
                        %y: !cuda.pointer<const f16>)
    attributes {threads = 256 : i64, shared = 1024 : i64, comment = "line one\nline two"} {
  // CHECK: cuda.thread_index
  %thread = cuda.thread_index
  // CHECK: cuda.block_index
  %block = cuda.block_index
  // CHECK: cuda.size 3
  %size = cuda.size 3
  // CHECK: cuda.problem : !llvm.ptr
  %problem = cuda.problem : !llvm.ptr
  // CHECK: cuda.shared at 128 : !llvm.ptr
  %shared = cuda.shared at 128 : !llvm.ptr
  // CHECK: cuda.shared at 0 : !cuda.pointer<ui8>
  %bytes = cuda.shared at 0 : !cuda.pointer<ui8>
  // CHECK: cuda.barrier
  cuda.barrier
  // CHECK: cuda.comment "the sum"
  cuda.comment "the sum"
  // CHECK: %element = cuda.lambda "element"(%{{.*}}: i64, %{{.*}}: i64) -> f32 {
  %element = cuda.lambda "element"(%row: i64, %column: i64) -> f32 {
    %0 = arith.addi %row, %column : i64
    %1 = llvm.getelementptr %x[%0] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %2 = llvm.load %1 : !llvm.ptr -> f32
    // CHECK: cuda.yield %{{.*}} : f32
    cuda.yield %2 : f32
  }
  // CHECK: cuda.lambda(%{{.*}}: f32) {
  // CHECK-NEXT: cuda.yield{{$}}
  %finish = cuda.lambda(%sum: f32) {
    cuda.yield
  }
  // CHECK: %[[SUM:.*]] = cuda.call "tern::rowSum"<"256", "4">(%{{.*}}, %element, %{{.*}}) : (!llvm.ptr, !cuda.callable, !cuda.callable) -> f32
  %sum = cuda.call "tern::rowSum"<"256", "4">(%shared, %element, %finish)
      : (!llvm.ptr, !cuda.callable, !cuda.callable) -> f32
  // CHECK: cuda.call pure "expf"(%[[SUM]]) : (f32) -> f32
  %exp = cuda.call pure "expf"(%sum) : (f32) -> f32
  // CHECK: cuda.call "tern::wait"() : () -> ()
  cuda.call "tern::wait"() : () -> ()
  // CHECK: cuda.return
  cuda.return
}

// A callable is a value without effects; a call is not removed unless it is pure.
// RUN: tern-opt %s --canonicalize | FileCheck %s --check-prefix=DEAD
// DEAD-LABEL: cuda.kernel @everything(
// DEAD-NOT: pure
// DEAD: cuda.barrier
// DEAD: cuda.call "tern::rowSum"
// DEAD-NOT: pure
// DEAD: cuda.call "tern::wait"
