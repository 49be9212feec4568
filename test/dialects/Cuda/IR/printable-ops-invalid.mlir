// Expressions and statements that break a constraint, named after op and label.
// RUN: tern-opt %s --split-input-file --verify-diagnostics

cuda.kernel @literal_C1_text(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be a number, got "one"}}
  %0 = cuda.literal "one" : i32
  cuda.return
}

// -----

cuda.kernel @literal_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be a finite number, got 0x7F800000 : f32}}
  %0 = cuda.literal 0x7F800000 : f32
  cuda.return
}

// -----

cuda.kernel @literal_C2(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be of a type that has literals, got 'i8'}}
  %0 = cuda.literal 3 : i8
  cuda.return
}

// -----

cuda.kernel @literal_C2_half(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be of a type that has literals, got 'f16'}}
  %0 = cuda.literal 1.0 : f16
  cuda.return
}

// -----

cuda.kernel @literal_C3(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be an integer that is not negative to print in hex, got -1 : i32}}
  %0 = cuda.literal -1 : i32 hex
  cuda.return
}

// -----

cuda.kernel @unary_C1_kind(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  // expected-error @below {{there is no not of 'i32'}}
  %1 = cuda.unary not %0 : i32 -> i32
  cuda.return
}

// -----

cuda.kernel @unary_C1_type(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  // expected-error @below {{must give 'i32', got 'i64'}}
  %1 = cuda.unary minus %0 : i32 -> i64
  cuda.return
}

// -----

cuda.kernel @binary_C1_kind(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1.0 : f32
  // expected-error @below {{there is no rem of 'f32' and 'f32'}}
  %1 = cuda.binary rem %0, %0 : (f32, f32) -> f32
  cuda.return
}

// -----

cuda.kernel @binary_C1_pointers(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{there is no add of '!cuda.pointer<f32>' and '!cuda.pointer<f32>'}}
  %1 = cuda.binary add %x, %x : (!cuda.pointer<f32>, !cuda.pointer<f32>) -> !cuda.pointer<f32>
  cuda.return
}

// -----

cuda.kernel @binary_C1_type(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  %1 = cuda.literal 1 : i64
  // expected-error @below {{must give 'i64', got 'i32'}}
  %2 = cuda.binary mul %0, %1 : (i32, i64) -> i32
  cuda.return
}

// -----

cuda.kernel @conditional_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal true
  %1 = cuda.literal 1 : i32
  %2 = cuda.literal 1.0 : f32
  // expected-error @below {{must give the wider type of 'i32' and 'f32', got 'i32'}}
  %3 = cuda.conditional %0 ? %1 : %2 : (i32, f32) -> i32
  cuda.return
}

// -----

cuda.kernel @cast_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1.0 : f32
  // expected-error @below {{must not be of floats of 16 bits, got 'f32' to 'bf16'}}
  %1 = cuda.cast %0 : f32 -> bf16
  cuda.return
}

// -----

cuda.kernel @reinterpret_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.reinterpret %x : !cuda.pointer<f32> -> !cuda.pointer<const i8>
  // expected-error @below {{must keep const, got '!cuda.pointer<const i8>' to '!cuda.pointer<i8>'}}
  %1 = cuda.reinterpret %0 : !cuda.pointer<const i8> -> !cuda.pointer<i8>
  cuda.return
}

// -----

cuda.kernel @table_address_C1_name(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must name a cuda.table of the module, got @nothing}}
  %0 = cuda.table_address @nothing : !cuda.pointer<const f32>
  cuda.return
}

// -----

cuda.kernel @let_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  // expected-error @below {{must have an identifier for a name, got "1st"}}
  %1 = cuda.let "1st" = %0 : i32
  cuda.return
}

// -----

cuda.kernel @let_C2(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i64
  // expected-error @below {{must name a value of its type 'i32', got 'i64'}}
  %1 = cuda.let "n" = %0 : i64 as i32
  cuda.return
}

// -----

cuda.kernel @variable_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have an identifier for a name, got "for"}}
  %1 = cuda.variable "for" : f32
  cuda.return
}

// -----

cuda.kernel @variable_C2(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  // expected-error @below {{must have a value of its type 'f32', got 'i32'}}
  %1 = cuda.variable "x" = %0 : i32 as f32
  cuda.return
}

