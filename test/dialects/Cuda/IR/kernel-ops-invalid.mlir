// Kernels, lambdas and calls that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{arguments must be pointers, got 'f32'}}
cuda.kernel @kernel_C1_argument(%x: f32) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{must have no results}}
cuda.kernel @kernel_C1_result() -> f32 attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{body must be one block that ends in cuda.return}}
cuda.kernel @kernel_C2_none() attributes {shared = 0 : i64, threads = 32 : i64}

// -----

// expected-error @below {{must have from 1 to 1024 threads, got 1025}}
cuda.kernel @kernel_C3_threads() attributes {shared = 0 : i64, threads = 1025 : i64} {
  cuda.return
}

// -----

// expected-error @below {{bytes of shared memory must not be negative, got -1}}
cuda.kernel @kernel_C3_shared() attributes {shared = -1 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{must name arguments by identifiers, got "two words"}}
cuda.kernel @kernel_C4_identifier(%x: !llvm.ptr {cuda.name = "two words"}) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{must name arguments by identifiers, got "static_assert"}}
cuda.kernel @kernel_C4_long_keyword(%x: !llvm.ptr {cuda.name = "static_assert"}) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{must name arguments by identifiers, got "while"}}
cuda.kernel @kernel_C4_keyword(%x: !llvm.ptr {cuda.name = "while"}) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{must give arguments different names, got 'x' twice}}
cuda.kernel @kernel_C4_twice(%x: !llvm.ptr {cuda.name = "x"}, %y: !llvm.ptr {cuda.name = "x"})
    attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

// expected-error @below {{elements of an argument must be scalars or pointers, got vector<4xf32>}}
cuda.kernel @kernel_C4_element(%x: !llvm.ptr {cuda.element = vector<4xf32>}) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

cuda.kernel @size_C1() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{attribute 'index' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
  %0 = "cuda.size"() {index = -1 : i64} : () -> i64
  cuda.return
}

// -----

cuda.kernel @problem_C1() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be a pointer to 'i64', got '!cuda.pointer<f32>'}}
  %0 = cuda.problem : !cuda.pointer<f32>
  cuda.return
}

// -----

cuda.kernel @shared_C1() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{attribute 'offset' failed to satisfy constraint}}
  %0 = "cuda.shared"() {offset = -4 : i64} : () -> !llvm.ptr
  cuda.return
}

// -----

cuda.kernel @shared_C2() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be a pointer to 'ui8', got '!cuda.pointer<const ui8>'}}
  %0 = cuda.shared at 0 : !cuda.pointer<const ui8>
  cuda.return
}

// -----

cuda.kernel @lambda_C1_parameter() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{parameters must be scalars or pointers, got 'index'}}
  %0 = cuda.lambda(%i: index) {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @lambda_C1_result() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{the result must be a scalar or pointer, got '!cuda.callable'}}
  %0 = cuda.lambda() -> !cuda.callable {
    cuda.yield
  }
  cuda.return
}

// -----

// expected-error @below {{must have an identifier for a name, got "kernel_C5 name"}}
cuda.kernel @"kernel_C5 name"() attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}

// -----

cuda.kernel @lambda_C3_name() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have identifiers for names, got "a b"}}
  %0 = cuda.lambda "a b"() {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @lambda_C3_parameter() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have identifiers for names, got "x+"}}
  %0 = cuda.lambda "square"(%x: f32) attributes {parameter_names = ["x+"]} {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @lambda_C2_none() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{cuda.yield must give what the lambda returns}}
  %0 = cuda.lambda(%x: f32) -> f32 {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @lambda_C2_terminator(%x: !llvm.ptr) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{body must be one block that ends in cuda.yield}}
  %0 = cuda.lambda() {
    llvm.unreachable
  }
  cuda.return
}

// -----

cuda.kernel @call_C1() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must call a function by its name, got "f(x); g"}}
  cuda.call "f(x); g"() : () -> ()
  cuda.return
}

// -----

cuda.kernel @call_C2() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have at most one result, got 2}}
  %0:2 = cuda.call "f"() : () -> (f32, f32)
  cuda.return
}

// -----

// expected-error @below {{a pointer must be to scalars or pointers, got 'index'}}
cuda.kernel @pointer_C1(%x: !cuda.pointer<index>) attributes {shared = 0 : i64, threads = 32 : i64} {
  cuda.return
}
