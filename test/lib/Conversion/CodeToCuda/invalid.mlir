// What CUDA C++ has no construct for is an error at the op.
// RUN: tern-opt %s --convert-code-to-cuda --split-input-file --verify-diagnostics

cuda.kernel @vectors(%x: !llvm.ptr {cuda.element = f32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = llvm.load %x : !llvm.ptr -> vector<4xf32>
  // expected-error @below {{'llvm.store' cannot be written in CUDA C++: its elements are no scalars}}
  llvm.store %0, %x : vector<4xf32>, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @index(%x: !llvm.ptr {cuda.element = f32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{'scf.for' cannot be written in CUDA C++: it counts by other numbers than i32 and i64 with sign}}
  scf.for %i = %c0 to %c4 step %c1 {
    cuda.barrier
  }
  cuda.return
}

// -----

cuda.kernel @read_only(%x: !llvm.ptr {cuda.element = f32, cuda.read_only}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = arith.constant 1.0 : f32
  // expected-error @below {{'llvm.store' cannot be written in CUDA C++: it stores to what is read only}}
  llvm.store %0, %x : f32, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @halves(%x: !llvm.ptr {cuda.element = f16}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = llvm.load %x : !llvm.ptr -> f16
  // expected-error @below {{'arith.addf' cannot be written in CUDA C++: floats of 16 bits are stored and not computed with}}
  %1 = arith.addf %0, %0 : f16
  llvm.store %1, %x : f16, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @rounds_twice(%x: !llvm.ptr {cuda.element = f64}, %y: !llvm.ptr {cuda.element = f16})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = llvm.load %x : !llvm.ptr -> f64
  // expected-error @below {{'arith.truncf' cannot be written in CUDA C++: it would round twice}}
  %1 = arith.truncf %0 : f64 to f16
  llvm.store %1, %y : f16, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @volatiles(%x: !llvm.ptr {cuda.element = f32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = arith.constant 1.0 : f32
  // expected-error @below {{'llvm.store' cannot be written in CUDA C++: it is volatile or atomic}}
  llvm.store volatile %0, %x : f32, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @truth_values(%x: !llvm.ptr {cuda.element = i32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = llvm.load %x : !llvm.ptr -> i32
  %1 = arith.trunci %0 : i32 to i1
  // expected-error @below {{'arith.addi' cannot be written in CUDA C++: it computes with truth values}}
  %2 = arith.addi %1, %1 : i1
  %3 = arith.extui %2 : i1 to i32
  llvm.store %3, %x : i32, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @structs(%x: !llvm.ptr {cuda.element = f32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = arith.constant 1.0 : f32
  // expected-error @below {{'llvm.getelementptr' cannot be written in CUDA C++: its elements are no scalars}}
  %1 = llvm.getelementptr %x[0, 1] : (!llvm.ptr) -> !llvm.ptr, !llvm.array<4 x f32>
  llvm.store %0, %1 : f32, !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @array(%x: !llvm.ptr {cuda.element = i64}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = llvm.load %x : !llvm.ptr -> i64
  // expected-error @below {{'llvm.alloca' cannot be written in CUDA C++: the number of its elements is not fixed}}
  %1 = llvm.alloca %0 x f32 : (i64) -> !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @prefetch(%x: !llvm.ptr {cuda.element = f32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{'llvm.intr.prefetch' cannot be written in CUDA C++: there is no construct for it}}
  "llvm.intr.prefetch"(%x) {rw = 0 : i32, hint = 3 : i32, cache = 1 : i32} : (!llvm.ptr) -> ()
  cuda.return
}

// -----

// expected-error @below {{must be a constant array of numbers to be a table of CUDA C++}}
llvm.mlir.global internal @variable(1.0 : f32) : f32

// -----

cuda.kernel @index_order(%x: !llvm.ptr {cuda.element = i32}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %n = llvm.load %x : !llvm.ptr -> i64
  %c3 = arith.constant 3 : index
  %a = arith.index_cast %n : i64 to index
  // expected-error @below {{'arith.cmpi' cannot be written in CUDA C++: there is no type for its operands}}
  %0 = arith.cmpi ult, %a, %c3 : index
  %1 = arith.extui %0 : i1 to i32
  llvm.store %1, %x : i32, !llvm.ptr
  cuda.return
}