// -----

cuda.kernel @variable_C1_type(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{a variable must hold scalars or pointers, got 'index'}}
  %1 = cuda.variable "x" : index
  cuda.return
}

// -----

cuda.kernel @assign_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  %1 = cuda.variable "s" : f32
  // expected-error @below {{must assign a value of the variable's type 'f32', got 'i32'}}
  cuda.assign %1 = %0 : !cuda.variable<f32>, i32
  cuda.return
}

// -----

cuda.kernel @assign_C2(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  %1 = cuda.variable "s" : i32
  // expected-error @below {{there is no update of 'i32' by lt of 'i32'}}
  cuda.assign %1 lt %0 : !cuda.variable<i32>, i32
  cuda.return
}

// -----

cuda.kernel @array_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must have an identifier for a name, got "a b"}}
  %0 = cuda.array "a b"[4] : !cuda.pointer<f32>
  cuda.return
}

// -----

cuda.kernel @array_C2(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{attribute 'count' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  %0 = "cuda.array"() {name = "a", count = 0 : i64} : () -> !cuda.pointer<f32>
  cuda.return
}

// -----

cuda.kernel @array_C3(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must not be const, got '!cuda.pointer<const f32>'}}
  %0 = cuda.array "a"[4] : !cuda.pointer<const f32>
  cuda.return
}

// -----

cuda.kernel @store_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1.0 : f32
  %1 = cuda.reinterpret %x : !cuda.pointer<f32> -> !cuda.pointer<const f32>
  // expected-error @below {{must not store to const, got '!cuda.pointer<const f32>'}}
  cuda.store %0, %1 : !cuda.pointer<const f32>
  cuda.return
}

// -----

cuda.kernel @for_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  // expected-error @below {{must have an identifier for a name, got "i-j"}}
  cuda.for "i-j" %i : i32 = %0 to %0 : i32, i32 {
  }
  cuda.return
}

// -----

cuda.kernel @for_C2_type(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  // expected-error @below {{must count by one i32 or i64}}
  cuda.for "i" %i : ui32 = %0 to %0 : i32, i32 {
  }
  cuda.return
}

// -----

cuda.kernel @for_C2_bound(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  %1 = cuda.literal 1 : i64
  // expected-error @below {{must go from and to numbers of type 'i32', got 'i64'}}
  cuda.for "i" %i : i32 = %0 to %1 : i32, i64 {
  }
  cuda.return
}

// -----

cuda.kernel @while_C1(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal true
  // expected-error @below {{must have a region that ends in cuda.condition and one that ends in cuda.yield}}
  cuda.while {
    cuda.yield
  } do {
    cuda.yield
  }
  cuda.return
}

// -----

cuda.kernel @break_C1_loop(%x: !cuda.pointer<f32>) attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must stand in a loop}}
  cuda.break
  cuda.return
}

// -----

cuda.kernel @break_C1_last() attributes {shared = 0 : i64, threads = 32 : i64} {
  %0 = cuda.literal 1 : i32
  cuda.for "i" %i : i32 = %0 to %0 : i32, i32 {
    // expected-error @below {{must stand last in its block}}
    cuda.break
    cuda.barrier
  }
  cuda.return
}

// -----

// expected-error @below {{must have an identifier for a name, got "a.b"}}
cuda.table @a.b [1.0 : f32] // table_C1

// -----

// expected-error @below {{must have an element}}
cuda.table @table_C2_none []

// -----

// expected-error @below {{elements must be numbers of one type, got 1 : i32}}
cuda.table @table_C2_types [1.0 : f32, 1 : i32]

// -----

// expected-error @below {{elements must be numbers of one type, got 0x7F800000 : f32}}
cuda.table @table_C2_infinity [0x7F800000 : f32]

// -----

cuda.table @t [1.0 : f32]
cuda.kernel @table_address_C1_type() attributes {shared = 0 : i64, threads = 32 : i64} {
  // expected-error @below {{must be a pointer to const 'f32', got '!cuda.pointer<const f64>'}}
  %0 = cuda.table_address @t : !cuda.pointer<const f64>
  cuda.return
}
