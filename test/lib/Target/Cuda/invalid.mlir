// Kernels whose text would not mean what their ops mean, or that have none.
// RUN: tern-translate --cuda-to-source %s --split-input-file --verify-diagnostics

cuda.kernel @untyped(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have typed pointers to be printed, got '!llvm.ptr'}}
  %0 = cuda.problem : !llvm.ptr
  cuda.return
}

// -----

// expected-error @below {{must have typed pointers to be printed, got '!llvm.ptr'}}
cuda.kernel @untyped_argument(%x: !llvm.ptr) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

cuda.kernel @other_dialect(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{'llvm.fence' is no construct of CUDA C++; convert-code-to-cuda makes it one}}
  llvm.fence seq_cst
  cuda.return
}

// -----

cuda.kernel @used_twice(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be used once to be printed: name it by cuda.let}}
  %0 = cuda.load %x : !cuda.pointer<f32>
  %1 = cuda.binary add %0, %0 : (f32, f32) -> f32
  %2 = cuda.let "y" = %1 : f32
  cuda.return
}

// -----

cuda.kernel @store_between(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %one = cuda.literal 1.0 : f32
  // expected-error @below {{must stand directly before the statement that prints it}}
  %0 = cuda.load %x : !cuda.pointer<f32>
  // expected-note @below {{this statement stands between}}
  cuda.store %one, %x : !cuda.pointer<f32>
  %1 = cuda.let "y" = %0 : f32
  cuda.return
}

// -----

cuda.kernel @other_block(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %holds = cuda.literal true
  // expected-error @below {{must be used in its own block to be printed: name it by cuda.let}}
  %0 = cuda.load %x : !cuda.pointer<f32>
  cuda.if %holds {
    %1 = cuda.let "y" = %0 : f32
  }
  cuda.return
}

// -----

cuda.kernel @repeated(%n: !cuda.pointer<i32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %zero = cuda.literal 0 : i32
  // expected-error @below {{is evaluated each time round the loop: name it by cuda.let}}
  %0 = cuda.load %n : !cuda.pointer<i32>
  cuda.for "i" %i : i32 = %zero to %0 : i32, i32 {
  }
  cuda.return
}

// -----

cuda.kernel @calls_together() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{touches memory and must be all that its statement evaluates: name it by cuda.let}}
  %0 = cuda.call "f"() : () -> f32
  %1 = cuda.call "g"() : () -> f32
  %2 = cuda.binary add %0, %1 : (f32, f32) -> f32
  %3 = cuda.let "y" = %2 : f32
  cuda.return
}

// -----

cuda.kernel @thread_in_sum() attributes {shared = 0 : i64, threads = 32 : i64} {
  %one = cuda.literal 1 : i32
  // expected-error @below {{must be named by cuda.let to be printed}}
  %0 = cuda.thread_index
  %1 = cuda.binary sub %0, %one : (i32, i32) -> i32
  %2 = cuda.let "n" = %1 : i32
  cuda.return
}

// -----

// expected-note @below {{declared here}}
cuda.kernel @hidden_name(%x: !cuda.pointer<f32> {cuda.name = "x"}) attributes {shared = 0 : i64, threads = 32 : i64} {
  %holds = cuda.literal true
  cuda.if %holds {
    // expected-error @below {{must not hide a name that is in sight, got 'x'}}
    %0 = cuda.variable "x" : f32
  }
  cuda.return
}

// -----

cuda.kernel @statement_in_condition() attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.while {
    %0 = cuda.literal true
    // expected-error @below {{must not stand in the condition of a loop, which holds expressions alone}}
    cuda.barrier
    cuda.condition %0
  } do {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @nameless() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have a name to be printed}}
  %0 = cuda.lambda() {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @nameless_parameter() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have names for its 1 parameters to be printed}}
  %0 = cuda.lambda "f"(%x: f32) {
    cuda.yield
  }
  cuda.return
}

// -----

// expected-error @below {{must be a table or a kernel of the cuda dialect to be printed, got 'llvm.mlir.global'}}
llvm.mlir.global internal constant @table(1.0 : f32) : f32

// -----

cuda.kernel @untyped_parameter() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have typed pointers to be printed, got '!llvm.ptr'}}
  %0 = cuda.lambda "first"(%p: !llvm.ptr) attributes {parameter_names = ["p"]} {
    cuda.yield
  }
  cuda.return
}

// -----

// expected-note @below {{declared here}}
cuda.table @powers [1.0 : f32, 2.0 : f32]
// expected-error @below {{must not hide a name that is in sight, got 'powers'}}
cuda.kernel @hidden_table(%x: !cuda.pointer<f32> {cuda.name = "powers"}) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

module attributes {kernel.symbols = ["capacity"]} {
  cuda.kernel @unknown_size() attributes {shared = 0 : i64, threads = 32 : i64} {
    // expected-error @below {{must be one of the program's 1 sizes, got 1}}
    %0 = cuda.size 1
    %1 = cuda.let "n" = %0 : i64
    cuda.return
  }
}
